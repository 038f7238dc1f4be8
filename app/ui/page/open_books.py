"""The open books of each conversation: which page of each was shown, and how."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from app.core.documents.document import Book
from app.ui.kit.frame_state import OpenedBooks, OpenPage
from app.ui.page.finding import Finding
from app.ui.page.page_column import Spot
from app.ui.page.page_history import PageHistory
from app.ui.page.panel import PagePanel
from app.ui.page.zoom import PageZoom


@dataclass
class BookPlace:
    """The way a book was shown. `zoom` and `turns` are those of drawings; `words` are those of the search; `spot` is
    what was at the top of the view."""

    page: int
    as_text: bool = False
    zoom: PageZoom = field(default_factory=PageZoom)
    turns: int = 0
    words: str = ""
    spot: Spot | None = None


@dataclass
class _Open:
    """The open books of a conversation by their ids, from left to right, and the one that is shown, if any is. `trail`
    has the places in them that one came from."""

    places: dict[str, BookPlace] = field(default_factory=dict)
    shown: str = ""
    trail: PageHistory = field(default_factory=PageHistory)


class OpenBooks:
    def __init__(self, panel: PagePanel, finding: Finding) -> None:
        self._panel = panel
        self._finding = finding
        self._all: dict[str, _Open] = {}
        self._now = _Open()
        self.conversation_id = ""

    def switch(self, conversation_id: str, desk_ids: Sequence[str], books: Mapping[str, Book]) -> str:
        """Show the tabs of another conversation, and return the id of the book to show, empty for none.

        A conversation that was not shown yet has the first of the books on its desk open. `books` are all on the shelf.
        """
        self._keep_order()
        self.conversation_id = conversation_id
        known = self._all.get(conversation_id)
        if known is None:
            first = next((book_id for book_id in desk_ids if book_id in books), "")
            known = _Open({first: BookPlace(1)} if first else {}, first)
        known.places = {book_id: place for book_id, place in known.places.items() if book_id in books}
        self._now = self._all[conversation_id] = known
        self._panel.tabs.show_books([(book_id, books[book_id].title) for book_id in known.places])
        return known.shown if known.shown in known.places else next(iter(known.places), "")

    def remember(self, conversation_id: str, books: OpenedBooks) -> None:
        """Remember the books that were open in a conversation that is not shown now."""
        self._all[conversation_id] = _Open({page.book_id: BookPlace(page.page) for page in books.pages}, books.shown)

    def adopt(self, conversation_id: str) -> None:
        """Give this conversation, the first that is shown, the books that were opened while none was shown."""
        self.conversation_id = conversation_id
        self._all[conversation_id] = self._now

    @property
    def trail(self) -> PageHistory:
        """The trail of the shown conversation."""
        return self._now.trail

    def all(self) -> dict[str, OpenedBooks]:
        """Return the open books of each conversation, by its id."""
        self._keep_order()
        return {id: _as_kept(opened) for id, opened in self._all.items() if id}

    def forget_conversation(self, conversation_id: str) -> None:
        self._all.pop(conversation_id, None)

    def forget_book(self, book_id: str) -> None:
        """Forget a book that was removed: it is open no more in the conversations that are not shown, and no trail
        leads to it."""
        self._now.trail.forget(book_id)
        for opened in self._all.values():
            opened.trail.forget(book_id)
            if opened is not self._now:
                opened.places.pop(book_id, None)

    def page_of(self, book_id: str) -> int:
        """Return the page at which a book is open; the first if it is not open."""
        place = self._now.places.get(book_id)
        return place.page if place is not None else 1

    def spot_of(self, book_id: str) -> Spot | None:
        """Return the spot at the top of the view when this book was left; None if none is known for its page."""
        place = self._now.places.get(book_id)
        return place.spot if place is not None and place.spot is not None and place.spot.page == place.page else None

    def leave(self, book_id: str, *, as_text: bool) -> None:
        """Remember how a book is shown, before another is shown in its place."""
        if (place := self._now.places.get(book_id)) is not None:
            place.as_text = as_text
            place.zoom = self._panel.zoom
            place.turns = self._panel.image.turns
            place.words = self._finding.words
            place.spot = self._panel.here()

    def enter(self, book: Book, page: int) -> BookPlace:
        """Restore what was remembered of a book that is shown now."""
        place = self._now.places.setdefault(book.id, BookPlace(page))
        self._now.shown = book.id
        self._panel.tabs.show_book(book.id, book.title)
        self._panel.set_zoom(place.zoom)
        self._panel.image.set_turns(place.turns)
        self._finding.use_words(place.words)
        return place

    def note(self, book_id: str, page: int) -> None:
        self._now.places[book_id].page = page

    def close(self, book_id: str) -> str:
        """Close a book, and return the id of the book beside it; empty if no other is open."""
        self._now.places.pop(book_id, None)
        return self._panel.tabs.take_away(book_id)

    def _keep_order(self) -> None:
        """Take over the order of the tabs, which can be moved."""
        places = self._now.places
        self._now.places = {book_id: places[book_id] for book_id in self._panel.tabs.books() if book_id in places}


def _as_kept(opened: _Open) -> OpenedBooks:
    return OpenedBooks(tuple(OpenPage(id, place.page) for id, place in opened.places.items()), opened.shown)
