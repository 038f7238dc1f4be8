"""The bin: what was deleted is listed, restored, or deleted for good."""

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
    from app.features.bin.window.bin import BinWindow

    return BinWindow(workspace)


def _run(options: argparse.Namespace, desk: Services, _cancel: Cancel) -> None:
    from app.features.bin import command

    command.run(options, desk)


def _add(commands: Commands) -> None:
    bin = parsers.add_command(commands, "bin", _("list what you deleted, restore it, or delete it permanently"))
    parsers.add_matter(bin)
    what = bin.add_mutually_exclusive_group()
    what.add_argument("--restore", metavar="ITEM", help=_("put it back where it was; ITEM begins its line in the list"))
    what.add_argument("--empty", action="store_true", help=_("delete permanently what is in the bin"))


BIN = Feature(name="bin", terminal=(TerminalCommand(("bin",), _add, _run),), window=_window)
