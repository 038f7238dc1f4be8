"""Plans for the models that a person can choose from, with real headers read in real processes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.core.errors import Code, Problem
from app.core.settings import Adapter
from app.core.work import Cancel, Stopped
from app.engine.planner.machine import imagined
from app.engine.planner.placement import PlanRequest
from app.services.models import judgement
from app.services.models.plans import ModelPlan
from app.services.models.selection import Planned, WantedPlan, survey
from app.store.judges import Judge, JudgedLanguage
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
    first, second = survey(
        fake.desk.models.plans.headers, wanted, (), MACHINE, None, fake.desk.asking.weighing.judges, Cancel()
    )
    assert first.key == str(tiny_scout)
    assert isinstance(first.plan, ModelPlan)
    assert second == Planned(str(broken), Problem(Code.MODEL_NOT_GGUF, {"path": str(broken)}))


def test_a_survey_that_is_stopped_calls_no_model_unreadable(fake: FakeDesk, tiny_scout: Path) -> None:
    told: list[object] = []
    wanted = [WantedPlan(str(tiny_scout), PlanRequest())] * 2
    with pytest.raises(Stopped):
        told.extend(
            survey(
                fake.desk.models.plans.headers,
                wanted,
                (),
                MACHINE,
                None,
                fake.desk.asking.weighing.judges,
                StoppedOnTheWay(),
            )
        )
    assert told == []


def test_what_is_known_of_a_model_as_a_judge_comes_with_its_plan(fake: FakeDesk, tiny_scout: Path) -> None:
    """It is known of the model with its adapters, by their names."""
    judges = fake.desk.asking.weighing.judges
    adapter = Adapter("/somewhere/law.gguf")
    weak, strong = (JudgedLanguage("en", 1.0, -1.0, kept, 0.7) for kept in (0.1, 0.9))
    judges.keep(Judge(judgement.file_key(tiny_scout, ()), judgement.VERSION, (weak,)))
    judges.keep(Judge(judgement.file_key(tiny_scout, ("law",)), judgement.VERSION, (weak, strong)))
    wanted = [
        WantedPlan(str(tiny_scout), PlanRequest()),
        WantedPlan(str(tiny_scout), PlanRequest(), (adapter,)),
        WantedPlan(str(tiny_scout), PlanRequest(), (adapter, adapter)),
    ]
    planned = survey(fake.desk.models.plans.headers, wanted, (), MACHINE, None, judges, Cancel())
    assert [each.may_judge for each in planned] == [False, True, None]
