"""Backups: the library, all matters and the settings in one encrypted file, and a desk that is made of such a file."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING

from app.cli import parsers
from app.cli.terminal_command import Commands, DoctorEntry, Terminal, TerminalCommand
from app.core.errors import Problem
from app.core.work import Cancel
from app.feature import Feature
from app.wording.i18n import _

if TYPE_CHECKING:
    from app.services.services import Services
    from app.ui.window_feature import WindowFeature
    from app.ui.workspace import Workspace


def _window(workspace: Workspace) -> WindowFeature:
    from app.features.backup.window.backup import BackupWindow

    return BackupWindow(workspace)


def _run(options: argparse.Namespace, desk: Services, cancel: Cancel) -> Problem | None:
    from app.features.backup import command

    return command.run(options, desk, cancel)


def _run_alone(options: argparse.Namespace, _terminal: Terminal, cancel: Cancel) -> bool:
    if options.command != "restore":
        return False
    from app.features.backup import command

    command.restore(options, cancel)
    return True


def _add(commands: Commands) -> None:
    backup = parsers.add_command(
        commands,
        "backup",
        _("write the library, all matters and the settings to one encrypted file; the window may be open meanwhile"),
    )
    parsers.add_encrypted_file(backup, _("the file to write, such as NAME.octavo-backup"))
    backup.add_argument(
        "--readings", action="store_true", help=_("with saved readings, so that no document is read again; much larger")
    )
    restore = parsers.add_command(
        commands, "restore", _("restore a backup into a data folder that holds no data yet, on any computer")
    )
    parsers.add_encrypted_file(restore, _("a file written by `octavo backup`"))


def _diagnosis(desk: Services) -> Sequence[DoctorEntry]:
    from app.features.backup.service import backups_of
    from app.features.backup.words import last_words

    last_at = backups_of(desk).last_at()
    return (DoctorEntry("backup_at", last_at, _("last backup"), last_words(last_at)),)


BACKUP = Feature(
    name="backup",
    terminal=(TerminalCommand(("backup", "restore"), _add, _run, _run_alone),),
    window=_window,
    diagnosis=_diagnosis,
)
