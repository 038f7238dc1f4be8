"""`octavo sheet`: where its questions come from, and what is written as each is answered."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeAlias

from app.cli import leaving
from app.cli.answers import (
    Advice,
    JsonAnswers,
    JsonProgress,
    TextAnswers,
    describe_answer,
    print_findings,
    print_verdicts,
)
from app.cli.ask import index_if_read, prepare, shelf_of
from app.cli.bars import Bar, bar
from app.cli.screen import print_json
from app.core.conversations.cell import CellBegun, CellEnded, CellState
from app.core.conversations.conversation import BookRef
from app.core.conversations.events import Loading, Notice, Reading, Thinking, Token, Tokenizing
from app.core.documents.document import Book
from app.core.errors import AppError, Code, Problem
from app.core.work import Cancel, Stopped, finish
from app.export.files import check
from app.features.tables.data import Sheet, SheetCell, SheetProgress
from app.features.tables.export import files
from app.features.tables.export.sheet import compose_sheet
from app.features.tables.service import SheetTemplate, check_questions, read_questions, sheets_of, templates_of
from app.services.services import Services
from app.wording import errors, i18n, units
from app.wording.i18n import _


class JsonSheets(JsonProgress):
    """One JSON object a line on stdout."""

    def begun(self, event: CellBegun, question: str) -> None:
        print_json({"event": "question", "number": event.number, "total": event.total, "question": question})

    def row(self, event: CellEnded[SheetCell]) -> None:
        row, problem = event.cell, event.cell.answer.problem if event.cell.answer else None
        shown: dict[str, Any] = {"event": "row", "number": event.number, "total": event.total}
        shown |= {"question": row.question.text, "state": row.state}
        if row.answer is not None:
            shown |= describe_answer(row.question, row.answer)
        if problem is not None:
            shown |= {"code": problem.code, "message": errors.sentence(problem)}
        print_json(shown)

    def ended(self, sheet: Sheet) -> None:
        print_json({"event": "ended", "sheet": sheet.id, "questions": len(sheet.cells), "answered": sheet.answered})


class TextSheets:
    """Each question with its answer and pages on stdout as soon as it has ended; progress on stderr, on a terminal
    only."""

    def __init__(self, shelf: Mapping[str, Book]) -> None:
        """`shelf`: the books that are asked, by their ids."""
        self._shelf = shelf
        self._bar = Bar()
        self._where = ""
        self._advice = Advice()
        self.loading = bar(_("loading the model"))

    def done(self) -> None:
        """Nothing of progress stays on the screen."""
        self._bar.close()

    def begun(self, event: CellBegun, question: str) -> None:  # noqa: ARG002 - it is written with its answer
        self._where = _where(event)
        self._bar.busy(self._where)

    def tokenizing(self, event: Tokenizing) -> None:
        self._bar.show(_("counting words"), event.done, event.total)

    def reading(self, event: Reading) -> None:
        self._bar.show(self._where, event.done, event.total)

    def thinking(self, event: Thinking) -> None:  # noqa: ARG002 - cells are shown without thoughts
        self._bar.busy(f"{self._where}: {_('The model is thinking…')}")

    def notice(self, problem: Problem) -> None:
        self._bar.close()
        print(f"octavo: {errors.sentence(problem)}", file=sys.stderr)

    def row(self, event: CellEnded[SheetCell]) -> None:
        self._bar.close()
        row = event.cell
        question = units.printable(" ".join(row.question.text.split()))  # of a template: with a chapter's title
        print(f"{event.number}. {question}\n")
        if row.answer is None:
            return
        if row.answer.text:
            print(row.answer.text)
        print_findings(row.question, row.answer, self._shelf)
        print_verdicts(row.answer, self._shelf)
        self._advice.give(row.answer)
        if row.answer.problem is not None:
            print(f"octavo: {_where(event)}: {errors.sentence(row.answer.problem)}", file=sys.stderr)

    def ended(self, sheet: Sheet) -> None:
        self._bar.close()
        if not sheet.finished:
            words = _(
                "{answered} of {total} questions are answered. To ask the others, use the same command with --resume."
            )
            print(words.format(answered=sheet.answered, total=len(sheet.cells)), file=sys.stderr)


def _where(event: CellBegun | CellEnded[SheetCell]) -> str:
    return _("question {number} of {total}").format(number=event.number, total=event.total)


Out: TypeAlias = JsonSheets | TextSheets


def run(options: argparse.Namespace, desk: Services, cancel: Cancel) -> Problem | None:
    """Ask all questions; returns why the first one failed that did, where others were answered. Raises AppError,
    Stopped."""
    if options.templates:
        print_templates(
            (each for each in templates_of(desk).all(i18n.language()) if not each.grid), as_json=options.json
        )
        return None
    if options.export is not None:
        check(options.export, files.SHEET_ENDINGS)
    wanted = find_questions(options, desk)
    books = prepare(options, desk, cancel)
    shelf = shelf_of(books, desk.documents.library)
    out = JsonSheets() if options.json else TextSheets(shelf)
    sheet = _make(options, desk, books, wanted, out)
    tell = partial(show, out, sheet)
    broken_off: AppError | Stopped | None = None
    try:
        index_if_read(books, desk, cancel, tell, excerpts=sheet.excerpts)
        finish(sheets_of(desk).run(sheet.id, cancel), tell)
    except (AppError, Stopped) as error:
        broken_off = error
    kept = sheets_of(desk).get(sheet.id) or sheet
    if options.export is not None:
        report = leaving.exported(compose_sheet(kept, shelf), options, desk, kept.id, shelf)
        files.write_sheet(report, options.export.absolute())
        desk.record.exported("sheet", options.export, item=kept.id, books=(ref.book_id for ref in kept.books))
    out.ended(kept)
    if isinstance(broken_off, AppError) and broken_off.code is Code.DOES_NOT_FIT:
        answers = JsonAnswers(shelf) if options.json else TextAnswers(shelf)
        answers.choices(desk.asking.context.choices(sheet.id))
    if broken_off is not None:
        raise broken_off
    failed = (row.answer.problem for row in kept.cells if row.state is CellState.FAILED and row.answer)
    return next((problem for problem in failed if problem is not None), None)


@dataclass(frozen=True)
class _WantedQuestions:
    """What is to be asked: a template's questions of the books, then `listed`."""

    template: SheetTemplate | None
    listed: tuple[str, ...]


