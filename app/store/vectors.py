"""The vectors of passages: kept with their books, of one embedder's models at a time, in the encrypted database.

A book has first those by which all is searched, then, when there was time, those of a closer look, too. Until then its
`embedder` is the model's name with a word before it.
"""

# ruff: noqa: S608 (what is put into the SQL below are constants of this module, never a value)

from __future__ import annotations

import secrets
from collections.abc import Sequence

import apsw
import msgspec

from app.core.conversations.headings import outline_of
from app.core.documents.document import Page, Section
from app.store import passages
from app.store.db import Database
from app.store.passage_cutting import CUT
from app.store.passages import with_heading

_OF_BOOK = """
FROM passages WHERE book_id = :book AND (
    EXISTS (SELECT 1 FROM passage_words WHERE rowid = id) OR EXISTS (SELECT 1 FROM passage_signs WHERE rowid = id)
)
"""
"""The passages that can be found: not those of a table of contents, nor blank ones."""

_WITHOUT = f"{_OF_BOOK} AND id NOT IN (SELECT passage_id FROM passage_vectors)"

_AT_FIRST_SIGHT = "at first sight: "
"""A book that was not looked at closely has this before the name of its model."""

_UNFINISHED = "(cut != :cut OR (:model != '' AND (embedder NOT IN (:model, :first) OR NOT embedded)))"


class BookVectors(msgspec.Struct, frozen=True):
    """The vectors of a book. `vectors` holds one for each of the passages `ids`, which ascend, as it was given to be
    kept."""

    ids: tuple[int, ...]
    vectors: tuple[bytes, ...]


class PassageVectors(msgspec.Struct, frozen=True):
    """A passage, with the text that its vectors are made of. It has `vectors` as they were given to be kept, or b""."""

    id: int
    text: str
    vectors: bytes = b""


