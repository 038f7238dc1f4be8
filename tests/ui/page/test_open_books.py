"""The page panel belongs to the conversation that is shown: no book of another one stays beside it."""

from __future__ import annotations

from pathlib import Path

import msgspec
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.core.conversations.conversation import Conversation
from app.ui.kit.frame_state import OpenedBooks, OpenPage, WindowState
from tests.ui.room import HANDBOOK, LEASE, LETTERS, SURVEY, Room


def _two(room: Room) -> tuple[Conversation, Conversation]:
    """The conversations of two clients; the second one is shown."""
    room.add_books()
    first = room.add_conversation("First", [room.books[LETTERS], room.books[SURVEY]], days_ago=1)
    second = room.add_conversation("Second", [room.books[LEASE]])
    room.open()
    return first, second


def _go(room: Room, conversation: Conversation) -> None:
    room.presenter.places.navigation.open_conversation(conversation.id)
    room.settle()


def test_each_conversation_has_its_own_books_open(room: Room) -> None:
    first, second = _two(room)
    lease, letters, survey = (room.books[place].id for place in (LEASE, LETTERS, SURVEY))
    page, tabs = room.presenter.places.pages.first, room.window.page.tabs
    assert room.presenter.shown.place == (lease, 1)
    _go(room, first)
    assert room.presenter.shown.place == (letters, 1), "its own first book"
    assert tabs.books() == [letters]
    room.presenter.places.navigation.open_page(survey, 7)
    room.settle()
    room.presenter.places.navigation.open_page(letters, 9)
    room.settle()
    _go(room, second)
    assert (room.presenter.shown.place, tabs.books()) == ((lease, 1), [lease])
    assert not tabs.isVisible()
    _go(room, first)
    assert (room.presenter.shown.place, tabs.books()) == ((letters, 9), [letters, survey])
    assert tabs.isVisible()
    page.open_book(survey)
    room.settle()
    assert room.presenter.shown.place == (survey, 7), "each where one left it"


def test_a_new_conversation_has_no_book_of_the_one_before(qtbot: QtBot, room: Room) -> None:
    _first, second = _two(room)
    room.ask("When?")
    qtbot.keyClick(room.window, Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)
    room.settle()
    assert room.shown().books == ()
    assert room.presenter.shown.place is None
    assert room.window.page.tabs.books() == []
    assert room.window.page.header.title() == ""
    assert room.window.shelf.book_view.selected() == ""
    _go(room, second)
    assert room.presenter.shown.place == (room.books[LEASE].id, 1)


def test_a_book_that_comes_late_is_not_shown_beside_another_conversation(room: Room) -> None:
    first, _second = _two(room)
    room.presenter.places.navigation.open_page(room.books[LEASE].id, 203)
    _go(room, first)
    assert room.presenter.shown.place == (room.books[LETTERS].id, 1)
    assert room.window.page.tabs.books() == [room.books[LETTERS].id]


def test_a_book_of_the_shelf_is_opened_for_the_conversation_that_is_shown(room: Room) -> None:
    first, second = _two(room)
    handbook = room.books[HANDBOOK].id
    room.presenter.places.navigation.open_book(handbook)
    room.settle()
    assert room.presenter.shown.place == (handbook, 1)
    _go(room, first)
    assert handbook not in room.window.page.tabs.books()
    _go(room, second)
    assert room.presenter.shown.place == (handbook, 1)
    assert room.window.page.tabs.books() == [room.books[LEASE].id, handbook]


def test_what_happens_to_the_shown_conversation_leaves_its_books_open(room: Room) -> None:
    _two(room)
    room.presenter.places.navigation.open_page(room.books[LEASE].id, 203)
    room.settle()
    room.ask("When?")
    room.presenter.shelf_area.shelf.toggle_desk(room.books[SURVEY].id)
    room.settle()
    assert room.presenter.shown.place == (room.books[LEASE].id, 203)


def test_a_removed_book_and_a_deleted_conversation_are_forgotten(room: Room) -> None:
    first, second = _two(room)
    _go(room, first)
    room.presenter.shelf_area.shelf.book_removed.emit(room.books[LEASE].id)
    room.settle()
    assert room.presenter.shown.place == (room.books[LETTERS].id, 1)
    _go(room, second)
    assert room.presenter.shown.place is None
    room.presenter.shelf_area.shelf.conversation_deleted.emit(second.id)
    room.settle()
    assert room.shown().id == first.id
    assert room.presenter.shown.place == (room.books[LETTERS].id, 1)


def test_what_lay_open_lies_open_again_at_the_next_start(room: Room, tmp_path: Path) -> None:
    first, second = _two(room)
    letters, survey = room.books[LETTERS].id, room.books[SURVEY].id
    _go(room, first)
    for book_id, page in ((survey, 7), (letters, 9)):
        room.presenter.places.navigation.open_page(book_id, page)
        room.settle()
    state = msgspec.msgpack.decode(msgspec.msgpack.encode(room.presenter.state()), type=WindowState)
    assert state.conversation_id == first.id
    assert state.opened[first.id] == (OpenedBooks((OpenPage(letters, 9), OpenPage(survey, 7)), letters),)
    assert state.opened[second.id] == (OpenedBooks((OpenPage(room.books[LEASE].id, 1),), room.books[LEASE].id),)


def test_the_next_start_shows_what_the_state_says(room: Room) -> None:
    room.add_books()
    shown = room.add_conversation("First", [room.books[LETTERS]], days_ago=1)
    room.add_conversation("Second", [room.books[LEASE]])
    letters, survey = room.books[LETTERS].id, room.books[SURVEY].id
    pages = (OpenPage(letters, 9), OpenPage("gone", 2), OpenPage(survey, 7))
    room.open(state=WindowState(conversation_id=shown.id, opened={shown.id: (OpenedBooks(pages, survey),)}))
    assert room.shown().id == shown.id
    assert room.presenter.shown.place == (survey, 7)
    assert room.window.page.tabs.books() == [letters, survey], "one that was removed meanwhile is not missed"


def test_a_state_of_a_conversation_that_is_gone_opens_nothing_of_it(room: Room) -> None:
    room.add_books()
    room.add_conversation("Second", [room.books[LEASE]])
    letters = room.books[LETTERS].id
    opened = OpenedBooks((OpenPage(letters, 9),), letters)
    room.open(state=WindowState(conversation_id="gone", opened={"gone": (opened,)}))
    assert room.presenter.shown.place == (room.books[LEASE].id, 1)
    assert room.window.page.tabs.books() == [room.books[LEASE].id]
