"""Deleting in the window: at once, with ten seconds to take it back; and for good, where there is no bin."""

from __future__ import annotations

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.core.conversations.conversation import BookRef
from app.ui.frame.undoing import UNDO_MS
from app.ui.widgets.dialogs import Confirmation
from tests.ui.room import LEASE, SURVEY, Room

CONTROL = Qt.KeyboardModifier.ControlModifier


def titles(room: Room) -> list[str]:
    return [conversation.title for conversation in room.presenter.shelf_area.shelf.conversations]


@pytest.fixture
def talk(room: Room) -> str:
    """Two conversations; the newer one is shown and has two books on its desk."""
    room.add_books()
    room.add_conversation("Older", days_ago=1)
    id = room.add_conversation("Wharf", [room.books[LEASE], room.books[SURVEY]]).id
    room.open()
    return id


def test_a_deleted_conversation_is_gone_at_once_and_undone_by_the_button(qtbot: QtBot, room: Room, talk: str) -> None:
    room.presenter.places.navigation.delete()
    room.settle()
    assert titles(room) == ["Older"]
    assert room.window.findChild(Confirmation) is None
    notice = room.window.talk.notice
    assert (notice.text(), notice.action.text()) == ("“Wharf” was deleted.", "Undo")
    assert notice._passing.interval() == UNDO_MS
    qtbot.mouseClick(notice.action, Qt.MouseButton.LeftButton)
    room.settle()
    assert titles(room) == ["Wharf", "Older"]
    assert room.shown().id == talk
    assert notice.isHidden()


def test_what_is_not_shown_comes_back_unshown(room: Room, talk: str) -> None:
    older = room.desk.conversations.all()[1]
    room.window.shelf.conversation_delete_wanted.emit(older.id)
    room.settle()
    room.presenter.shelf_area.undoing.undo()
    room.settle()
    assert titles(room) == ["Wharf", "Older"]
    assert room.shown().id == talk


def test_ctrl_z_takes_back_what_was_deleted_but_first_what_was_typed(room: Room, talk: str) -> None:
    composer = room.window.talk.composer.editor
    room.presenter.places.navigation.delete()
    room.settle()
    composer.setFocus()
    QTest.keyClicks(composer, "a")
    _press(composer)
    room.settle()
    assert composer.toPlainText() == ""
    assert titles(room) == ["Older"]
    _press(composer)
    room.settle()
    assert titles(room) == ["Wharf", "Older"]
    room.presenter.places.navigation.delete()
    room.settle()
    room.presenter.shelf_area.undoing._key.withdraw()  # as when its time is over
    _press(composer)
    room.settle()
    assert titles(room) == ["Older"]


def _press(widget: QWidget) -> None:
    QTest.keyClick(widget, Qt.Key.Key_Z, CONTROL)


def test_a_book_comes_back_to_the_desk(room: Room, talk: str) -> None:
    room.window.shelf.book_remove_wanted.emit(room.books[LEASE].id)
    room.settle()
    assert room.shown().books == (BookRef(room.books[SURVEY].id),)
    assert room.window.talk.notice.text() == f"“{room.books[LEASE].title}” was removed from the shelf."
    room.presenter.shelf_area.undoing.undo()
    room.settle()
    assert room.shown().books == (BookRef(room.books[LEASE].id), BookRef(room.books[SURVEY].id))
    kept = room.desk.conversations.get(talk)
    assert kept is not None
    assert kept.books == room.shown().books
    assert room.books[LEASE].id in room.presenter.shown.shelf


def test_without_the_bin_it_is_asked_first_and_gone_for_good(qtbot: QtBot, room: Room, talk: str) -> None:
    room.desk.settings.save(msgspec.structs.replace(room.desk.settings.load(), use_bin=False))
    room.presenter.places.navigation.delete()
    room.settle()
    assert titles(room) == ["Wharf", "Older"]
    for remove, words in (
        (None, "Delete this conversation?"),
        (room.window.shelf.book_remove_wanted, "Remove this document?"),
    ):
        if remove is not None:
            remove.emit(room.books[LEASE].id)
        (asked,) = [each for each in room.window.findChildren(Confirmation) if each.isVisible()]
        assert asked.windowTitle() == words
        qtbot.mouseClick(asked.action, Qt.MouseButton.LeftButton)
        room.settle()
    assert titles(room) == ["Older"]
    assert room.desk.documents.removal.kept.all() == ()
    assert room.window.talk.notice.isHidden()
    assert room.engine.forgotten == [room.books[LEASE].id]
