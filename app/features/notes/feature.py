"""Notes and highlights: all of them in one list, searched and exported, and what is kept of answers and tables. The
pages of documents show notes and let them be made without this feature."""

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
    from app.features.notes.window.notes import NotesWindow

    return NotesWindow(workspace)


def _run(options: argparse.Namespace, desk: Services, cancel: Cancel) -> None:
    from app.features.notes import command

    command.run(options, desk, cancel)


def _add(commands: Commands) -> None:
    notes = parsers.add_command(commands, "notes", _("list notes and highlights, search them, or write them to a file"))
    parsers.add_matter(notes)
    notes.add_argument(
        "--document", type=Path, metavar="FILE", help=_("only the notes of this document; otherwise all notes")
    )
    notes.add_argument("--find", metavar="WORDS", help=_("only notes that contain these words"))
    notes.add_argument("--delete", metavar="ID", help=_("delete a note permanently; the beginning of its ID is enough"))
    notes.add_argument(
        "--export", type=Path, metavar="FILE",
        help=_("write the notes to a file: .md; or, with --document, a copy of a PDF with its highlights: .pdf"),
    )  # fmt: skip


NOTES = Feature(
    name="notes",
    terminal=(TerminalCommand(("notes",), _add, _run),),
    window=_window,
    keeps=Keeps(recorded=(RecordedThing("notes", lambda: _("Notes")),)),
)
