"""Another program asks while the window is open, or before; it is allowed, refused, listed, and taken back."""

from __future__ import annotations

from PySide6.QtWidgets import QPushButton

from app.core.machine import desk_window
from app.core.matter import LIBRARY
from app.features.programs.data import McpStanding
from app.features.programs.service import mcp_access_of
from app.features.programs.window.dialogs import AllowDialog, ProgramsDialog
from app.features.programs.window.programs import ProgramsWindow
from tests.ui.room import Room, wait


def _asked(room: Room) -> AllowDialog:
    """A program asked before the window was opened."""
    room.desk.shared.matters.create("Marlow")
    mcp_access_of(room.desk).clients.ask("editor", "/usr/bin/editor")
    room.add_books()
    room.open()
    notice = room.presenter.window.talk.notice
    wait(lambda: "“editor” asks to read" in notice.text())
    notice.action.click()
    dialog = room.feature(ProgramsWindow).programs.dialog
    assert isinstance(dialog, AllowDialog)
    return dialog


def test_a_program_that_asked_is_allowed_what_is_chosen(room: Room) -> None:
    dialog = _asked(room)
    library, marlow = dialog.desks.values()
    assert (library.isChecked(), marlow.isChecked()) == (True, False)
    library.setChecked(False)
    assert not dialog.action.isEnabled()
    marlow.setChecked(True)
    assert not dialog.action.isDefault()
    dialog.action.click()
    wait(lambda: "may ask from now on" in room.presenter.window.talk.notice.text())
    (client,) = mcp_access_of(room.desk).all()
    assert client.desks == (room.desk.shared.matters.kept.named("Marlow").id,)


def test_whoever_decides_later_allows_nothing(room: Room) -> None:
    dialog = _asked(room)
    dialog.cancel.click()
    room.settle()
    (client,) = mcp_access_of(room.desk).all()
    assert client.standing is McpStanding.ASKED


def test_a_program_that_knocks_is_asked_about_and_refused(room: Room) -> None:
    room.desk.paths.window.mkdir(exist_ok=True)
    room.add_books()
    room.open()
    mcp_access_of(room.desk).clients.ask("editor", "")
    desk_window.knock(room.desk.paths)
    notice = room.presenter.window.talk.notice
    wait(lambda: "“editor” asks to read" in notice.text())
    notice.other.click()
    wait(lambda: "is shown nothing" in notice.text())
    assert mcp_access_of(room.desk).all()[0].standing is McpStanding.REFUSED


def test_what_was_allowed_is_listed_in_the_settings_and_taken_back(room: Room) -> None:
    mcp_access_of(room.desk).allow("editor", [LIBRARY])
    room.add_books()
    room.open()
    room.presenter.model_area.preferences.open_settings()
    wait(lambda: room.presenter.model_area.preferences.dialog is not None)
    settings = room.presenter.model_area.preferences.dialog
    assert settings is not None
    settings.row("programs").button("programs").click()  # type: ignore[attr-defined]
    wait(lambda: room.feature(ProgramsWindow).programs.dialog is not None)
    dialog = room.feature(ProgramsWindow).programs.dialog
    assert isinstance(dialog, ProgramsDialog)
    buttons = {button.accessibleName(): button for button in dialog.findChildren(QPushButton)}
    buttons["editor: Take back"].click()
    wait(lambda: not mcp_access_of(room.desk).all())
