"""Moves books and conversations from one database to another, with all that belongs to them.

What belongs to a row is what would be deleted with it: the tables that refer to it ON DELETE CASCADE, and those that
refer to these. So a new table is moved without a word here. Only what no foreign key tells is named: indexes of words,
and notes that a question was answered from.

The target has everything before anything is deleted: killed in between, both have it, and moving it again ends it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import apsw
import msgspec

from app.core.conversation import BookRef, MatterPlan
from app.store.bin import restore
from app.store.branches import decode
from app.store.db import Database

INDEXES = {"passages": ("passage_words", "passage_signs")}
"""Tables of words (FTS5) that are filled beside a table, with its ids; none of them is filled by a trigger."""

_FEW = 500
"""Values of one statement."""

_Row: TypeAlias = tuple[Any, ...]


class Moved(msgspec.Struct, frozen=True):
    """`books`: ids of those that the source has no more, and under which ids the target has them; `conversations`: ids
    of all that went, notes and sheets among them."""

    books: dict[str, str]
    conversations: tuple[str, ...]


def move(source: Database, target: Database, books: Iterable[str] = (), conversations: Iterable[str] = ()) -> Moved:
    """A conversation takes along the books that it was asked about, a book the sheets about it alone. A book that
    something else needs, which stays, is copied. Raises AppError as `Database.write` does; then the source has all."""
    with source.read() as connection:
        wanted = _choose(connection, set(books), set(conversations))
        with target.write() as into:
            into.pragma("defer_foreign_keys", True)
            known, needed = _put_books(connection, into, wanted.books | wanted.copied)
            for id in wanted.conversations:
                _put_conversation(connection, into, id, known)
    gone = wanted.books - needed
    with source.write() as connection:
        for table, ids in (("conversations", wanted.conversations), ("books", gone)):
            connection.executemany(f"DELETE FROM {table} WHERE id = ?", [(id,) for id in ids])  # noqa: S608
    source.scrub()
    return Moved({id: known[id] for id in gone}, tuple(wanted.conversations))


# ---- what goes, and what stays as well


@dataclass
class _Wanted:
    """`copied`: books that the source keeps."""

    books: set[str]
    conversations: list[str]
    copied: set[str]


def _choose(connection: apsw.Connection, books: set[str], conversations: set[str]) -> _Wanted:
    there = _ids(connection, "SELECT id FROM books WHERE bin_id = ''")
    books &= there
    sheets = _sheets(connection)
    conversations |= {id for id, about in sheets.items() if about and about <= books}
    conversations |= _notes_of(connection, conversations)
    conversations &= _ids(connection, "SELECT id FROM conversations WHERE bin_id = ''")
    needed = _books_of(connection, conversations) & there - books
    others = _ids(connection, "SELECT id FROM conversations") - conversations
    stay = _books_of(connection, others) & needed
    for id in sheets.keys() & others:
        stay |= sheets[id] & books
    return _Wanted((books | needed) - stay, sorted(conversations), stay)


def _ids(connection: apsw.Connection, sql: str) -> set[str]:
    return {str(id) for (id,) in connection.execute(sql)}


def _sheets(connection: apsw.Connection) -> dict[str, set[str]]:
    """The books that each is about; notes are none of them: they go with their question."""
    rows = connection.execute(
        """SELECT s.conversation_id, b.book_id FROM sheets s JOIN conversation_books b USING (conversation_id)
            WHERE s.question_id = ''"""
    )
    found: dict[str, set[str]] = defaultdict(set)
    for id, book_id in rows:
        found[str(id)].add(str(book_id))
    return found


def _notes_of(connection: apsw.Connection, conversations: Collection[str]) -> set[str]:
    rows = connection.execute(
        "SELECT s.conversation_id, q.conversation_id FROM sheets s JOIN questions q ON q.id = s.question_id"
    )
    return {id for id, asked_in in rows if asked_in in conversations}


def _books_of(connection: apsw.Connection, conversations: Collection[str]) -> set[str]:
    """Those on the desks of conversations, and those that questions were asked about."""
    on_desk = connection.execute("SELECT conversation_id, book_id FROM conversation_books")
    asked = connection.execute("SELECT conversation_id, books, plan FROM questions")
    found = {book_id for id, book_id in on_desk if id in conversations}
    for id, refs, plan in asked:
        if id in conversations:
            seen = decode(plan, MatterPlan | None)
            others = seen.others if seen is not None else ()
            found |= {ref.book_id for ref in (*decode(refs, tuple[BookRef, ...]), *others)}
    return found


# ---- putting it into the target


def _put_books(
    source: apsw.Connection, target: apsw.Connection, books: Collection[str]
) -> tuple[dict[str, str], set[str]]:
    """Under which id the target has each then: a file that it has already keeps its id there. And those that something
    else in the source needs."""
    known, needed = {}, set[str]()
    for id in sorted(books):
        ((sha256,),) = source.execute("SELECT sha256 FROM books WHERE id = ?", (id,)).fetchall()
        row = target.execute("SELECT id, bin_id FROM books WHERE sha256 = ?", (sha256,)).fetchone()
        known[id] = id if row is None else str(row[0])
        copy = _Copy(source, target, "books", puts=row is None)
        copy.run(id)
        if copy.leaves:
            needed.add(id)
        if row is not None and row[1]:
            restore(target, str(row[1]))
    return known, needed


def _put_conversation(source: apsw.Connection, target: apsw.Connection, id: str, known: dict[str, str]) -> None:
    if target.execute("SELECT 1 FROM conversations WHERE id = ?", (id,)).fetchone() is None:
        renamed = {old: new for old, new in known.items() if old != new}
        _Copy(source, target, "conversations", renamed).run(id)


class _Reference(msgspec.Struct, frozen=True):
    """A column of `table` that refers to `to_column` of another one. `owned`: its rows go with those they refer to."""

    table: str
    column: str
    to_table: str
    to_column: str
    owned: bool


@dataclass(frozen=True)
class _Table:
    """`number`: the column that is the number of a row (INTEGER PRIMARY KEY); empty where there is none."""

    columns: tuple[str, ...]
    number: str
    refers: dict[str, _Reference]


class _Copy:
    """One row of `root`, with all that belongs to it. `renamed`: ids in texts that are others in the target."""

    def __init__(
        self,
        source: apsw.Connection,
        target: apsw.Connection,
        root: str,
        renamed: dict[str, str] | None = None,
        *,
        puts: bool = True,
    ) -> None:
        """`puts`: False only looks."""
        self._source, self._target, self._root, self._renamed = source, target, root, renamed or {}
        self._puts = puts
        self._tables = _tables(source)
        self._below: dict[str, list[_Reference]] = defaultdict(list)
        for table in self._tables.values():
            for reference in table.refers.values():
                if reference.owned:
                    self._below[reference.to_table].append(reference)
        self._belonging = _reach(root, self._below)
        self._shifts: dict[str, int] = {}  # of tables whose rows are numbered
        self._done: set[tuple[_Reference, Any]] = set()
        self.leaves = False
        """Whether there are rows that belong to something else too, which stays."""

    def run(self, id: str) -> None:
        self._put(self._root, self._select(self._root, "id", [id]))

    def _put(self, name: str, rows: Sequence[_Row]) -> None:
        """Rows of the source, and what belongs to them."""
        table = self._tables[name]
        rows = [row for row in rows if self._fits(table, row)]
        if not rows:
            return
        if self._puts:
            self._insert(name, table, rows)
        for reference in self._below[name]:
            place = table.columns.index(reference.to_column)
            of = [row[place] for row in rows if row[place] is not None and (reference, row[place]) not in self._done]
            self._done |= {(reference, value) for value in of}
            self._put(reference.table, self._select(reference.table, reference.column, of))

    def _insert(self, name: str, table: _Table, rows: Sequence[_Row]) -> None:
        self._shift(name, table, rows)
        columns, marks = ", ".join(table.columns), ", ".join("?" * len(table.columns))
        self._target.executemany(
            f"INSERT OR IGNORE INTO {name} ({columns}) VALUES ({marks})",  # noqa: S608
            [self._changed(name, table, row) for row in rows],
        )
        for index in INDEXES.get(name, ()):
            self._put_index(index, name, [row[table.columns.index(table.number)] for row in rows])

    def _fits(self, table: _Table, row: _Row) -> bool:
        """Whether all that the row refers to is in the target, or comes there."""
        for column, reference in table.refers.items():
            value = row[table.columns.index(column)]
            if value is None or reference.to_table in self._belonging or self._is_there(reference, value):
                continue
            if reference.owned:
                self.leaves = True
                return False
            if self._puts:
                self._put_alone(reference, value)
        return True

    def _is_there(self, reference: _Reference, value: Any) -> bool:
        sql = f"SELECT 1 FROM {reference.to_table} WHERE {reference.to_column} = ?"  # noqa: S608
        return self._target.execute(sql, (value,)).fetchone() is not None

    def _put_alone(self, reference: _Reference, value: Any) -> None:
        """What a row refers to and does not belong to, such as an image."""
        for row in self._select(reference.to_table, reference.to_column, [value]):
            marks = ", ".join("?" * len(row))
            self._target.execute(f"INSERT OR IGNORE INTO {reference.to_table} VALUES ({marks})", row)  # noqa: S608

    def _put_index(self, index: str, of: str, numbers: Sequence[int]) -> None:
        """The words of these rows."""
        (column,) = self._tables[index].columns
        self._target.executemany(
            f"INSERT INTO {index} (rowid, {column}) VALUES (?, ?)",  # noqa: S608
            [
                (number + self._shifts[of], words)
                for number, words in self._select(index, "rowid", numbers, f"rowid, {column}")
            ],
        )

    def _select(self, table: str, column: str, values: Sequence[Any], wanted: str = "*") -> list[_Row]:
        rows: list[_Row] = []
        for start in range(0, len(values), _FEW):
            some = values[start : start + _FEW]
            marks = ", ".join("?" * len(some))
            sql = f"SELECT {wanted} FROM {table} WHERE {column} IN ({marks})"  # noqa: S608
            rows += self._source.execute(sql, tuple(some))
        return rows

    # ---- numbers and ids that are others in the target

    def _shift(self, name: str, table: _Table, rows: Sequence[_Row]) -> None:
        """Numbers of rows go on where those of the target end, in the same order."""
        if table.number and name not in self._shifts and table.number not in table.refers:
            place = table.columns.index(table.number)
            sql = f"SELECT ifnull(max({table.number}), 0) FROM {name}"  # noqa: S608
            (last,) = self._target.execute(sql).fetchone() or (0,)
            self._shifts[name] = last + 1 - min(row[place] for row in rows)

    def _changed(self, name: str, table: _Table, row: _Row) -> _Row:
        made = list(row)
        for place, column in enumerate(table.columns):
            reference = table.refers.get(column)
            if reference is not None and self._tables[reference.to_table].number == reference.to_column:
                made[place] = None if row[place] is None else row[place] + self._shifts.get(reference.to_table, 0)
            elif column == table.number:
                made[place] += self._shifts[name]
            elif isinstance(row[place], str):
                for old, new in self._renamed.items():
                    made[place] = made[place].replace(old, new)
        return tuple(made)


def _tables(connection: apsw.Connection) -> dict[str, _Table]:
    found = {}
    for name in [str(row[0]) for row in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]:
        columns = connection.execute(f"PRAGMA table_info({name})").fetchall()
        keys = [(str(column[1]), str(column[2]).upper()) for column in columns if column[5]]
        number = keys[0][0] if len(keys) == 1 and keys[0][1] == "INTEGER" else ""
        found[name] = _Table(tuple(str(column[1]) for column in columns), number, _refers(connection, name))
    return found


def _refers(connection: apsw.Connection, table: str) -> dict[str, _Reference]:
    """By the columns that refer to another table."""
    rows = connection.execute(f"PRAGMA foreign_key_list({table})").fetchall()
    return {
        str(row[3]): _Reference(table, str(row[3]), str(row[2]), str(row[4] or "id"), row[6] == "CASCADE")
        for row in rows
    }


def _reach(root: str, below: dict[str, list[_Reference]]) -> set[str]:
    reached, ahead = {root}, [root]
    while ahead:
        for reference in below[ahead.pop()]:
            if reference.table not in reached:
                reached.add(reference.table)
                ahead.append(reference.table)
    return reached
