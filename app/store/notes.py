"""Notes and highlights on disk. They go with their book: into the bin, back, and for good.

Invariants:

- A note follows its words: it keeps them and their place in the page's text. Where a book is read again, `place_again`
  looks for them on the new pages, the nearest place first; a note whose words are nowhere is marked as lost and kept.
  Held by: tests/store/test_notes.py::test_a_note_follows_its_words_when_the_book_is_read_again,
  tests/store/test_notes.py::test_a_lost_note_is_found_again.
"""

# ruff: noqa: S608 (what is put into the SQL below are constants, never a value)

from __future__ import annotations

import time
import uuid
from collections.abc import Sequence
from typing import Any

import apsw
import msgspec

from app.core.documents.document import Page
from app.core.documents.note import Marker, Note, NotePlace, NoteSource
from app.language.folding import fold, places, storable
from app.store.db import Database

_NOTE = "id, words, text, book_id, page, start, stop, lost, marker, source, source_id, created_at, changed_at"
_COLUMNS = ", ".join(f"n.{name}" for name in _NOTE.split(", "))
_SEEN = f"SELECT {_COLUMNS} FROM notes n LEFT JOIN books b ON b.id = n.book_id WHERE ifnull(b.bin_id, '') = ''"


class NoteStore:
    """All methods raise AppError as `Database.read` and `Database.write` do; what they return is on disk. Notes of
    books that are in the bin are in no list."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def keep(self, note: Note) -> Note | None:
        """Keep a note in place of the one with its id; one without an id is new. None if its book was deleted
        meanwhile."""
        now = time.time()
        kept = msgspec.structs.replace(
            note,
            id=note.id or uuid.uuid4().hex,
            words=storable(note.words),
            text=storable(note.text),
            created_at=note.created_at or now,
            changed_at=now,
        )
        with self._database.write() as connection:
            known = "SELECT 1 FROM books WHERE id = ? AND bin_id = ''"
            if kept.place and connection.execute(known, (kept.place.book_id,)).fetchone() is None:
                return None
            connection.execute(
                f"INSERT OR REPLACE INTO notes ({_NOTE}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", _row(kept)
            )
        return kept

    def get(self, id: str) -> Note | None:
        row = self._database.row(f"{_SEEN} AND n.id = ?", (id,))
        return None if row is None else _note(row)

    def all(self) -> tuple[Note, ...]:
        """Return all notes; the one that was made last comes first."""
        return tuple(map(_note, self._database.rows(f"{_SEEN} ORDER BY n.created_at DESC, n.id")))

    def of_book(self, book_id: str) -> tuple[Note, ...]:
        """Return the notes of a book in the order of their places."""
        rows = self._database.rows(f"{_SEEN} AND n.book_id = ? ORDER BY n.page, n.start, n.created_at", (book_id,))
        return tuple(map(_note, rows))

    def find(self, text: str) -> tuple[Note, ...]:
        """Return the notes whose words or text contain `text`, whatever its case, the newest first. Empty text is
        nowhere."""
        needle = fold(text)
        if not needle:
            return ()
        rows = self._database.rows(
            f"""{_SEEN} AND (contains(n.words, :needle) OR contains(n.text, :needle))
                ORDER BY n.created_at DESC, n.id""",
            {"needle": needle},
        )
        return tuple(map(_note, rows))

    def delete(self, id: str) -> None:
        """Delete a note. Its bytes are overwritten, in the log of changes too."""
        self._database.run("DELETE FROM notes WHERE id = ?", (id,))
        self._database.scrub()


def place_again(connection: apsw.Connection, book_id: str, pages: Sequence[Page]) -> None:
    """Place each note where its words are now, within the transaction that replaces the pages of a book: on its page
    or, if they are not there, on the nearest one that has them."""
    rows = connection.execute(f"SELECT {_NOTE} FROM notes WHERE book_id = ?", (book_id,)).fetchall()
    for note in map(_note, rows):
        assert note.place is not None
        placed = msgspec.structs.replace(note, place=_placed(note, note.place, pages))
        if placed != note:
            connection.execute(
                f"INSERT OR REPLACE INTO notes ({_NOTE}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", _row(placed)
            )


def _placed(note: Note, before: NotePlace, pages: Sequence[Page]) -> NotePlace:
    needle = fold(note.words)
    if not needle:
        return msgspec.structs.replace(before, lost=not 1 <= before.page <= len(pages))
    for page in sorted(pages, key=lambda page: abs(page.number - before.page)):
        found = places(page.text, needle)
        if found:
            start, end = min(found, key=lambda place: abs(place[0] - before.start))
            return NotePlace(before.book_id, page.number, start, end)
    drawn_only = before.span is None and not before.lost and before.page <= len(pages)
    return NotePlace(before.book_id, before.page, lost=not drawn_only)


def _row(note: Note) -> tuple[Any, ...]:
    place = note.place
    where = (place.book_id, place.page, place.start, place.end, place.lost) if place else (None, 0, 0, 0, False)
    return (
        *(note.id, note.words, note.text, *where, note.marker or "", note.source, note.source_id),
        *(note.created_at, note.changed_at),
    )


def _note(row: tuple[Any, ...]) -> Note:
    id, words, text, book_id, page, start, end, lost, marker, source, source_id, created_at, changed_at = row
    return Note(
        id=id,
        words=words,
        text=text,
        place=None if book_id is None else NotePlace(book_id, page, start, end, bool(lost)),
        marker=Marker(marker) if marker else None,
        source=NoteSource(source),
        source_id=source_id,
        created_at=created_at,
        changed_at=changed_at,
    )
