"""The bin on disk. What is in it stays in its tables and is marked with the entry it belongs to: nothing that lists,
finds or asks sees it. A book takes along the sheets that ask nothing else, a conversation its notes.

Invariants:

- What comes back is as it was, and below an id that is in the bin nothing can be put. Held by:
  tests/store/test_bin.py::test_a_conversation_comes_back_as_it_was,
  tests/features/tables/test_bin.py::test_a_sheet_comes_back_with_its_book.
"""

from __future__ import annotations

import time
import uuid
from typing import Any

import apsw

from app.core.conversations.bin import BinEntry, BinKind, DeskPlace
from app.core.conversations.conversation import BookRef, PageRange
from app.store.branches import decode, encode
from app.store.db import Database
from app.store.sources import forget_files

_ENTRY = "id, kind, item_id, title, deleted_at"

_MARK_NOTES = """
UPDATE conversations SET bin_id = :bin WHERE bin_id = '' AND id IN (
    SELECT s.conversation_id FROM sheets s JOIN questions q ON q.id = s.question_id WHERE q.conversation_id = :item
)"""
_MARK_SHEETS = """
UPDATE conversations SET bin_id = :bin WHERE bin_id = '' AND id IN (
    SELECT s.conversation_id FROM sheets s JOIN conversation_books b ON b.conversation_id = s.conversation_id
        WHERE b.book_id = :item AND (s.question_id != '' OR NOT EXISTS (
            SELECT 1 FROM sheet_rows r WHERE r.sheet_id = s.conversation_id AND NOT EXISTS (
                SELECT 1 FROM json_each(r.books) j JOIN books k ON k.id = j.value ->> 'book_id' WHERE k.bin_id != ''
            )
        ))
)"""
_PLACES = """
FROM conversation_books WHERE book_id = ? AND conversation_id NOT IN (SELECT conversation_id FROM sheets)"""
_NEEDED = """
SELECT DISTINCT k.bin_id FROM conversations c JOIN sheets s ON s.conversation_id = c.id
    JOIN conversation_books b ON b.conversation_id = c.id JOIN books k ON k.id = b.book_id
    WHERE c.bin_id = ? AND k.bin_id != ''"""


_LAST = """
    SELECT max(last) FROM (
        SELECT max(updated_at) AS last FROM conversations UNION ALL SELECT max(added_at) FROM books
            UNION ALL SELECT max(deleted_at) FROM bin
    )
"""


