"""Notes and highlights as a person makes them: words are marked on a page, kept of an answer, and taken along in a copy
of the file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from typing import TYPE_CHECKING

import msgspec

from app.core.conversation import Citation
from app.core.document import Book, Format, Page
from app.core.errors import AppError, Code
from app.core.events import Annotating
from app.core.note import Marker, Note, NotePlace, NoteSource
from app.core.work import Cancel, Stopped, Work
from app.documents.protocol import Highlight
from app.services.library import Library
from app.store.notes import NoteStore

if TYPE_CHECKING:
    from app.documents.layer import Layer


@dataclass(frozen=True)
class NoteInText:
    """A note of a page, with its words as they are in the page's text, and what stands around them there."""

    note: Note
    surroundings: str = ""


@dataclass(frozen=True)
class AnnotatedCopy:
    """A PDF with `written` annotations. Of these, `unplaced` are comments in a corner of their page: their words were
    not found on its drawing."""

    pdf: bytes
    written: int
    unplaced: int


class NoteTaking:
    """All methods raise AppError as the store does."""

    def __init__(self, store: NoteStore, library: Library) -> None:
        self.store = store
        self._library = library

    def mark(self, book_id: str, number: int, span: tuple[int, int] | None, marker: Marker | None, text: str) -> Note:
        """Characters of page `number`, from 1, as the model reads it; none: a note about the whole page. Where these
        characters are marked already, that note gets this marker and text.

        Raises AppError FILE_MISSING, PAGES_INVALID."""
        page = self._library.page(book_id, number)
        start, end = span or (0, 0)
        words = page.text[start:end]
        start += len(words) - len(words.lstrip())
        words = words.strip()
        place = NotePlace(book_id, number, start, start + len(words))
        same = next((note for note in self.store.of_book(book_id) if note.place == place and words), None)
        if same is not None:
            return self._keep(msgspec.structs.replace(same, marker=marker or same.marker, text=text or same.text))
        return self._keep(Note("", words, text, place, marker))

    def mark_drawn(
        self, book_id: str, number: int, layer: Layer, selected: tuple[int, int], marker: Marker | None, text: str
    ) -> Note:
        """Characters of the drawing of page `number`, from 1. Raises AppError as `mark`."""
        from app.documents.marked_words import in_text  # when something is marked: its patterns take a while

        page = self._library.page(book_id, number)
        span = in_text(page.text, layer, selected)
        if span is not None:
            return self.mark(book_id, number, span, marker, text)
        words = " ".join(layer.text[slice(*selected)].split())
        return self._keep(Note("", words, text, NotePlace(book_id, number), marker))

    def mark_quotation(self, book_id: str, number: int, quotation: str, marker: Marker | None = None) -> Note:
        """Words that an answer quotes from page `number`, from 1. Raises AppError as `mark`."""
        from app.documents.citations.checker import locate  # as in `mark_drawn`

        span = locate(self._library.page(book_id, number).text, quotation) if quotation else None
        if span is not None or not quotation:
            return self.mark(book_id, number, span, marker, "")
        return self._keep(Note("", quotation, "", NotePlace(book_id, number), marker))

    def keep_words(self, words: str, source: NoteSource, source_id: str) -> Note:
        """Words that are on no page, such as an answer."""
        return self._keep(Note(words=words, source=source, source_id=source_id))

    def keep_cell(self, citation: Citation | None, text: str, question_id: str) -> Note:
        """A cell of a table in words: beside the quotation that it rests on, where there is one. Raises AppError as
        `mark`."""
        if citation is None or not citation.book_id or citation.page < 1:
            return self.keep_words(text, NoteSource.CELL, question_id)
        marker = Marker.BLUE if citation.shown else None
        note = self.mark_quotation(citation.book_id, citation.page, citation.shown, marker)
        written = note.text if text in note.text else "\n\n".join(filter(None, (note.text, text)))
        return self._keep(msgspec.structs.replace(note, text=written, source=NoteSource.CELL, source_id=question_id))

    def change(self, note_id: str, *, text: str | None = None, marker: Marker | None = None) -> Note | None:
        """Another text, another marker; what is None stays. None where the note is gone."""
        note = self.store.get(note_id)
        if note is None:
            return None
        changed = msgspec.structs.replace(
            note, text=note.text if text is None else text, marker=note.marker if marker is None else marker
        )
        return self._keep(changed)

    def restore(self, note: Note) -> Note:
        """One that was just deleted, as it was."""
        return self._keep(note)

    def placed(self, book_id: str) -> tuple[NoteInText, ...]:
        """The notes of a book, in the order of their places."""
        notes = self.store.of_book(book_id)
        numbers = {place.page for note in notes if (place := note.place) and place.span and not place.lost}
        pages = {number: self._library.page(book_id, number) for number in numbers}
        return tuple(_placed(note, pages.get(_number(note))) for note in notes)

    def annotated_copy(self, book_id: str, cancel: Cancel) -> Work[Annotating, AnnotatedCopy]:
        """A copy of a PDF with all notes of it as annotations; its file is only read. Raises AppError COPY_NOT_PDF, and
        as `Library.page_layer` does; Stopped."""
        book = self._library.book(book_id)
        if book.format is not Format.PDF:
            raise AppError(Code.COPY_NOT_PDF, title=book.title)
        placed = [each for each in self.placed(book_id) if _number(each.note) <= book.page_count]
        pages = [(number, list(notes)) for number, notes in groupby(placed, lambda each: _number(each.note))]
        highlights: list[Highlight] = []
        for done, (number, notes) in enumerate(pages):
            if cancel.requested:
                raise Stopped
            yield Annotating(done, len(pages))
            highlights += self._highlights(book, number, notes)
        yield Annotating(len(pages), len(pages))
        pdf = self._library.annotated_copy(book_id, highlights)
        worded = {each.note.id for each in placed if each.note.words}
        return AnnotatedCopy(pdf, len(highlights), sum(not each.boxes and each.name in worded for each in highlights))

    def _highlights(self, book: Book, number: int, placed: list[NoteInText]) -> Iterator[Highlight]:
        from app.documents.layer import Layer  # as in `mark_drawn`
        from app.documents.marked_words import on_drawing

        layer = Layer(self._library.page_layer(book.id, number))
        for each in placed:
            note = each.note
            found = on_drawing(layer, note.words, each.surroundings) if note.words and note.place else None
            boxes = layer.bands(*found) if found else ()
            said = (f"“{' '.join(note.words.split())}”" if note.words and not boxes else "", note.text)
            date = datetime.fromtimestamp(note.changed_at, UTC).strftime("D:%Y%m%d%H%M%SZ")
            yield Highlight(number, boxes, note.marker, "\n\n".join(filter(None, said)), note.id, date)

    def _keep(self, note: Note) -> Note:
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
