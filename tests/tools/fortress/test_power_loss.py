"""Power loss: a desk is made, used, upgraded, and gets other passphrases, on a disk that loses what was not synced. The
last test asks it of the program, an installed one too, by the system calls of its commands."""

from __future__ import annotations

import contextlib
import json
import os
import random
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from app.core.machine.paths import Paths
from app.store.db import Database
from app.store.keys import obtain
from app.store.migrations import MIGRATIONS
from app.store.settings import SettingsStore
from tests.tools.fortress.conftest import Figure
from tests.tools.fortress.program import Program
from tests.tools.power import replayed
from tests.tools.power.disk import Acknowledged, Disk
from tests.tools.power.scenes import FIRST_AND_SECOND, new_desk, other_passphrases, survey, talk, upgraded_desk, watched
from tests.tools.power.syscalls import STRACE

pytestmark = [pytest.mark.fortress, pytest.mark.timeout(3600)]

_STATES = 4000
_ELSEWHERE = ("logs", "readings", "window")
"""Folders in which nothing is that a person relies on."""


def _large(paths: Paths) -> Disk:
    """So much is written at once that SQLite moves it from its log into the database unasked."""
    with watched(paths) as disk, contextlib.closing(Database.open(paths.database, obtain(paths))) as database:
        for number in range(3):
            SettingsStore(database).set_blob(f"large {number}", os.urandom(3_000_000))
            talk(database, disk, 1, first=number)
            disk.note(Acknowledged(f"title {number}"))
    return disk


def _scenes() -> dict[str, tuple[Callable[[Paths], Disk], int, int]]:
    """With how many states at each step, and at which steps (every so many, and wherever something was stored)."""
    scenes: dict[str, tuple[Callable[[Paths], Disk], int, int]] = {
        "a new desk": (lambda paths: new_desk(paths, 9), 10, 1),
        "passphrases": (lambda paths: other_passphrases(paths, (*FIRST_AND_SECOND, None)), 4, 1),
        "large writes": (_large, 1, 61),
    }
    for version in range(1, len(MIGRATIONS) + 1):
        scenes[f"upgrade of version {version}"] = (partial(_upgraded, version), 3, 1)
    return scenes


def _upgraded(version: int, paths: Paths) -> Disk:
    return upgraded_desk(paths, version, 1)


@pytest.mark.parametrize("name", _scenes())
@pytest.mark.usefixtures("checkout", "next_version")
def test_power_loss(
    name: str, tmp_path: Path, times: Callable[[int], int], scale: float, figure: Callable[[str], None]
) -> None:
    scene, each, every = _scenes()[name]
    paths = Paths(tmp_path / "desk")
    paths.create()
    disk = scene(paths)
    states = survey(disk, tmp_path / "after", times(each), seed=20, every=max(every, round(every / min(scale, 1))))
    figure(f"{name}: {states:,} states of the disk after a power cut, 0 messages lost")


class _Said:
    """A reader of the JSON that the program prints: once an answer is finished, it and its question are
    acknowledged."""

    def __init__(self, disk: Disk, questions: list[str]) -> None:
        self._disk, self._questions, self._line = disk, questions, b""

    def __call__(self, written: bytes) -> None:
        *lines, self._line = (self._line + written).split(b"\n")
        for line in lines:
            if line.startswith(b"{") and (event := json.loads(line))["event"] == "finished":
                assert event["answer"].strip()
                self._disk.note(Acknowledged(self._questions.pop(0)))
                self._disk.note(Acknowledged(" ".join(event["answer"].split(" ")[:2])))


@pytest.mark.root
@pytest.mark.skipif(STRACE is None, reason="there is no strace")
def test_a_power_cut_while_the_program_works(
    program: Program, tiny_scout_fast: Path, tmp_path: Path, times: Callable[[int], int], figure: Figure
) -> None:
    """A new desk, and two conversations of two questions each."""
    (book := tmp_path / "a.txt").write_text("The keeper hid the ledger under the stair. " * 20, "utf-8")
    quick = (
        "--model",
        tiny_scout_fast,
        "--context",
        "2048",
        "--max-tokens",
        "6",
        "--no-close-reading",
        "--no-weighing",
    )
    disk, log = Disk(), tmp_path / "calls"
    for first in (0, 2):
        questions = [f"question {number}" for number in range(first, first + 2)]
        traced = Program(program.command, program.data, replayed.words(log))
        traced.run("ask", "--json", "--document", book, *quick, *questions)
        replay = replayed.Replay(disk, program.data, _is_elsewhere, _Said(disk, questions))
        replay.follow(log.read_text("ascii").splitlines())
        assert not questions
        *_before, whole = disk.states(0, random.Random(0), len(disk.events) - 1)
        there = {name: (program.data / name).read_bytes() for name in whole.files}
        assert whole.files == there, "more was done to the files than was seen"
    each = 6
    every = max(1, len(disk.events) * (each + 2) // times(_STATES))
    states = survey(disk, tmp_path / "after", each, seed=20, every=every)
    figure(
        f"the program's own calls, {len(disk.events):,} on a new desk with two conversations: {states:,} states of the"
        " disk after a power cut, 0 messages lost"
    )


def _is_elsewhere(name: str) -> bool:
    return name.startswith(_ELSEWHERE) or name.endswith("-shm")
