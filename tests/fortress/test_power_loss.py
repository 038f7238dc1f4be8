"""Power loss: a desk is made, used, upgraded, and gets other passphrases, on a disk that loses what was not synced."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from app.core.paths import Paths
from app.store.db import Database
from app.store.keys import obtain
from app.store.migrations import MIGRATIONS
from app.store.settings import SettingsStore
from tests.power.disk import Acknowledged, Disk
from tests.power.scenes import FIRST_AND_SECOND, new_desk, other_passphrases, survey, talk, upgraded_desk, watched

pytestmark = [pytest.mark.fortress, pytest.mark.timeout(3600), pytest.mark.usefixtures("schema_by_scripts")]


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
    for version in range(1, len(MIGRATIONS)):
        scenes[f"upgrade of version {version}"] = (lambda paths, v=version: upgraded_desk(paths, v, 1), 3, 1)
    return scenes


@pytest.mark.parametrize("name", _scenes())
@pytest.mark.usefixtures("checkout")
def test_power_loss(
    name: str, tmp_path: Path, times: Callable[[int], int], scale: float, figure: Callable[[str], None]
) -> None:
    scene, each, every = _scenes()[name]
    paths = Paths(tmp_path / "desk")
    paths.create()
    disk = scene(paths)
    states = survey(disk, tmp_path / "after", times(each), seed=20, every=max(every, round(every / min(scale, 1))))
    figure(f"{name}: {states:,} states of the disk after a power cut, 0 messages lost")
