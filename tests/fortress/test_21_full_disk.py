"""A disk that is full or broken at every write in turn: a sentence, nothing half, and all works once there is space."""

from __future__ import annotations

import errno
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.power.full_scenes import SCENES, fail_at
from tests.power.trouble import Trouble

pytestmark = [pytest.mark.fortress, pytest.mark.timeout(3600), pytest.mark.usefixtures("checkout", "schema_by_scripts")]


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
