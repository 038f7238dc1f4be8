"""The size of the text of conversations: by key where the focus is, by the button, kept as a setting."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app.ui.page.panel import PagePanel
from tests.ui.room import Room, wait

CONTROL = Qt.KeyboardModifier.ControlModifier


def percent(room: Room) -> int:
    return room.theme.sizes.percent


def test_keys_change_the_text_where_the_focus_is_and_the_size_is_kept(room: Room) -> None:
    room.add_books()
    room.add_conversation("Talk", [room.books[0]])
    room.open()
    panel: PagePanel = room.window.page
    room.window.activateWindow()
    editor = room.window.talk.composer.editor
    editor.setFocus()
    zoom = panel.zoom
    QTest.keyClick(editor, Qt.Key.Key_Plus, CONTROL)
    wait(lambda: percent(room) == 110)
    QTest.keyClick(room.window.talk.view, Qt.Key.Key_Equal, CONTROL)
    wait(lambda: percent(room) == 125)
    QTest.keyClick(editor, Qt.Key.Key_Minus, CONTROL)
    wait(lambda: percent(room) == 110)
    assert panel.zoom == zoom
    assert room.desk.settings.load().text_percent == 110
    QTest.keyClick(editor, Qt.Key.Key_0, CONTROL)
    wait(lambda: percent(room) == 100)


def test_the_button_shows_the_sizes_and_sets_one(room: Room) -> None:
    room.open()
    button = room.window.talk.text_size
    button.click()
    actions = button.sizes_menu.actions()
    assert [action.text() for action in actions if action.isChecked()] == ["100 %"]
    actions[-4].trigger()
    button.sizes_menu.close()
    wait(lambda: percent(room) == 200)
    assert room.window.talk.composer._frame().width() <= room.window.talk.width()
