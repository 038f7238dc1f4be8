"""Grids: every question of a list asked of every document of a list, each as if it were the first.

A sheet with one row asks its questions of all its books together.
"""

from __future__ import annotations

from typing import TypeAlias

import msgspec

from app.core.conversations.cell import Cell, CellProgress, CellState
from app.core.conversations.conversation import BookRef
from app.core.conversations.values import FREE, AnswerForm


class SheetCell(Cell, frozen=True):
    """A question of a sheet, and its answer. `notes` tells that it asks for notes on its pages. `column` is the number
    of its column. `correction` is the value that a person put in the place of the answer's; `comment` is what a person
    wrote beside it; each is empty if there is none."""

    notes: bool = False
    column: int = 1
    correction: str = ""
    comment: str = ""


class GridColumn(msgspec.Struct, frozen=True):
    """A question, asked of every row. `number` never changes; 0 for one that is not kept yet. Without a `name` it is
    called by its question."""

    question: str
    name: str = ""
    form: AnswerForm = FREE
    number: int = 0

    @property
    def title(self) -> str:
        return self.name or self.question


class GridRow(msgspec.Struct, frozen=True):
    """The books that are asked together: one document of a grid."""

    number: int
    books: tuple[BookRef, ...]


class Sheet(msgspec.Struct, frozen=True):
    """A table of questions and answers. `cells` are row by row, each in the order of the columns. `excerpts` tells that
    the model sees passages that belong to each question, not the books. `question_id` is the question that these cells
    collect notes for, each from its own pages; it is empty for a person's sheet."""

    id: str
    title: str
    created_at: float  # seconds since the epoch, UTC
    books: tuple[BookRef, ...]
    cells: tuple[SheetCell, ...]
    excerpts: bool = False
    question_id: str = ""
    columns: tuple[GridColumn, ...] = ()
    rows: tuple[GridRow, ...] = ()

    @property
    def is_grid(self) -> bool:
        """True if the sheet is read as a table of documents and values, and not as one list of questions and
        answers."""
        return not self.question_id and (len(self.rows) > 1 or any(column.form.is_held for column in self.columns))

    @property
    def questions(self) -> tuple[str, ...]:
        return tuple(cell.question.text for cell in self.cells)

    @property
    def answered(self) -> int:
        """The number of questions that are answered."""
        return sum(cell.state is CellState.ANSWERED for cell in self.cells)

    @property
    def finished(self) -> bool:
        return self.answered == len(self.cells)


class SheetEntry(msgspec.Struct, frozen=True):
    """A sheet as it is listed. `questions` counts all cells of its `rows`; `interrupted` tells that Octavo ended while
    it was being asked, and one of them has not been asked again since."""

    id: str
    title: str
    created_at: float
    questions: int
    answered: int
    rows: int = 1
    interrupted: bool = False


SheetProgress: TypeAlias = CellProgress[SheetCell]
