"""The vectors of passages: kept with their books, of one embedder's models at a time, in the encrypted database."""

# ruff: noqa: S608 (what is put into the SQL below are constants of this module, never a value)

from __future__ import annotations

import secrets
from collections.abc import Sequence

import apsw
import msgspec

from app.core.conversations.headings import outline_of
from app.core.documents.document import Page, Section
from app.store import passages
from app.store.cutting import CUT
from app.store.db import Database
from app.store.passages import with_heading

_OF_BOOK = """
FROM passages WHERE book_id = :book AND (
    EXISTS (SELECT 1 FROM passage_words WHERE rowid = id) OR EXISTS (SELECT 1 FROM passage_signs WHERE rowid = id)
)
"""
"""The passages that can be found: not those of a table of contents, nor blank ones."""

_WITHOUT = f"{_OF_BOOK} AND id NOT IN (SELECT passage_id FROM passage_vectors)"


class BookVectors(msgspec.Struct, frozen=True):
    """The vectors of a book. `vectors` holds one for each of the passages `ids`, which ascend, as it was given to be
    kept."""

    ids: tuple[int, ...]
    vectors: tuple[bytes, ...]


class Vectors:
    """All methods raise AppError as `Database.read` and `Database.write` do; what is kept is on disk."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def prepare(self, book_id: str, model: str) -> None:
        """Cut a book's pages anew where that was done by older rules, with an outline of its headings where it has
        none, and drop the vectors of another model. What a book has of this model stays."""
        row = self._database.row("SELECT cut, embedder, outline FROM books WHERE id = ?", (book_id,))
        if row is None or tuple(row[:2]) == (CUT, model):
            return
        with self._database.write() as connection:
            if row[0] != CUT:
                _cut_again(connection, book_id, row[2])
            connection.execute(
                "DELETE FROM passage_vectors WHERE passage_id IN (SELECT id FROM passages WHERE book_id = ?)",
                (book_id,),
            )
            connection.execute("UPDATE books SET embedder = ?, embedded = 0 WHERE id = ?", (model, book_id))

    def unfinished(self, model: str) -> tuple[str, ...]:
        """Return the books that lack vectors of this model ("": of none), or were cut by older rules; the newest
        first."""
        rows = self._database.rows(
            """SELECT id FROM books
                WHERE bin_id = '' AND (cut != :cut OR (:model != '' AND (embedder != :model OR NOT embedded)))
                ORDER BY added_at DESC""",
            {"cut": CUT, "model": model},
        )
        return tuple(row[0] for row in rows)

    def finished(self, model: str) -> dict[str, int]:
        """Return the books that have all their vectors, of this model; with a number that is another after any
        change."""
        rows = self._database.rows(
            "SELECT id, embedded FROM books WHERE embedder = ? AND embedded AND bin_id = ''", (model,)
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

    def wanting(self, book_id: str, limit: int) -> tuple[tuple[int, str], ...]:
        """Return the next passages that have no vectors yet: ids, and what their vectors are to be made of."""
        rows = self._database.rows(
            f"""SELECT p.id, p.heading, pages.text, p.start, p.stop FROM (
                SELECT id, book_id, page, heading, start, stop {_WITHOUT} ORDER BY id LIMIT :limit
            ) p JOIN pages ON pages.book_id = p.book_id AND pages.number = p.page ORDER BY p.id""",
            {"book": book_id, "limit": limit},
        )
        return tuple((id, with_heading(text[start:stop], heading)) for id, heading, text, start, stop in rows)

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
