"""The comparison: two books, or two versions of one, with what differs between them."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from app.cli import parsers
from app.cli.terminal_command import Commands, TerminalCommand
from app.core.kept import Keeps, RecordedThing
from app.core.work import Cancel
from app.feature import Feature
from app.wording.i18n import _

if TYPE_CHECKING:
    from app.services.services import Services
    from app.ui.window_feature import WindowFeature
    from app.ui.workspace import Workspace


def _window(workspace: Workspace) -> WindowFeature:
    from app.features.comparison.window.comparison import ComparisonWindow

    return ComparisonWindow(workspace)


def _run(options: argparse.Namespace, desk: Services, cancel: Cancel) -> None:
    from app.features.comparison import command

    command.run(options, desk, cancel)


def _add(commands: Commands) -> None:
    compare = parsers.add_command(
        commands,
        "compare",
        _("show what differs between two documents, or two versions of one, with the pages of both"),
    )
    parsers.add_matter(compare)
    compare.add_argument("first", type=Path, metavar="FIRST", help=_("a document, or the earlier version"))
    compare.add_argument("second", type=Path, metavar="SECOND", help=_("the document to compare with it"))
    compare.add_argument("--ask", metavar="QUESTION", help=_("ask the model about the differences"))
    compare.add_argument(
        "--export", type=Path, metavar="FILE",
        help=_("also write the second document with all changes marked, as a .docx file"),
    )  # fmt: skip
    parsers.add_going_on(compare)
    parsers.add_read_again(compare)
    parsers.add_engine(compare)


COMPARISON = Feature(
    name="comparison",
    terminal=(TerminalCommand(("compare",), _add, _run, documents=2),),
    window=_window,
    keeps=Keeps(recorded=(RecordedThing("comparison", lambda: _("Comparison")),)),
)
