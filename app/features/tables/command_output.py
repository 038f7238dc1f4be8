"""The output of `octavo table` while a table is asked: answers one below the other where all documents are asked
together, else values document by document."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any, TypeAlias

import msgspec

from app.cli.answers import Advice, JsonProgress, describe_answer, print_findings, print_verdicts
from app.cli.bars import Bar, bar
from app.cli.screen import print_json
from app.core.conversations.cell import CellBegun, CellEnded
from app.core.conversations.events import Loading, Notice, Reading, Thinking, Token, Tokenizing
from app.core.documents.document import Book
from app.core.errors import Problem
from app.features.tables.cells import read_cell
from app.features.tables.data import Sheet, SheetCell, SheetProgress
from app.features.tables.words import cell_words, count_findings, found_words, place_words, row_title
from app.wording import errors, units
from app.wording.i18n import _


class JsonTables(JsonProgress):
    """Writes one JSON object a line to stdout."""

    def __init__(self, sheet: Sheet, shelf: Mapping[str, Book], *, together: bool) -> None:
        """`shelf` has the books that are asked, by their ids."""
        self._names = None if together else _Names(sheet, shelf)

    def begun(self, event: CellBegun, question: str) -> None:
        print_json({"event": "question", "number": event.number, "total": event.total, "question": question})

    def cell(self, event: CellEnded[SheetCell]) -> None:
        cell, problem = event.cell, event.cell.answer.problem if event.cell.answer else None
        shown: dict[str, Any] = {"event": "row", "number": event.number, "total": event.total}
        if self._names is not None:
            shown |= {"event": "cell", "document": self._names.document(event), "column": self._names.column(event)}
        shown |= {"question": cell.question.text, "state": cell.state}
        if self._names is not None:
            shown |= _described(cell)
        if cell.answer is not None:
            shown |= describe_answer(cell.question, cell.answer)
        if problem is not None:
            shown |= {"code": problem.code, "message": errors.sentence(problem)}
        print_json(shown)

    def ended(self, sheet: Sheet) -> None:
        print_json({"event": "ended", "sheet": sheet.id, "questions": len(sheet.cells), "answered": sheet.answered})


def _described(cell: SheetCell) -> dict[str, Any]:
    """Return the value of a cell and the finding on it, for JSON."""
    read = read_cell(cell)
    shown = {"kind": read.kind, "finding": read.finding, "finding_words": found_words(read)}
    if read.has_value:
        shown["value"] = read.value.text
    if (found := read.evidence) is not None:
        shown["evidence"] = msgspec.to_builtins(found)
    return shown


class TextTables:
    """Writes each question with its answer and pages to stdout as soon as it has ended; progress goes to stderr, on a
    terminal only."""

    def __init__(self, shelf: Mapping[str, Book]) -> None:
        """`shelf` has the books that are asked, by their ids."""
        self._shelf = shelf
        self._bar = Bar()
        self._where = ""
        self._advice = Advice()
        self.loading = bar(_("loading the model"))

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

    def cell(self, event: CellEnded[SheetCell]) -> None:
        self._bar.close()
        cell = event.cell
        question = units.printable(" ".join(cell.question.text.split()))  # of a template: with a chapter's title
        print(f"{event.number}. {question}\n")
        if cell.answer is None:
            return
        if cell.answer.text:
            print(cell.answer.text)
        print_findings(cell.question, cell.answer, self._shelf)
        print_verdicts(cell.answer, self._shelf)
        self._advice.give(cell.answer)
        if cell.answer.problem is not None:
            print(f"octavo: {_where(event)}: {errors.sentence(cell.answer.problem)}", file=sys.stderr)

    def ended(self, sheet: Sheet) -> None:
        self._bar.close()
        if not sheet.finished:
            words = _(
                "{answered} of {total} questions are answered. To ask the others, use the same command with --resume."
            )
            print(words.format(answered=sheet.answered, total=len(sheet.cells)), file=sys.stderr)


class TextValues(TextTables):
    """Writes each document once to stdout, and below it a line for each of its answers."""

    def __init__(self, sheet: Sheet, shelf: Mapping[str, Book]) -> None:
        super().__init__(shelf)
        self._names = _Names(sheet, shelf)
        self._row = 0

    def cell(self, event: CellEnded[SheetCell]) -> None:
        self._bar.close()
        if event.cell.row != self._row:
            self._row = event.cell.row
            print(f"\n{units.printable(self._names.document(event))}")
        read = read_cell(event.cell)
        evidence = read.evidence
        title = evidence.document if evidence is not None and len(event.cell.question.books) > 1 else ""
        place = place_words(read, self._shelf, title) or found_words(read)
        said = " ".join(filter(None, (cell_words(read), f"[{place}]" if place else "")))
        print(units.printable(f"  {self._names.column(event)}: {' '.join(said.split())}"))

    def ended(self, sheet: Sheet) -> None:
        self._bar.close()
        print(f"\n{' · '.join(words for _finding, words in count_findings(map(read_cell, sheet.cells)))}")
        super().ended(sheet)


class _Names:
    """The names of a sheet's rows and columns."""

    def __init__(self, sheet: Sheet, shelf: Mapping[str, Book]) -> None:
        self._documents = {row.number: row_title(row, shelf) for row in sheet.rows}
        self._columns = {column.number: column.title for column in sheet.columns}

    def document(self, event: CellEnded[SheetCell]) -> str:
        return self._documents[event.cell.row]

    def column(self, event: CellEnded[SheetCell]) -> str:
        return self._columns[event.cell.column]


def _where(event: CellBegun | CellEnded[SheetCell]) -> str:
    return _("question {number} of {total}").format(number=event.number, total=event.total)


Out: TypeAlias = JsonTables | TextTables


def show(out: Out, sheet: Sheet, progress: SheetProgress) -> None:
    """Write what happens while a table is asked."""
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
            out.cell(progress)
        case Token():
            pass  # an answer is written as a whole
