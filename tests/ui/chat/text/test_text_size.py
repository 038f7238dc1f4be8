"""The size of the text of conversations: by key where the focus is, by the menu, kept as a setting."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app.ui.kit.commands import CommandMenu
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


def test_the_menu_of_the_conversation_shows_the_sizes_and_sets_one(room: Room) -> None:
    room.open()
    sizes = room.window.talk.text_sizes
    room.window.talk.more.click()
    (menu,) = [menu for menu in room.window.findChildren(CommandMenu) if menu.isVisible()]
    assert sizes.menuAction() in menu.actions()
    sizes.popup(menu.pos())
    assert [action.text() for action in sizes.actions() if action.isChecked()] == ["100 %"]
    sizes.actions()[-4].trigger()
    for shown in (sizes, menu):
        shown.close()
    wait(lambda: percent(room) == 200)
    assert room.window.talk.composer._frame().width() <= room.window.talk.width()
