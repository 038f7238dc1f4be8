"""Question sheets: several questions asked of the same books, each as if it were the first."""

from __future__ import annotations

from enum import StrEnum
from typing import TypeAlias

import msgspec

from app.core.conversation import Answer, BookRef, Ending, StoredQuestion
from app.core.events import Loading, Notice, Reading, Thinking, Token, Tokenizing


class RowState(StrEnum):
    """How far a question of a sheet is."""

    WAITING = "waiting"  # not asked yet
    ANSWERING = "answering"
    ANSWERED = "answered"
    STOPPED = "stopped"  # by the person, or because Octavo was ended; what was written is kept
    FAILED = "failed"


class SheetRow(msgspec.Struct, frozen=True):
    """A question of a sheet, and its answer; None while none was begun. `notes`: it asks for notes on its pages."""

    question: StoredQuestion
    answer: Answer | None = None
    notes: bool = False

    @property
    def state(self) -> RowState:
        if self.answer is None:
            return RowState.WAITING
        match self.answer.ending:
            case Ending.COMPLETE | Ending.LENGTH:
                return RowState.ANSWERED
            case Ending.OPEN:
                return RowState.ANSWERING
            case Ending.FAILED:
                return RowState.FAILED
            case Ending.CANCELLED | Ending.CLOSED:
                return RowState.STOPPED


class Sheet(msgspec.Struct, frozen=True):
    """`excerpts`: the model sees passages that belong to each question, not the books. `question_id`: the question that
    these rows collect notes for, each from its own pages; empty for a person's sheet."""

    id: str
    title: str
    created_at: float  # seconds since the epoch, UTC
    books: tuple[BookRef, ...]
    rows: tuple[SheetRow, ...]
    excerpts: bool = False
    question_id: str = ""

    @property
    def questions(self) -> tuple[str, ...]:
        return tuple(row.question.text for row in self.rows)

    @property
    def answered(self) -> int:
        """How many of the questions are answered."""
        return sum(row.state is RowState.ANSWERED for row in self.rows)

    @property
    def finished(self) -> bool:
        return self.answered == len(self.rows)


class SheetEntry(msgspec.Struct, frozen=True):
    """A sheet as it is listed."""

    id: str
    title: str
    created_at: float
    questions: int
    answered: int


class RowBegun(msgspec.Struct, frozen=True):
    """Question `number` of `total`, counted from 1, is being asked; what follows until its `RowEnded` is about it."""

    number: int
    total: int
    question_id: str


class RowEnded(msgspec.Struct, frozen=True):
    """The row as it is kept, answered or not."""

    number: int
    total: int
    row: SheetRow


SheetProgress: TypeAlias = RowBegun | Loading | Tokenizing | Reading | Thinking | Token | Notice | RowEnded
