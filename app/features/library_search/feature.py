"""The search of everything: one field for the documents, the conversations and all other texts of a desk."""

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
    from app.features.library_search.window.library_search import LibrarySearchWindow

    return LibrarySearchWindow(workspace)


def _run(options: argparse.Namespace, desk: Services, cancel: Cancel) -> None:
    from app.features.library_search import command

    command.run(options, desk, cancel)


def _add(commands: Commands) -> None:
    find = parsers.add_command(
        commands, "find", _("show the passages of documents that belong to some words, best first, without a model")
    )
    parsers.add_documents(find)
    find.add_argument("--limit", type=int, default=8, metavar="N", help=_("so many passages at most (default 8)"))
    find.add_argument(
        "--index", action="store_true",
        help=_("first index the whole library by meaning; this can take long"),
    )  # fmt: skip
    find.add_argument(
        "words", nargs="+", metavar="WORDS",
        help=_(
            "a question, or words; without --document the whole library is searched, with \"exact phrases\", -words"
            " that must not be there, and filters such as kind:pdf, folder:NAME, person:NAME, after:2023,"
            " before:2024-03, page:flagged, in:conversations"
        ),
    )  # fmt: skip


LIBRARY_SEARCH = Feature(name="library_search", terminal=(TerminalCommand(("find",), _add, _run),), window=_window)
