"""The rows of the shelf's books as they are now: those on the desk, those that are being opened, and all others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from app.core.conversations.conversation import BookRef
from app.core.conversations.sources import Shelved, SourceCounts
from app.core.documents.document import Book
from app.ui.kit.activity import Activity
from app.ui.kit.shown import Shown
from app.ui.shelf.counting import BookCounting
from app.ui.shelf.rows import BookRow, book_row


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

    def rows(self, opening: Sequence[BookRow]) -> list[BookRow]:
        """Return the rows of all books; `opening` are those of the files that are being opened."""
        shown, now = self.shown, self.activity.reading
        use = shown.use.after(now.done) if shown.use is not None and now is not None else shown.use
        segments = {segment.book_id: segment for segment in use.segments} if use is not None else {}

        def row(book: Book, ref: BookRef | None) -> BookRow:
            made = book_row(
                book, ref, self.counting.tokens.get(book.id), segments.get(book.id), now, self.shelved.get(book.id)
            )
            counted = self.counting.percent.get(book.id, self.counted if ref is not None else None)
            return replace(made, counted=counted, indexed=self.indexed.get(book.id))

        refs = {ref.book_id: ref for ref in shown.books}
        on_desk = [row(shown.shelf[book_id], ref) for book_id, ref in refs.items() if book_id in shown.shelf]
        others = sorted(shown.shelf.values(), key=lambda book: book.added_at, reverse=True)
        return [*on_desk, *opening, *(row(book, None) for book in others if book.id not in refs)]
