"""Plans for the models that a person can choose from, with real headers read in real processes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.core.errors import Code, Problem
from app.core.work import Cancel, Stopped
from app.engine.planner import PlanRequest, imagined
from app.services.plans import ModelPlan
from app.services.selection import Planned, WantedPlan, survey
from tests.ui.fakes import FakeDesk, open_desk

MACHINE = imagined((24.0,), 64.0, 8)


@pytest.fixture
def fake(tmp_path: Path) -> Iterator[FakeDesk]:
    made = open_desk(tmp_path / "desk")
    yield made
    made.desk.close()


class StoppedOnTheWay(Cancel):
    """Not asked for when a model's turn comes, but while its header is read."""

    _looks = 0

    @property
    def requested(self) -> bool:
        self._looks += 1
        return self._looks > 1


def test_one_model_after_the_other_is_planned(fake: FakeDesk, tiny_scout: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.gguf"
    broken.write_bytes(b"no model")
    wanted = [WantedPlan(str(path), PlanRequest()) for path in (tiny_scout, broken)]
    first, second = survey(fake.desk.headers, wanted, (), MACHINE, None, Cancel())
    assert first.key == str(tiny_scout)
    assert isinstance(first.plan, ModelPlan)
    assert second == Planned(str(broken), Problem(Code.MODEL_NOT_GGUF, {"path": str(broken)}))


def test_a_survey_that_is_stopped_calls_no_model_unreadable(fake: FakeDesk, tiny_scout: Path) -> None:
    told: list[object] = []
    wanted = [WantedPlan(str(tiny_scout), PlanRequest())] * 2
    with pytest.raises(Stopped):
        told.extend(survey(fake.desk.headers, wanted, (), MACHINE, None, StoppedOnTheWay()))
    assert told == []