def find_questions(options: argparse.Namespace, desk: Services) -> _WantedQuestions:
    """The template, and the questions of the file and of the command line. Raises AppError TEMPLATE_UNKNOWN, FILE_*,
    QUESTION_*."""
    template = templates_of(desk).get(options.template, i18n.language()) if options.template else None
    typed = (question for question in options.question if question.strip())
    listed = (*(read_questions(options.questions) if options.questions else ()), *typed)
    if template is None:
        check_questions(listed)
    return _WantedQuestions(template, listed)


def _make(
    options: argparse.Namespace, desk: Services, books: tuple[BookRef, ...], wanted: _WantedQuestions, out: Out
) -> Sheet:
    """The sheet that is to be asked: a new one or, if wanted, one that was not finished. Raises AppError QUESTION_*."""
    title, questions = "", wanted.listed
    if wanted.template is not None:
        title = wanted.template.title
        questions = (*templates_of(desk).questions(wanted.template, books), *wanted.listed)
    if options.resume:
        unfinished = sheets_of(desk).unfinished(questions, books, excerpts=options.excerpts)
        if unfinished is not None:
            return unfinished
        out.notice(Problem(Code.QUESTION_NOT_BEGUN))
    return sheets_of(desk).create(questions, books, title=title, excerpts=options.excerpts)


def show(out: Out, sheet: Sheet, progress: SheetProgress) -> None:
    """Write what happens while a sheet is asked."""
    match progress:
        case CellBegun(number):
            out.begun(progress, sheet.cells[number - 1].question.text)
        case Loading():
            out.loading(progress)
        case Tokenizing():
            out.tokenizing(progress)
        case Reading():
            out.reading(progress)
        case Thinking():
            out.thinking(progress)
        case Notice(problem):
            out.notice(problem)
        case CellEnded():
            out.row(progress)
        case Token():
            pass  # an answer is written as a whole


def print_templates(templates: Iterable[SheetTemplate], *, as_json: bool) -> None:
    for template in templates:
        if as_json:
            print_json({"name": template.name, "title": template.title, "description": template.description})
        else:
            print(f"{template.name:<16} {template.title}: {template.description}")
