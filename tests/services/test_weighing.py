"""Weighing the sentences of an answer, with a scripted engine and a real store."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from app.core.conversation import Answer, BookRef, Ending, Question, Support
from app.core.document import Document, Format, Page
from app.core.errors import Code
from app.core.events import Weighing
from app.core.work import Cancel, finish
from app.services import judgement
from app.services.weighing import AnswerWeighed
from tests.ui.fakes import SCOUT, FakeDesk, ScriptedEngine, open_desk
from tests.work import run, stop

PAGES = ("The harbour opens at six.", "The tenant gives notice not less than twelve months before the end.", "Ends.")
ANSWER = (
    "The harbour is opened at six [p. 1]. The harbour opens at nine [p. 1]. It says “The tenant gives notice”"
    " [p. 2]. Elephants sleep standing up. The pages do not say more."
)
SURE = {"is opened": 3.0, "at nine": 3.0}


@pytest.fixture
def fake(tmp_path: Path) -> Iterator[FakeDesk]:
    made = open_desk(tmp_path / "desk", ScriptedEngine(answers=[(ANSWER,)], weighs=True, weights=SURE))
    yield made
    made.desk.close()


def answer_in(fake: FakeDesk) -> Answer:
    pages = tuple(Page(n, str(n), text) for n, text in enumerate(PAGES, 1))
    book = fake.books.add(Document("Lease", Format.TEXT, "00" * 32, pages), Path("/lease.txt"))
    talk = fake.desk.conversations.create(books=(BookRef(book.id),))
    return finish(fake.desk.ask.ask(Question(talk.id, "When?", talk.books), Cancel()))


def weigh(fake: FakeDesk, answer: Answer) -> tuple[list[object], AnswerWeighed]:
    told, weighed = run(fake.desk.weighing.weigh(answer, Cancel()))
    return [*told], weighed


def test_every_sentence_that_states_something_is_weighed_and_kept(fake: FakeDesk) -> None:
    answer = answer_in(fake)
    assert fake.desk.weighing.is_wanted(answer)
    told, weighed = weigh(fake, answer)
    assert weighed.off is None
    said = [(each.support, each.page, ANSWER[each.start : each.end].split(" [")[0]) for each in weighed.answer.weighed]
    assert said == [
        (Support.SUPPORTED, 1, "The harbour is opened at six"),
        (Support.NOTHING, 1, "The harbour opens at nine"),  # whatever the model says
        (Support.QUOTED, 2, "It says “The tenant gives notice”"),
        (Support.NOTHING, 0, "Elephants sleep standing up."),
    ]
    assert fake.desk.conversations.answer(answer.id) == weighed.answer
    events = [event for event in told if isinstance(event, Weighing)]
    assert [event.calibrating for event in events] == [True] * 24 + [False] * 2
    assert len(fake.engine.prompts) == 1  # that of the answer


def test_a_sentence_that_was_cut_off_is_not_weighed(fake: FakeDesk) -> None:
    answer = answer_in(fake)
    cut = msgspec.structs.replace(
        answer, text="The harbour is opened at six [p. 1].\n\n- The harbour ope", citations=()
    )
    _, weighed = weigh(fake, msgspec.structs.replace(cut, ending=Ending.LENGTH))
    assert [each.end for each in weighed.answer.weighed] == [36]


def test_a_model_is_measured_once(fake: FakeDesk) -> None:
    answer = answer_in(fake)
    weigh(fake, answer)
    told, _ = weigh(fake, answer)
    assert not any(isinstance(event, Weighing) and event.calibrating for event in told)


def test_a_model_that_cannot_judge_is_not_asked_and_that_is_said(fake: FakeDesk) -> None:
    answer = answer_in(fake)
    fake.engine.weights = {statement: 0.0 for statement, _claim, _truth in judgement.CASES}
    _, weighed = weigh(fake, answer)
    assert weighed.off is not None
    assert weighed.off.code is Code.WEIGHING_UNSOUND
    assert weighed.off.params == {"right": 50}
    assert weighed.answer == answer
    told, weighed = weigh(fake, answer)
    assert weighed.off is not None
    assert not any(isinstance(event, Weighing) for event in told)


def test_a_context_without_room_measures_nothing(fake: FakeDesk) -> None:
    answer = answer_in(fake)
    fake.engine.weights = {judgement.CASES[0][1]: math.nan}
    _, weighed = weigh(fake, answer)
    assert weighed.off is not None
    assert weighed.off.code is Code.WEIGHING_NO_ROOM
    assert weighed.answer == answer


def test_a_sentence_that_the_model_had_no_room_for_is_said_to_be_unweighed(fake: FakeDesk) -> None:
    answer = answer_in(fake)
    weigh(fake, answer)
    fake.engine.weights = {**SURE, "at nine": math.nan}
    _, weighed = weigh(fake, answer)
    supports = [each.support for each in weighed.answer.weighed]
    assert supports == [Support.SUPPORTED, Support.NO_ROOM, Support.QUOTED, Support.NOTHING]
    assert [each.was_weighed for each in weighed.answer.weighed] == [True, False, True, True]
    kept = fake.desk.conversations.answer(answer.id)
    assert kept == weighed.answer


def test_a_server_that_does_not_say_how_sure_it_is_weighs_nothing(fake: FakeDesk) -> None:
    answer = answer_in(fake)
    fake.engine.info = msgspec.structs.replace(SCOUT, host="models.example.org")
    _, weighed = weigh(fake, answer)
    assert weighed.off is not None
    assert weighed.off.code is Code.WEIGHING_REMOTE


def test_the_starter_is_not_asked(fake: FakeDesk, starter: Path) -> None:
    answer = answer_in(fake)
    fake.engine.info = msgspec.structs.replace(SCOUT, path=str(starter))
    _, weighed = weigh(fake, answer)
    assert weighed.off is not None
    assert weighed.off.code is Code.WEIGHING_STARTER


def test_a_stop_keeps_nothing(fake: FakeDesk) -> None:
    answer = answer_in(fake)
    cancel = Cancel()
    stop(fake.desk.weighing.weigh(answer, cancel), lambda _event: cancel.request())
    assert fake.desk.conversations.answer(answer.id) == answer


def test_what_a_search_wrote_is_not_weighed(fake: FakeDesk) -> None:
    answer = answer_in(fake)
    _, weighed = weigh(fake, msgspec.structs.replace(answer, from_search=True))
    assert weighed.off is not None
    assert weighed.off.code is Code.WEIGHING_STARTER


def test_it_can_be_switched_off(fake: FakeDesk) -> None:
    answer = answer_in(fake)
    fake.engine.weighs = False
    assert not fake.desk.weighing.is_wanted(answer)
