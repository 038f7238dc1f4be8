"""A question sheet as a table model: a row for every question, with its answer and its pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property
from typing import Any, TypeAlias

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from app.core.conversations.cell import CellState
from app.core.conversations.conversation import Citation, Ending
from app.core.conversations.verdict import SentenceVerdict
from app.core.documents.document import Book
from app.core.documents.untrusted import disarm
from app.features.tables.data import Sheet, SheetCell
from app.features.tables.words import question_words
from app.ui.chat.citations import CitationMark, is_several, mark_citations
from app.ui.chat.verdict_marks import mark_verdicts
from app.wording.errors import sentence
from app.wording.i18n import _
from app.wording.support import basis_words
from app.wording.verdicts import count_verdicts

ShownRole = int(Qt.ItemDataRole.UserRole)
_Index: TypeAlias = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()

_SIGNS = {
    CellState.WAITING: "○",
    CellState.ANSWERING: "◐",
    CellState.ANSWERED: "●",
    CellState.STOPPED: "■",
    CellState.FAILED: "✕",
}


class SheetColumn(IntEnum):
    QUESTION = 0
    ANSWER = 1
    PAGES = 2


@dataclass(frozen=True)
class Chip:
    """A page, what its chip says, and the verdict that it stands for; `said`: the sentence with the verdict."""

    label: str
    citation: Citation
    verdict: SentenceVerdict | None = None
    said: str = ""


@dataclass(frozen=True)
class ShownRow:
    """`words` say how far the row is; `books` are those it asks, by id. `text` and `question` are untrusted."""

    number: int
    question_id: str
    question: str
    text: str
    state: CellState
    words: str
    citations: tuple[Citation, ...] = ()
    verdicts: tuple[SentenceVerdict, ...] = ()
    books: Mapping[str, Book] | None = None

    @property
    def state_words(self) -> str:
        return f"{_SIGNS[self.state]} {self.words}"

    @cached_property
    def chips(self) -> tuple[Chip, ...]:
        """One for every page and finding that the answer's chips name, in their order."""
        chips = [
            Chip(mark.label, mark.citation, mark.verdict, mark.said)
            for mark in sorted(self.marks, key=lambda mark: mark.start)
            if mark.citation is not None
        ]
        return tuple({chip.label: chip for chip in reversed(chips)}.values())[::-1]

    @cached_property
    def marks(self) -> tuple[CitationMark, ...]:
        """The chips of the answer: one for each sentence that was checked, and one for each other page mark."""
        books, ids = self.books or {}, tuple(self.books or ())
        marks = mark_citations(self.text, self.citations, books, ids, self.verdicts)
        several = is_several([*self.citations, *self.verdicts], ids)
        found = mark_verdicts(self.text, marks, self.verdicts, books, several=several)
        return tuple(mark for mark in found if mark.label)


def shown_row(number: int, row: SheetCell, books: Mapping[str, Book]) -> ShownRow:
    """A row as it is saved."""
    answer = row.answer
    text, citations, verdicts = (answer.text, answer.citations, answer.verdicts) if answer else ("", (), ())
    words, asked = state_words(row), question_words(row, books)
    return ShownRow(number, row.question.id, asked, text, row.state, words, citations, verdicts, books)


def state_words(row: SheetCell) -> str:
    """How far a row is: one word, or the sentence that says why it failed; then, on lines of their own, what the
    pages have of its sentences, and that no book was asked."""
    if row.answer is None:
        return _progress_words(row)
    counts = ", ".join(words for _verdict, words in count_verdicts(row.answer.verdicts))
    return "\n".join(filter(None, (_progress_words(row), counts, basis_words(row.question, row.answer))))


def _progress_words(row: SheetCell) -> str:
    if row.answer is not None and row.state is CellState.FAILED and row.answer.problem is not None:
        return sentence(row.answer.problem)
    if row.answer is not None and row.answer.ending is Ending.LENGTH:
        return _("answered (cut off)")
    return {
        CellState.WAITING: _("waiting"),
        CellState.ANSWERING: _("answering"),
        CellState.ANSWERED: _("answered"),
        CellState.STOPPED: _("stopped"),
        CellState.FAILED: _("failed"),
    }[row.state]


class SheetTable(QAbstractTableModel):
    """`ShownRole` gives a `ShownRow`."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: list[ShownRow] = []

    def show_sheet(self, sheet: Sheet | None, books: Mapping[str, Book]) -> None:
        self.beginResetModel()
        rows = sheet.cells if sheet else ()
        self._rows = [shown_row(number, row, books) for number, row in enumerate(rows, 1)]
        self.endResetModel()

    def show_row(self, row: ShownRow) -> None:
        """Replace the row of the same number."""
        place = row.number - 1
        if 0 <= place < len(self._rows) and self._rows[place].question_id == row.question_id:
            self._rows[place] = row
            self.dataChanged.emit(self.index(place, 0), self.index(place, len(SheetColumn) - 1))

    def row(self, number: int) -> ShownRow:
        return self._rows[number - 1]

    def rows(self) -> Sequence[ShownRow]:
        return tuple(self._rows)

    def rowCount(self, parent: _Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: _Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(SheetColumn)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        if orientation is Qt.Orientation.Vertical:
            return str(section + 1)
        return {SheetColumn.QUESTION: _("Question"), SheetColumn.ANSWER: _("Answer"), SheetColumn.PAGES: _("Pages")}[
            SheetColumn(section)
        ]

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row = self._rows[index.row()]
        if role == ShownRole:
            return row
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return {
                SheetColumn.QUESTION: f"{row.number}. {disarm(row.question)}. {row.state_words}",
                SheetColumn.ANSWER: disarm(row.text),
                SheetColumn.PAGES: "; ".join(chip.label for chip in row.chips),
            }[SheetColumn(index.column())]
        return None
