"""The contents of a table's export, whatever its format: a line for every question with its whole answer, or a row for
every document with a value for every question."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeAlias

from app.core.conversations.cell import CellState
from app.core.conversations.values import UNFIT
from app.core.documents.document import Book
from app.export.references import REFERENCE, CheckedSentence, check_answer, cleaned
from app.export.report import note_on
from app.export.title_block import TitleBlock, compose_title_block
from app.features.tables.cells import CellFinding, ReadCell, read_cell
from app.features.tables.data import GridRow, Sheet, SheetCell
from app.features.tables.words import (
    cell_words,
    count_findings,
    found_words,
    kind_words,
    place_words,
    question_words,
    row_title,
)
from app.wording.errors import sentence
from app.wording.i18n import _
from app.wording.page_lines import page_line
from app.wording.support import basis_words


@dataclass(frozen=True)
class SheetLine:
    """A question with its answer. `answer` is Markdown with the places of its references, which are counted from 1 in
    every line; `sentences` are what the pages have of it; `note` says what is to be said about the answer, or why there
    is none."""

    number: int
    question: str
    answer: str
    sentences: tuple[CheckedSentence, ...]
    note: str

    @property
    def plain_answer(self) -> str:
        """The answer with [1] in the place of a reference."""
        return REFERENCE.sub(r"[\1]", self.answer)

    @property
    def listed(self) -> tuple[str, ...]:
        """The pages' verdicts on the sentences, in words."""
        return tuple(each.words for each in self.sentences)


@dataclass(frozen=True)
class SheetReport:
    head: TitleBlock
    lines: tuple[SheetLine, ...]

    @property
    def title(self) -> str:
        return self.head.title

    @property
    def sentences(self) -> tuple[CheckedSentence, ...]:
        return tuple(each for line in self.lines for each in line.sentences)


@dataclass(frozen=True)
class GridHeading:
    """A question; `kind` is said in words."""

    title: str
    question: str
    kind: str


@dataclass(frozen=True)
class GridCell:
    """A cell. `words` are the value, or how far the cell is. `place` is its page, as the window marks it; `sentence`
    that of the page which the finding rests on. `finding` says what was found out, in words; it is empty before the
    cell is asked. `answered` is what the model wrote, if a person entered something else."""

    read: ReadCell
    words: str
    place: str = ""
    sentence: str = ""
    finding: str = ""
    comment: str = ""
    answered: str = ""

    @property
    def note(self) -> str:
        """All that is to be said beside the value."""
        page = f"“{self.sentence}” {self.place}" if self.sentence else self.place
        return "\n".join(filter(None, (self.finding, page, self.answered, self.comment)))

    def without_source(self) -> GridCell:
        """Return the cell without the value that its words were made of, as these were replaced."""
        return replace(self, read=replace(self.read, value=UNFIT))


@dataclass(frozen=True)
class GridLine:
    title: str
    cells: tuple[GridCell, ...]


@dataclass(frozen=True)
class GridReport:
    """The report on a grid. `summary` says how many cells have which finding. `paths` tell where the files of the
    documents were when they were added, by their SHA-256."""

    head: TitleBlock
    headings: tuple[GridHeading, ...]
    lines: tuple[GridLine, ...]
    summary: str
    paths: Mapping[str, str]

    @property
    def title(self) -> str:
        return self.head.title

    def without_paths(self) -> GridReport:
        return replace(self, paths={})


TableReport: TypeAlias = SheetReport | GridReport


def compose(sheet: Sheet, books: Mapping[str, Book], *, as_list: bool, now: datetime | None = None) -> TableReport:
    """Make the report on a table. `books` are those that were asked, by their ids; `as_list` puts questions with their
    answers one below the other; `now` is when it is written, aware of its zone."""
    return compose_sheet(sheet, books, now=now) if as_list else compose_grid(sheet, books, now=now)


def compose_sheet(sheet: Sheet, books: Mapping[str, Book], *, now: datetime | None = None) -> SheetReport:
    """Make the report on questions with their answers. `books` are those that were asked, by their ids; `now` is when
    it is written, aware of its zone."""
    lines = tuple(_answer_line(number, row, books) for number, row in enumerate(sheet.cells, 1))
    return SheetReport(_head(sheet, books, now), lines)


def compose_grid(sheet: Sheet, books: Mapping[str, Book], *, now: datetime | None = None) -> GridReport:
    """Make the report on a grid of values. `books` are those that were asked, by their ids; `now` is when it is
    written, aware of its zone."""
    reads = {(cell.row, cell.column): read_cell(cell) for cell in sheet.cells}
    headings = tuple(
        GridHeading(cleaned(column.title), cleaned(column.question), kind_words(column.form))
        for column in sheet.columns
    )
    lines = tuple(_line(row, sheet, reads, books) for row in sheet.rows)
    summary = " · ".join(words for _finding, words in count_findings(reads.values()))
    paths = {book.sha256: str(book.path) for book in books.values()}
    return GridReport(_head(sheet, books, now), headings, lines, summary, paths)


def _head(sheet: Sheet, books: Mapping[str, Book], now: datetime | None) -> TitleBlock:
    asked = [(cell.question, cell.answer) for cell in sheet.cells]
    return compose_title_block(cleaned(sheet.title), asked, books, now or datetime.now().astimezone())


def headings() -> tuple[str, str, str]:
    """Return the headings of the columns that all formats have."""
    return _("Question"), _("Answer"), _("Finding")


def _answer_line(number: int, row: SheetCell, books: Mapping[str, Book]) -> SheetLine:
    question, answer = cleaned(question_words(row, books)), row.answer
    if answer is None:
        return SheetLine(number, question, "", (), _("This question has not been asked yet."))
    checked = check_answer(answer, books)
    note = note_on(row.question, answer)
    if row.state is CellState.FAILED and answer.problem is not None:
        note = " ".join(filter(None, (basis_words(row.question, answer), cleaned(sentence(answer.problem)))))
    return SheetLine(number, question, checked.text, checked.sentences, note)


def _line(row: GridRow, sheet: Sheet, reads: Mapping[tuple[int, int], ReadCell], books: Mapping[str, Book]) -> GridLine:
    cells = []
    for column in sheet.columns:
        read = reads.get((row.number, column.number))
        if read is not None:
            cells.append(_cell(read, books))
    return GridLine(cleaned(row_title(row, books)), tuple(cells))


def _cell(read: ReadCell, books: Mapping[str, Book]) -> GridCell:
    finding, evidence = "" if read.finding is CellFinding.WAITING else found_words(read), read.evidence
    answered = ""
    if read.finding is CellFinding.CORRECTED and read.cell.answer is not None and read.answered.text:
        answered = _("The model wrote: {value}").format(value=cleaned(read.answered.text))
    title = evidence.document if evidence is not None and len(read.cell.question.books) > 1 else ""
    return GridCell(
        read,
        cleaned(cell_words(read)),
        cleaned(place_words(read, books, title)),
        cleaned(page_line(evidence.text, evidence.book_id, books)) if evidence is not None else "",
        finding,
        cleaned(read.cell.comment),
        answered,
    )
