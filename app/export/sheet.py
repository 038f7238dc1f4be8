"""What the export of a question sheet says, whatever its format: a line for every question."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.core.document import Book
from app.core.sheet import RowState, Sheet, SheetRow
from app.export.report import REFERENCE, Reference, cleaned, note_on, number_references
from app.wording.errors import sentence
from app.wording.i18n import _
from app.wording.support import basis_words


@dataclass(frozen=True)
class SheetLine:
    """`answer` is Markdown with the places of its references, which are counted from 1 in every line; `note` says what
    is to be said about the answer, or why there is none."""

    number: int
    question: str
    answer: str
    references: tuple[Reference, ...]
    note: str

    @property
    def plain_answer(self) -> str:
        """With [1] in the place of a reference."""
        return REFERENCE.sub(r"[\1]", self.answer)

    @property
    def listed(self) -> tuple[str, ...]:
        """The references, in words."""
        return tuple(f"[{reference.number}] {reference.words}" for reference in self.references)


@dataclass(frozen=True)
class SheetReport:
    """`books`: the titles of those that were asked, as one text."""

    title: str
    books: str
    lines: tuple[SheetLine, ...]


def compose_sheet(sheet: Sheet, books: Mapping[str, Book]) -> SheetReport:
    """`books` are those that were asked, by their ids."""
    lines = tuple(_line(number, row, books) for number, row in enumerate(sheet.rows, 1))
    return SheetReport(cleaned(sheet.title), cleaned("; ".join(book.title for book in books.values())), lines)


def headings() -> tuple[str, str, str]:
    """Of the columns that all formats have."""
    return _("Question"), _("Answer"), _("References")


def _line(number: int, row: SheetRow, books: Mapping[str, Book]) -> SheetLine:
    question, answer = cleaned(row.question.text), row.answer
    if answer is None:
        return SheetLine(number, question, "", (), _("This question has not been asked yet."))
    text, references = number_references(answer, books)
    note = note_on(row.question, answer)
    if row.state is RowState.FAILED and answer.problem is not None:
        note = " ".join(filter(None, (basis_words(row.question, answer), cleaned(sentence(answer.problem)))))
    return SheetLine(number, question, text, tuple(references), note)
