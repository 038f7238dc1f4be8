"""`octavo table`: asks a list of questions of every document by itself, or of all together (`--together`)."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from functools import partial

from app.cli import outbound_review
from app.cli.answers import JsonAnswers, TextAnswers
from app.cli.ask import index_if_read, prepare
from app.cli.opening import index, shelf_of
from app.cli.screen import print_json
from app.core.conversations.cell import CellState
from app.core.conversations.conversation import BookRef
from app.core.documents.document import Book
from app.core.errors import AppError, Code, Problem
from app.core.work import Cancel, Stopped, finish
from app.export.files import check
from app.features.tables.columns import columns_of
from app.features.tables.command_output import JsonTables, Out, TextTables, TextValues, show
from app.features.tables.data import GridColumn, Sheet
from app.features.tables.export import files
from app.features.tables.export.report import compose
from app.features.tables.service import SheetTemplate, check_questions, read_questions, sheets_of, templates_of
from app.services.asking.retrieval import SHORT_CHARACTERS
from app.services.services import Services
from app.wording import i18n, units
from app.wording.i18n import _


def run(options: argparse.Namespace, desk: Services, cancel: Cancel) -> Problem | None:
    """Ask all cells, and return why the first one failed that did, if others were answered. Raises AppError,
    Stopped."""
    if options.templates:
        _print_templates(options, desk)
        return None
    if options.export is not None:
        check(options.export, files.SHEET_ENDINGS if options.together else files.GRID_ENDINGS)
    template, listed = _find_questions(options, desk)
    columns = _columns(desk, template, (), listed)  # a wrong one is told before anything is read
    books = prepare(options, desk, cancel)
    if options.together:
        columns = _columns(desk, template, books, listed)
    rows: list[tuple[BookRef, ...]] = [books] if options.together else [(book,) for book in books]
    shelf = shelf_of(books, desk.documents.library)
    sheet, is_new = _make(options, desk, columns, rows, _title(options, template, len(books)))
    out = _out(options, sheet, shelf)
    if options.resume and is_new:
        out.notice(Problem(Code.QUESTION_NOT_BEGUN))
    tell = partial(show, out, sheet)
    broken_off: AppError | Stopped | None = None
    try:
        if options.together:
            index_if_read(books, desk, cancel, tell, excerpts=sheet.excerpts)
        else:
            _index_each(sheet, desk, cancel)
        finish(sheets_of(desk).run(sheet.id, cancel), tell)
    except (AppError, Stopped) as error:
        broken_off = error
    kept = sheets_of(desk).get(sheet.id) or sheet
    if options.export is not None:
        _export(kept, shelf, options, desk)
    out.ended(kept)
    if options.together and isinstance(broken_off, AppError) and broken_off.code is Code.DOES_NOT_FIT:
        answers = JsonAnswers(shelf) if options.json else TextAnswers(shelf)
        answers.choices(desk.asking.context.choices(sheet.id))
    if broken_off is not None:
        raise broken_off
    failed = (cell.answer.problem for cell in kept.cells if cell.state is CellState.FAILED and cell.answer)
    return next((problem for problem in failed if problem is not None), None)


def _find_questions(options: argparse.Namespace, desk: Services) -> tuple[SheetTemplate | None, tuple[str, ...]]:
    """Return the template, and the questions of the file and of the command line. Raises AppError TEMPLATE_UNKNOWN,
    FILE_*, QUESTION_*."""
    template = templates_of(desk).get(options.template, i18n.language()) if options.template else None
    typed = (question for question in options.question if question.strip())
    listed = (*(read_questions(options.questions) if options.questions else ()), *typed)
    if template is None:
        check_questions(listed)
    return template, listed


def _columns(
    desk: Services, template: SheetTemplate | None, books: tuple[BookRef, ...], listed: tuple[str, ...]
) -> tuple[GridColumn, ...]:
    """Return the columns that the template asks of these books, then `listed`. Raises AppError QUESTION_*."""
    asked = () if template is None else templates_of(desk).questions(template, books)
    return columns_of((*asked, *listed))


def _title(options: argparse.Namespace, template: SheetTemplate | None, documents: int) -> str:
    """Return the title of a new table; empty for its first question's words."""
    if options.title or not options.together:
        return options.title or units.counted(documents, _("1 document"), _("{n} documents"))
    return template.title if template is not None else ""


def _make(
    options: argparse.Namespace,
    desk: Services,
    columns: tuple[GridColumn, ...],
    rows: list[tuple[BookRef, ...]],
    title: str,
) -> tuple[Sheet, bool]:
    """Return the table, and whether it is new: with `--resume` it is one that was begun, with what it does not have
    yet. Raises AppError QUESTION_*."""
    sheets, excerpts = sheets_of(desk), options.excerpts
    begun = sheets.begun(columns, rows, excerpts=excerpts, together=options.together) if options.resume else None
    if begun is None:
        return sheets.create(columns, rows, title=title, excerpts=excerpts), True
    sheets.add(begun, columns, rows)
    return sheets.get(begun.id) or begun, False


def _out(options: argparse.Namespace, sheet: Sheet, shelf: Mapping[str, Book]) -> Out:
    if options.json:
        return JsonTables(sheet, shelf, together=options.together)
    return TextTables(shelf) if options.together else TextValues(sheet, shelf)


def _index_each(sheet: Sheet, desk: Services, cancel: Cancel) -> None:
    """Index the documents of which passages will stand next to a question, or in their place. Raises AppError;
    Stopped."""
    if sheet.excerpts or desk.asking.ask.settings().close_reading:
        index(
            [ref for ref in sheet.books if desk.documents.library.book(ref.book_id).characters > SHORT_CHARACTERS],
            desk,
            cancel,
        )


def _export(sheet: Sheet, shelf: Mapping[str, Book], options: argparse.Namespace, desk: Services) -> None:
    report = compose(sheet, shelf, as_list=options.together)
    files.write(outbound_review.exported(report, options, desk, sheet.id, shelf), options.export.absolute())
    desk.record.exported("sheet" if options.together else "grid", options.export, item=sheet.id, books=shelf)


def _print_templates(options: argparse.Namespace, desk: Services) -> None:
    """Print the lists of questions for all documents together, or those for each by itself."""
    for template in templates_of(desk).all(i18n.language()):
        if template.grid == options.together:
            continue
        if options.json:
            print_json({"name": template.name, "title": template.title, "description": template.description})
        else:
            print(f"{template.name:<16} {template.title}: {template.description}")
