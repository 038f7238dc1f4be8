"""All that there is can be found by eye: the header's menu, the foot of the shelf, help, shortcuts, About."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QMenu, QWidget
from pytestqt.qtbot import QtBot

from app.core.documents.document import Section
from app.core.machine.installation import licence_texts
from app.core.machine.paths import resources
from app.ui.help.about import AboutDialog, LicencesDialog
from app.ui.help.shortcuts import ShortcutsDialog
from app.ui.kit.commands import Command, CommandGroup, key_caps, sequences
from app.ui.look.icons import Symbol
from app.ui.settings.dialog import SettingsDialog
from app.ui.widgets.key_caps import KeyCaps
from app.ui.window.menu_bar import make_menu_bar
from tests.ui import shelf_of_books
from tests.ui.fakes import SCOUT
from tests.ui.room import LEASE, Room

_TAKEN = {"Ctrl+M", "Ctrl+H", "Ctrl+Space", "Alt+F4", "Ctrl+Alt+T", "Ctrl+Alt+Del"}
"""By systems: minimizing and hiding on macOS, input methods, desktops."""
IN_A_PART = {"Ctrl+Return", "F8"}
"""Keys of the handbook that no command has: they belong to a part of the window, such as the question box."""
_COPYING = {"Ctrl+A", "Ctrl+C", "Ctrl+V", "Ctrl+X", "Ctrl+Z", "Ctrl+Y", "Ctrl+Shift+Z"}


def _open(room: Room) -> None:
    room.add_books()
    room.add_conversation("Lease", [room.books[LEASE]])
    room.open()
    room.window.activateWindow()


def _items(menu: QMenu) -> dict[str, QAction]:
    return {action.text(): action for action in menu.actions() if not action.isSeparator()}


def _menu_of(room: Room, button: QWidget) -> QMenu:
    """The menu that the button opens."""
    button.click()  # type: ignore[attr-defined]
    shown = [menu for menu in room.window.findChildren(QMenu) if menu.isVisible()]
    assert len(shown) == 1
    return shown[0]


def test_the_header_says_what_can_be_done_with_a_conversation(room: Room) -> None:
    _open(room)
    menu = _menu_of(room, room.window.talk.more)
    items = _items(menu)
    assert {"Rename the conversation", "Export the conversation…", "Delete the conversation"} <= set(items)
    assert items["Rename the conversation"].isEnabled()
    assert not items["Export the conversation…"].isEnabled(), "nothing was asked yet"
    menu.close()
    assert items["Export the conversation…"].isEnabled(), "its shortcut answers to what has happened since"
    room.ask("When must notice be given?")
    menu = _menu_of(room, room.window.talk.more)
    assert items["Export the conversation…"].isEnabled()
    menu.close()


def test_a_conversation_is_renamed_in_its_place(qtbot: QtBot, room: Room) -> None:
    _open(room)
    title = room.window.talk.title
    room.window.toggle_shelf()
    qtbot.keyClick(room.window, Qt.Key.Key_F2)
    assert title.line.hasFocus()
    assert title.line.selectedText() == "Lease"
    qtbot.keyClicks(title.line, "The lease  of the quay")
    qtbot.keyClick(title.line, Qt.Key.Key_Return)
    room.settle()
    assert (title.text(), room.shown().title) == ("The lease of the quay", "The lease of the quay")
    assert room.window.shelf.isHidden(), "there was no need for it"
    title.edit()
    qtbot.keyClicks(title.line, "no")
    qtbot.keyClick(title.line, Qt.Key.Key_Escape)
    room.settle()
    assert title.text() == room.shown().title == "The lease of the quay"
    title.edit()
    title.line.setText("   ")
    room.window.talk.composer.setFocus()
    room.settle()
    assert title.text() == room.shown().title == "The lease of the quay"


def test_the_foot_of_the_shelf_leads_to_settings_and_help(room: Room) -> None:
    _open(room)
    foot = room.window.shelf
    assert (foot.settings_button.text(), foot.help_button.text()) == ("Settings", "Help")
    foot.settings_button.click()
    room.settle()
    dialog = room.window.findChild(SettingsDialog)
    assert dialog is not None
    dialog.reject()
    menu = _menu_of(room, foot.help_button)
    assert list(_items(menu)) == ["Handbook", "Keyboard shortcuts", "About Octavo"]
    menu.close()


def test_the_handbook_opens_beside_any_conversation(room: Room) -> None:
    _open(room)
    room.reader.documents["handbook.md"] = shelf_of_books.letters()
    desk = room.shown().books
    for _again in range(2):
        room.presenter.places.pages.first.open_page(room.books[LEASE].id, 3)
        room.settle()
        room.presenter.places.help.open_handbook()
        room.settle()
        book = room.presenter.shown.book
        assert book is not None
        assert Path(book.path).name == "handbook.md"
        assert room.shown().books == desk
        room.reader.documents.clear()  # it need not be read again


def test_every_command_with_keys_is_on_the_page_of_shortcuts(room: Room) -> None:
    _open(room)
    room.presenter.places.help.show_shortcuts()
    dialog = room.window.findChild(ShortcutsDialog)
    assert dialog is not None
    shown = {caps.accessibleName() for caps in dialog.findChildren(KeyCaps)}
    commands = [command for group in room.presenter.commands.groups for command in group.commands]
    assert shown == {"+".join(key_caps(command)) for command in commands if command.shortcuts}
    assert {"Ctrl+K", "F1", "Ctrl++"} <= shown


def test_the_handbook_has_every_shortcut(room: Room) -> None:
    """Keys of a part of the window, such as Return in the question box, are in the handbook too, but in no command."""
    text = (resources() / "handbook" / "en" / "21-keys.md").read_text(encoding="utf-8")
    commands = [command for group in room.presenter.commands.groups for command in group.commands]
    caps = {"+".join(key_caps(command)) for command in commands if command.shortcuts}
    assert {keys for keys in caps if keys not in text} == set()
    keys = set(re.findall(r"(?:Ctrl|Alt)\+(?:Shift\+|Alt\+)*(?:[A-Z]\b|Left|Right|Return|[0-9,./+-])|\bF[0-9]+", text))
    assert keys - caps == IN_A_PART


def test_f1_opens_the_chapter_about_what_has_the_keyboard(room: Room) -> None:
    _open(room)
    outline = (Section("Asking", 2, 2), Section("Pages and notes", 3, 2))
    room.reader.documents["handbook.md"] = msgspec.structs.replace(
        shelf_of_books.handbook(), title="The handbook", sha256="0" * 64, outline=outline
    )
    for widget, number in ((room.window.talk.composer.editor, 2), (room.window.page.text, 3)):
        widget.setFocus()
        QApplication.processEvents()
        room.presenter.places.help.open_handbook()
        room.settle()
        book, page = room.presenter.shown.place or ("", 0)
        assert (room.presenter.shown.shelf[book].title, page) == ("The handbook", number)


def test_no_shortcut_is_given_twice_or_means_something_else_to_people(room: Room) -> None:
    commands = [command for group in room.presenter.commands.groups for command in group.commands]
    given = [keys.toString() for command in commands if not command.is_hint for keys in sequences(command)]
    assert len(given) == len(set(given))
    assert not set(given) & (_TAKEN | _COPYING)
    by_keys = {keys.toString(): command.name for command in reversed(commands) for keys in sequences(command)}
    assert by_keys["F1"] == "Handbook"


@pytest.mark.parametrize(
    ("shortcut", "caps"),
    [
        ("Ctrl+Shift+C", ("Ctrl", "Shift", "C")),
        ("Ctrl++; Ctrl+=", ("Ctrl", "+")),
        ("Ctrl+-", ("Ctrl", "-")),
        ("F2", ("F2",)),
        ("", ()),
    ],
)
def test_keys_are_caps(shortcut: str, caps: tuple[str, ...]) -> None:
    assert key_caps(Command("A", shortcut, print)) == caps


def test_groups_have_names_and_symbols_of_their_own(room: Room) -> None:
    groups: tuple[CommandGroup, ...] = room.presenter.commands.groups
    assert len({group.name for group in groups}) == len({group.symbol for group in groups}) == len(groups)
    assert all(isinstance(group.symbol, Symbol) and group.commands for group in groups)


def test_about_says_built_with_llama_where_it_is(room: Room) -> None:
    _open(room)
    for architecture, words in (("llama4", "Built with Llama · Scout"), ("qwen3", "")):
        room.engine.info = msgspec.structs.replace(SCOUT, architecture=architecture, name="Scout")
        room.presenter.model_area.model.load_again()
        room.settle()
        room.presenter.places.help.show_about()
        room.settle()
        dialog = room.window.findChildren(AboutDialog)[-1]
        assert dialog.credit.text() == words
        assert dialog.credit.isVisible() == bool(words)
        assert dialog.protection.text().startswith("Each document is read in a process of its own")
        dialog.accept()


def test_the_licences_that_a_bundle_brings_can_be_read(qtbot: QtBot, tmp_path: Path) -> None:
    for name, text in (
        ("licences/THIRD-PARTY.txt", "all"),
        ("licences/MIT.txt", "mit"),
        ("licences-cuda/NV.txt", "nv"),
    ):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    texts = licence_texts(tmp_path)
    assert texts[0].name == "THIRD-PARTY.txt"
    assert {"llama4.txt", "NV.txt", "MIT.txt"} <= {path.name for path in texts}
    dialog = LicencesDialog(texts)
    qtbot.addWidget(dialog)
    assert dialog.text.toPlainText() == "all"
    dialog.names.setCurrentRow(texts.index(tmp_path / "licences/MIT.txt"))
    assert dialog.text.toPlainText() == "mit"
    (tmp_path / "licences/THIRD-PARTY.txt").unlink()
    dialog.names.setCurrentRow(0)
    assert "Install Octavo again" in dialog.text.toPlainText()


def test_the_menu_bar_has_every_command_once(room: Room) -> None:
    """The menu bar that macOS gets has each command in one menu."""
    _open(room)
    commands = room.presenter.commands
    bar = make_menu_bar(commands, room.window)
    menus = [menu for action in bar.actions() if isinstance(menu := action.menu(), QMenu)]
    assert len(menus) == len(bar.actions())
    assert [menu.title() for menu in menus] == [group.name for group in commands.groups if group.name != "Octavo"]
    listed = [action for menu in menus for action in menu.actions() if not action.isSeparator()]
    assert sorted(action.text() for action in listed) == sorted(commands.actions)
    assert all(action is commands.actions[action.text()] for action in listed)
    roles = [(action.menuRole(), action.text()) for action in listed]
    of_features = {each.name for one in room.presenter.features for more in one.commands() for each in more.commands}
    assert [
        (role, text) for role, text in roles if role is not QAction.MenuRole.NoRole and text not in of_features
    ] == [
        (QAction.MenuRole.AboutRole, "About Octavo"),
        (QAction.MenuRole.PreferencesRole, "Settings"),
        (QAction.MenuRole.ApplicationSpecificRole, "Set a passphrase…"),
        (QAction.MenuRole.QuitRole, "Quit"),
    ], "no other is taken for one of these by its words"


def test_keys_do_what_they_do_elsewhere(qtbot: QtBot, room: Room) -> None:
    _open(room)
    assert room.presenter.shown.book is not None
    qtbot.keyClick(room.window, Qt.Key.Key_W, Qt.KeyboardModifier.ControlModifier)
    room.settle()
    assert room.presenter.shown.book is None
    qtbot.keyClick(room.window, Qt.Key.Key_F11)
    assert room.window.isFullScreen()
    qtbot.keyClick(room.window, Qt.Key.Key_F11)
    assert not room.window.isFullScreen()
