"""Other programs on this computer that ask the desk over MCP (Model Context Protocol), as far as a person allows it."""

from __future__ import annotations

import argparse
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from app.cli import parsers
from app.cli.terminal_command import Commands, Terminal, TerminalCommand
from app.core.kept import Keeps, KeptWhere, RecordedThing, SearchedTable
from app.core.work import Cancel
from app.feature import Feature
from app.wording.i18n import _

if TYPE_CHECKING:
    from app.services.services import Services
    from app.ui.window_feature import WindowFeature
    from app.ui.workspace import Workspace


def _window(workspace: Workspace) -> WindowFeature:
    from app.features.programs.window.programs import ProgramsWindow

    return ProgramsWindow(workspace)


def _run(options: argparse.Namespace, desk: Services, cancel: Cancel) -> None:  # noqa: ARG001 - it ends at once
    from app.features.programs import command

    command.run(options, desk)


def _serve(options: argparse.Namespace, terminal: Terminal, cancel: Cancel) -> bool:  # noqa: ARG001 - a call has its own
    """Serve the program that has started this, which opens the desk when that is needed first."""
    if options.mcp_command is not None:
        return False
    from app.cli import arguments
    from app.features.programs import command
    from app.features.programs.mcp import serving

    serving.serve(partial(command.open_for_program, options, terminal), arguments.paths(options))
    return True


def _add(commands: Commands) -> None:
    mcp = parsers.add_command(
        commands,
        "mcp",
        _(
            "let another program on this computer ask the library and matters that you allow, over standard input and"
            " output (Model Context Protocol); the program starts this itself"
        ),
    )
    mcp.add_argument(
        "--passphrase-file", type=Path, metavar="FILE",
        help=_("read the passphrase of the data from the first line of this file"),
    )  # fmt: skip
    of_mcp = mcp.add_subparsers(metavar="COMMAND", dest="mcp_command")
    parsers.add_command(of_mcp, "list", _("list the programs that have asked, and what each may see"))
    allow = parsers.add_command(of_mcp, "allow", _("let a program see the library, or the matters that are named"))
    allow.add_argument(
        "--matter", action="append", default=[], metavar="NAME", help=_("this matter; repeatable"), dest="matters"
    )
    allow.add_argument("--library", action="store_true", help=_("the library, too, where matters are named"))
    refuse = parsers.add_command(of_mcp, "refuse", _("show a program nothing, and ask no more about it"))
    forget = parsers.add_command(of_mcp, "forget", _("take back what was decided about a program"))
    for each in (allow, refuse, forget):
        each.add_argument("name", metavar="NAME", help=_("the name that the program gives itself"))


_KEEPS = Keeps(
    tables=(SearchedTable("mcp_clients", KeptWhere.SETTINGS, "t.name", ("name", "program")),),
    without_texts=frozenset(("mcp_matters",)),
    recorded=(
        RecordedThing("allowed", lambda: _("allowed")),
        RecordedThing("list", lambda: _("list of documents")),
        RecordedThing("matters", lambda: _("list of matters")),
        RecordedThing("refused", lambda: _("refused")),
        RecordedThing("search", lambda: _("search")),
        RecordedThing("taken back", lambda: _("permission taken back")),
    ),
)

PROGRAMS = Feature(
    name="programs", terminal=(TerminalCommand(("mcp",), _add, _run, _serve),), window=_window, keeps=_KEEPS
)
