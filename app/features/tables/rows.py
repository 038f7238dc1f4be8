"""Questions of a new table as rows that a person fills in: their list, what is wrong with one, and its draft.

A row that is typed or pasted as a line of `app.features.tables.columns` is understood as that line says.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import Enum, auto

import msgspec

from app.core.conversations.conversation import BookRef
from app.core.conversations.values import AnswerForm, ValueKind
from app.core.errors import AppError, Code
from app.features.tables.columns import check_choices, check_length, choices_of, columns_of, split_questions
from app.features.tables.data import GridColumn


class RowFault(Enum):
    """The reason why a row cannot be asked."""

    NO_QUESTION = auto()
    TOO_LONG = auto()
    KIND = auto()  # it begins with a kind of answers that there is not
    CHOICES = auto()  # too few, too many, or too long ones


_FAULTS = {
    Code.QUESTION_TOO_LONG: RowFault.TOO_LONG,
    Code.QUESTION_KIND: RowFault.KIND,
    Code.QUESTION_CHOICES: RowFault.CHOICES,
}


class QuestionRow(msgspec.Struct, frozen=True):
    """A question as it is written. `name` is the heading of its column; `choices` are what a choice is between, with
    commas; `more` is what else is said with the question, and is not in its heading."""

    question: str = ""
    name: str = ""
    kind: ValueKind = ValueKind.PROSE
    choices: str = ""
    more: str = ""

    @property
    def is_empty(self) -> bool:
        """True if nothing is asked, however the answer would be written."""
        return not any(text.strip() for text in (self.question, self.name, self.more))


def rows_of(lines: Iterable[str]) -> tuple[QuestionRow, ...]:
    """Return a row for each line; one that names no known kind stays as it is, and `fault_of` says so."""
    return tuple(understood(QuestionRow(line.strip())) for line in lines)


def row_of(column: GridColumn) -> QuestionRow:
    return QuestionRow(column.question, column.name, column.form.kind, ", ".join(column.form.choices))


def understood(row: QuestionRow) -> QuestionRow:
    """Return the row as its question says it, if that is written with a kind and a heading of its own."""
    try:
        (column,) = columns_of((row.question,))
    except AppError:
        return row
    read = row_of(column)
    if read.question == row.question.strip():
        return row
    return msgspec.structs.replace(read, name=read.name or row.name, more=row.more)


def fault_of(row: QuestionRow) -> RowFault | None:
    """Say why a row cannot be asked; None if it can, or asks nothing."""
    if row.is_empty:
        return None
    if not row.question.strip():
        return RowFault.NO_QUESTION
    try:
        column = column_of(row)
        check_length(column.question, 1)
        if column.form.kind is ValueKind.CHOICE:
            check_choices(column.form.choices, 1)
    except AppError as error:
        return _FAULTS[error.code]
    return None


def column_of(row: QuestionRow) -> GridColumn:
    """Return the column that a row asks for. Raises AppError QUESTION_KIND, QUESTION_CHOICES."""
    columns_of((row.question,))
    read = understood(row)
    choices = choices_of(read.choices) if read.kind is ValueKind.CHOICE else ()
    question, name, more = (" ".join(text.split()) for text in (read.question, read.name, read.more))
    asked = f"{question} {more}" if more else question
    return GridColumn(asked, name or (question if more else ""), AnswerForm(read.kind, choices))


class QuestionRows:
    """The rows of a new table, at least one. Places count from 0."""

    def __init__(self, rows: Iterable[QuestionRow] = ()) -> None:
        self._rows = list(rows) or [QuestionRow()]
        self._removed: list[tuple[int, QuestionRow]] = []

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[QuestionRow]:
        return iter(self._rows)

    def __getitem__(self, place: int) -> QuestionRow:
        return self._rows[place]

    @property
    def written(self) -> tuple[QuestionRow, ...]:
        """The rows that are not empty."""
        return tuple(row for row in self._rows if not row.is_empty)

    @property
    def faults(self) -> tuple[RowFault | None, ...]:
        return tuple(map(fault_of, self._rows))

    @property
    def columns(self) -> tuple[GridColumn, ...]:
        """The columns that the rows ask for, none of which may have a fault."""
        return tuple(map(column_of, self.written))

    @property
    def can_undo(self) -> bool:
        return bool(self._removed)

    def put(self, place: int, row: QuestionRow) -> None:
        self._rows[place] = row

    def add_after(self, place: int) -> int:
        """Return the place of an empty row behind this one: the next one if that is empty, this one if it is itself,
        else a new one."""
        if self._rows[place].is_empty:
            return place
        if place + 1 == len(self._rows) or not self._rows[place + 1].is_empty:
            self._rows.insert(place + 1, QuestionRow())
        return place + 1

    def write(self, place: int, text: str) -> int:
        """Write a text in the place of a row's question: its first line is understood, and each other line becomes a
        row behind it. Return the place of the last."""
        first, *others = split_questions(text) or ("",)
        self._rows[place] = understood(msgspec.structs.replace(self._rows[place], question=first))
        self._rows[place + 1 : place + 1] = rows_of(others)
        return place + len(others)

    def remove(self, place: int) -> int:
        """Take a row away, and return the place of the one that stands there then, or before it."""
        row = self._rows.pop(place)
        if not row.is_empty:
            self._removed.append((place, row))
        if not self._rows:
            self._rows.append(QuestionRow())
        return min(place, len(self._rows) - 1)

    def undo(self) -> int:
        """Put the row back that was removed last, and return its place. There must be one."""
        place, row = self._removed.pop()
        if self._rows == [QuestionRow()]:
            self._rows.clear()
        place = min(place, len(self._rows))
        self._rows.insert(place, row)
        return place

    def move(self, place: int, by: int) -> int:
        """Move a row so many places down, as far as there are rows, and return its place then."""
        to = max(0, min(place + by, len(self._rows) - 1))
        self._rows.insert(to, self._rows.pop(place))
        return to


class TableDraft(msgspec.Struct, frozen=True):
    """A new table that is not asked yet, as it is kept. `template` is the name of the one that its rows were filled
    from."""

    title: str = ""
    rows: tuple[QuestionRow, ...] = ()
    books: tuple[BookRef, ...] = ()
    each: bool = True
    template: str = ""
