"""Power loss below the desk: whatever of unsynced writes and names is on the disk, it opens, is whole, and has what it
said that it has. tests/tools/fortress/test_20_power_loss.py goes through many more states."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.core.machine.paths import Paths
from app.store.migrations import MIGRATIONS
from tests.tools.power.disk import Synced
from tests.tools.power.scenes import FIRST_AND_SECOND, new_desk, other_passphrases, survey, upgraded_desk


def test_a_desk_that_is_made_and_used_loses_nothing(paths: Paths, tmp_path: Path) -> None:
    assert survey(new_desk(paths, 3), tmp_path / "after", 1, seed=1, every=9) > 60


@pytest.mark.usefixtures("next_version")
def test_a_desk_that_is_upgraded_loses_nothing(paths: Paths, tmp_path: Path) -> None:
    disk = upgraded_desk(paths, len(MIGRATIONS), 1)
    assert survey(disk, tmp_path / "after", 1, seed=1, every=9) > 40


def test_a_desk_that_gets_other_passphrases_always_opens(paths: Paths, tmp_path: Path) -> None:
    disk = other_passphrases(paths, (*FIRST_AND_SECOND, None))
    assert survey(disk, tmp_path / "after", 1, seed=1, every=61) > 40


def test_without_syncs_something_is_lost(paths: Paths, tmp_path: Path) -> None:
    """The simulation has teeth."""
    disk = new_desk(paths, 1)
    disk.events = [event for event in disk.events if not isinstance(event, Synced)]
    with pytest.raises(AssertionError):
        survey(disk, tmp_path / "after", 1, seed=1)
