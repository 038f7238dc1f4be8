"""Puts the rows of a damaged database into a new one, and makes it whole: what held lost rows together is made anew."""

from __future__ import annotations

import time
import uuid
from collections import Counter
from collections.abc import Iterator

import apsw
import msgspec

from app.core.conversations.conversation import Ending, Timings, Usage
from app.core.documents.document import Format, Section
from app.core.errors import Code, Problem
from app.features.rescue.store.row_format import Value
from app.features.rescue.store.shapes import Column, Layout, RowShape
from app.store import passages
from app.store.books import Books
from app.store.db import Database

_EMPTY: dict[str, Value] = {"TEXT": "", "INTEGER": 0, "REAL": 0.0, "BLOB": b""}


class StandIns(msgspec.Struct, frozen=True):
    """The words that a person reads in the place of a lost document's or conversation's title, or a lost question."""

    document: str
    conversation: str
    question: str


class MissingPages(msgspec.Struct, frozen=True):
    """A saved document that lacks pages. `missing` is how many of its `pages` it lacks."""

    title: str
    missing: int
    pages: int


class Saved(msgspec.Struct, frozen=True):
    """The outcome of a rescue: what it saved, and what it could not save.

    `saved` counts the rows of each table. `damaged` counts the pages or rows of each table that could not be read; each
    page may have had several rows. `unknown` counts damaged pages of which nobody can say what they held. `dropped`
    counts the rows that could be read, and belonged to something that could not. `stood_in` counts the rows of a table
    in whose place something was put, so that what belongs to them is not lost with them. `incomplete` are documents
    that lack pages, which are empty now.
    """

    saved: dict[str, int]
    damaged: dict[str, int]
    unknown: int
    dropped: dict[str, int]
    stood_in: dict[str, int]
    incomplete: tuple[MissingPages, ...]


class NewRows:
    """A `reading.RowTarget`: a database in one transaction, in which nothing is checked until `make_whole`."""

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection

    def put(self, table: str, rows: list[dict[str, Value]]) -> None:
        for row in rows:
            if not put(self._connection, table, row) and "shown" in row:
                put(self._connection, table, row | {"shown": 0})

    def values(self, table: str, column: str) -> set[Value]:
        return {row[0] for row in self._connection.execute(f"SELECT {column} FROM {table}")}  # noqa: S608


def make_whole(
    connection: apsw.Connection, layout: Layout, words: StandIns, damaged: dict[str, int], unknown: int
) -> Saved:
    """Make a database whole: everything that rows refer to is there afterwards, or they go. `layout` is that of the
    version that this program has; `damaged` and `unknown` are those of `Saved`."""
    repair = _Repair(connection, layout)
    repair.put_books(words.document)
    repair.put_questions(words)
    repair.put_answers()
    repair.put_conversations(words.conversation)
    repair.show_one()
    repair.drop()
    incomplete = repair.put_pages()
    counted = {
        name: int(connection.execute(f"SELECT count(*) FROM {name}").get) - repair.stood_in[name]  # noqa: S608
        for name, shape in layout.shapes.items()
        if shape.kept
    }
    return Saved(counted, dict(damaged), unknown, dict(repair.dropped), dict(repair.stood_in), incomplete)


def put(connection: apsw.Connection, table: str, row: dict[str, Value]) -> bool:
    """Put a row into a table; return False if a row of the same key is there already."""
    columns, marks = ", ".join(row), ", ".join("?" * len(row))
    connection.execute(f"INSERT OR IGNORE INTO {table} ({columns}) VALUES ({marks})", tuple(row.values()))  # noqa: S608
    return bool(connection.changes())


