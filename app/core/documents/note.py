"""Notes: words that a person marked on a page, wrote about it, or kept of an answer."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class Marker(StrEnum):
    """The marker that words on a page have: a colour, and a line below them that differs as well."""

    BLUE = "blue"
    YELLOW = "yellow"
    GREEN = "green"


class NoteSource(StrEnum):
    """The thing that a note was made of. With PAGE, `Note.place` says where; with the others, `Note.source_id` of
    what."""

    PAGE = "page"
    ANSWER = "answer"
    CELL = "cell"


class NotePlace(msgspec.Struct, frozen=True):
    """Characters [start, end) of the text of a page, counted from 1; none if the note is about the whole page, or if
    its words are only on the drawing of it.

    `lost` tells that the book was read again, and the words are on none of its pages any more; `page` is where they
    were.
    """

    book_id: str
    page: int
    start: int = 0
    end: int = 0
    lost: bool = False

    @property
    def span(self) -> tuple[int, int] | None:
        return (self.start, self.end) if self.end > self.start else None


class Note(msgspec.Struct, frozen=True):
    """A note. `words` are those of the page or of the answer, `text` is what the person wrote; one of them may be
    empty. A note without a marker is not shown on its page. `source_id` is the id of the answer; of a cell, that of its
    question. Times are in seconds since the epoch, UTC.
    """

    id: str = ""
    words: str = ""
    text: str = ""
    place: NotePlace | None = None
    marker: Marker | None = None
    source: NoteSource = NoteSource.PAGE
    source_id: str = ""
    created_at: float = 0.0
    changed_at: float = 0.0
