"""Asking a model about those sentences of an answer that words do not decide, with a scripted engine and a real
store."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from app.core.conversations.conversation import Answer, BookRef, Question
from app.core.conversations.events import Weighing
from app.core.conversations.verdict import Unweighed, Verdict
from app.core.documents.document import Document, Format, Page
from app.core.errors import Code
from app.core.work import Cancel, finish
from app.services.asking.weighing import AnswerWeighed
from app.services.models import judgement
from tests.ui.fakes import SCOUT, FakeDesk, ScriptedEngine, open_desk
from tests.work import run, stop

PAGES = (
    "The harbour opens at six. Boats are washed on the ramp behind the chandlery.",
    "The tenant gives notice not less than twelve months before the end.",
    "Ends.",
)
ANSWER = (
    "The harbour opens at six [p. 1]. The harbour opens at nine [p. 1]. At the rear of the shop a slope serves for"
    " cleaning boats. Cleaning happens at sea, far from any town and ramp. Elephants sleep standing up. The pages do"
    " not say more."
)
SURE, UNSURE = "At the rear", "Cleaning happens"
WEIGHTS = {SURE: 3.0, UNSURE: 0.0}


@pytest.fixture
def fake(tmp_path: Path) -> Iterator[FakeDesk]:
    made = open_desk(tmp_path / "desk", ScriptedEngine(answers=[(ANSWER,)], weighs=True, weights=WEIGHTS))
    yield made
    made.desk.close()


def answer_in(fake: FakeDesk) -> Answer:
    pages = tuple(Page(n, str(n), text) for n, text in enumerate(PAGES, 1))
    book = fake.books.add(Document("Lease", Format.TEXT, "00" * 32, pages), Path("/lease.txt"))
    talk = fake.desk.conversations.create(books=(BookRef(book.id),))
    return finish(fake.desk.asking.ask.ask(Question(talk.id, "When?", talk.books), Cancel()))


def weigh(fake: FakeDesk, answer: Answer) -> tuple[list[object], AnswerWeighed]:
    told, weighed = run(fake.desk.asking.weighing.weigh(answer, Cancel()))
    return [*told], weighed


def reasons(weighed: AnswerWeighed) -> list[Unweighed | None]:
    return [each.reason for each in weighed.answer.verdicts]


def test_words_decide_when_the_answer_ends_and_the_model_the_rest(fake: FakeDesk) -> None:
    answer = answer_in(fake)
    said = [(each.verdict, each.page, ANSWER[each.start : each.end].split(" [")[0][:16]) for each in answer.verdicts]
    assert said == [
        (Verdict.VERBATIM, 1, "The harbour open"),
        (Verdict.OTHERWISE, 1, "The harbour open"),
        (Verdict.UNWEIGHED, 1, "At the rear of t"),
        (Verdict.UNWEIGHED, 1, "Cleaning happens"),
        (Verdict.NOTHING, 0, "Elephants sleep "),
    ]
    assert fake.desk.asking.weighing.is_wanted(answer)
    told, weighed = weigh(fake, answer)
    assert weighed.off is None
    assert [each.verdict for each in weighed.answer.verdicts] == [
        Verdict.VERBATIM,
        Verdict.OTHERWISE,
        Verdict.SEEMS,
        Verdict.COMPARE,
        Verdict.NOTHING,
    ]
    assert reasons(weighed) == [None] * 5
    assert fake.desk.conversations.answer(answer.id) == weighed.answer
    events = [event for event in told if isinstance(event, Weighing)]
    tested = len(judgement.calibration())
    assert [event.calibrating for event in events] == [True] * tested + [False] * 2
    assert not fake.desk.asking.weighing.is_wanted(weighed.answer), "there is nothing left to ask"


def test_a_model_is_measured_once(fake: FakeDesk) -> None:
    answer = answer_in(fake)
    weigh(fake, answer)
    told, _ = weigh(fake, answer)
    assert not any(isinstance(event, Weighing) and event.calibrating for event in told)


def test_a_sure_no_is_said_as_loudly(fake: FakeDesk) -> None:
    fake.engine.weights = {SURE: 3.0, UNSURE: -5.0}
    _, weighed = weigh(fake, answer_in(fake))
    assert weighed.answer.verdicts[3].verdict is Verdict.NOTHING


def test_a_model_that_cannot_judge_is_not_asked_and_that_is_said(fake: FakeDesk) -> None:
    answer = answer_in(fake)
    fake.engine.weights = {case.question: 0.0 for case in judgement.calibration()}
    _, weighed = weigh(fake, answer)
    assert weighed.off is not None
    assert weighed.off.code is Code.WEIGHING_UNSOUND
    assert reasons(weighed) == [None, None, Unweighed.NO_JUDGE, Unweighed.NO_JUDGE, None]
    assert [each.verdict for each in weighed.answer.verdicts] == [each.verdict for each in answer.verdicts]
    told, weighed = weigh(fake, answer)
    assert weighed.off is not None
    assert not any(isinstance(event, Weighing) for event in told)


def test_a_model_that_cannot_judge_in_one_language_is_asked_in_the_others(fake: FakeDesk) -> None:
    answer = answer_in(fake)
    fake.engine.weights = {
        **WEIGHTS,
        **{case.question: 0.0 for case in judgement.calibration() if case.language == "en"},
    }
    _, weighed = weigh(fake, answer)
    assert weighed.off is None
    assert reasons(weighed)[2:4] == [Unweighed.LANGUAGE] * 2


def test_without_memory_nothing_is_measured(fake: FakeDesk) -> None:
    answer = answer_in(fake)
    fake.engine.weights = {judgement.calibration()[0].question: math.nan}
    _, weighed = weigh(fake, answer)
    assert weighed.off is not None
    assert weighed.off.code is Code.WEIGHING_NO_ROOM
    assert reasons(weighed)[2:4] == [Unweighed.NO_ROOM] * 2


def test_a_sentence_that_there_was_no_room_for_is_said_to_be_unweighed(fake: FakeDesk) -> None:
    fake.engine.weights = {**WEIGHTS, UNSURE: math.nan}
    answer = answer_in(fake)
    _, weighed = weigh(fake, answer)
    assert [each.verdict for each in weighed.answer.verdicts[2:4]] == [Verdict.SEEMS, Verdict.UNWEIGHED]
    assert reasons(weighed)[3] is Unweighed.NO_ROOM
    assert fake.desk.conversations.answer(answer.id) == weighed.answer


def test_a_server_that_does_not_say_how_sure_it_is_weighs_nothing(fake: FakeDesk) -> None:
    answer = answer_in(fake)
    fake.engine.info = msgspec.structs.replace(SCOUT, host="models.example.org")
    _, weighed = weigh(fake, answer)
    assert weighed.off is not None
    assert weighed.off.code is Code.WEIGHING_REMOTE
    assert reasons(weighed)[2:4] == [Unweighed.NO_JUDGE] * 2


def test_the_starter_is_not_asked(fake: FakeDesk, starter: Path) -> None:
    answer = answer_in(fake)
    fake.engine.info = msgspec.structs.replace(SCOUT, path=str(starter))
    _, weighed = weigh(fake, answer)
    assert weighed.off is not None
    assert weighed.off.code is Code.WEIGHING_STARTER


def test_a_stop_keeps_nothing(fake: FakeDesk) -> None:
    answer = answer_in(fake)
    cancel = Cancel()
    stop(fake.desk.asking.weighing.weigh(answer, cancel), lambda _event: cancel.request())
    assert fake.desk.conversations.answer(answer.id) == answer


def test_it_can_be_switched_off(fake: FakeDesk) -> None:
    fake.engine.weighs = False
    settings = fake.desk.settings
    settings.save(msgspec.structs.replace(settings.load(), weigh_sentences=False))
    answer = answer_in(fake)
    assert not fake.desk.asking.weighing.is_wanted(answer)
    assert [each.reason for each in answer.verdicts[2:4]] == [Unweighed.NO_JUDGE] * 2
