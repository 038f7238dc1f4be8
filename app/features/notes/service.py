"""Notes that are kept of answers and tables, and taken along in a copy of the document's file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby

import msgspec

from app.core.conversations.conversation import Citation
from app.core.documents.document import Book, Format
from app.core.documents.note import Marker, Note, NotePlace, NoteSource
from app.core.errors import AppError, Code
from app.core.work import Cancel, Stopped, Work
from app.documents.protocol import Highlight
from app.features.notes.data import AnnotatedCopy, Annotating
from app.services.library.library import Library
from app.services.library.notes import NoteInText, NoteTaking
from app.services.services import Services


@dataclass(frozen=True)
class NoteKeeping:
    """Keeps notes. All methods raise AppError as the store does."""

    taking: NoteTaking
    library: Library

    def mark_quotation(self, book_id: str, number: int, quotation: str, marker: Marker | None = None) -> Note:
        """Highlight words that an answer quotes from page `number`, from 1. Raises AppError as `NoteTaking.mark`
        does."""
        from app.documents.citations.checker import locate  # when something is kept: its patterns take a while

        span = locate(self.library.page(book_id, number).text, quotation) if quotation else None
        if span is not None or not quotation:
            return self.taking.mark(book_id, number, span, marker, "")
        return self.taking.keep(Note("", quotation, "", NotePlace(book_id, number), marker))

    def keep_words(self, words: str, source: NoteSource, source_id: str) -> Note:
        """Keep words that are on no page, such as an answer."""
        return self.taking.keep(Note(words=words, source=source, source_id=source_id))

    def keep_cell(self, citation: Citation | None, text: str, question_id: str) -> Note:
        """Keep a cell of a table in words: beside the quotation that it rests on, if there is one. Raises AppError as
        `NoteTaking.mark` does."""
        if citation is None or not citation.book_id or citation.page < 1:
            return self.keep_words(text, NoteSource.CELL, question_id)
        marker = Marker.BLUE if citation.shown else None
        note = self.mark_quotation(citation.book_id, citation.page, citation.shown, marker)
        written = note.text if text in note.text else "\n\n".join(filter(None, (note.text, text)))
        return self.taking.keep(
            msgspec.structs.replace(note, text=written, source=NoteSource.CELL, source_id=question_id)
        )

    def annotated_copy(self, book_id: str, cancel: Cancel) -> Work[Annotating, AnnotatedCopy]:
        """Make a copy of a PDF with all notes of it as annotations; its file is only read. Raises AppError
        COPY_NOT_PDF, and as `Library.page_layer` does; Stopped."""
        book = self.library.book(book_id)
        if book.format is not Format.PDF:
            raise AppError(Code.COPY_NOT_PDF, title=book.title)
        placed = [each for each in self.taking.placed(book_id) if _number(each.note) <= book.page_count]
        pages = [(number, list(notes)) for number, notes in groupby(placed, lambda each: _number(each.note))]
        highlights: list[Highlight] = []
        for done, (number, notes) in enumerate(pages):
            if cancel.requested:
                raise Stopped
            yield Annotating(done, len(pages))
            highlights += self._highlights(book, number, notes)
        yield Annotating(len(pages), len(pages))
        pdf = self.library.annotated_copy(book_id, highlights)
        worded = {each.note.id for each in placed if each.note.words}
        return AnnotatedCopy(pdf, len(highlights), sum(not each.boxes and each.name in worded for each in highlights))

    def _highlights(self, book: Book, number: int, placed: list[NoteInText]) -> Iterator[Highlight]:
        from app.documents.layer import Layer  # as in `mark_quotation`
        from app.documents.marked_words import on_drawing

        layer = Layer(self.library.page_layer(book.id, number))
        for each in placed:
            note = each.note
            found = on_drawing(layer, note.words, each.surroundings) if note.words and note.place else None
            boxes = layer.bands(*found) if found else ()
            said = (f"“{' '.join(note.words.split())}”" if note.words and not boxes else "", note.text)
            date = datetime.fromtimestamp(note.changed_at, UTC).strftime("D:%Y%m%d%H%M%SZ")
            yield Highlight(number, boxes, note.marker, "\n\n".join(filter(None, said)), note.id, date)


def note_keeping_of(desk: Services) -> NoteKeeping:
    return NoteKeeping(desk.documents.notes, desk.documents.library)


def _number(note: Note) -> int:
    return note.place.page if note.place is not None else 0
