"""Whatever a person does, no process asks for an internet socket, and nothing listens; and all of it works where there
is no network at all."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from app.core.machine.paths import Paths
from tests.tools.fortress.conftest import ROOT, Figure
from tests.tools.fortress.program import Program
from tests.tools.fortress.walk import Walk
from tests.tools.fortress.window import opened_window
from tests.tools.fortress.window_walk import WindowWalk
from tests.whole import open_desk

pytestmark = pytest.mark.fortress

_SOCKET = re.compile(r"\bsocket\((AF_\w+)")
_LEFT_OUT = {"bench", "passphrase"}
"""One takes minutes, the other a terminal."""
_LISTENING = re.compile(r"\blisten\(")


@pytest.fixture
def walk(program: Program, tmp_path: Path, tiny_scout_fast: Path) -> Walk:
    made = Walk(program, tmp_path / "files", tiny_scout_fast)
    made.write_documents()
    return made


def _strace(calls: Path) -> tuple[str, ...]:
    if shutil.which("strace") is None:
        pytest.skip("strace is not installed")
    return ("strace", "-f", "-qq", "-e", "trace=network", "-o", str(calls))


def _alone() -> tuple[str, ...]:
    """In a network namespace without interfaces."""
    alone = ("unshare", "-n") if os.geteuid() == 0 else ("unshare", "-rn")
    if subprocess.run([*alone, "true"], capture_output=True, check=False).returncode:
        pytest.skip("this machine lets nobody make a network namespace")
    return alone


def _families(*calls: Path) -> tuple[Counter[str], int]:
    """Sockets by their families, and how often something listened."""
    families: Counter[str] = Counter()
    listening = 0
    for path in calls:
        text = path.read_text("utf-8", "replace")
        families.update(_SOCKET.findall(text))
        listening += len(_LISTENING.findall(text))
    return families, listening


def _hold(families: Counter[str], listening: int) -> str:
    assert not [name for name in families if name.startswith("AF_INET")], families
    assert not listening
    found = ", ".join(f"{number} {name}" for name, number in sorted(families.items())) or "no socket"
    return f"0 AF_INET, 0 AF_INET6, 0 listen ({found})"


def _verbs(program: Program) -> set[str]:
    """The verbs that the program lists in its help."""
    words = [*program.command, "--help"]
    done = subprocess.run(words, capture_output=True, text=True, check=True, cwd=program.cwd)
    return set(re.findall(r"^    ([a-z]+)(?:  |$)", done.stdout, re.MULTILINE))


def test_the_terminal_under_strace(walk: Walk, figure: Figure, tmp_path: Path) -> None:
    calls = tmp_path / "calls"
    calls.mkdir()
    walked, traces = [], []
    for number, words in enumerate(walk.commands()):
        traces.append(calls / f"{number}.txt")
        replace(walk.program, before=_strace(traces[-1])).run(*words)
        walked.append(str(words[0]))
    held = _hold(*_families(*traces))
    left = _verbs(walk.program) - set(walked)
    figure(f"terminal: {len(walked)} commands of {len(set(walked))} verbs: {held}; left out: {', '.join(sorted(left))}")
    assert left <= _LEFT_OUT, "a new verb belongs into the walk"


def test_the_terminal_without_any_interface(walk: Walk, figure: Figure) -> None:
    done = list(replace(walk, program=replace(walk.program, before=_alone())).go())
    figure(f"without interfaces: {len(done)} commands, all with exit status 0")


@pytest.mark.parametrize("without", [False, True], ids=["strace", "no-interface"])
def test_the_window_by_keyboard(
    program: Program, display: dict[str, str], figure: Figure, tmp_path: Path, without: bool
) -> None:
    """From the first start on; its mouse has its own journey, which looks into the window."""
    calls = tmp_path / "calls.txt"
    steps = []
    with opened_window(replace(program, before=_alone() if without else _strace(calls)), display) as window:
        for step in WindowWalk(window, tmp_path).go():
            steps.append(step)
            window.picture(tmp_path / f"{len(steps):02}.png")
        assert window.quit() == 0
    with contextlib.closing(open_desk(Paths(program.data))) as desk:
        assert [talk.title for talk in desk.conversations.all()] == ["Tide talk"]
        assert len(desk.documents.library.books()) == 2
    held = "all done in a namespace without interfaces" if without else _hold(*_families(calls))
    figure(f"window by keyboard: {len(steps)} steps: {held}")


@pytest.mark.usefixtures("checkout")
@pytest.mark.parametrize("without", [False, True], ids=["strace", "no-interface"])
def test_the_window(display: dict[str, str], figure: Figure, tmp_path: Path, without: bool) -> None:
    """The journey of somebody who has just installed Octavo, by mouse and keyboard."""
    calls = tmp_path / "calls.txt"
    before = _alone() if without else _strace(calls)
    words = [*before, sys.executable, "-P", "-m", "tests.tools.journey", "--out", str(tmp_path / "pictures")]
    env = {**os.environ, **display, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(words, cwd=ROOT, env=env, capture_output=True, text=True, errors="replace", check=False)
    steps = len(done.stdout.splitlines())
    assert done.returncode == 0, f"after {steps} steps: {done.stderr[-800:]}"
    held = "all done in a namespace without interfaces" if without else _hold(*_families(calls))
    figure(f"window: journey of {steps} steps: {held}")
