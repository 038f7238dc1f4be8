"""The cells of a table as both of its layouts show them: a list of questions with their answers, and a grid."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TypeAlias

import msgspec
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from app.core.conversations.cell import CellState
from app.core.conversations.conversation import Answer, Citation, Ending
from app.core.conversations.verdict import SentenceVerdict
from app.core.documents.document import Book
from app.core.documents.untrusted import disarm
from app.features.tables.cells import CellFinding, ReadCell, read_cell
from app.features.tables.data import GridColumn, Sheet, SheetCell
from app.features.tables.words import cell_words, place_words, question_words, short_place_words
from app.ui.chat.text.citations import CitationMark, is_several, mark_citations, shorten_title
from app.ui.chat.text.verdict_marks import mark_verdicts
from app.wording.errors import sentence
from app.wording.i18n import _
from app.wording.support import basis_words
from app.wording.verdicts import count_verdicts

CellRole = int(Qt.ItemDataRole.UserRole)
"""The role that gives the `ShownCell`; for heads, what their table says."""

Index: TypeAlias = QModelIndex | QPersistentModelIndex
ROOT = QModelIndex()

_SIGNS = {
    CellState.WAITING: "○",
    CellState.ANSWERING: "◐",
    CellState.ANSWERED: "●",
    CellState.STOPPED: "■",
    CellState.FAILED: "✕",
}


@dataclass(frozen=True)
class Chip:
    """A page, what its chip says, and the verdict that it stands for; `said` is the sentence with the verdict."""

    label: str
    citation: Citation
    verdict: SentenceVerdict | None = None
    said: str = ""


@dataclass(frozen=True)
class ShownCell:
    """A cell as it is shown. `number` is its place in the table, from 1; `books` are those of the table, by id; `step`
    says what is done for it while it is asked. What the cell says is worked out when it is shown first."""

    number: int
    read: ReadCell
    column: GridColumn
    books: Mapping[str, Book]
    step: str = ""

    @property
    def cell(self) -> SheetCell:
        return self.read.cell

    @property
    def state(self) -> CellState:
        return self.cell.state

    @property
    def is_running(self) -> bool:
        return self.read.finding is CellFinding.ANSWERING

    # ---- the whole answer

    @property
    def text(self) -> str:
        """The answer. It is untrusted."""
        return self.cell.answer.text if self.cell.answer is not None else ""

    @cached_property
    def question(self) -> str:
        """The question. It is untrusted."""
        return question_words(self.cell, self.books)

    @cached_property
    def progress(self) -> str:
        return self.step or state_words(self.cell)

    @property
    def state_words(self) -> str:
        return f"{_SIGNS[self.state]} {self.progress}"

    @cached_property
    def chips(self) -> tuple[Chip, ...]:
        """The chips for every page and finding that the answer's chips name, one for each, in their order."""
        chips = [
            Chip(mark.label, mark.citation, mark.verdict, mark.said)
            for mark in sorted(self.marks, key=lambda mark: mark.start)
            if mark.citation is not None
        ]
        return tuple({chip.label: chip for chip in reversed(chips)}.values())[::-1]

    @cached_property
    def marks(self) -> tuple[CitationMark, ...]:
        """The chips in the answer: one for each sentence that was checked, and one for each other page mark."""
        answer, ids = self.cell.answer, tuple(self.books)
        if answer is None:
            return ()
        marks = mark_citations(answer.text, answer.citations, self.books, ids, answer.verdicts)
        several = is_several([*answer.citations, *answer.verdicts], ids)
        found = mark_verdicts(answer.text, marks, answer.verdicts, self.books, several=several)
        return tuple(mark for mark in found if mark.label)

    # ---- the value

    @cached_property
    def words(self) -> str:
        """The value, or how far it is."""
        return self.step or disarm(cell_words(self.read))

    @cached_property
    def place(self) -> str:
        """The page with the finding, or what stands in the place of a page."""
        evidence = self.read.evidence
        several = evidence is not None and len(self.cell.question.books) > 1
        title = shorten_title(evidence.document) if evidence is not None and several else ""
        return "" if self.step else disarm(place_words(self.read, self.books, title))

    @cached_property
    def short(self) -> str:
        """The page with a sign for the finding, for places with less room."""
        return "" if self.step else disarm(short_place_words(self.read, self.books))


