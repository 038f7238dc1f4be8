"""The shapes of rows of each table and index, by which a page is recognised that nothing leads to."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import apsw

from app.features.rescue.store.row_format import Row, TreeKind, Value
from app.store.migrations import MIGRATIONS, migrate

SCHEMA = "sqlite_schema"

_ROWID = -1  # its place among the columns, says PRAGMA index_xinfo
_TYPES: dict[str, tuple[type, ...]] = {"TEXT": (str,), "INTEGER": (int,), "REAL": (float, int), "BLOB": (bytes,)}

KnownKeys: TypeAlias = Mapping[tuple[str, str], Collection[Value]]
"""The values that were found in a column that others refer to, by table and column."""


@dataclass(frozen=True)
class Column:
    """A column. `kind` is its type, "" for any. `refers` are the table and the column that its values come from."""

    name: str
    kind: str = ""
    nullable: bool = True
    has_default: bool = False
    refers: tuple[str, str] | None = None

    def takes(self, value: Value) -> bool:
        if value is None:
            return self.nullable
        return not self.kind or isinstance(value, _TYPES[self.kind])

    def read(self, value: Value) -> Value:
        """Return a value as it was written: SQLite keeps 2.0 as 2."""
        return float(value) if self.kind == "REAL" and isinstance(value, int) else value


@dataclass(frozen=True)
class RowShape:
    """A table or an index: its columns in the order in which rows have them, the number of a row not among them.

    `numbered` is the column that is the row's number, "" if none has a name. `by_number` tells that rows have a number.
    `kept` tells that the rows of the table are saved; those of others are made anew.
    """

    name: str
    columns: tuple[Column, ...]
    by_number: bool
    numbered: str = ""
    kept: bool = False

    @property
    def kinds(self) -> tuple[TreeKind, ...]:
        return (TreeKind.TABLE_LEAF,) if self.by_number else (TreeKind.INDEX_LEAF, TreeKind.INDEX_INNER)

    def fits(self, row: Row) -> bool:
        """Return whether a row fits: one from before columns were added has fewer values."""
        if len(row.values) > len(self.columns):
            return False
        missing = self.columns[len(row.values) :]
        pairs = zip(self.columns, row.values, strict=False)
        return all(c.has_default or c.nullable for c in missing) and all(c.takes(value) for c, value in pairs)

    def points_at(self, rows: Sequence[Row], known: KnownKeys) -> tuple[float, int]:
        """Return how much of what the rows refer to is known, from 0 to 1 (0.5 if they refer to nothing), and how much
        that is."""
        hits = [
            value in known[column.refers]
            for row in rows
            for column, value in zip(self.columns, row.values, strict=False)
            if column.refers is not None and column.refers in known and value not in (None, "")
        ]
        return (sum(hits) / len(hits) if hits else 0.5), sum(hits)

    def as_columns(self, row: Row) -> dict[str, Value]:
        """Return a row of a kept table, by the names of its columns."""
        found = {column.name: column.read(value) for column, value in zip(self.columns, row.values, strict=False)}
        return found | ({self.numbered: row.number} if self.numbered else {})


@dataclass(frozen=True)
class Layout:
    """The tables and indexes of one version of the schema, by name, and the text that it is written as."""

    version: int
    shapes: dict[str, RowShape]
    texts: frozenset[tuple[str, str]]


@functools.cache
def layout_of(version: int, derived: frozenset[str]) -> Layout:
    """Return the layout of a version; `derived` are the tables that are not saved."""
    with contextlib.closing(apsw.Connection(":memory:")) as connection:
        migrate(connection, Path(":memory:"), MIGRATIONS[:version])
        shapes = {}
        tables = connection.execute("PRAGMA main.table_list").fetchall()
        for _schema, name, kind, _columns, without_number, _strict in tables:
            if kind in ("table", "shadow"):
                table = str(name)
                kept = kind == "table" and table not in derived and not table.startswith("sqlite_")
                shapes[table] = _table(connection, table, not without_number, kept)
        for table in list(shapes):
            for _number, index, _unique, origin, _partial in connection.execute(
                f"PRAGMA index_list({table})"
            ).fetchall():
                if origin != "pk" or shapes[table].by_number:  # else it is the table
                    shapes[str(index)] = _index(connection, str(index), shapes[table])
        texts = connection.execute("SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL").fetchall()
    return Layout(version, shapes, frozenset((str(name), str(sql)) for name, sql in texts))


def _table(connection: apsw.Connection, table: str, by_number: bool, kept: bool) -> RowShape:
    refers = {
        str(row[3]): (str(row[2]), str(row[4] or "id"))
        for row in connection.execute(f"PRAGMA foreign_key_list({table})").fetchall()
    }
    described = connection.execute(f"PRAGMA table_info({table})").fetchall()
    keys = [str(row[1]) for row in sorted(described, key=lambda row: int(str(row[5]))) if row[5]]
    columns, numbered = [], ""
    for _place, name, kind, not_null, default, _key in described:
        kind, nullable = str(kind).upper(), not not_null and (by_number or name not in keys)
        if by_number and keys == [name] and kind == "INTEGER":
            numbered, nullable = str(name), True  # in the row it is NULL
        kind = kind if kind in _TYPES else ""
        columns.append(Column(str(name), kind, nullable, default is not None, refers.get(str(name))))
    if not by_number:  # a table WITHOUT ROWID is an index of its key, with the other columns behind
        first = [column for key in keys for column in columns if column.name == key]
        columns = first + [column for column in columns if column not in first]
    return RowShape(table, tuple(columns), by_number, numbered, kept)


def _index(connection: apsw.Connection, index: str, of: RowShape) -> RowShape:
    """Return the shape of an index's rows: the columns of the table's row, then what finds that row, its number or its
    key."""
    known = {column.name: column for column in of.columns}
    columns = []
    for _rank, place, name, *_rest in connection.execute(f"PRAGMA index_xinfo({index})").fetchall():
        if place == _ROWID:
            columns.append(Column("rowid", "INTEGER", False, False, (of.name, "rowid")))
        elif name in known:
            column = known[str(name)]
            refers = column.refers or (of.name, column.name)
            columns.append(Column(column.name, column.kind, column.nullable, False, refers))
        else:
            columns.append(Column(""))  # of an expression
    return RowShape(index, tuple(columns), False)