class Vectors:
    """All methods raise AppError as `Database.read` and `Database.write` do; what is kept is on disk."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def prepare(self, book_id: str, model: str) -> None:
        """Cut a book's pages anew where that was done by older rules, with an outline of its headings where it has
        none, and drop the vectors of another model. What a book has of this model stays."""
        row = self._database.row("SELECT cut, embedder, embedded, outline FROM books WHERE id = ?", (book_id,))
        names = (model, _AT_FIRST_SIGHT + model)
        if row is None or (row[0] == CUT and (row[1] == names[1] or (row[1] == model and row[2]))):
            return
        with self._database.write() as connection:
            if row[0] == CUT and row[1] == model:  # an earlier Octavo was stopped in the middle of it
                connection.execute("UPDATE books SET embedder = ? WHERE id = ?", (names[1], book_id))
                return
            if row[0] != CUT:
                _cut_again(connection, book_id, row[3])
            connection.execute(
                "DELETE FROM passage_vectors WHERE passage_id IN (SELECT id FROM passages WHERE book_id = ?)",
                (book_id,),
            )
            connection.execute("UPDATE books SET embedder = ?, embedded = 0 WHERE id = ?", (names[1], book_id))

    def unfinished(self, model: str) -> tuple[str, ...]:
        """Return the books that lack vectors of this model ("": of none), or were cut by older rules; the newest
        first."""
        rows = self._database.rows(
            f"SELECT id FROM books WHERE bin_id = '' AND {_UNFINISHED} ORDER BY added_at DESC", _unfinished(model)
        )
        return tuple(row[0] for row in rows)

    def is_unfinished(self, book_id: str, model: str) -> bool:
        """Return whether a book is among the `unfinished`; the others are not looked at."""
        row = self._database.row(
            f"SELECT 1 FROM books WHERE id = :id AND bin_id = '' AND {_UNFINISHED}",
            _unfinished(model) | {"id": book_id},
        )
        return row is not None

    def seen_at_first_sight(self, model: str) -> tuple[str, ...]:
        """Return the finished books that were not looked at closely, the newest first."""
        rows = self._database.rows(
            "SELECT id FROM books WHERE bin_id = '' AND embedder = ? AND embedded ORDER BY added_at DESC",
            (_AT_FIRST_SIGHT + model,),
        )
        return tuple(row[0] for row in rows) if model else ()

    def finished(self, model: str) -> dict[str, int]:
        """Return the books that can be searched by their vectors, of this model; with a number that is another after
        any change of those by which all is searched."""
        rows = self._database.rows(
            "SELECT id, embedded FROM books WHERE embedder IN (?, ?) AND embedded AND bin_id = ''",
            (model, _AT_FIRST_SIGHT + model),
        )
        return dict(rows) if model else {}

    def language(self, book_id: str) -> str:
        """Return the language of a book as `Document.language` has it, "" of a book that is gone."""
        row = self._database.row("SELECT language FROM books WHERE id = ?", (book_id,))
        return "" if row is None else str(row[0])

    def progress(self, book_id: str) -> tuple[int, int]:
        """Return how many passages of a book have vectors, and how many are to have some."""
        total = self._database.rows(f"SELECT count(*) {_OF_BOOK}", {"book": book_id})[0][0]
        without = self._database.rows(f"SELECT count(*) {_WITHOUT}", {"book": book_id})[0][0]
        return total - without, total

    def wanting(self, book_id: str, limit: int, after: int = 0) -> tuple[PassageVectors, ...]:
        """Return the next passages behind the one with the id `after` that have no vectors yet."""
        rows = self._database.rows(
            f"""SELECT p.id, p.heading, pages.text, p.start, p.stop FROM (
                SELECT id, book_id, page, heading, start, stop {_WITHOUT} AND id > :after ORDER BY id LIMIT :limit
            ) p JOIN pages ON pages.book_id = p.book_id AND pages.number = p.page ORDER BY p.id""",
            {"book": book_id, "limit": limit, "after": after},
        )
        return tuple(
            PassageVectors(id, with_heading(text[start:stop], heading)) for id, heading, text, start, stop in rows
        )

    def next_of(self, book_id: str, limit: int, after: int = 0) -> tuple[PassageVectors, ...]:
        """Return the next passages behind the one with the id `after` that have vectors."""
        return self._with_vectors("book_id = ? AND id > ? ORDER BY id LIMIT ?", (book_id, after, limit))

    def these(self, ids: Sequence[int]) -> tuple[PassageVectors, ...]:
        """Return those of these passages that have vectors."""
        return self._with_vectors("id IN (SELECT value FROM json_each(?))", (msgspec.json.encode(ids).decode(),))

    def kept(self, ids: Sequence[int]) -> dict[int, bytes]:
        """Return the vectors of those of these passages that have some, by their ids, as they were given to be kept."""
        sql = "SELECT passage_id, vector FROM passage_vectors WHERE passage_id IN (SELECT value FROM json_each(?))"
        return dict(self._database.rows(sql, (msgspec.json.encode(ids).decode(),)))

    def _with_vectors(self, where: str, values: Sequence[str | int]) -> tuple[PassageVectors, ...]:
        rows = self._database.rows(
            f"""SELECT p.id, p.heading, pages.text, p.start, p.stop, p.vector FROM (
                SELECT id, book_id, page, heading, start, stop, vector
                    FROM passages JOIN passage_vectors ON passage_id = id WHERE {where}
            ) p JOIN pages ON pages.book_id = p.book_id AND pages.number = p.page ORDER BY p.id""",
            values,
        )
        return tuple(
            PassageVectors(id, with_heading(text[start:stop], heading), vector)
            for id, heading, text, start, stop, vector in rows
        )

    def keep(self, ids: Sequence[int], vectors: Sequence[bytes]) -> None:
        """Keep the vector of each passage id; without effect for passages that were deleted meanwhile."""
        with self._database.write() as connection:
            connection.executemany(
                "INSERT OR REPLACE INTO passage_vectors SELECT id, ? FROM passages WHERE id = ?",
                zip(vectors, ids, strict=True),
            )

    def finish(self, book_id: str) -> None:
        """Note that all passages of a book have vectors."""
        self._database.run("UPDATE books SET embedded = ? WHERE id = ?", (1 + secrets.randbelow(1 << 62), book_id))

    def finish_closely(self, book_id: str, model: str) -> None:
        """Note that all passages of a finished book were looked at closely, unless it was changed meanwhile."""
        self._database.run(
            "UPDATE books SET embedder = ? WHERE id = ? AND embedder = ? AND embedded",
            (model, book_id, _AT_FIRST_SIGHT + model),
        )

    def of_book(self, book_id: str) -> BookVectors:
        rows = self._database.rows(
            """SELECT passage_id, vector FROM passage_vectors JOIN passages ON passage_id = id
                WHERE book_id = ? ORDER BY id""",
            (book_id,),
        )
        return BookVectors(tuple(row[0] for row in rows), tuple(row[1] for row in rows))


def _cut_again(connection: apsw.Connection, book_id: str, outline: str) -> None:
    connection.execute("DELETE FROM passages WHERE book_id = ?", (book_id,))
    rows = connection.execute("SELECT number, label, text FROM pages WHERE book_id = ? ORDER BY number", (book_id,))
    pages = tuple(Page(number, label, text) for number, label, text in rows)
    sections = outline_of(pages, msgspec.json.decode(outline, type=tuple[Section, ...]))
    connection.execute("UPDATE books SET outline = ? WHERE id = ?", (msgspec.json.encode(sections).decode(), book_id))
    passages.index(connection, book_id, pages, sections)


def _unfinished(model: str) -> dict[str, str | int]:
    """Return the values of `_UNFINISHED`."""
    return {"cut": CUT, "model": model, "first": _AT_FIRST_SIGHT + model}
