"""`octavo grid`: every question of every document by itself, and what is written as each cell is answered."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from functools import partial
from typing import Any, TypeAlias

import msgspec

from app.cli import leaving
from app.cli.answers import describe_answer
from app.cli.ask import index, prepare, shelf_of
from app.cli.screen import print_json
from app.core.conversations.cell import CellEnded, CellState
from app.core.conversations.conversation import BookRef
from app.core.documents.document import Book
from app.core.errors import AppError, Code, Problem
from app.core.work import Cancel, Stopped, finish
from app.export.files import check
from app.features.tables.cells import read_cell
from app.features.tables.columns import columns_of
from app.features.tables.data import GridColumn, Sheet, SheetCell
from app.features.tables.export import files
from app.features.tables.export.grid import compose_grid
from app.features.tables.service import sheets_of, templates_of
from app.features.tables.sheet_command import JsonSheets, TextSheets, find_questions, print_templates, show
from app.features.tables.words import cell_words, count_findings, found_words, place_words, row_title
from app.services.asking.restating import SHORT_CHARACTERS
from app.services.services import Services
from app.wording import errors, i18n, units
from app.wording.i18n import _


class JsonGrids(JsonSheets):
    """One JSON object a line on stdout."""

    def __init__(self, grid: Sheet, shelf: Mapping[str, Book]) -> None:
        self._names = _Names(grid, shelf)

    def row(self, event: CellEnded[SheetCell]) -> None:
        cell, read = event.cell, read_cell(event.cell)
        shown: dict[str, Any] = {"event": "cell", "number": event.number, "total": event.total}
        shown |= {"document": self._names.document(event), "column": self._names.column(event)}
        shown |= {"question": cell.question.text, "kind": read.kind, "state": cell.state, "finding": read.finding}
        shown["finding_words"] = found_words(read)
        if read.has_value:
            shown["value"] = read.value.text
        if (found := read.evidence) is not None:
            shown["evidence"] = msgspec.to_builtins(found)
        if cell.answer is not None:
            shown |= describe_answer(cell.question, cell.answer)
        if cell.answer is not None and (problem := cell.answer.problem) is not None:
            shown |= {"code": problem.code, "message": errors.sentence(problem)}
        print_json(shown)


class TextGrids(TextSheets):
    """Each document once on stdout, below it a line for each of its answers; progress on stderr, on a terminal only."""

    def __init__(self, grid: Sheet, shelf: Mapping[str, Book]) -> None:
        super().__init__(shelf)
        self._names = _Names(grid, shelf)
        self._books = shelf
        self._row = 0

    def row(self, event: CellEnded[SheetCell]) -> None:
        self.done()
        if event.cell.row != self._row:
            self._row = event.cell.row
            print(f"\n{units.printable(self._names.document(event))}")
        read = read_cell(event.cell)
        evidence = read.evidence
        title = evidence.document if evidence is not None and len(event.cell.question.books) > 1 else ""
        place = place_words(read, self._books, title) or found_words(read)
        said = " ".join(filter(None, (cell_words(read), f"[{place}]" if place else "")))
        print(units.printable(f"  {self._names.column(event)}: {' '.join(said.split())}"))

    def ended(self, sheet: Sheet) -> None:
        self.done()
        print(f"\n{' · '.join(words for _finding, words in count_findings(map(read_cell, sheet.cells)))}")
        super().ended(sheet)


Out: TypeAlias = JsonGrids | TextGrids


class _Names:
    """What rows and columns are called."""

    def __init__(self, grid: Sheet, shelf: Mapping[str, Book]) -> None:
        self._documents = {row.number: row_title(row, shelf) for row in grid.rows}
        self._columns = {column.number: column.title for column in grid.columns}

    def document(self, event: CellEnded[SheetCell]) -> str:
        return self._documents[event.cell.row]

    def column(self, event: CellEnded[SheetCell]) -> str:
        return self._columns[event.cell.column]


def run(options: argparse.Namespace, desk: Services, cancel: Cancel) -> Problem | None:
    """Ask all cells; returns why the first one failed that did, where others were answered. Raises AppError,
    Stopped."""
    if options.templates:
        print_templates((each for each in templates_of(desk).all(i18n.language()) if each.grid), as_json=options.json)
        return None
    if options.export is not None:
        check(options.export, files.GRID_ENDINGS)
    wanted = find_questions(options, desk)
    columns = columns_of((*(wanted.template.questions if wanted.template else ()), *wanted.listed))
    books = prepare(options, desk, cancel)
    shelf = shelf_of(books, desk.documents.library)
    grid, is_new = _make(options, desk, columns, [(book,) for book in books])
    out = JsonGrids(grid, shelf) if options.json else TextGrids(grid, shelf)
    if options.resume and is_new:
        out.notice(Problem(Code.QUESTION_NOT_BEGUN))
    broken_off: AppError | Stopped | None = None
    try:
        _index(grid, desk, cancel)
        finish(sheets_of(desk).run(grid.id, cancel), partial(show, out, grid))
    except (AppError, Stopped) as error:
        broken_off = error
    kept = sheets_of(desk).get(grid.id) or grid
    if options.export is not None:
        report = leaving.exported(compose_grid(kept, shelf), options, desk, kept.id, shelf)
        files.write_grid(report, options.export.absolute())
        desk.record.exported("grid", options.export, item=kept.id, books=shelf)
    out.ended(kept)
    if broken_off is not None:
        raise broken_off
    failed = (cell.answer.problem for cell in kept.cells if cell.state is CellState.FAILED and cell.answer)
    return next((problem for problem in failed if problem is not None), None)


def _make(
    options: argparse.Namespace, desk: Services, columns: tuple[GridColumn, ...], rows: list[tuple[BookRef, ...]]
) -> tuple[Sheet, bool]:
    """The grid, and whether it is new: with `--resume` one that was begun, with what it does not have yet. Raises
    AppError QUESTION_*."""
    begun = sheets_of(desk).begun(columns, rows, excerpts=options.excerpts) if options.resume else None
    if begun is None:
        title = options.title or _("{n} documents").format(n=units.count(len(rows)))
        return sheets_of(desk).create_grid(columns, rows, title=title, excerpts=options.excerpts), True
    sheets_of(desk).add(begun, columns, rows)
    return sheets_of(desk).get(begun.id) or begun, False


def _index(grid: Sheet, desk: Services, cancel: Cancel) -> None:
    """Index the documents of which passages will stand next to a question, or in their place. Raises AppError;
    Stopped."""
    if grid.excerpts or desk.asking.ask.settings().close_reading:
        index(
            [ref for ref in grid.books if desk.documents.library.book(ref.book_id).characters > SHORT_CHARACTERS],
            desk,
            cancel,
        )
