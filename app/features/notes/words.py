"""Notes and highlights in words, for both faces."""

from __future__ import annotations

from collections.abc import Mapping

from app.core.documents.document import Book
from app.core.documents.note import Note, NoteSource
from app.wording.i18n import _
from app.wording.page_names import page_words


def origin_words(note: Note, books: Mapping[str, Book]) -> str:
    """Say where a note belongs, such as "Harbour Lease, p. 12"; `books` are given by their ids."""
    if note.place is None:
        return _("From a table") if note.source is NoteSource.CELL else _("From an answer")
    book = books.get(note.place.book_id)
    if book is None or not 1 <= note.place.page <= book.page_count:
        return _("From a page")
    return _("{title}, {page}").format(title=book.title, page=page_words(book.page_names.of(note.place.page)))


def unplaced_words(number: int) -> str:
    """Say for how many notes in a copy their words were not found."""
    if number == 1:
        return _("The words of 1 note were not found on its page. It is a comment in the corner of the page.")
    words = _("The words of {n} notes were not found on their pages. They are comments in the corners of the pages.")
    return words.format(n=number)
