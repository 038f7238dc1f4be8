"""Passages of books that are restated next to a question: chosen by the full-text index, written for the model."""

from __future__ import annotations

from collections.abc import Sequence

from app.core.conversation import BookRef, PassageRef
from app.core.document import Book
from app.core.errors import AppError, Code
from app.services.library import Library
from app.store.passages import Passage, Passages

CLOSE_PASSAGES = 4
"""Passages that are restated beside a whole book: what a small model can still hold apart."""

EXCERPT_PASSAGES = 24
"""Passages that stand for books that do not lie in the context."""

_SHORT_CHARACTERS = 6000
"""Books that are no longer than this need no close reading: all of them stands close to the question."""


class Retrieval:
    """Choosing is a search in the database; writing gives the same text for the same passages, always: a later turn
    must repeat a question as it was read."""

    def __init__(self, library: Library, passages: Passages) -> None:
        self._library = library
        self._passages = passages

    def choose(self, question: str, books: Sequence[BookRef], *, excerpts: bool) -> tuple[PassageRef, ...]:
        """The passages for a question, best first; none where the books are short. Raises AppError."""
        shelf = {ref.book_id: self._library.book(ref.book_id) for ref in books}
        if not excerpts and sum(book.characters for book in shelf.values()) <= _SHORT_CHARACTERS:
            return ()
        limit = EXCERPT_PASSAGES if excerpts else CLOSE_PASSAGES
        found = self._passages.search([(ref.book_id, ref.pages) for ref in books], question, limit)
        return tuple(_ref(passage, shelf[passage.book_id]) for passage in found)

    def write(self, question: str, passages: Sequence[PassageRef]) -> str:
        """The question as the model reads it. Passages of books that are gone are left out."""
        titles = {passage.document for passage in passages}
        pieces = []
        for passage in passages:
            try:
                page = self._library.page(passage.book_id, passage.page)
            except AppError as error:
                if error.code not in (Code.FILE_MISSING, Code.PAGES_INVALID):
                    raise
                continue
            text = " ".join(page.text[passage.start : passage.end].split())
            mark = f"[p. {passage.label}]" if len(titles) == 1 else f"[{passage.document}, p. {passage.label}]"
            pieces.append(f"{mark} {text}")
        if not pieces:
            return question
        listed = "\n\n".join(pieces)
        return f"Passages that may matter:\n\n{listed}\n\nQuestion: {question}"


def in_reading_order(passages: Sequence[PassageRef], books: Sequence[BookRef]) -> tuple[PassageRef, ...]:
    """The passages as they follow each other in `books`."""
    order = {ref.book_id: number for number, ref in enumerate(books)}
    return tuple(sorted(passages, key=lambda p: (order.get(p.book_id, len(order)), p.page, p.start)))


def _ref(passage: Passage, book: Book) -> PassageRef:
    return PassageRef(passage.book_id, book.title, passage.page, passage.label, passage.start, passage.end)
