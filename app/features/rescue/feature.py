"""The rescue: what can be saved of damaged data, offered where the window cannot open it, or by `octavo rescue`."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from app.cli import parsers
from app.cli.terminal_command import Commands, Terminal, TerminalCommand
from app.core.kept import Keeps
from app.core.machine.paths import Paths
from app.core.work import Cancel
from app.feature import Feature
from app.wording.i18n import _

if TYPE_CHECKING:
    from app.ui.frame.main_window import MainWindow
    from app.ui.kit.bridge import Bridge
    from app.ui.window.mending import Mending


def _add(commands: Commands) -> None:
    parsers.add_command(commands, "rescue", _("check your data for damage, and save what can be saved of it"))


def _run(options: argparse.Namespace, terminal: Terminal, cancel: Cancel) -> bool:  # noqa: ARG001 - it ends at once
    from app.features.rescue import command

    command.run(options, terminal.keeps)
    return True


def _mending(paths: Paths, keeps: Keeps, bridge: Bridge, window: MainWindow) -> Mending:
    from app.features.rescue.window.rescuing import Rescuing

    return Rescuing(paths, keeps, bridge, window)


RESCUE = Feature(
    name="rescue", terminal=(TerminalCommand(("rescue",), _add, run=None, run_alone=_run),), mending=_mending
)
