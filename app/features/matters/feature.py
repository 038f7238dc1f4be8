"""Managing matters: they are made, renamed, archived, deleted, exported and imported."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from app.cli import parsers
from app.cli.terminal_command import Commands, TerminalCommand
from app.core.work import Cancel
from app.feature import Feature
from app.wording.i18n import _

if TYPE_CHECKING:
    from app.services.services import Services
    from app.ui.window_feature import WindowFeature
    from app.ui.workspace import Workspace


def _window(workspace: Workspace) -> WindowFeature:
    from app.features.matters.window.matters import MattersWindow

    return MattersWindow(workspace)


def _run(options: argparse.Namespace, desk: Services, _cancel: Cancel) -> None:
    from app.features.matters import command

    command.run(options, desk)


def _add(commands: Commands) -> None:
    matters = parsers.add_command(
        commands, "matters", _("list your matters, each with documents and conversations of its own, or manage them")
    )
    of_matters = matters.add_subparsers(metavar="COMMAND", dest="matters_command")
    for name, about in (
        ("new", _("make a matter with nothing in it")),
        ("rename", _("give a matter another name")),
        ("archive", _("put a matter away; nothing of it changes")),
        ("unarchive", _("put a matter back among the others")),
        ("delete", _("delete a matter permanently, with everything in it")),
        ("export", _("write a matter to one encrypted file")),
    ):
        command = parsers.add_command(of_matters, name, about)
        command.add_argument("name", metavar="NAME", help=_("the name of the matter"))
        if name == "rename":
            command.add_argument("new_name", metavar="NEW_NAME", help=_("its new name"))
        if name == "delete":
            command.add_argument("--yes", action="store_true", help=_("delete it without asking"))
        if name == "export":
            parsers.add_encrypted_file(command, _("the file to write, such as NAME.octavo-matter"))
    taken = parsers.add_command(of_matters, "import", _("import a matter that was exported"))
    parsers.add_encrypted_file(taken, _("a file written by `octavo matters export`"))


MATTERS = Feature(name="matters", terminal=(TerminalCommand(("matters",), _add, _run),), window=_window)
