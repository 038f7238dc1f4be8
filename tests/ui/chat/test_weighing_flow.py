"""A model is asked about sentences after an answer: what waits, what is shown of it, counts, and who comes first."""

from __future__ import annotations

from app.core.conversations.verdict import Unweighed, Verdict
from app.core.errors import Code
from app.core.settings import AnswerWords
from app.services.models import judgement
from app.ui.chat.messages.answer import AnswerMessage
from app.ui.chat.text.chip import ChipButton
from app.ui.kit.activity import EngineTask
from app.wording.verdicts import verdict_label
from tests.said import says
from tests.ui.chat.talk import read
from tests.ui.gate import Gate
from tests.ui.room import LEASE, Room, wait

_WRITES = "Whoever quits must write to the Harbour Office by registered post, since an e-mail does not count [p. 88]."
_KEEPS = "The Tenant may keep a small workboat next to its Berth for free [p. 40]."
ANSWER = (
    "The Tenant shall give notice to end the Term not less than twelve months before the end of the then current Term"
    f" [p. 87]. {_WRITES} {_KEEPS} Elephants sleep standing up in winter."
)
SURE = {"Whoever quits": 4.0, "small workboat": -4.0}


def _open(room: Room, answers: int = 1) -> None:
    room.engine.weighs, room.engine.weights = True, SURE
    room.engine.answers = [(ANSWER,)] * answers
    room.add_books()
    room.add_conversation("A", [room.books[LEASE]])
    room.open()


def _message(room: Room) -> AnswerMessage:
    return room.window.findChildren(AnswerMessage)[-1]


def _chips(room: Room) -> list[ChipButton]:
    message = _message(room)
    message.expose(message.width(), -(10**7), 10**7)
    return [stop for stop in message.stops() if isinstance(stop, ChipButton) and stop.parent() is message]


def _labels(room: Room) -> list[str]:
    return [chip.text() for chip in _chips(room)]


def _verdicts(room: Room) -> list[Verdict]:
    return [each.verdict for each in room.answer().verdicts]


def test_marks_say_what_was_found_of_each_sentence(room: Room) -> None:
    _open(room)
    room.ask("When?")
    room.settle()
    assert _verdicts(room) == [Verdict.VERBATIM, Verdict.SEEMS, Verdict.NOTHING, Verdict.NOTHING]
    assert room.turns()[-1].answer == room.answer()
    verdicts = room.answer().verdicts[:2]
    assert [each.page for each in verdicts] == [87, 88]
    assert _labels(room)[:2] == [verdict_label(each, {}) for each in verdicts]
    assert all("no page says this" in label for label in _labels(room)[2:])
    assert "1 word for word, 1 seems so, 2 not found" in _message(room).foot.describe()
    assert not room.presenter.activity.has(EngineTask.WEIGHING)


def test_what_waits_for_the_model_has_no_line_and_a_neutral_mark(room: Room) -> None:
    _open(room)
    gate = Gate()
    room.engine.weighings = [gate]
    room.presenter.talk_area.asking.submit("When?")
    wait(gate.reached.is_set)
    wait(lambda: "2 not weighed" in _message(room).foot.describe())
    assert _labels(room)[:3] == ["p. 87 ✓", "p. 88", "p. 40"]
    assert "Not weighed yet" in _message(room).foot.toolTip()
    lined = [each.verdict for piece in _message(room).pieces if piece.written for each in piece.written.sentences]
    assert lined == [Verdict.VERBATIM, Verdict.NOTHING]
    gate.open()
    room.settle()
    assert "not weighed" not in _message(room).foot.describe()


def test_what_is_copied_has_no_words_that_were_not_written(room: Room) -> None:
    _open(room)
    room.ask("When?")
    room.settle()
    assert read(_message(room)).strip() == ANSWER


def test_that_the_check_is_calibrated_is_said_of_the_model_not_below_the_answer(room: Room) -> None:
    _open(room)
    gates = [Gate(), Gate()]
    room.engine.weighings = [*gates]
    room.presenter.talk_area.asking.submit("When?")
    wait(gates[0].reached.is_set)
    gates[0].open()
    wait(gates[1].reached.is_set)
    told = f"Calibrating the check for this model (once): 2 of {len(judgement.calibration())}"
    chip = room.window.talk.chip
    wait(lambda: told in chip.state.tooltip)
    assert "alibrating" not in _message(room).foot.describe()
    chip.open_menu()
    assert [action.text() for action in chip.menu.actions() if not action.isEnabled()] == [told]
    chip.menu.close()
    gates[1].open()
    room.settle()
    assert "alibrating" not in chip.state.tooltip


def test_a_mark_opens_the_page_with_its_own_sentence(room: Room) -> None:
    _open(room)
    room.ask("When?")
    room.settle()
    chip = next(chip for chip in _chips(room) if "seems" in chip.text())
    assert chip.citation.shown == room.answer().verdicts[1].on_page != ""
    chip.clicked.emit()
    room.settle()
    assert room.presenter.shown.place == (room.books[LEASE].id, 88)


def test_the_next_question_comes_first(room: Room) -> None:
    _open(room, answers=2)
    gate = Gate()
    room.engine.weighings = [gate]
    room.window.talk.composer.editor.setPlainText("When?")
    room.presenter.talk_area.asking.submit("When?")
    wait(gate.reached.is_set)
    assert room.presenter.activity.has(EngineTask.WEIGHING)
    assert room.turns()[-1].answer is not None, "the answer is whole before it is weighed"
    room.presenter.talk_area.asking.submit("And then?")
    gate.open()
    room.settle()
    first, second = room.turns()
    assert first.answer is not None
    assert second.answer is not None
    waits = Unweighed.WAITING
    assert [each.reason for each in first.answer.verdicts] == [None, waits, waits, None]
    assert [each.reason for each in second.answer.verdicts] == [None] * 4


def test_why_it_is_off_is_said_once(room: Room) -> None:
    room.desk.settings.change("answer_words", AnswerWords.FREE)  # else the next one is in the documents' words
    _open(room, answers=2)
    room.engine.weights = {case.question: 0.0 for case in judgement.calibration()}
    for question in ("When?", "And then?"):
        room.ask(question)
        room.settle()
    said = [each for message in room.window.findChildren(AnswerMessage) for each in message.sentences]
    assert len([each for each in said if says(each, Code.WEIGHING_UNSOUND)]) == 1
    assert "2 not weighed" in _message(room).foot.describe()
    assert "no model judged it" in _message(room).foot.toolTip()
