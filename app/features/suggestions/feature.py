"""Suggested questions: what the documents can answer, before the first question and after an answer."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from app.cli import parsers
from app.cli.terminal_command import Commands, TerminalCommand
from app.core.kept import Keeps, KeptWhere, SearchedTable
from app.core.work import Cancel
from app.feature import Feature
from app.wording.i18n import _

if TYPE_CHECKING:
    from app.services.services import Services
    from app.ui.window_feature import WindowFeature
    from app.ui.workspace import Workspace


def _window(workspace: Workspace) -> WindowFeature:
    from app.features.suggestions.window.suggestions import SuggestionsWindow

    return SuggestionsWindow(workspace)


def _run(options: argparse.Namespace, desk: Services, cancel: Cancel) -> None:
    from app.features.suggestions import command

    command.run(options, desk, cancel)


def _add(commands: Commands) -> None:
    questions = parsers.add_command(
        commands, "questions", _("suggest questions that the documents can answer, without a model")
    )
    parsers.add_documents(questions)


_TABLE = "suggested_questions"
SUGGESTIONS = Feature(
    name="suggestions",
    terminal=(TerminalCommand(("questions",), _add, _run),),
    window=_window,
    keeps=Keeps(
        tables=(SearchedTable(_TABLE, KeptWhere.DOCUMENTS, "t.book_id", ("questions",)),),
        of_documents=frozenset((_TABLE,)),
    ),
)
