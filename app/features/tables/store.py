"""Grids on disk: what makes a conversation a sheet, its columns and rows, and what a person added to a cell.

What holds for all cells is said in `app.store.cells`.
"""

# ruff: noqa: S608 (what is put into the SQL below are constants of the store, never a value)

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import apsw
import msgspec

from app.core.conversations.conversation import BookRef, Ending
from app.core.conversations.values import AnswerForm
from app.features.tables.data import GridColumn, GridRow, Sheet, SheetCell, SheetEntry
from app.language.folding import storable
from app.store.branches import ANSWER, QUESTION, QUESTION_COLUMNS, answer_of, decode, encode, question_of
from app.store.cells import IN_BIN, WHOLE, CellStore, joined, next_number
from app.store.conversations import FirstQuestion

_CELLS = f"""
    SELECT {QUESTION}, {ANSWER}, l.row_number, l.column_number, l.correction, l.comment
        FROM sheet_cells l JOIN questions q ON q.id = l.question_id
        LEFT JOIN answers a ON a.question_id = q.id AND a.shown
        JOIN sheet_rows r ON r.sheet_id = l.sheet_id AND r.number = l.row_number
        WHERE l.sheet_id = ? AND NOT {IN_BIN} ORDER BY l.row_number, l.column_number"""


class SheetStore(CellStore):
    """The sheets on disk. All methods raise AppError as `Database.read` and `Database.write` do; what they return is on
    disk. A sheet that is gone raises KeyError if something is to be put into it."""

    def create(
        self, title: str, columns: Sequence[GridColumn], rows: Sequence[tuple[BookRef, ...]], *, excerpts: bool
    ) -> Sheet:
        """Create a sheet with none of its cells answered; whole or not at all."""
        with self._database.write() as connection:
            id = self._begin(connection, title, rows, excerpts)
            self._add(connection, id, columns, rows)
        return self._found(id)

    def get(self, id: str) -> Sheet | None:
        with self._database.read() as connection:
            of_sheet = "SELECT excerpts, question_id FROM sheets WHERE conversation_id = ?"
            row = connection.execute(of_sheet, (id,)).fetchone()
            conversation = self._conversations.get(id)
            if row is None or conversation is None:
                return None
            columns, rows = _columns(connection, id), _rows(connection, id)
            cells = tuple(_cell(found, notes=bool(row[1])) for found in connection.execute(_CELLS, (id,)).fetchall())
        return Sheet(
            *(id, conversation.title, conversation.created_at, conversation.books, cells),
            *(bool(row[0]), str(row[1]), columns, rows),
        )

    def all(self) -> tuple[SheetEntry, ...]:
        """Return all sheets, the newest first, without those that only make notes shorter."""
        rows = self._database.rows(
            f"""SELECT c.id, c.title, c.created_at, count(l.question_id),
                    count(a.id) FILTER (WHERE a.ending IN {WHOLE}), count(DISTINCT r.number),
                    count(a.id) FILTER (WHERE a.ending = '{Ending.CLOSED}') > 0
                FROM sheets s JOIN conversations c ON c.id = s.conversation_id
                LEFT JOIN sheet_rows r ON r.sheet_id = c.id AND NOT {IN_BIN}
                LEFT JOIN sheet_cells l ON l.sheet_id = c.id AND l.row_number = r.number
                LEFT JOIN answers a ON a.question_id = l.question_id AND a.shown
                WHERE c.bin_id = '' AND NOT (s.excerpts AND s.question_id != '')
                GROUP BY c.id ORDER BY c.created_at DESC, c.id"""
        )
        return tuple(
            SheetEntry(id, title, created_at, questions, answered, row_count, bool(interrupted))
            for id, title, created_at, questions, answered, row_count, interrupted in rows
        )

    def add(self, id: str, columns: Sequence[GridColumn] = (), rows: Sequence[tuple[BookRef, ...]] = ()) -> None:
        """Add columns and rows behind the others, with a cell for each that none was asked for."""
        with self._database.write() as connection:
            _require(connection, id)
            self._add(connection, id, columns, rows)

    def change_column(self, id: str, column: GridColumn) -> None:
        """Give a column another name. If it asks something else by now, its cells are new and not answered."""
        with self._database.write() as connection:
            _require(connection, id)
            named = {known.number: known for known in _columns(connection, id)}
            before = named.get(column.number)
            if before is None:
                return
            connection.execute(
                "UPDATE sheet_columns SET name = ?, question = ?, form = ? WHERE sheet_id = ? AND number = ?",
                (storable(column.name), storable(column.question), encode(column.form), id, column.number),
            )
            if (before.question, before.form) != (column.question, column.form):
                connection.execute(
                    """DELETE FROM questions WHERE id IN (
                        SELECT question_id FROM sheet_cells WHERE sheet_id = ? AND column_number = ?)""",
                    (id, column.number),
                )
                self._ask(connection, id, [column], _rows(connection, id))
        self._database.scrub()

    def delete_column(self, id: str, number: int) -> None:
        """Delete a column for good, with all that was answered in it."""
        self._database.run("DELETE FROM sheet_columns WHERE sheet_id = ? AND number = ?", (id, number))
        self._database.scrub()

    def delete_row(self, id: str, number: int) -> None:
        """Delete a row for good, with all that was answered in it; the document itself stays."""
        with self._database.write() as connection:
            connection.execute("DELETE FROM sheet_rows WHERE sheet_id = ? AND number = ?", (id, number))
            self._set_books(connection, id)
        self._database.scrub()

    def correct(self, question_id: str, correction: str) -> None:
        """Put a value in the place of the answer's, which stays; an empty one takes the correction back."""
        sql = "UPDATE sheet_cells SET correction = ? WHERE question_id = ?"
        self._database.run(sql, (storable(correction), question_id))

    def comment(self, question_id: str, comment: str) -> None:
        self._database.run("UPDATE sheet_cells SET comment = ? WHERE question_id = ?", (storable(comment), question_id))

    # ---- steps of a transaction

    def _add(
        self, connection: apsw.Connection, id: str, columns: Sequence[GridColumn], rows: Sequence[tuple[BookRef, ...]]
    ) -> None:
        known = _columns(connection, id)
        added = self._put_columns(connection, id, columns)
        self._ask(connection, id, added, _rows(connection, id))
        numbers = self._put_rows(connection, id, rows)
        self._ask(connection, id, [*known, *added], list(map(GridRow, numbers, rows)))
        if rows:
            self._set_books(connection, id)

    def _set_books(self, connection: apsw.Connection, id: str) -> None:
        """Put all books of the sheet's rows on its desk."""
        found = connection.execute("SELECT books FROM sheet_rows WHERE sheet_id = ? ORDER BY number", (id,))
        self._conversations.set_books(
            id, joined(decode(str(books), tuple[BookRef, ...]) for (books,) in found.fetchall())
        )

    def _ask(
        self, connection: apsw.Connection, id: str, columns: Sequence[GridColumn], rows: Sequence[GridRow]
    ) -> None:
        cells = [
            (row.number, column.number, FirstQuestion(column.question, row.books, column.form))
            for row in rows
            for column in columns
        ]
        self._put_cells(connection, id, cells)

    def _put_columns(
        self, connection: apsw.Connection, id: str, columns: Sequence[GridColumn]
    ) -> tuple[GridColumn, ...]:
        first = next_number(connection, "column", id)
        kept = tuple(
            msgspec.structs.replace(
                column, number=number, name=storable(column.name), question=storable(column.question)
            )
            for number, column in enumerate(columns, first)
        )
        connection.executemany(
            "INSERT INTO sheet_columns (sheet_id, number, name, question, form) VALUES (?, ?, ?, ?, ?)",
            [(id, column.number, column.name, column.question, encode(column.form)) for column in kept],
        )
        return kept

    def _found(self, id: str) -> Sheet:
        sheet = self.get(id)
        if sheet is None:
            raise KeyError(id)
        return sheet


