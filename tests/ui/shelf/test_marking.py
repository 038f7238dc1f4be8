"""Conversations are pinned, put away, and renamed where they are listed."""

from __future__ import annotations

import re

from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QMenu
from pytestqt.qtbot import QtBot

from app.ui.shelf.rows import ConversationList
from tests.ui.room import Room


def rows(room: Room) -> list[str]:
    model = room.window.shelf.conversation_view.model()
    assert isinstance(model, ConversationList)
    return [str(model.index(row).data()) for row in range(model.rowCount())]


def index_of(room: Room, title: str) -> QModelIndex:
    model = room.window.shelf.conversation_view.model()
    return model.index(rows(room).index(title), 0)


def choose(room: Room, title: str, action: str) -> None:
    menu = room.window.shelf.conversation_menu(index_of(room, title))
    assert menu is not None
    next(each for each in menu.actions() if each.text() == action).trigger()
    menu.close()
    room.settle()


def test_a_pinned_conversation_is_listed_first(room: Room) -> None:
    room.add_conversation("Old", days_ago=3)
    room.add_conversation("New")
    room.open()
    choose(room, "Old", "Pin")
    assert rows(room) == ["Pinned", "Old", "Today", "New"]
    assert room.shown().title == "New"
    choose(room, "Old", "Unpin")
    assert rows(room) == ["Today", "New", "Earlier", "Old"]
    room.presenter.shelf_area.shelf.marking.pin_shown()
    room.settle()
    assert rows(room) == ["Pinned", "New", "Earlier", "Old"]


def test_what_is_put_away_is_listed_on_demand_and_found_by_name(qtbot: QtBot, room: Room) -> None:
    room.add_conversation("Old", days_ago=3)
    room.add_conversation("New")
    room.open()
    button = room.window.shelf.archived_button
    assert button.isHidden()
    choose(room, "Old", "Archive")
    assert rows(room) == ["Today", "New"]
    assert button.text() == "Archived (1)"
    assert "Old" in [conversation.title for conversation in room.presenter.shelf_area.shelf.conversations]
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert rows(room) == ["Today", "New", "Archived", "Old"]
    assert button.text() == "Hide the archive"
    assert room.window.shelf.conversation_view.currentIndex() == index_of(room, "New")
    choose(room, "Old", "Unarchive")
    assert rows(room) == ["Today", "New", "Earlier", "Old"]
    assert button.isHidden()


def test_a_question_brings_it_back(room: Room) -> None:
    room.add_conversation("New")
    room.open()
    room.presenter.shelf_area.shelf.marking.archive_shown()
    room.settle()
    assert rows(room) == []
    assert room.shown().title == "New"
    room.ask("And?")
    assert rows(room) == ["Today", "New"]


def test_a_double_click_renames(room: Room) -> None:
    room.add_conversation("Old", days_ago=3)
    room.add_conversation("New")
    room.open()
    view = room.window.shelf.conversation_view
    place = view.visualRect(index_of(room, "Old")).center()
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    QTest.mouseDClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    room.settle()
    assert room.shown().title == "Old"
    editor = view.findChild(QLineEdit)
    assert editor is not None
    editor.setText("Older")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    room.settle()
    assert "Older" in rows(room)
    assert room.window.talk.title.text() == "Older"


def test_the_menu_and_the_palette_say_what_a_click_would_do(room: Room) -> None:
    def offered() -> set[str]:
        """Return what both offer of pinning and putting away."""
        room.window.talk.more.click()
        (menu,) = (menu for menu in room.window.findChildren(QMenu) if menu.isVisible())
        listed = {action.text() for action in menu.actions() if re.search("pin|rchive", action.text(), re.IGNORECASE)}
        menu.close()
        assert listed <= {entry.title for entry in room.presenter.commands.entries()}
        return listed

    room.add_conversation("New")
    room.open()
    marking = room.presenter.shelf_area.shelf.marking
    assert offered() == {"Pin the conversation", "Archive the conversation"}
    marking.pin_shown()
    room.settle()
    assert offered() == {"Unpin the conversation", "Archive the conversation"}
    marking.archive_shown()
    room.settle()
    assert "Unarchive the conversation" in offered()
    marking.archive_shown()
    room.settle()
    assert "Archive the conversation" in offered()
