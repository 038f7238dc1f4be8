"""Suggested questions in the window: shown where nothing was asked and after an answer, and asked with a click."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.core.documents.document import Document
from app.core.errors import Code, Problem
from app.ui.chat.messages.suggestions import SuggestionButton, SuggestionList
from app.ui.kit.bridge import Executor
from tests.ui.fakes import Step
from tests.ui.gate import Gate
from tests.ui.room import Room, wait
from tests.ui.shelf_of_books import agreement, handbook, work_rules

FEE = "How much is the annual maintenance fee?"
WARRANTY = "How long is the warranty period?"
ANSWER = "“The annual maintenance fee is £ 6,200” [p. 2]."


def _open(room: Room, *documents: Document, size: tuple[int, int] = (1440, 900)) -> None:
    room.engine.suggests = True
    books = [room.add_book(document, place) for place, document in enumerate(documents or (agreement(),))]
    room.add_conversation("", books)
    room.open(size=size)


def _first(room: Room) -> SuggestionList:
    return room.window.talk.view.empty.questions


def _buttons(suggested: SuggestionList) -> Sequence[SuggestionButton]:
    return [button for button in suggested.stops() if isinstance(button, SuggestionButton)]


def _asked(room: Room) -> list[str]:
    return [turn.question.text for turn in room.turns()]


def test_an_empty_conversation_suggests_what_its_book_can_answer(room: Room) -> None:
    _open(room)
    assert _first(room).isVisible()
    assert [button.text() for button in _buttons(_first(room))] == list(_first(room).questions)
    assert len(_first(room).questions) == 5
    assert FEE in _first(room).questions


def test_a_click_asks(qtbot: QtBot, room: Room) -> None:
    room.engine.answers = [(ANSWER,)]
    _open(room)
    button = _buttons(_first(room))[0]
    qtbot.mouseDClick(button, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    room.settle()
    assert _asked(room) == [button.text()]
    assert room.window.talk.composer.text() == ""
    assert not _first(room).isVisible()


def test_return_asks_too(qtbot: QtBot, room: Room) -> None:
    _open(room)
    room.window.talk.view.setFocus()
    button = _buttons(_first(room))[0]
    qtbot.keyClick(room.window.talk.view, Qt.Key.Key_Tab)
    assert button.hasFocus()
    assert (button.accessibleName(), button.accessibleDescription()) == (button.text(), "Suggested question")
    qtbot.keyClick(button, Qt.Key.Key_Return)
    room.settle()
    assert _asked(room) == [button.text()]


def test_what_is_being_written_is_not_lost(qtbot: QtBot, room: Room) -> None:
    _open(room)
    composer, button = room.window.talk.composer, _buttons(_first(room))[0]
    composer.set_text("Answer in one word:")
    for _twice in range(2):
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    room.settle()
    assert composer.text() == f"Answer in one word:\n{button.text()}"
    assert _asked(room) == []
    assert room.window.focusWidget() is composer.editor


def test_while_the_model_loads_the_question_waits_as_if_it_was_typed(qtbot: QtBot, room: Room) -> None:
    gate = Gate()
    room.engine.loads = [(gate,)]
    room.engine.suggests = True
    room.add_conversation("", [room.add_book(agreement())])
    room.open(settle=False)
    wait(lambda: bool(_first(room).questions))
    button = _buttons(_first(room))[0]
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert _first(room).questions == ()
    gate.open()
    room.settle()
    assert _asked(room) == [button.text()]


def test_a_book_that_comes_on_the_desk_is_asked_about(room: Room) -> None:
    _open(room)
    rules = room.add_book(work_rules(), 3)
    room.presenter.shelf_area.shelf.take_book(rules)
    room.presenter.talk_area.conversation.books.add(rules, (room.shown().id,))
    room.settle()
    assert "休憩時間はどれくらいですか。" in _first(room).questions
    assert len(_first(room).questions) == 5


def test_nothing_is_suggested_where_the_setting_is_off(room: Room) -> None:
    _open(room)
    assert _first(room).questions
    room.presenter.model_area.preferences.change("suggest_questions", False)
    room.settle()
    assert _first(room).questions == ()
    room.presenter.model_area.preferences.change("suggest_questions", True)
    room.settle()
    assert _first(room).questions


def test_where_there_is_little_room_the_first_ones_are_shown(room: Room) -> None:
    _open(room, size=(1024, 700))
    view = room.window.talk.view
    view.empty.resize(view.empty.width(), 180)
    shown = _buttons(_first(room))
    assert 0 < len(shown) < 5
    assert _first(room).geometry().bottom() <= 180


def test_at_the_first_start_the_handbook_can_be_asked(qtbot: QtBot, room: Room) -> None:
    room.engine.suggests = True
    room.reader.documents["handbook.md"] = handbook()
    room.open()
    assert 0 < len(_first(room).questions) <= 3
    question = _buttons(_first(room))[0]
    qtbot.mouseClick(question, Qt.MouseButton.LeftButton)
    room.settle()
    assert _asked(room) == [question.text()]


# ---- after an answer


def _answered(room: Room, *answer: Step) -> None:
    room.engine.answers = [answer or (ANSWER,)]
    _open(room)
    room.ask("What does maintenance cost?")


def test_after_an_answer_two_more_are_suggested(qtbot: QtBot, room: Room) -> None:
    _answered(room)
    further = room.last_answer().further
    assert further.isVisible()
    assert 0 < len(further.questions) <= 2
    assert FEE not in further.questions
    assert set(_buttons(further)) < set(room.last_answer().stops())
    chosen = further.questions[0]
    qtbot.mouseClick(_buttons(further)[0], Qt.MouseButton.LeftButton)
    room.settle()
    assert _asked(room) == ["What does maintenance cost?", chosen]
    first, last = room.window.talk.view.messages()[1], room.last_answer()
    assert first.further.questions == ()  # type: ignore[attr-defined]
    assert chosen not in last.further.questions


def test_another_answer_of_the_same_words_has_them_too(room: Room) -> None:
    _answered(room)
    before = room.last_answer().further.questions
    room.presenter.talk_area.asking.ask_last_again()
    room.settle()
    assert room.last_answer().further.questions == before != ()


def test_they_cost_no_tokens(room: Room) -> None:
    _answered(room)
    assert room.last_answer().further.questions
    assert len(room.engine.prompts) == 1


def test_they_are_there_when_the_conversation_is_opened_again(room: Room) -> None:
    _answered(room)
    questions, shown = room.last_answer().further.questions, room.shown().id
    other = room.add_conversation("Other")
    room.presenter.talk_area.conversation.open(other.id)
    room.settle()
    room.presenter.talk_area.conversation.open(shown)
    room.settle()
    assert room.last_answer().further.questions == questions != ()


@pytest.mark.parametrize("answer", [("No page is named.",), (ANSWER, Problem(Code.ENGINE_CRASHED, {"signal": 9}))])
def test_after_an_answer_that_failed_or_names_no_page_none_are(room: Room, answer: tuple[Step, ...]) -> None:
    _answered(room, *answer)
    assert room.last_answer().further.questions == ()


def test_after_an_answer_that_was_stopped_none_are(room: Room) -> None:
    gate = Gate()
    room.engine.answers = [(ANSWER, gate)]
    _open(room)
    room.ask("What does maintenance cost?", settle=False)
    wait(gate.reached.is_set)
    room.presenter.talk_area.asking.stop()
    room.settle()
    assert room.last_answer().further.questions == ()


def test_an_answer_is_there_before_they_are(room: Room) -> None:
    _open(room)
    gate = room.hold(Executor.SUGGESTING)
    room.engine.answers = [(ANSWER,)]
    room.ask("What does maintenance cost?", settle=False)
    wait(
        lambda: bool(room.turns()) and room.turns()[-1].answer is not None and not room.presenter.talk_area.asking.busy
    )
    assert room.last_answer().further.questions == ()
    gate.open()
    room.settle()
    assert room.last_answer().further.questions
