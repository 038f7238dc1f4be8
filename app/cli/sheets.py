"""Question sheets in the terminal: where their questions come from, and what is written as each is answered."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from app.cli.output import Advice, bar, describe_answer, print_findings, print_json, progress_bar
from app.core.conversation import BookRef
from app.core.document import Book
from app.core.errors import Problem
from app.core.events import Loading, Notice, Reading, Thinking, Token
from app.core.sheet import RowBegun, RowEnded, Sheet, SheetProgress
from app.services.services import Services
from app.services.templates import SheetTemplate, check_questions, read_questions
from app.wording import errors, i18n, units
from app.wording.i18n import _


class JsonSheets:
    """One JSON object a line on stdout."""

    def begun(self, event: RowBegun, question: str) -> None:
        print_json({"event": "question", "number": event.number, "total": event.total, "question": question})

    def loading(self, event: Loading) -> None:
        print_json({"event": "loading", "fraction": round(event.fraction, 3)})

    def reading(self, event: Reading) -> None:
        print_json({"event": "reading", "done": event.done, "total": event.total, "reused": event.reused})

    def thinking(self) -> None:
        print_json({"event": "thinking"})

    def notice(self, problem: Problem) -> None:
        print_json({"event": "notice", "code": problem.code, "message": errors.sentence(problem)})

    def row(self, event: RowEnded) -> None:
        row, problem = event.row, event.row.answer.problem if event.row.answer else None
        told: dict[str, Any] = {"event": "row", "number": event.number, "total": event.total}
        told |= {"question": row.question.text, "state": row.state}
        if row.answer is not None:
            told |= describe_answer(row.question, row.answer)
        if problem is not None:
            told |= {"code": problem.code, "message": errors.sentence(problem)}
        print_json(told)

    def ended(self, sheet: Sheet) -> None:
        print_json({"event": "ended", "sheet": sheet.id, "questions": len(sheet.rows), "answered": sheet.answered})


class TextSheets:
    """Each question with its answer and pages on stdout as soon as it has ended; progress on stderr, on a terminal
    only."""

    def __init__(self, shelf: Mapping[str, Book]) -> None:
        """`shelf`: the books that are asked, by their ids."""
        self._shelf = shelf
        self._bar: Any = None
        self._where = ""
        self._advice = Advice()
        self.loading = bar(_("loading the model"))

    def begun(self, event: RowBegun, question: str) -> None:  # noqa: ARG002 - it is written with its answer
        self._where = _("question {number} of {total}").format(number=event.number, total=event.total)
        self._show(progress_bar(self._where, 0))

    def reading(self, event: Reading) -> None:
        if self._bar is None or not self._bar.total:
            self._show(progress_bar(self._where, event.total, event.reused))
        self._bar.update(event.done - self._bar.n)

    def thinking(self) -> None:
        self._show(progress_bar(f"{self._where}: {_('The model is thinking…')}", 0))

    def notice(self, problem: Problem) -> None:
        self._show(None)
        print(f"octavo: {errors.sentence(problem)}", file=sys.stderr)

    def row(self, event: RowEnded) -> None:
        self._show(None)
        row = event.row
        question = units.printable(" ".join(row.question.text.split()))  # of a template: with a chapter's title
        print(f"{event.number}. {question}\n")
        if row.answer is None:
            return
        if row.answer.text:
            print(row.answer.text)
        print_findings(row.question, row.answer, self._shelf)
        self._advice.give(row.answer)
        if row.answer.problem is not None:
            print(f"octavo: {self._where}: {errors.sentence(row.answer.problem)}", file=sys.stderr)

    def ended(self, sheet: Sheet) -> None:
        self._show(None)
        if not sheet.finished:
            words = _(
                "{answered} of {total} questions are answered. To ask the others, use the same command with --resume."
            )
            print(words.format(answered=sheet.answered, total=len(sheet.rows)), file=sys.stderr)

    def _show(self, new: Any) -> None:
        if self._bar is not None:
            self._bar.close()
        self._bar = new


Out: TypeAlias = JsonSheets | TextSheets


@dataclass(frozen=True)
class WantedQuestions:
    """What is to be asked: a template's questions of the books, then `listed`."""

    template: SheetTemplate | None
    listed: tuple[str, ...]


def find_questions(options: argparse.Namespace, desk: Services) -> WantedQuestions:
    """The template, and the questions of the file and of the command line. Raises AppError TEMPLATE_UNKNOWN, FILE_*,
    QUESTION_*."""
    template = desk.templates.get(options.template, i18n.language()) if options.template else None
    typed = (question for question in options.question if question.strip())
    listed = (*(read_questions(options.questions) if options.questions else ()), *typed)
    if template is None:
        check_questions(listed)
    return WantedQuestions(template, listed)


def make(options: argparse.Namespace, desk: Services, books: tuple[BookRef, ...], wanted: WantedQuestions) -> Sheet:
    """The sheet that is to be asked: a new one or, if wanted, one that was not finished. Raises AppError QUESTION_*."""
    title, questions = "", wanted.listed
    if wanted.template is not None:
        title = wanted.template.title
        questions = (*desk.templates.questions(wanted.template, books), *wanted.listed)
    if options.resume:
        unfinished = desk.sheets.unfinished(questions, books, excerpts=options.excerpts)
        if unfinished is not None:
            return unfinished
    return desk.sheets.create(questions, books, title=title, excerpts=options.excerpts)


def tell(out: Out, sheet: Sheet, progress: SheetProgress) -> None:
    """Write what happens while a sheet is asked."""
    match progress:
        case RowBegun(number):
            out.begun(progress, sheet.rows[number - 1].question.text)
        case Loading():
            out.loading(progress)
        case Reading():
            out.reading(progress)
        case Thinking():
            out.thinking()
        case Notice(problem):
            out.notice(problem)
        case RowEnded():
            out.row(progress)
        case Token():
            pass  # an answer is written as a whole


def print_templates(templates: Iterable[SheetTemplate], *, as_json: bool) -> None:
    for template in templates:
        if as_json:
            print_json({"name": template.name, "title": template.title, "description": template.description})
        else:
            print(f"{template.name:<10} {template.title}: {template.description}")