def _columns(connection: apsw.Connection, id: str) -> tuple[GridColumn, ...]:
    sql = "SELECT question, name, form, number FROM sheet_columns WHERE sheet_id = ? ORDER BY number"
    return tuple(itertools.starmap(_column, connection.execute(sql, (id,)).fetchall()))


def _column(question: str, name: str, form: str, number: int) -> GridColumn:
    return GridColumn(question, name, decode(form, AnswerForm), number)


def _rows(connection: apsw.Connection, id: str) -> tuple[GridRow, ...]:
    sql = f"SELECT number, books FROM sheet_rows r WHERE sheet_id = ? AND NOT {IN_BIN} ORDER BY number"
    return tuple(itertools.starmap(_row, connection.execute(sql, (id,)).fetchall()))


def _row(number: int, books: str) -> GridRow:
    return GridRow(number, decode(books, tuple[BookRef, ...]))


def _cell(columns: tuple[Any, ...], *, notes: bool) -> SheetCell:
    """Make a cell from the columns of `_CELLS`."""
    question, answer = columns[:QUESTION_COLUMNS], columns[QUESTION_COLUMNS:-4]
    begun = None if answer[0] is None else answer_of(answer)
    row, *rest = columns[-4:]
    return SheetCell(question_of(question), begun, row, notes, *rest)


def _require(connection: apsw.Connection, id: str) -> None:
    sql = """SELECT 1 FROM sheets s JOIN conversations c ON c.id = s.conversation_id
        WHERE c.id = ? AND c.bin_id = '' AND s.question_id = ''"""
    if connection.execute(sql, (id,)).fetchone() is None:
        raise KeyError(id)
