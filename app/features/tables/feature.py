"""Tables: lists of questions that are asked of many documents, each question as if it were the first."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from app.cli import parsers
from app.cli.terminal_command import Commands, TerminalCommand
from app.core.errors import Problem
from app.core.kept import CountedTable, Keeps, KeptKind, KeptWhere, RecordedThing, SearchedTable, TextSource
from app.core.work import Cancel
from app.feature import Feature
from app.wording.i18n import _

if TYPE_CHECKING:
    from app.services.services import Services
    from app.ui.window_feature import WindowFeature
    from app.ui.workspace import Workspace


def _window(workspace: Workspace) -> WindowFeature:
    from app.features.tables.window.tables import TablesWindow

    return TablesWindow(workspace)


def _run(options: argparse.Namespace, desk: Services, cancel: Cancel) -> Problem | None:
    from app.features.tables import command

    return command.run(options, desk, cancel)


def _add(commands: Commands) -> None:
    """Add the command `table`. `sheet` and `grid` are former names of `table --together` and of `table`: they work, and
    no help lists them."""
    about = _("ask every question of every document by itself, and get a table of values with their pages")
    table = parsers.add_command(commands, "table", about)
    _add_options(table)
    table.add_argument(
        "--together", action="store_true", help=_("ask all documents together, and get a full answer to each question")
    )
    for former, together in (("sheet", True), ("grid", False)):
        verb = parsers.add_former(commands, former)
        _add_options(verb)
        verb.set_defaults(together=together)


def _add_options(verb: argparse.ArgumentParser) -> None:
    parsers.add_answering(verb)
    verb.add_argument(
        "--questions", type=Path, metavar="FILE",
        help=_("UTF-8 text, one question per line, as in “[date] End of term: When does the lease end?”; the kinds are"
        " text, yes/no, date, amount, choice: A, B"),
    )  # fmt: skip
    verb.add_argument("--template", metavar="NAME", help=_("a list of questions that comes with Octavo"))
    verb.add_argument("--templates", action="store_true", help=_("list the names of the templates and exit"))
    verb.add_argument("--title", metavar="TEXT", default="", help=_("what the table is called"))
    verb.add_argument(
        "--resume", action="store_true",
        help=_("continue the last table of these questions and documents: ask only what is not answered, or new"),
    )  # fmt: skip
    verb.add_argument(
        "--export", type=Path, metavar="FILE",
        help=_("also write the table to a file: .xlsx, .csv, .docx; with --together: .docx, .xlsx, .md, .html"),
    )  # fmt: skip
    parsers.add_weighing(verb)
    verb.add_argument("question", nargs="*", help=_("asked after the questions of the template and the file"))


def _remedy() -> str:
    return _("Delete the conversation or the table and empty the bin.")


_OF_CELLS = """
    SELECT c.id, concat_ws(' · ', nullif(c.title, ''), nullif((
            SELECT k.title FROM books k WHERE json_array_length(t.books) = 1 AND k.id = t.books -> 0 ->> 'book_id'
        ), '')) AS title, t.text, c.created_at AS time, c.created_at AS made, t.row AS place, t.question_id,
        NULL AS book_id, NULL AS page, NULL AS start, NULL AS stop
        FROM conversations c JOIN sheets s ON s.conversation_id = c.id JOIN (
            SELECT l.sheet_id, l.question_id, r.books, r.number AS row,
                concat_ws(char(10, 10), iif(l.correction = '', a.text, l.correction), nullif(l.comment, '')) AS text
                FROM sheet_cells l JOIN sheet_rows r ON r.sheet_id = l.sheet_id AND r.number = l.row_number
                LEFT JOIN answers a ON a.question_id = l.question_id AND a.shown WHERE NOT EXISTS (
                    SELECT 1 FROM json_each(r.books) j JOIN books k ON k.id = j.value ->> 'book_id' WHERE k.bin_id != ''
                )
            UNION ALL SELECT l.sheet_id, l.question_id, '[]', min(l.row_number), q.text
                FROM sheet_cells l JOIN questions q ON q.id = l.question_id GROUP BY l.sheet_id, l.column_number
        ) t ON t.sheet_id = c.id WHERE c.bin_id = '' AND NOT (s.excerpts AND s.question_id != '')"""
"""The texts of cells, to be searched: a cell has its correction, or else its answer, and its comment; the first cell of
a column has its question, too. Sheets that only make notes shorter are left out."""
_KEEPS = Keeps(
    kinds=(KeptKind(KeptWhere.SHEETS, lambda: _("Tables"), _remedy, total="sheets", conversations="sheets"),),
    tables=(
        SearchedTable("sheet_columns", KeptWhere.CONVERSATIONS, "t.sheet_id", ("name", "question", "form")),
        SearchedTable("sheet_cells", KeptWhere.CONVERSATIONS, "t.sheet_id", ("correction", "comment")),
    ),
    counted=(CountedTable("sheets", lambda: _("tables: {n}")),),
    recorded=(RecordedThing("grid", lambda: _("Table")), RecordedThing("sheet", lambda: _("Table"))),
    texts=(
        TextSource(
            KeptWhere.SHEETS,
            lambda: _("Tables"),
            lambda: _("tables"),
            lambda: _("1 table"),
            lambda: _("{n} tables"),
            lambda: _("table “{title}”"),
            _OF_CELLS,
        ),
    ),
)

TABLES = Feature(
    name="tables", terminal=(TerminalCommand(("table", "sheet", "grid"), _add, _run),), window=_window, keeps=_KEEPS
)