class _Repair:
    def __init__(self, connection: apsw.Connection, layout: Layout) -> None:
        self._connection, self._layout = connection, layout
        self.dropped: Counter[str] = Counter()
        self.stood_in: Counter[str] = Counter()

    def put_books(self, title: str) -> None:
        """Put a stand-in for each lost document of which pages are left."""
        lost = self._rows(
            """SELECT book_id, max(number), sum(length(text)) FROM pages
                WHERE book_id NOT IN (SELECT id FROM books) GROUP BY book_id"""
        )
        for number, (id, count, characters) in enumerate(lost, 1):
            row = {"id": id, "title": title if len(lost) == 1 else f"{title} ({number})", "format": Format.TEXT.value}
            size = {"page_count": count, "characters": characters, "outline": "[]", "added_at": time.time()}
            self._stand_in("books", {**row, **size, "sha256": uuid.uuid4().hex * 2, "reading": 0})

    def put_questions(self, words: StandIns) -> None:
        """Put a stand-in for each lost question to which answers are left: into the conversation in which something was
        asked after them, else into one of its own."""
        lost = self._rows(
            """SELECT question_id, min(seq) FROM answers
                WHERE question_id NOT IN (SELECT id FROM questions) GROUP BY question_id"""
        )
        for id, first in lost:
            talks = self._rows(
                """SELECT q.conversation_id FROM questions q JOIN answers a ON q.parent_id = a.id
                    WHERE a.question_id = ?""",
                id,
            )
            parents = self._rows(
                """SELECT a.id FROM answers a JOIN questions q ON q.id = a.question_id
                    WHERE q.conversation_id = ? AND a.seq < ?
                    AND a.id NOT IN (SELECT parent_id FROM questions WHERE parent_id IS NOT NULL)
                    ORDER BY a.seq DESC LIMIT 1""",
                talks[0][0] if talks else "",
                first,
            )
            row = {
                "id": id,
                "conversation_id": talks[0][0] if talks else uuid.uuid4().hex,
                "parent_id": parents[0][0] if parents else None,
                "text": words.question,
                "books": "[]",
                "created_at": time.time(),
            }
            self._stand_in("questions", row)

    def put_answers(self) -> None:
        """Put a stand-in for each lost answer below which something was asked: as the answer to the last question
        before that which has none. If there is no such question, what was asked becomes the beginning of a branch."""
        lost = self._rows(
            """SELECT parent_id, conversation_id, min(seq) FROM questions
                WHERE parent_id IS NOT NULL AND parent_id NOT IN (SELECT id FROM answers) GROUP BY parent_id"""
        )
        for id, talk, first in lost:
            questions = self._rows(
                """SELECT id FROM questions WHERE conversation_id = ? AND seq < ?
                    AND id NOT IN (SELECT question_id FROM answers) ORDER BY seq DESC LIMIT 1""",
                talk,
                first,
            )
            if not questions:
                sql = "UPDATE questions SET parent_id = NULL, shown = 0 WHERE parent_id = ?"
                self._connection.execute(sql, (id,))
                continue
            kept = {"problem": Problem(Code.ANSWER_LOST), "usage": Usage(), "timings": Timings()}
            row = {"id": id, "question_id": questions[0][0], "ending": Ending.FAILED.value, "created_at": time.time()}
            lists = {"citations": "[]", "passages": "[]"}
            self._stand_in("answers", {**row, **lists, **{name: _json(value) for name, value in kept.items()}})

    def put_conversations(self, title: str) -> None:
        lost = self._rows(
            """SELECT conversation_id FROM questions UNION SELECT conversation_id FROM sheets
                EXCEPT SELECT id FROM conversations"""
        )
        for (id,) in lost:
            times = {"created_at": time.time(), "updated_at": time.time()}
            self._stand_in("conversations", {"id": id, "title": title, **times})

    def show_one(self) -> None:
        """Show the last of questions or answers beside each other, if the one that was shown is lost."""
        self._connection.execute(
            """UPDATE questions SET shown = 1 WHERE seq IN (
                SELECT max(seq) FROM questions WHERE conversation_id NOT IN (SELECT conversation_id FROM sheets)
                    GROUP BY conversation_id, ifnull(parent_id, '') HAVING NOT max(shown)
            )"""
        )
        self._connection.execute(
            """UPDATE answers SET shown = 1 WHERE seq IN (
                SELECT max(seq) FROM answers GROUP BY question_id HAVING NOT max(shown)
            )"""
        )

    def drop(self) -> None:
        """Drop rows that refer to what is lost, or what they say of it."""
        before = -1
        while before != self._connection.total_changes():
            before = self._connection.total_changes()
            for shape in self._layout.shapes.values():
                for column in shape.columns if shape.kept else ():
                    if column.refers is not None:
                        self._drop(shape, column, column.refers)

    def _drop(self, shape: RowShape, column: Column, refers: tuple[str, str]) -> None:
        of, name = refers
        # NULL, too, is "not in" a table that is empty.
        lost = f"WHERE {column.name} IS NOT NULL AND {column.name} NOT IN (SELECT {name} FROM {of})"  # noqa: S608
        if column.nullable and column.name != shape.numbered:
            self._connection.execute(f"UPDATE {shape.name} SET {column.name} = NULL {lost}")  # noqa: S608
            return
        self._connection.execute(f"DELETE FROM {shape.name} {lost}")  # noqa: S608
        if count := self._connection.changes():
            self.dropped[shape.name] += count

    def put_pages(self) -> tuple[MissingPages, ...]:
        """Put empty pages in the place of lost ones, and return the books that lack some. Such a book can be read again
        from its file, as one from an earlier reader can."""
        incomplete = []
        books = self._rows(
            """SELECT id, title, page_count FROM books
                WHERE page_count > (SELECT count(*) FROM pages WHERE book_id = books.id) ORDER BY title"""
        )
        for id, title, count in books:
            there = {row[0] for row in self._rows("SELECT number FROM pages WHERE book_id = ?", id)}
            missing = sorted(set(range(1, int(str(count)) + 1)) - there)
            for number in missing:
                self._stand_in("pages", {"book_id": id, "number": number, "flags": "[]"})
            self._connection.execute("UPDATE books SET reading = 0 WHERE id = ?", (id,))
            incomplete.append(MissingPages(str(title), len(missing), int(str(count))))
        return tuple(incomplete)

    def _rows(self, sql: str, *values: Value) -> list[tuple[Value, ...]]:
        return self._connection.execute(sql, values).fetchall()

    def _stand_in(self, table: str, row: dict[str, Value]) -> None:
        """Put a row that stands in for a lost one, with the least that its other columns need."""
        needed = {
            column.name: _EMPTY[column.kind]
            for column in self._layout.shapes[table].columns
            if not column.nullable and not column.has_default
        }
        put(self._connection, table, needed | row)
        self.stood_in[table] += 1


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()


def index_books(database: Database) -> Iterator[None]:
    """Make anew what documents are searched by; a step for each."""
    with database.write() as connection:
        for id, outline in connection.execute("SELECT id, outline FROM books").fetchall():
            sections = msgspec.json.decode(str(outline), type=tuple[Section, ...])
            passages.index(connection, str(id), Books(database).pages(str(id)), sections)
            yield
