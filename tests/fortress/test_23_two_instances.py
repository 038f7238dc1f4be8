"""Two windows, two terminals, and what a kill leaves behind: a second start hands its files to the first and ends; a
lock of one that was killed is no obstacle; two terminals ask at once and both answers are kept."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

import psutil
import pytest

from tests.fortress.conftest import Figure
from tests.fortress.program import Program

pytestmark = pytest.mark.fortress

_PATIENCE_S = 180.0


def _window(program: Program) -> subprocess.Popen[bytes]:
    words = [*program.command, "--data-dir", str(program.data)]
    env = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    return subprocess.Popen(words, cwd=program.cwd, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _is_open(program: Program) -> bool:
    """Whether a window answers calls."""
    return (program.data / "window" / "lock").exists() and bool(list((program.data / "window").iterdir()))


def _wait(what: str, is_so: object) -> None:
    until = time.monotonic() + _PATIENCE_S
    while not is_so():  # type: ignore[operator]
        assert time.monotonic() < until, what
        time.sleep(0.2)


def _end(process: subprocess.Popen[bytes], how: signal.Signals) -> None:
    children = psutil.Process(process.pid).children(recursive=True) if process.poll() is None else []
    process.send_signal(how)
    process.wait(60)
    _, alive = psutil.wait_procs(children, timeout=30)
    assert not alive, f"{len(alive)} children outlived the window"


def test_a_second_window_gives_way_also_after_a_kill(program: Program, figure: Figure) -> None:
    first = _window(program)
    try:
        _wait("the first window did not open", lambda: _is_open(program) or first.poll() is not None)
        assert first.poll() is None, "the first window ended"
        began = time.monotonic()
        second = _window(program)
        assert second.wait(_PATIENCE_S) == 0
        took = time.monotonic() - began
        assert first.poll() is None
        _end(first, signal.SIGKILL)
        third = _window(program)
        _wait("after a kill no window opens", lambda: third.poll() is not None or _answers(program))
        assert third.poll() is None, "the lock of a window that was killed is an obstacle"
        _end(third, signal.SIGTERM)
    finally:
        if first.poll() is None:
            first.kill()
    figure(
        f"the second start ended with 0 after {took:.1f} s, the first stayed; after SIGKILL a window opens, no orphan"
    )


def _answers(program: Program) -> bool:
    """Another start is taken: there is a window again."""
    return _window(program).wait(_PATIENCE_S) == 0


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
