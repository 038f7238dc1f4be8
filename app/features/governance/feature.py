"""Governance: the record as people read, check and export it, the report of what is kept, and deleting by age."""

from __future__ import annotations

import argparse
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from app.cli import parsers
from app.cli.terminal_command import Commands, TerminalCommand
from app.core.errors import Problem
from app.core.kept import Keeps, RecordedThing
from app.core.record import RecordKind
from app.core.work import Cancel
from app.feature import Feature
from app.wording.i18n import _

if TYPE_CHECKING:
    from app.services.desk_feature import DeskFeature
    from app.services.services import Services
    from app.ui.window_feature import WindowFeature
    from app.ui.workspace import Workspace


def _window(workspace: Workspace) -> WindowFeature:
    from app.features.governance.window.governance import GovernanceWindow

    return GovernanceWindow(workspace)


def _desk(desk: Services) -> DeskFeature:
    from app.features.governance.desk import GovernanceDesk

    return GovernanceDesk(desk)


def _run_record(options: argparse.Namespace, desk: Services, cancel: Cancel) -> Problem | None:  # noqa: ARG001
    from app.features.governance import record_command

    return record_command.run(options, desk)


def _run_kept(options: argparse.Namespace, desk: Services, cancel: Cancel) -> None:
    from app.features.governance import personal_data_command

    personal_data_command.run(options, desk, cancel)


def _add_record(commands: Commands) -> None:
    record = parsers.add_command(
        commands, "record", _("list what was asked of which documents by which model, and check that nobody changed it")
    )
    parsers.add_matter(record)
    record.add_argument(
        "--kind", action="append", metavar="KIND", choices=[each.value for each in RecordKind],
        help=_("list these entries only; repeatable: {kinds}").format(kinds=", ".join(RecordKind)),
    )  # fmt: skip
    record.add_argument(
        "--since", metavar="DATE", type=_day, help=_("list entries from this day on, such as 2026-11-27")
    )
    what = record.add_mutually_exclusive_group()
    what.add_argument(
        "--export", type=Path, metavar="FILE", help=_("write all entries with their proof; FILE ends in .csv or .json")
    )
    what.add_argument(
        "--verify", nargs="?", const=True, type=Path, metavar="FILE",
        help=_("check that the record, or FILE that was exported, is as it was written"),
    )  # fmt: skip


def _add_kept(commands: Commands) -> None:
    kept = parsers.add_command(
        commands, "kept", _("report what is kept of a person or a matter, where it is, and what would delete it")
    )
    kept.add_argument("name", nargs="?", metavar="NAME", help=_("the name to look for in all texts"))
    parsers.add_matter(kept)
    kept.add_argument(
        "--all-matters", action="store_true", help=_("look into the library and all matters, one after the other")
    )
    kept.add_argument(
        "--export", type=Path, metavar="FILE", help=_("write the report into FILE, which ends in .csv or .json")
    )


def _day(text: str) -> str:
    """Parse a day. Raises ValueError for what is no day."""
    return date.fromisoformat(text).isoformat()


GOVERNANCE = Feature(
    name="governance",
    terminal=(TerminalCommand(("record",), _add_record, _run_record), TerminalCommand(("kept",), _add_kept, _run_kept)),
    window=_window,
    desk=_desk,
    keeps=Keeps(recorded=(RecordedThing("report", lambda: _("Report")),)),
)
