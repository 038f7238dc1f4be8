"""The books that lie open beside one another: each remembers where one was in it, and how it was shown."""

from __future__ import annotations

from dataclasses import dataclass

from app.core.document import Book
from app.ui.page.panel import PagePanel
from app.ui.presenters.finding import Finding


@dataclass
class Place:
    """`zoom` as `PagePanel.zoom`; `words` are those of the search."""

    page: int
    as_text: bool = False
    zoom: int | None = None
    words: str = ""


class OpenBooks:
    def __init__(self, panel: PagePanel, finding: Finding) -> None:
        self._panel = panel
        self._finding = finding
        self._places: dict[str, Place] = {}

    def page_of(self, book_id: str) -> int:
        """Where a book lies open; its first page where it does not."""
        place = self._places.get(book_id)
        return place.page if place is not None else 1

    def leave(self, book_id: str, *, as_text: bool) -> None:
        """Remember how a book is shown that another will be shown instead of."""
        if (place := self._places.get(book_id)) is not None:
            place.as_text = as_text
            place.zoom = self._panel.zoom
            place.words = self._finding.words

    def enter(self, book: Book, page: int) -> Place:
        """A book is shown that was not shown before: bring back what was remembered of it."""
        place = self._places.setdefault(book.id, Place(page))
        self._panel.tabs.show_book(book.id, book.title)
        self._panel.set_zoom(place.zoom)
        self._finding.use_words(place.words)
        return place

    def note(self, book_id: str, page: int) -> None:
        self._places[book_id].page = page

    def close(self, book_id: str) -> str:
        """The id of the book beside it; empty where no other is open."""
        self._places.pop(book_id, None)
        return self._panel.tabs.take_away(book_id)
