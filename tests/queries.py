"""Counts what a database is asked, for tests of how work grows with what is kept."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import apsw

from app.store.db import Database


@dataclass
class Asked:
    """The statements that were run, in their order, without those that begin and end transactions, and how many rows
    they gave."""

    statements: list[str] = field(default_factory=list)
    rows: int = 0


@contextmanager
def counting(database: Database) -> Iterator[Asked]:
    """Count what any thread asks a database in the block."""
    asked = Asked()

    def note_statement(cursor: apsw.Cursor, sql: str, bindings: apsw.Bindings | None) -> bool:
        if not sql.startswith(("BEGIN", "COMMIT", "ROLLBACK")):
            asked.statements.append(sql)
        return True

    def note_row(cursor: apsw.Cursor, row: apsw.SQLiteValues) -> apsw.SQLiteValues:
        asked.rows += 1
        return row

    with database.read() as connection:
        pass
    connection.exec_trace, connection.row_trace = note_statement, note_row
    try:
        yield asked
    finally:
        connection.exec_trace = connection.row_trace = None
