"""The commands of the question mark’s menu."""

from __future__ import annotations

from PySide6.QtGui import QAction

from app.ui.help.presenter import HelpPresenter
from app.ui.kit.commands import Command, CommandGroup, Group
from app.ui.look.icons import Symbol
from app.wording.i18n import _

_Role = QAction.MenuRole


def help_commands(help_: HelpPresenter) -> CommandGroup:
    """Return the menu of the question mark."""
    return CommandGroup(
        Group.HELP,
        _("Help"),
        Symbol.HELP,
        (
            Command(
                _("Handbook"),
                "F1",
                help_.open_handbook,
                words=_("help, manual, guide, how to, documentation"),
                symbol=Symbol.BOOK,
            ),
            Command(
                _("Keyboard shortcuts"),
                "Ctrl+/",
                help_.show_shortcuts,
                words=_("help, keys, hotkeys"),
                symbol=Symbol.KEYS,
            ),
            Command(
                _("About Octavo"),
                "",
                help_.show_about,
                words=_("help, version, licence, credits"),
                symbol=Symbol.INFO,
                apart=True,
                role=_Role.AboutRole,
            ),
        ),
    )
