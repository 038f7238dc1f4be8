"""While words are counted the window says so, and whatever a person wants of the engine comes first."""

from __future__ import annotations

import msgspec

from app.core.conversations.events import Tokenizing
from app.ui.chat.messages.answer import AnswerMessage
from app.ui.shelf.rows import measure_of
from tests.ui.fakes import SCOUT
from tests.ui.gate import Gate
from tests.ui.room import LEASE, LETTERS, Room, wait


def _spine(room: Room) -> str:
    return room.window.talk.spine.text()


def _progress(room: Room) -> str:
    shown = [message for message in room.window.talk.view.messages() if isinstance(message, AnswerMessage)]
    return shown[-1].progress.text if shown else ""


def _open(room: Room) -> None:
    room.add_books()
    room.add_conversation("A", [room.books[LEASE]])
    room.open()


def _counted(room: Room, percent: int) -> bool:
    """Whether the row of the book that was just put on the desk says so; the words of the other book are known."""
    words = f"counting words, {percent} %"
    return [words in measure_of(room.row(room.books[place])) for place in (LETTERS, LEASE)] == [True, False]


def test_the_shelf_says_whose_words_are_counted(room: Room) -> None:
    _open(room)
    gate = Gate()
    before, room.engine.tokenizings = _spine(room), [(Tokenizing(42, 100), gate)]
    room.presenter.shelf_area.shelf.counting.tokens.pop(room.books[LETTERS].id)
    room.window.shelf.desk_toggled.emit(room.books[LETTERS].id)
    wait(lambda: _counted(room, 42))
    assert _spine(room) == before
    gate.open()
    room.settle()
    assert _spine(room) == "53 % used · about 420 pages left"
    assert "counting" not in measure_of(room.row(room.books[LETTERS]))


def test_a_desk_that_is_no_longer_shown_is_not_counted_to_its_end(room: Room) -> None:
    _open(room)
    before = _spine(room)
    gate = Gate()
    room.engine.tokenizings = [(Tokenizing(10, 100), gate, Tokenizing(90, 100))]
    room.window.shelf.desk_toggled.emit(room.books[LETTERS].id)
    wait(lambda: gate.reached.is_set())
    room.window.shelf.desk_toggled.emit(room.books[LETTERS].id)  # nobody opens the gate
    room.settle()
    assert _spine(room) == before


def test_a_question_does_not_wait_for_the_books_on_the_shelf(room: Room) -> None:
    _open(room)
    gate = Gate()
    room.engine.tokenizings = [(Tokenizing(10, 100), gate)]
    room.engine.info = msgspec.structs.replace(SCOUT, vocabulary="another")
    room.presenter.shelf_area.shelf.count_tokens()
    wait(gate.reached.is_set)
    assert not any(room.row(book).tokens for book in room.books)
    wait(lambda: any("counting words, 10 %" in measure_of(room.row(book)) for book in room.books))
    room.ask("What?")  # nobody opens the gate
    assert room.answer().text == "A short answer [p. 1]."
    assert all(room.row(book).tokens for book in room.books), "they are counted afterwards"


def test_the_desk_does_not_wait_for_the_books_on_the_shelf(room: Room) -> None:
    _open(room)
    gate = Gate()
    room.engine.tokenizings = [(Tokenizing(10, 100), gate)]
    room.engine.info = msgspec.structs.replace(SCOUT, vocabulary="another")
    room.presenter.shelf_area.shelf.count_tokens()
    wait(gate.reached.is_set)
    room.window.shelf.desk_toggled.emit(room.books[LEASE].id)  # nobody opens the gate
    room.settle()
    assert _spine(room) == "0 % used · about 910 pages left"
    assert all(room.row(book).tokens for book in room.books)


def test_a_question_says_that_its_words_are_counted(room: Room) -> None:
    _open(room)
    gate = Gate()
    room.engine.tokenizings = [(Tokenizing(30, 100), gate)]
    room.ask("What?", settle=False)
    wait(lambda: _progress(room) == "Counting words · 30 %")
    gate.open()
    room.settle()
    assert room.answer().text == "A short answer [p. 1]."
