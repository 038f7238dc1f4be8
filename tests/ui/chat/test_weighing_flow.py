"""Sentences are weighed after an answer: marks, counts, and who comes first."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QTextCharFormat, QTextCursor

from app.core.conversation import Support
from app.services import judgement
from app.ui.activity import EngineTask
from app.ui.chat.answer import AnswerMessage
from app.ui.chat.chip import ChipButton
from tests.ui.chat.talk import read
from tests.ui.fakes import Gate
from tests.ui.room import LEASE, Room, wait

ANSWER = (
    "The Tenant gives notice twelve months before the Term ends [p. 87]. The Tenant gives notice six months before the"
    " Term ends [p. 87]. Elephants sleep standing up in winter."
)
_STYLE = QTextCharFormat.UnderlineStyle
_NONE, _LINE, _DOTS = _STYLE.NoUnderline, _STYLE.SingleUnderline, _STYLE.DotLine
SURE = {"notice twelve months": 4.0, "notice six months": -4.0}


def _open(room: Room, answers: int = 1) -> None:
    room.engine.weighs, room.engine.weights = True, SURE
    room.engine.answers = [(ANSWER,)] * answers
    room.add_books()
    room.add_conversation("A", [room.books[LEASE]])
    room.open()


def _message(room: Room) -> AnswerMessage:
    return room.window.findChildren(AnswerMessage)[-1]


def _labels(room: Room) -> list[str]:
    message = _message(room)
    message.expose(message.width(), -(10**7), 10**7)
    return [chip.text().strip() for chip in message.findChildren(ChipButton) if chip.parent() is not message.foot]


def test_marks_say_what_was_found_of_each_sentence(room: Room) -> None:
    _open(room)
    room.ask("When?")
    room.settle()
    weighed = room.answer().weighed
    assert [each.support for each in weighed] == [Support.SUPPORTED, Support.OTHERWISE, Support.NOTHING]
    assert room.turns()[-1].answer == room.answer()
    assert _labels(room) == ["p. 87 · supported", "p. 87 says otherwise", "nothing found"]
    assert "1 supported, 1 not confirmed, 1 contradicted" in _message(room).foot.describe()
    assert not room.presenter.activity.has(EngineTask.WEIGHING)


def _underlined(room: Room) -> list[tuple[str, QTextCharFormat.UnderlineStyle]]:
    message, found = _message(room), []
    message.expose(message.width(), -(10**7), 10**7)
    for piece in message.pieces:
        assert piece.written is not None
        text, cursor = "", QTextCursor(piece.written.document)
        style = before = _NONE
        while cursor.movePosition(QTextCursor.MoveOperation.NextCharacter, QTextCursor.MoveMode.KeepAnchor):
            style = cursor.charFormat().underlineStyle()
            if style != before and text:
                found.append((text, before))
                text = ""
            text += cursor.selectedText() if style != _NONE else ""
            before = style
            cursor.clearSelection()
        found += [(text, style)] if text else []
    return found


def test_sentences_that_the_books_do_not_bear_out_are_underlined_up_to_their_marks(room: Room) -> None:
    _open(room)
    room.ask("When?")
    room.settle()
    assert _underlined(room) == [
        ("The Tenant gives notice six months before the Term ends ", _LINE),
        ("Elephants sleep standing up in winter.", _DOTS),
    ]


@pytest.mark.parametrize(
    ("answer", "markers"),
    [
        ("- Elephants sleep standing up.\n- Whales do not sleep in winter.", ["•", "•"]),
        ("2. Elephants *never* sleep in **winter**.", ["2."]),
        ("**Elephants** sleep standing up in winter.", []),
    ],
)
def test_underlining_leaves_lists_and_emphasis_as_they_are(room: Room, answer: str, markers: list[str]) -> None:
    _open(room)
    room.engine.answers = [(answer,)]
    room.ask("When?")
    room.settle()
    lined = _underlined(room)
    written = [piece.written for piece in _message(room).pieces if piece.written is not None]
    assert [drawn.marker for each in written for drawn in each.drawn if drawn.marker] == markers
    assert {style for _text, style in lined} == {_DOTS}
    assert lined[0][0].startswith("Elephants")


def test_what_is_copied_has_no_words_that_were_not_written(room: Room) -> None:
    _open(room)
    room.ask("When?")
    room.settle()
    assert read(_message(room)).strip() == ANSWER


def test_how_far_it_is_is_below_the_answer(room: Room) -> None:
    _open(room)
    gates = [Gate(), Gate()]
    room.engine.weighings = [*gates]
    room.presenter.asking.submit("When?")
    wait(gates[0].reached.is_set)
    gates[0].open()
    wait(gates[1].reached.is_set)
    wait(lambda: "testing the model: 2 of 24" in _message(room).foot.describe())
    gates[1].open()
    room.settle()
    assert "testing" not in _message(room).foot.describe()


def test_a_mark_opens_the_page_with_its_own_sentence(room: Room) -> None:
    _open(room)
    room.ask("When?")
    room.settle()
    _labels(room)
    chip = next(chip for chip in _message(room).findChildren(ChipButton) if "otherwise" in chip.text())
    assert chip.citation.shown == room.answer().weighed[1].on_page != ""
    chip.clicked.emit()
    room.settle()
    assert room.presenter.shown.place == (room.books[LEASE].id, 87)


def test_the_next_question_comes_first(room: Room) -> None:
    _open(room, answers=2)
    gate = Gate()
    room.engine.weighings = [gate]
    room.window.talk.composer.editor.setPlainText("When?")
    room.presenter.asking.submit("When?")
    wait(gate.reached.is_set)
    assert room.presenter.activity.has(EngineTask.WEIGHING)
    assert room.turns()[-1].answer is not None, "the answer is whole before it is weighed"
    room.presenter.asking.submit("And then?")
    gate.open()
    room.settle()
    first, second = room.turns()
    assert first.answer is not None
    assert second.answer is not None
    assert (first.answer.weighed, len(second.answer.weighed)) == ((), 3)


def test_why_it_is_off_is_said_once(room: Room) -> None:
    _open(room, answers=2)
    room.engine.weights = {statement: 0.0 for statement, _claim, _truth in judgement.CASES}
    for question in ("When?", "And then?"):
        room.ask(question)
        room.settle()
    said = [each for message in room.window.findChildren(AnswerMessage) for each in message.sentences]
    assert len([each for each in said if "cannot judge sentences" in each]) == 1
