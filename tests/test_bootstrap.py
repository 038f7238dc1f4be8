"""A desk is made with what is known of the machine."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path
from typing import NoReturn

import pytest

from app.core.machine.paths import Paths
from app.core.work import Cancel, finish
from app.engine.protocol import MeasureBandwidth
from app.features.backup.service import backups_of
from app.store import key_derivation
from tests.there import there
from tests.whole import KNOWN, needs, open_desk
from tests.work import instead

_WORDS = "lantern quay otter violet"


def _never() -> NoReturn:
    raise AssertionError("it is known")


@needs("backup")
def test_what_is_known_of_the_machine_is_not_found_out_again(
    tmp_path: Path, near_engines: None, near_readers: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(key_derivation, "measured_cost", _never)
    paths, cost = Paths(tmp_path / "desk"), there(KNOWN.guess_cost)
    with closing(open_desk(paths)) as desk:
        monkeypatch.setattr(desk.engine, "run", instead(desk.engine, MeasureBandwidth, _never))
        machine = desk.models.plans.machines.machine()
        assert machine.host.bandwidth == there(KNOWN.bandwidth).bytes_a_second
        desk.protect(_WORDS)
        desk.shared.matters.export(desk.shared.matters.create("Marlow").id, tmp_path / "Marlow.octavo-matter", _WORDS)
        finish(backups_of(desk).make(tmp_path / "all.octavo-backup", _WORDS, Cancel()))
    card = json.loads((paths.data / "octavo.keycard").read_bytes())
    assert card["argon2"] == {"memory_kib": cost.memory_kib, "passes": cost.passes, "lanes": cost.lanes}
    with closing(open_desk(Paths(tmp_path / "another"), _WORDS)) as desk:
        assert desk.shared.matters.home.is_open
