"""What the export of a question sheet says, whatever its format: a line for every question."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from app.core.conversations.cell import CellState
from app.core.documents.document import Book
from app.export.references import REFERENCE, CheckedSentence, check_answer, cleaned
from app.export.report import note_on
from app.export.title_block import TitleBlock, compose_title_block
from app.features.tables.data import Sheet, SheetCell
from app.features.tables.words import question_words
from app.wording.errors import sentence
from app.wording.i18n import _
from app.wording.support import basis_words


@dataclass(frozen=True)
class SheetLine:
    """`answer` is Markdown with the places of its references, which are counted from 1 in every line; `sentences`: what
    the pages have of it; `note` says what is to be said about the answer, or why there is none."""

    number: int
    question: str
    answer: str
    sentences: tuple[CheckedSentence, ...]
    note: str

    @property
    def plain_answer(self) -> str:
        """With [1] in the place of a reference."""
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


def compose_sheet(sheet: Sheet, books: Mapping[str, Book], *, now: datetime | None = None) -> SheetReport:
    """`books` are those that were asked, by their ids. `now`: when it is written, aware of its zone."""
    lines = tuple(_line(number, row, books) for number, row in enumerate(sheet.cells, 1))
    asked = [(row.question, row.answer) for row in sheet.cells]
    now = now or datetime.now().astimezone()
    return SheetReport(compose_title_block(cleaned(sheet.title), asked, books, now), lines)


def headings() -> tuple[str, str, str]:
    """Of the columns that all formats have."""
    return _("Question"), _("Answer"), _("Finding")


def _line(number: int, row: SheetCell, books: Mapping[str, Book]) -> SheetLine:
    question, answer = cleaned(question_words(row, books)), row.answer
    if answer is None:
        return SheetLine(number, question, "", (), _("This question has not been asked yet."))
    checked = check_answer(answer, books)
    note = note_on(row.question, answer)
    if row.state is CellState.FAILED and answer.problem is not None:
        note = " ".join(filter(None, (basis_words(row.question, answer), cleaned(sentence(answer.problem)))))
    return SheetLine(number, question, checked.text, checked.sentences, note)
