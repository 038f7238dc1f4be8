"""A disk that is full, or broken, at some write: a sentence, nothing half, and all works once there is space.
tests/tools/fortress/test_21_full_disk.py goes through every write."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from tests.tools.power.full_scenes import SCENES, Scene, fail_at
from tests.tools.power.trouble import Trouble

pytestmark = pytest.mark.usefixtures("next_version")


@pytest.mark.parametrize("scene", SCENES.values(), ids=SCENES)
def test_a_disk_that_fails(scene: Scene, tmp_path: Path) -> None:
    whole = Trouble(0)
    fail_at(scene, tmp_path / "desk", whole)
    for at in range(1, whole.count + 1, max(1, whole.count // 6)):
        assert fail_at(scene, tmp_path / "desk", Trouble(at))
        assert fail_at(scene, tmp_path / "desk", Trouble(at, errno.EIO, lasting=False))
