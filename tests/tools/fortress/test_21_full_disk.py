"""Check 21: a disk that is full or broken at every write in turn: a sentence, nothing half, and all works once there is
space. And a true disk that becomes full at many moments of the program's commands, an installed one's too."""

from __future__ import annotations

import contextlib
import errno
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.tools.fortress.conftest import Figure
from tests.tools.fortress.filling import PASSPHRASE, Scene, scenes
from tests.tools.fortress.killing import opened
from tests.tools.fortress.program import Done, Program
from tests.tools.fortress.small_disk import LARGE, SmallDisk, small_disk
from tests.tools.power.full_scenes import SCENES, fail_at
from tests.tools.power.trouble import Trouble

pytestmark = [pytest.mark.fortress, pytest.mark.timeout(3600)]

_OF_THE_DISK = re.compile(r"\bdisk\b|There is no room at")
_MOMENTS = 100


@pytest.mark.usefixtures("checkout", "next_version")
@pytest.mark.parametrize("name", SCENES)
@pytest.mark.parametrize(("number", "lasting"), [(errno.ENOSPC, True), (errno.ENOSPC, False), (errno.EIO, False)])
def test_each_write(
    name: str, number: int, lasting: bool, tmp_path: Path, times: Callable[[int], int], figure: Callable[[str], None]
) -> None:
    whole = Trouble(0)
    fail_at(SCENES[name], tmp_path / "desk", whole)
    step = max(1, whole.count // times(whole.count))
    tried = range(1, whole.count + 1, step)
    for at in tried:
        fail_at(SCENES[name], tmp_path / "desk", Trouble(at, number, lasting=lasting))
    kind = "full from there on" if lasting else ("full once" if number == errno.ENOSPC else "broken once")
    figure(f"{name}, disk {kind}: {len(tried)} of {whole.count} writes failed, nothing lost or half")


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    for needed in ("unshare", "nsenter", "mount"):
        if shutil.which(needed) is None:
            pytest.skip(f"{needed} is not installed")
    with contextlib.ExitStack() as stack:
        try:
            made = stack.enter_context(small_disk(tmp_path / "disk"))
        except OSError as error:
            pytest.skip(str(error))
        yield made


def _attempt(program: Program, disk: SmallDisk, scene: Scene, judged: Path, before: list[Done]) -> Done:
    """The command, and what the desk has then: all of `before`."""
    there = replace(program, data=disk.folder / "desk", before=disk.words)
    done = there.run(*scene.words, typed=scene.typed, code=None)
    before.append(done)
    assert done.code >= 0
    assert "Traceback" not in done.err
    if done.code:
        assert _OF_THE_DISK.search(done.err + done.out), f"{scene.name}: {done.code}: {done.err[-600:]}"
    if done.code and (scene.damaged or scene.begins):
        return done  # there is no desk to look into yet
    changed = done.code == 0 and scene.typed
    with opened(disk.copy(judged), *((PASSPHRASE,) if changed else (None, PASSPHRASE))) as database:
        scene.holds(database, before)
    return done


def _judge_backup(program: Program, scene: Scene, disk: SmallDisk, done: Done, folder: Path) -> None:
    """It is whole, or not there."""
    target = disk.seen / Path(str(scene.words[1])).name
    assert target.exists() == (done.code == 0)
    if target.exists():
        copy = shutil.copy(target, folder / target.name)
        shutil.rmtree(folder / "restored", ignore_errors=True)
        replace(program, data=folder / "restored").run("restore", copy, *scene.words[3:])


def test_a_disk_that_becomes_full(
    program: Program, disk: SmallDisk, tiny_scout_fast: Path, tmp_path: Path, times: Callable[[int], int],
    figure: Figure,
) -> None:  # fmt: skip
    every = scenes(program, tmp_path / "files", tiny_scout_fast, disk.folder / "made.octavo-backup")
    moments = max(1, times(_MOMENTS) // len(every))
    for scene in every:
        refused = 0
        disk.fill(scene.prepared)
        begun = disk.used
        with disk.peak() as most:
            assert _attempt(program, disk, scene, tmp_path / "judged", []).code == 0
        for moment in range(moments):
            disk.fill(scene.prepared)
            disk.leave(round((most[0] - begun) * (moment + 0.5) / moments))
            before: list[Done] = []
            done = _attempt(program, disk, scene, tmp_path / "judged", before)
            refused += done.code != 0
            if scene.name == "backup":
                _judge_backup(program, scene, disk, done, tmp_path)
            disk.resize(LARGE)
            if not (done.code == 0 and (scene.begins or scene.typed or scene.name == "matters")):  # which work once
                assert _attempt(program, disk, scene, tmp_path / "judged", before).code == 0, before[-1].err
        figure(
            f"{scene.name}: the disk full at {moments} moments of {(most[0] - begun) >> 10:,} KB, {refused} times a"
            " sentence that says so; 0 acknowledged things lost, and all worked once there was space"
        )
