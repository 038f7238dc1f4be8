"""The commands of the window itself, and of the program.

Shortcuts are what people know from other programs. `Ctrl` is the command key on macOS, which has Cmd+M and Cmd+H for
itself, so these two are nobody's here.
"""

from __future__ import annotations

from PySide6.QtGui import QAction

from app.ui.chat.text.text_size import LARGER_KEYS, SMALLER_KEYS, USUAL_KEYS
from app.ui.frame.main_window import MainWindow
from app.ui.frame.navigation import Navigation
from app.ui.kit.commands import Anchor, Command, CommandGroup, Group
from app.ui.look.icons import Symbol
from app.ui.settings.passphrase_presenter import PassphrasePresenter
from app.ui.settings.presenter import Preferences
from app.wording.i18n import _

_Role = QAction.MenuRole


def view_commands(go: Navigation, preferences: Preferences, window: MainWindow) -> CommandGroup:
    return CommandGroup(
        Group.VIEW,
        _("View"),
        Symbol.PANELS,
        (
            Command(
                _("Show or hide the shelf"),
                "Ctrl+B",
                window.toggle_shelf,
                words=_("sidebar, panel, library"),
                symbol=Symbol.SHELF,
            ),
            Command(_("Show or hide the page"), "Ctrl+J", window.toggle_page, words=_("panel, reader")),
            Command(_("Go to the shelf"), "Ctrl+1", go.focus_shelf, words=_("focus")),
            Command(_("Go to the question"), "Ctrl+2", go.focus_composer, words=_("focus, write, type")),
            Command(_("Go to the page"), "Ctrl+3", go.focus_page, words=_("focus, read")),
            Command(
                _("Larger text in conversations"),
                LARGER_KEYS,
                preferences.enlarge_text,
                is_hint=True,
                words=_("zoom, font, bigger"),
                symbol=Symbol.TEXT_SIZE,
                apart=True,
            ),
            Command(
                _("Smaller text in conversations"),
                SMALLER_KEYS,
                preferences.reduce_text,
                is_hint=True,
                words=_("zoom, font"),
            ),
            Command(_("Usual text size in conversations"), USUAL_KEYS, preferences.reset_text, is_hint=True),
            Command(
                _("Full screen"),
                "F11; Ctrl+Meta+F",
                window.toggle_full_screen,
                words=_("maximise, whole screen, larger"),
            ),
            Command(
                _("Switch between light and dark"),
                "",
                preferences.toggle_theme,
                words=_("theme, appearance, night, colours"),
                symbol=Symbol.THEME,
                apart=True,
            ),
        ),
    )


def program_commands(preferences: Preferences, passphrase: PassphrasePresenter, window: MainWindow) -> CommandGroup:
    return CommandGroup(
        Group.PROGRAM,
        _("Octavo"),
        Symbol.SETTINGS,
        (
            Command(
                _("Settings"),
                "Ctrl+,",
                preferences.open_settings,
                words=_("preferences, options, configuration"),
                role=_Role.PreferencesRole,
                anchor=Anchor.SETTINGS,
            ),
            Command(
                _("Set a passphrase…"),
                "",
                passphrase.open,
                words=_("password, encryption, key, lock"),
                role=_Role.ApplicationSpecificRole,
            ),
            Command(
                _("Quit"), "Ctrl+Q", window.close, words=_("exit, close"), symbol=Symbol.CLOSE, role=_Role.QuitRole
            ),
        ),
    )
