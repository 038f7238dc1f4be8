"""Grids: every question of a list asked of every document of a list, each as if it were the first.

A sheet with one row asks its questions of all its books together.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TypeAlias

import msgspec

from app.core.conversation import Answer, BookRef, Ending, StoredQuestion
from app.core.events import Loading, Notice, Reading, Thinking, Token, Tokenizing
from app.core.values import FREE, AnswerForm


class CellState(StrEnum):
    """How far a question of a sheet is."""

    WAITING = "waiting"  # not asked yet
    ANSWERING = "answering"
    ANSWERED = "answered"
    STOPPED = "stopped"  # by the person, or because Octavo was ended; what was written is kept
    FAILED = "failed"


class SheetCell(msgspec.Struct, frozen=True):
    """A question of a sheet, and its answer; None while none was begun. `notes`: it asks for notes on its pages. `row`
    and `column` are the numbers of its row and its column. `correction`: the value that a person put in the place of
    the answer's; `comment`: what a person wrote beside it; empty where there is none."""

    question: StoredQuestion
    answer: Answer | None = None
    notes: bool = False
    row: int = 1
    column: int = 1
    correction: str = ""
    comment: str = ""

    @property
    def state(self) -> CellState:
        if self.answer is None:
            return CellState.WAITING
        match self.answer.ending:
            case Ending.COMPLETE | Ending.LENGTH:
                return CellState.ANSWERED
            case Ending.OPEN:
                return CellState.ANSWERING
            case Ending.FAILED:
                return CellState.FAILED
            case Ending.CANCELLED | Ending.CLOSED:
                return CellState.STOPPED


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
    """`cells`: row by row, each in the order of the columns. `excerpts`: the model sees passages that belong to each
    question, not the books. `question_id`: the question that these cells collect notes for, each from its own pages;
    empty for a person's sheet."""

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
        """Whether it is read as a table of documents and values: not one list of questions and answers."""
        return not self.question_id and (len(self.rows) > 1 or any(column.form.is_held for column in self.columns))

    @property
    def questions(self) -> tuple[str, ...]:
        return tuple(cell.question.text for cell in self.cells)

    @property
    def answered(self) -> int:
        """How many of the questions are answered."""
        return sum(cell.state is CellState.ANSWERED for cell in self.cells)

    @property
    def finished(self) -> bool:
        return self.answered == len(self.cells)


class SheetEntry(msgspec.Struct, frozen=True):
    """A sheet as it is listed. `questions`: all cells of its `rows`."""

    id: str
    title: str
    created_at: float
    questions: int
    answered: int
    rows: int = 1


class CellBegun(msgspec.Struct, frozen=True):
    """Question `number` of `total`, counted from 1, is being asked; what follows until its `CellEnded` is about it."""

    number: int
    total: int
    question_id: str


class CellEnded(msgspec.Struct, frozen=True):
    """The cell as it is kept, answered or not."""

    number: int
    total: int
    cell: SheetCell


SheetProgress: TypeAlias = CellBegun | Loading | Tokenizing | Reading | Thinking | Token | Notice | CellEnded