def state_words(cell: SheetCell) -> str:
    """Say how far a cell is: one word, or the sentence that says why it failed; then, on lines of their own, what the
    pages have of its sentences, and that no book was asked."""
    if cell.answer is None:
        return _progress_words(cell)
    counts = ", ".join(words for _verdict, words in count_verdicts(cell.answer.verdicts))
    return "\n".join(filter(None, (_progress_words(cell), counts, basis_words(cell.question, cell.answer))))


def _progress_words(cell: SheetCell) -> str:
    if cell.answer is not None and cell.state is CellState.FAILED and cell.answer.problem is not None:
        return sentence(cell.answer.problem)
    if cell.answer is not None and cell.answer.ending is Ending.LENGTH:
        return _("answered (cut off)")
    return {
        CellState.WAITING: _("waiting"),
        CellState.ANSWERING: _("answering"),
        CellState.ANSWERED: _("answered"),
        CellState.STOPPED: _("stopped"),
        CellState.FAILED: _("failed"),
    }[cell.state]


class CellTable(QAbstractTableModel):
    """The base of the tables of both layouts: the cells, in the order of the sheet."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.sheet: Sheet | None = None
        self.books: Mapping[str, Book] = {}
        self._cells: dict[tuple[int, int], ShownCell] = {}  # by the numbers of row and column

    def show_sheet(
        self, sheet: Sheet | None, books: Mapping[str, Book], reads: Mapping[str, ReadCell] | None = None
    ) -> None:
        """Show a sheet; `reads` are what its cells say, as far as that is known, by the ids of their questions."""
        self.beginResetModel()
        self._take(sheet, books, reads or {})
        self.endResetModel()

    def show_cell(self, cell: SheetCell, step: str = "") -> None:
        """Replace a cell; `step` says what is done for it while it is asked."""
        known = self._cells.get((cell.row, cell.column))
        if known is None or known.cell.question.id != cell.question.id:
            return
        read = read_cell(cell)
        if step:
            read = replace(read, finding=CellFinding.ANSWERING)
        self._cells[cell.row, cell.column] = replace(known, read=read, step=step)
        self._tell_of(self._cells[cell.row, cell.column])

    def show_running(self, question_id: str, step: str, text: str) -> None:
        """Show that the cell of this question is being asked; `text` is its answer so far."""
        known = self.cell_of(question_id)
        if known is not None:
            begun = Answer("", question_id, text, Ending.OPEN, "", 0.0)
            self.show_cell(msgspec.structs.replace(known.cell, answer=begun), step)

    def cells(self) -> list[ShownCell]:
        """Return all cells, shown or not."""
        return list(self._cells.values())

    def cell_of(self, question_id: str) -> ShownCell | None:
        return next((shown for shown in self._cells.values() if shown.cell.question.id == question_id), None)

    def cell_at(self, index: Index) -> ShownCell | None:
        raise NotImplementedError

    def _take(self, sheet: Sheet | None, books: Mapping[str, Book], reads: Mapping[str, ReadCell]) -> None:
        self.sheet, self.books = sheet, books
        columns = {column.number: column for column in sheet.columns} if sheet is not None else {}
        self._cells = {}
        for number, cell in enumerate(sheet.cells if sheet is not None else (), 1):
            read = reads.get(cell.question.id)
            read = read if read is not None and read.cell is cell else read_cell(cell)
            self._cells[cell.row, cell.column] = ShownCell(number, read, columns[cell.column], books)

    def _tell_of(self, shown: ShownCell) -> None:
        """Say that a cell has changed, to those that show it."""
        raise NotImplementedError