class BinStore:
    """All methods raise AppError as `Database.read` and `Database.write` do; what they did is on disk."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def expired(self, days: int, now: float) -> tuple[BinEntry, ...]:
        """Return the entries that have been in the bin for so many days. `now`: seconds since the epoch, UTC."""
        return tuple(entry for entry in self.all() if entry.expires_at(days) <= now)

    def put(self, kind: BinKind, item_id: str) -> BinEntry | None:
        """Put something into the bin; return None if there is no such thing, or it is in the bin already."""
        table = "books" if kind is BinKind.BOOK else "conversations"
        bin_id = uuid.uuid4().hex
        with self._database.write() as connection:
            now = _no_earlier(connection, time.time())
            row = connection.execute(
                f"UPDATE {table} SET bin_id = ? WHERE id = ? AND bin_id = '' RETURNING title",  # noqa: S608
                (bin_id, item_id),
            ).fetchone()
            if row is None:
                return None
            named = {"bin": bin_id, "item": item_id}
            connection.execute(_MARK_SHEETS if kind is BinKind.BOOK else _MARK_NOTES, named)
            places = _take_off_desks(connection, item_id) if kind is BinKind.BOOK else ()
            entry = BinEntry(bin_id, kind, item_id, str(row[0]), now)
            connection.execute(
                f"INSERT INTO bin ({_ENTRY}, desks) VALUES (?, ?, ?, ?, ?, ?)",  # noqa: S608
                (bin_id, kind, item_id, entry.title, now, encode(places)),
            )
        return entry

    def all(self) -> tuple[BinEntry, ...]:
        """Return all entries of the bin; the one that was deleted last comes first."""
        rows = self._database.rows(f"SELECT {_ENTRY} FROM bin ORDER BY deleted_at DESC, id")  # noqa: S608
        return tuple(_entry(*row) for row in rows)

    def restore(self, entry_id: str) -> BinEntry | None:
        """Put everything back where it was, with the books that a sheet is about; None where it is gone."""
        with self._database.write() as connection:
            return restore(connection, entry_id)

    def purge(self, entry_id: str) -> None:
        """Delete for good all that belongs to an entry; its bytes are overwritten, in the log of changes too."""
        with self._database.write() as connection:
            for table in ("books", "conversations"):
                connection.execute(f"DELETE FROM {table} WHERE bin_id != '' AND bin_id = ?", (entry_id,))  # noqa: S608
            forget_files(connection)
            connection.execute(
                """DELETE FROM bin WHERE id = ? OR item_id NOT IN (
                    SELECT id FROM books UNION ALL SELECT id FROM conversations)""",  # a book takes its sheets along
                (entry_id,),
            )
        self._database.scrub()


def restore(connection: apsw.Connection, entry_id: str) -> BinEntry | None:
    """Put everything of an entry back as `BinStore.restore` does, within a transaction."""
    row = connection.execute(f"SELECT {_ENTRY}, desks FROM bin WHERE id = ?", (entry_id,)).fetchone()  # noqa: S608
    if row is None:
        return None
    needed = connection.execute(_NEEDED, (entry_id,)).fetchall()
    for table in ("books", "conversations"):
        connection.execute(f"UPDATE {table} SET bin_id = '' WHERE bin_id = ?", (entry_id,))  # noqa: S608
    connection.execute("DELETE FROM bin WHERE id = ?", (entry_id,))
    for place in decode(row[-1], tuple[DeskPlace, ...]):
        _put_on_desk(connection, place)
    for (other,) in needed:
        if other != entry_id:
            restore(connection, str(other))
    return _entry(*row[:-1])


def _no_earlier(connection: apsw.Connection, now: float) -> float:
    """Return `now`, but never before the newest stored time: with a clock set back, new bin entries would expire at
    once."""
    (last,) = connection.execute(_LAST).fetchall()[0]
    return max(now, float(last or 0.0))


def _take_off_desks(connection: apsw.Connection, book_id: str) -> tuple[DeskPlace, ...]:
    """Take a book off the desks of conversations, and return its places there; a sheet stays about its books."""
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT conversation_id, position, first_page, last_page {_PLACES} ORDER BY conversation_id, position",
        (book_id,),
    ).fetchall()
    connection.execute(f"DELETE {_PLACES}", (book_id,))
    return tuple(
        DeskPlace(id, position, BookRef(book_id, None if first is None else PageRange(first, last)))
        for id, position, first, last in rows
    )


def _put_on_desk(connection: apsw.Connection, place: DeskPlace) -> None:
    """Put a book back on a desk at its old place, before what came after it; nowhere if the conversation is gone."""
    found = connection.execute("SELECT 1 FROM conversations WHERE id = ?", (place.conversation_id,)).fetchone()
    if found is None:
        return
    connection.execute(  # two steps, since positions are unique
        "UPDATE conversation_books SET position = -1 - position WHERE conversation_id = ? AND position >= ?",
        (place.conversation_id, place.position),
    )
    connection.execute(
        "UPDATE conversation_books SET position = -position WHERE conversation_id = ? AND position < 0",
        (place.conversation_id,),
    )
    pages = place.book.pages
    connection.execute(
        """INSERT INTO conversation_books (conversation_id, position, book_id, first_page, last_page)
            VALUES (?, ?, ?, ?, ?)""",
        (
            *(place.conversation_id, place.position, place.book.book_id),
            *((pages.first, pages.last) if pages else (None, None)),
        ),
    )


def _entry(id: str, kind: str, item_id: str, title: str, deleted_at: float) -> BinEntry:
    return BinEntry(id, BinKind(kind), item_id, title, deleted_at)
