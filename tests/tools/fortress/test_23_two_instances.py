"""Two windows, two terminals, and what a kill leaves behind: a second start hands its files to the first and ends; a
lock of one that was killed is no obstacle; two terminals ask at once and both answers are kept."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.tools.fortress.conftest import Figure
from tests.tools.fortress.program import Program
from tests.tools.fortress.window import holder, wait

pytestmark = pytest.mark.fortress

_PATIENCE_S = 180.0


Windows = list[subprocess.Popen[bytes]]


@pytest.fixture
def windows() -> Iterator[Windows]:
    """Whatever a check has opened is closed."""
    opened: Windows = []
    yield opened
    for window in opened:
        if window.poll() is None:
            window.kill()
        window.wait(60)


def _open(program: Program, windows: Windows) -> subprocess.Popen[bytes]:
    """A window that has the desk's place."""
    window = _start(program, windows)
    wait("no window opened", lambda: holder(window, program) or window.poll() is not None)
    assert window.poll() is None, "the window ended"
    return window


def _start(program: Program, windows: Windows) -> subprocess.Popen[bytes]:
    words = [*program.command, "--data-dir", str(program.data)]
    env = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    windows.append(
        subprocess.Popen(words, cwd=program.cwd, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    )
    return windows[-1]


def _end(process: subprocess.Popen[bytes], how: signal.Signals) -> None:
    children = psutil.Process(process.pid).children(recursive=True) if process.poll() is None else []
    process.send_signal(how)
    process.wait(60)
    _, alive = psutil.wait_procs(children, timeout=30)
    assert not alive, f"{len(alive)} children outlived the window"


def _gives_way(program: Program, windows: Windows) -> bool:
    """Another start ends with 0: the window has taken its call. It says so in time where the machine is busy, too: a
    window that does not answer is told in a sentence, and the start ends with another status."""
    return _start(program, windows).wait(_PATIENCE_S) == 0


def test_a_second_window_gives_way_also_after_a_kill(program: Program, windows: Windows, figure: Figure) -> None:
    first = _open(program, windows)
    wait("the first window takes no call", lambda: _gives_way(program, windows))
    began = time.monotonic()
    assert _gives_way(program, windows)
    took = time.monotonic() - began
    assert first.poll() is None
    _end(first, signal.SIGKILL)
    again = _open(program, windows)
    wait("a window that came after a kill takes no call", lambda: _gives_way(program, windows))
    assert again.poll() is None, "the lock of a window that was killed is an obstacle"
    _end(again, signal.SIGTERM)
    figure(
        f"the second start ended with 0 after {took:.1f} s, the first stayed; after SIGKILL a window opens, no orphan"
    )


def test_two_terminals_at_once(program: Program, figure: Figure, tmp_path: Path, tiny_scout_fast: Path) -> None:
    book = tmp_path / "book.txt"
    book.write_text("The ferry leaves at nine. It returns at noon.\n" * 40)
    program.run("find", "--document", book, "ferry")
    words = ("ask", "--document", book, "--model", tiny_scout_fast, "--context", "4096", "--max-tokens", "4")
    asking = [
        subprocess.Popen(
            program.words(*words, f"Question {number}?"), cwd=program.cwd, stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        for number in range(3)
    ]  # fmt: skip
    said = [process.communicate(timeout=600)[1] for process in asking]
    codes = [process.returncode for process in asking]
    figure(f"{len(asking)} terminals asked one desk at once: exit statuses {codes}")
    assert codes == [0, 0, 0], said
