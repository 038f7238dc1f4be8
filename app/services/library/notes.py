"""Notes and highlights as a person makes them: words are marked on a page, and written about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from app.core.documents.document import Page
from app.core.documents.note import Marker, Note, NotePlace
from app.core.errors import AppError, Code
from app.services.library.library import Library
from app.store.notes import NoteStore

if TYPE_CHECKING:
    from app.documents.layer import Layer


@dataclass(frozen=True)
class NoteInText:
    """A note of a page, with its words as they are in the page's text, and what stands around them there."""

    note: Note
    surroundings: str = ""


class NoteTaking:
    """All methods raise AppError as the store does."""

    def __init__(self, store: NoteStore, library: Library) -> None:
        self.store = store
        self._library = library

    def mark(self, book_id: str, number: int, span: tuple[int, int] | None, marker: Marker | None, text: str) -> Note:
        """Mark characters of page `number`, from 1, as the model reads it; without a span, the note is about the whole
        page. If these characters are marked already, that note gets this marker and text.

        Raises AppError FILE_MISSING, PAGES_INVALID.
        """
        page = self._library.page(book_id, number)
        start, end = span or (0, 0)
        words = page.text[start:end]
        start += len(words) - len(words.lstrip())
        words = words.strip()
        place = NotePlace(book_id, number, start, start + len(words))
        same = next((note for note in self.store.of_book(book_id) if note.place == place and words), None)
        if same is not None:
            return self.keep(msgspec.structs.replace(same, marker=marker or same.marker, text=text or same.text))
        return self.keep(Note("", words, text, place, marker))

    def mark_drawn(
        self, book_id: str, number: int, layer: Layer, selected: tuple[int, int], marker: Marker | None, text: str
    ) -> Note:
        """Mark characters of the drawing of page `number`, from 1. Raises AppError as `mark`."""
        from app.documents.marked_words import in_text  # when something is marked: its patterns take a while

        page = self._library.page(book_id, number)
        span = in_text(page.text, layer, selected)
        if span is not None:
            return self.mark(book_id, number, span, marker, text)
        words = " ".join(layer.text[slice(*selected)].split())
        return self.keep(Note("", words, text, NotePlace(book_id, number), marker))

    def change(self, note_id: str, *, text: str | None = None, marker: Marker | None = None) -> Note | None:
        """Change a note's text or marker; what is None stays. Return None if the note is gone."""
        note = self.store.get(note_id)
        if note is None:
            return None
        changed = msgspec.structs.replace(
            note, text=note.text if text is None else text, marker=note.marker if marker is None else marker
        )
        return self.keep(changed)

    def placed(self, book_id: str) -> tuple[NoteInText, ...]:
        """Return the notes of a book, in the order of their places."""
        notes = self.store.of_book(book_id)
        numbers = {place.page for note in notes if (place := note.place) and place.span and not place.lost}
        pages = {number: self._library.page(book_id, number) for number in numbers}
        return tuple(_placed(note, pages.get(_number(note))) for note in notes)

    def keep(self, note: Note) -> Note:
        """Keep a new note, or one as it is now or was. Raises AppError FILE_MISSING if its document is gone."""
        kept = self.store.keep(note)
        if kept is None:
            raise AppError(Code.FILE_MISSING, path=note.place.book_id if note.place else "")
        return kept


def _placed(note: Note, page: Page | None) -> NoteInText:
    from app.documents.marked_words import around

    span = note.place.span if note.place is not None else None
    return NoteInText(note, around(page.text, span) if page is not None and span is not None else "")


def _number(note: Note) -> int:
    return note.place.page if note.place is not None else 0
