"""The rows of the shelf's books as they are now: those on the desk, those that are being opened, and all others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from msgspec.structs import replace

from app.core.conversations.conversation import BookRef
from app.core.conversations.sources import Shelved, SourceCounts
from app.core.documents.document import Book
from app.ui.kit.activity import Activity
from app.ui.kit.shown import Shown
from app.ui.shelf.counting import BookCounting
from app.ui.shelf.rows import BookRow, book_row

_AT_ONCE = 1_000
"""Rows that are made in one step of the event loop."""


@dataclass
class BookRows:
    """`indexed` is how much is indexed of each book that is being indexed, in percent; `counted` is how many percent of
    the words on the desk are counted, None if that takes no time. `shelved` tells where books belong that are from
    `sources`."""

    counting: BookCounting
    activity: Activity
    shown: Shown
    indexed: dict[str, int] = field(default_factory=dict)
    counted: int | None = None
    shelved: Mapping[str, Shelved] = field(default_factory=dict)
    sources: tuple[SourceCounts, ...] = ()
    _plain: dict[str, BookRow] = field(default_factory=dict)
    """The rows of books that nothing is done with, by the ids of the books: of thousands, few change at a time."""

    def prepare(self) -> bool:
        """Make a slice of the rows that are missing or no longer true, and return whether none is left to be made: to
        make those of thousands of books takes too long for one step of the event loop."""
        waiting = (book for book in self.shown.shelf.values() if self._kept(book) is None)
        for book in islice(waiting, _AT_ONCE):
            self._lying(book)
        return next(waiting, None) is None

    def rows(self, opening: Sequence[BookRow]) -> list[BookRow]:
        """Return the rows of all books; `opening` are those of the files that are being opened."""
        shown, now = self.shown, self.activity.reading
        use = shown.use.after(now.done) if shown.use is not None and now is not None else shown.use
        segments = {segment.book_id: segment for segment in use.segments} if use is not None else {}

        def row(book: Book, ref: BookRef | None) -> BookRow:
            id = book.id
            tokens, shelved = self.counting.tokens.get(id), self.shelved.get(id)
            counted = self.counting.percent.get(id, self.counted if ref is not None else None)
            made = book_row(book, ref, tokens, segments.get(id), now, shelved)
            return replace(made, counted=counted, indexed=self.indexed.get(id))

        refs = {ref.book_id: ref for ref in shown.books}
        on_desk = [row(shown.shelf[book_id], ref) for book_id, ref in refs.items() if book_id in shown.shelf]
        busy = {*self.counting.percent, *self.indexed}
        if now is not None and now.place is not None:
            busy.add(now.place.book_id)
        others = sorted(shown.shelf.values(), key=lambda book: book.added_at, reverse=True)
        lying = (book for book in others if book.id not in refs)
        rows = [*on_desk, *opening, *(row(book, None) if book.id in busy else self._lying(book) for book in lying)]
        if len(self._plain) > 2 * len(rows):
            self._plain = {id: kept for id, kept in self._plain.items() if id in shown.shelf}
        return rows

    def _lying(self, book: Book) -> BookRow:
        """Return the row of a book that nothing is done with."""
        row = self._kept(book)
        if row is None:
            tokens, shelved = self.counting.tokens.get(book.id), self.shelved.get(book.id)
            row = self._plain[book.id] = book_row(book, None, tokens, None, None, shelved)
        return row

    def _kept(self, book: Book) -> BookRow | None:
        """Return the row that was made the last time if it is still true."""
        kept = self._plain.get(book.id)
        if kept is None or kept.book is not book or kept.tokens != self.counting.tokens.get(book.id):
            return None
        return kept if kept.shelved is self.shelved.get(book.id) else None
