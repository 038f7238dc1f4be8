"""The bin in the window: its list restores, and deletes for good."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.features.bin.window.bin import BinWindow
from app.features.bin.window.dialog import BinDialog
from app.ui.widgets.dialogs import Confirmation
from app.ui.widgets.labels import PlainLabel
from tests.ui.room import LEASE, SURVEY, Room


def opened(room: Room) -> BinDialog:
    room.feature(BinWindow).open()
    room.settle()
    dialog = room.window.findChild(BinDialog)
    assert dialog is not None
    return dialog


def test_the_bin_restores_and_deletes_for_good(qtbot: QtBot, room: Room) -> None:
    room.add_books()
    room.add_conversation("Older", days_ago=1)
    room.add_conversation("Wharf", [room.books[LEASE], room.books[SURVEY]])
    room.open()
    room.window.shelf.book_remove_wanted.emit(room.books[LEASE].id)
    room.settle()
    assert room.engine.forgotten == [], "it may come back"
    room.presenter.places.navigation.delete()
    room.settle()
    dialog = opened(room)
    spoken = Qt.ItemDataRole.AccessibleTextRole
    rows = [dialog.list.item(number).data(spoken) for number in range(dialog.list.count())]
    assert [row.split("\n")[0] for row in rows] == ["Wharf", room.books[LEASE].title]
    assert "Conversation · deleted on " in rows[0]
    assert rows[0].endswith(" days left")
    qtbot.mouseClick(dialog.restore, Qt.MouseButton.LeftButton)
    room.settle()
    assert [each.title for each in room.presenter.shelf_area.shelf.conversations] == ["Wharf", "Older"]
    assert dialog.list.count() == 1
    qtbot.mouseClick(dialog.empty, Qt.MouseButton.LeftButton)
    asked = dialog.findChild(Confirmation)
    assert asked is not None
    qtbot.mouseClick(asked.action, Qt.MouseButton.LeftButton)
    room.settle()
    assert room.desk.documents.removal.kept.all() == ()
    assert dialog.empty_words.isVisible()
    assert not dialog.restore.isEnabled()
    assert [book.id for book in room.desk.documents.library.books()].count(room.books[LEASE].id) == 0
    assert room.engine.forgotten == [room.books[LEASE].id]
    dialog.accept()


def test_what_is_undone_leaves_the_open_list(room: Room) -> None:
    room.add_conversation("Wharf")
    room.open()
    room.presenter.places.navigation.delete()
    room.settle()
    dialog = opened(room)
    assert dialog.list.count() == 1
    room.presenter.shelf_area.undoing.undo()
    room.settle()
    assert dialog.list.count() == 0
    dialog.accept()


@pytest.mark.parametrize("days", [1, 30])
def test_the_bin_says_where_a_deleted_thing_no_longer_appears(qtbot: QtBot, days: int) -> None:
    dialog = BinDialog((), datetime.now(UTC), days)
    qtbot.addWidget(dialog)
    (words,) = [label.text() for label in dialog.findChildren(PlainLabel) if label.text().startswith("What you delete")]
    assert words.endswith(f"for {days} day{'s' * (days > 1)}. It no longer appears in lists, searches or new answers.")
