"""Moves books and conversations from one database to another, with all that belongs to them.

What belongs to a row is what would be deleted with it: the tables that refer to it ON DELETE CASCADE, and those that
refer to these. So a new table is moved without a word here, and what its rows refer to beside that goes along. Only
what no foreign key tells is named: indexes of words, what a question was answered from, what was noted of answers, how
books belong together, and which rows that documents share are the same (`SharedRows`).

The target has everything before anything is deleted: killed in between, both have it, and moving it again ends it.

Invariants:

- When a book is copied, because others still need it, only what comes of its document goes along: `_OF_DOCUMENT`, and
  what features name in `Keeps.of_documents`. Held by:
  tests/features/tables/test_moving.py::test_a_book_that_a_table_needs_is_copied.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import apsw
import msgspec

from app.core.conversations.conversation import BookRef, MatterPlan
from app.core.kept import Keeps, SharedRows
from app.store.bin import restore
from app.store.branches import decode
from app.store.db import Database

INDEXES = {"passages": ("passage_words", "passage_signs")}
"""Tables of words (FTS5) that are filled beside a table, with its ids; none of them is filled by a trigger."""

_OF_DOCUMENT = frozenset(("books", "pages", "passages", "passage_vectors", "book_tokens", "covers"))
"""Tables of what comes of a document by itself, beside those of features (`Keeps.of_documents`). What else there is of
a book, a person made, or had made."""

_FEW = 500
"""Values of one statement."""

_Row: TypeAlias = tuple[Any, ...]


class Moved(msgspec.Struct, frozen=True):
    """The books and conversations that were moved. `books` gives, by the id that a book had in the source, the id that
    it has in the target; `conversations` are the ids of all that went, notes and sheets among them."""

    books: dict[str, str]
    conversations: tuple[str, ...]


def move(
    source: Database, target: Database, books: Iterable[str] = (), conversations: Iterable[str] = (), *, keeps: Keeps
) -> Moved:
    """Move books and conversations. A conversation takes along the books that it was asked about and what was noted of
    it, a book what its file holds and the sheets about it alone. If something else that stays needs a book, its
    document is copied, and nothing that a person made of it. `keeps` is everything that a desk can have. Raises
    AppError as `Database.write` does; then the source has all."""
    with source.read() as connection:
        wanted = _choose(connection, set(books), set(conversations))
        with target.write() as into:
            into.pragma("defer_foreign_keys", True)
            known = _put_books(connection, into, wanted, keeps)
            for id in wanted.conversations:
                _put_conversation(connection, into, id, known)
            notes = _put_notes(connection, into, wanted.conversations, known)
    with source.write() as connection:
        for table, ids in (("notes", notes), ("conversations", wanted.conversations), ("books", wanted.books)):
            connection.executemany(f"DELETE FROM {table} WHERE id = ?", [(id,) for id in ids])  # noqa: S608
    source.scrub()
    return Moved({id: known[id] for id in wanted.books}, tuple(wanted.conversations))


# ---- what goes, and what stays as well


@dataclass
class _Wanted:
    """The ids that go. `copied` are books that the source keeps."""

    books: set[str]
    conversations: list[str]
    copied: set[str]


def _choose(connection: apsw.Connection, books: set[str], conversations: set[str]) -> _Wanted:
    there = _ids(connection, "SELECT id FROM books WHERE bin_id = ''")
    books &= there
    parents = connection.execute("SELECT id, parent_id FROM books WHERE bin_id = '' AND parent_id != ''").fetchall()
    while held := {str(id) for id, parent in parents if parent in books} - books:
        books |= held
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
    """Return the books that each sheet is about; notes are none of them: they go with their question."""
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
    """Return the ids of the books on the desks of conversations, and of those that their questions were asked about."""
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


def _put_books(source: apsw.Connection, target: apsw.Connection, wanted: _Wanted, keeps: Keeps) -> dict[str, str]:
    """Put the books into the target; return under which id it has each then: a file that it has already keeps its id
    there."""
    known, put = {}, []
    for id in sorted(wanted.books | wanted.copied):
        ((sha256,),) = source.execute("SELECT sha256 FROM books WHERE id = ?", (id,)).fetchall()
        row = target.execute("SELECT id, bin_id FROM books WHERE sha256 = ?", (sha256,)).fetchone()
        known[id] = id if row is None else str(row[0])
        if row is None:
            put.append(id)
            only = _OF_DOCUMENT | keeps.of_documents if id in wanted.copied else None
            _Copy(source, target, "books", _known_rows(source, target, id, keeps.shared), only).run(id)
        elif row[1]:
            restore(target, str(row[1]))
    for id in put:
        _link(source, target, id, known)
    return known


def _link(source: apsw.Connection, target: apsw.Connection, id: str, known: dict[str, str]) -> None:
    """Link a book to its newer version and to what holds it, if they are in the target."""
    ((*links,),) = source.execute("SELECT newer_id, parent_id FROM books WHERE id = ?", (id,)).fetchall()
    there = _ids(target, "SELECT id FROM books")
    found = [other if (other := known.get(str(link), str(link))) in there else "" for link in links]
    target.execute("UPDATE books SET newer_id = ?, parent_id = ? WHERE id = ?", (*found, id))


def _known_rows(
    source: apsw.Connection, target: apsw.Connection, book_id: str, shared: Sequence[SharedRows]
) -> dict[str, str]:
    """Return the shared rows of a book that the target knows by a name, under other ids."""
    known: dict[str, str] = {}
    for rows in shared:
        named = source.execute(
            f"""SELECT DISTINCT n.entity_id, n.{rows.key} FROM {rows.names} n JOIN {rows.places} p USING (entity_id)
                WHERE p.book_id = ?""",  # noqa: S608
            (book_id,),
        ).fetchall()
        there = {str(key): str(id) for key, id in target.execute(f"SELECT {rows.key}, entity_id FROM {rows.names}")}  # noqa: S608
        known |= {str(id): there[str(key)] for id, key in named if str(key) in there}
    return known


def _put_notes(
    source: apsw.Connection, target: apsw.Connection, conversations: Collection[str], known: dict[str, str]
) -> list[str]:
    """Copy the notes that were made of answers and cells; return their ids."""
    asked = {
        str(id) for id, talk in source.execute("SELECT id, conversation_id FROM questions") if talk in conversations
    }
    answers = {str(id) for id, question in source.execute("SELECT id, question_id FROM answers") if question in asked}
    notes = [str(id) for id, of in source.execute("SELECT id, source_id FROM notes") if of in asked | answers]
    there = _ids(target, "SELECT id FROM books")
    for id in notes:
        ((*row,),) = source.execute("SELECT * FROM notes WHERE id = ?", (id,)).fetchall()
        made = [known.get(str(value), value) for value in row]
        place = _tables(source)["notes"].columns.index("book_id")
        made[place] = made[place] if made[place] in there else None
        target.execute(f"INSERT OR IGNORE INTO notes VALUES ({', '.join('?' * len(made))})", made)  # noqa: S608
    return notes


def _put_conversation(source: apsw.Connection, target: apsw.Connection, id: str, known: dict[str, str]) -> None:
    if target.execute("SELECT 1 FROM conversations WHERE id = ?", (id,)).fetchone() is None:
        renamed = {old: new for old, new in known.items() if old != new}
        _Copy(source, target, "conversations", renamed).run(id)


class _Reference(msgspec.Struct, frozen=True):
    """A column of `table` that refers to `to_column` of another one. If it is `owned`, its rows go with those they
    refer to."""

    table: str
    column: str
    to_table: str
    to_column: str
    owned: bool


@dataclass(frozen=True)
class _Table:
    """The shape of a table. `number` is the column that is the number of a row (INTEGER PRIMARY KEY), or empty."""

    columns: tuple[str, ...]
    number: str
    refers: dict[str, _Reference]


class _Copy:
    """A copy of one row of `root`, with all that belongs to it. `renamed` gives the ids in texts that are others in the
    target."""

    def __init__(
        self,
        source: apsw.Connection,
        target: apsw.Connection,
        root: str,
        renamed: dict[str, str] | None = None,
        only: Collection[str] | None = None,
    ) -> None:
        """Take the databases. `only` are the tables that are copied; None means all."""
        self._source, self._target, self._root, self._renamed = source, target, root, renamed or {}
        self._only = only
        self._tables = _tables(source)
        self._below: dict[str, list[_Reference]] = defaultdict(list)
        for table in self._tables.values():
            for reference in table.refers.values():
                if reference.owned:
                    self._below[reference.to_table].append(reference)
        self._belonging = _reach(root, self._below)
        self._shifts: dict[str, int] = {}  # of tables whose rows are numbered
        self._done: set[tuple[_Reference, Any]] = set()
        self._alone: set[tuple[str, Any]] = set()

    def run(self, id: str) -> None:
        self._put(self._root, self._select(self._root, "id", [id]))

    def _put(self, name: str, rows: Sequence[_Row]) -> None:
        """Put rows of the source into the target, and what belongs to them."""
        table = self._tables[name]
        if not rows or (self._only is not None and name not in self._only):
            return
        for row in rows:
            self._put_others(table, row)
        self._insert(name, table, rows)
        for reference in self._below[name]:
            place = table.columns.index(reference.to_column)
            of = [row[place] for row in rows if row[place] is not None and (reference, row[place]) not in self._done]
            self._done |= {(reference, value) for value in of}
            self._put(reference.table, self._select(reference.table, reference.column, of))

    def _insert(self, name: str, table: _Table, rows: Sequence[_Row]) -> None:
        if not rows:
            return
        self._shift(name, table, rows)
        columns, marks = ", ".join(table.columns), ", ".join("?" * len(table.columns))
        self._target.executemany(
            f"INSERT OR IGNORE INTO {name} ({columns}) VALUES ({marks})",  # noqa: S608
            [self._changed(name, table, row) for row in rows],
        )
        for index in INDEXES.get(name, ()):
            self._put_index(index, name, [row[table.columns.index(table.number)] for row in rows])

    def _put_others(self, table: _Table, row: _Row) -> None:
        """Copy the rows that a row refers to beside those that it came with, such as an image, or an event that the
        page names."""
        for column, reference in table.refers.items():
            value = row[table.columns.index(column)]
            if value is None or reference.to_table in self._belonging or value in self._renamed:
                continue
            if (reference.to_table, value) not in self._alone and not self._is_there(reference, value):
                self._put_alone(reference.to_table, self._select(reference.to_table, reference.to_column, [value]))
            self._alone.add((reference.to_table, value))

    def _is_there(self, reference: _Reference, value: Any) -> bool:
        if self._tables[reference.to_table].number == reference.to_column:
            return False  # the same number is another row there
        sql = f"SELECT 1 FROM {reference.to_table} WHERE {reference.to_column} = ?"  # noqa: S608
        return self._target.execute(sql, (value,)).fetchone() is not None

    def _put_alone(self, name: str, rows: Sequence[_Row]) -> None:
        """Put rows with what belongs to them and to nothing else, such as the names of a person."""
        table = self._tables[name]
        self._insert(name, table, rows)
        for reference in self._below[name]:
            if len(self._tables[reference.table].refers) == 1:
                of = [row[table.columns.index(reference.to_column)] for row in rows]
                below = self._select(reference.table, reference.column, of)
                self._insert(reference.table, self._tables[reference.table], below)

    def _put_index(self, index: str, of: str, numbers: Sequence[int]) -> None:
        """Put the words of these rows into an index."""
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
        """Shift the numbers of rows: they go on where those of the target end, in the same order."""
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
    """Return the references to other tables, by the columns that refer."""
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
