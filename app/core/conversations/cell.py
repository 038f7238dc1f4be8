"""Cells: questions that are asked each as if it were the first, one after the other or side by side.

The notes on the parts of long books are collected by such questions, and a feature may ask many of them.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Generic, TypeAlias, TypeVar

import msgspec

from app.core.conversations.conversation import Answer, Ending, StoredQuestion
from app.core.conversations.events import Loading, Notice, Reading, Thinking, Token, Tokenizing


class CellState(StrEnum):
    """The state of one question."""

    WAITING = "waiting"  # not asked yet
    ANSWERING = "answering"
    ANSWERED = "answered"
    STOPPED = "stopped"  # by the person, or because Octavo was ended; what was written is kept
    FAILED = "failed"


class Cell(msgspec.Struct, frozen=True):
    """A question and its answer; None while none was begun. Cells with the same number of a `row` ask the same
    books."""

    question: StoredQuestion
    answer: Answer | None = None
    row: int = 1

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


CellKind = TypeVar("CellKind", bound=Cell)


class CellBegun(msgspec.Struct, frozen=True):
    """Question `number` of `total`, counted from 1, is being asked; what follows until its `CellEnded` is about it."""

    number: int
    total: int
    question_id: str


class CellEnded(msgspec.Struct, Generic[CellKind], frozen=True):
    """The cell as it is kept, answered or not."""

    number: int
    total: int
    cell: CellKind


CellProgress: TypeAlias = CellBegun | Loading | Tokenizing | Reading | Thinking | Token | Notice | CellEnded[CellKind]


class PartNotes(msgspec.Struct, frozen=True):
    """The notes for a question, each cell from its own pages. `shortens` tells that the cells make one note of several,
    which are written in their questions."""

    id: str
    cells: tuple[Cell, ...]
    shortens: bool = False

    @property
    def questions(self) -> tuple[str, ...]:
        return tuple(cell.question.text for cell in self.cells)

    @property
    def answered(self) -> int:
        """The number of questions that are answered."""
        return sum(cell.state is CellState.ANSWERED for cell in self.cells)
