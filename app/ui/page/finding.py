"""Searches the open book, lists what is found and goes from place to place."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import partial

from PySide6.QtCore import QSignalBlocker, QTimer, Signal, Slot

from app.core.documents.document import Book, FoundPage
from app.core.documents.page_names import PageNames
from app.core.documents.untrusted import disarm
from app.core.errors import AppError
from app.language.folding import fold, places
from app.language.one_line import hide_signs, join_lines
from app.services.library.library import Library
from app.ui.kit.presenter import Presenter
from app.ui.kit.window_context import WindowContext
from app.ui.page.hits import Around, HitModel
from app.ui.page.panel import PagePanel

_FIND_DELAY_MS = 250
_AROUND_CHARACTERS = 120
_SPACE = re.compile(r"\s+")


class Finding(Presenter):
    """The search in the open book. `page_wanted` carries the number of a page; `changed` tells that other words, or
    another place, are looked at, and before it `looked_at` that a place on the current page was chosen."""

    page_wanted = Signal(int)
    looked_at = Signal()
    changed = Signal()

    def __init__(self, context: WindowContext, panel: PagePanel) -> None:
        super().__init__(panel)
        self._library = context.desk.documents.library
        self._bridge = context.bridge
        self._panel = panel
        self._book: Book | None = None
        self._page = 0
        self._pages: tuple[FoundPage, ...] = ()
        self._current = -1
        self.words = ""
        self._later = QTimer(self, singleShot=True, interval=_FIND_DELAY_MS)
        self._later.timeout.connect(self._find)
        panel.header.find_field.textChanged.connect(self._change_words)
        panel.find_next_wanted.connect(self._go_on)
        panel.found.hits.chosen.connect(self._choose)
        panel.found.hits.hits.pages_wanted.connect(self._look_around)

    @property
    def place(self) -> tuple[int, int]:
        """The page of the place that is looked at, 0 for none, and which of those on the page it is, from 0."""
        if self._current < 0:
            return 0, 0
        hit = self._hits.hit(self._current)
        return hit.page, hit.nth

    def show_page(self, book: Book, page: int) -> None:
        """Take another page: the first place on it becomes the one that is looked at, unless one was chosen there."""
        other_book = self._book is None or self._book.id != book.id
        self._book, self._page = book, page
        if other_book:
            self._pages, self._current = (), -1
            self._find()
            return
        if self._current < 0 or self._hits.hit(self._current).page != page:
            self._settle()
        self._show()

    def follow(self, page: int) -> None:
        """Note that one has scrolled to a page: the place that is looked at stays, and the search goes on from this
        page."""
        self._page = page

    def use_words(self, words: str) -> None:
        """Search the next page that is shown for these words, as if they had been typed."""
        self._later.stop()
        self.words = words
        with QSignalBlocker(self._panel.header.find_field):
            self._panel.header.find_field.setText(words)

    def leave(self) -> None:
        """Search nothing any more, as no book is shown."""
        self._book = None
        self._take(())

    @property
    def _hits(self) -> HitModel:
        return self._panel.found.hits.hits

    def _settle(self) -> None:
        row = self._hits.row_of(self._page)
        here = row < self._hits.rowCount() and self._hits.hit(row).page == self._page
        self._current = row if here else -1

    @Slot(str)
    def _change_words(self, words: str) -> None:
        self.words = words.strip()
        if self.words:
            self._later.start()
        else:
            self._find()

    @Slot()
    def _find(self) -> None:
        self._later.stop()
        if self._book is None or not self.words:
            self._take(())
            return
        work = partial(self._library.search, self._book.id, self.words)
        self._call(work, partial(self._take_of, self._book.id, self.words))

    def _take_of(self, book_id: str, words: str, pages: tuple[FoundPage, ...]) -> None:
        if self._book is not None and (self._book.id, self.words) == (book_id, words):
            self._take(pages)

    def _take(self, pages: tuple[FoundPage, ...]) -> None:
        self._pages, self._current = pages, -1
        self._show_bar()
        self._settle()
        self._show()

    def _show(self) -> None:
        self._show_bar()
        self.changed.emit()

    def _show_bar(self) -> None:
        words, names = (self.words, self._book.page_names) if self._book else ("", PageNames())
        self._panel.found.show_found(words, self._pages, names, self._current)

    @Slot(int)
    def _go_on(self, step: int) -> None:
        """Go to the next place for +1, to the one before for -1; from a page without any, to the nearest in that
        direction."""
        if self._later.isActive():
            self._find()
            return
        rows = self._hits.rowCount()
        if not rows:
            return
        here = self._current >= 0 and self._hits.hit(self._current).page == self._page
        row = self._current + step if here else self._hits.row_of(self._page) - (step < 0)
        self._choose(row % rows)

    @Slot(int)
    def _choose(self, row: int) -> None:
        self._current = row
        page = self._hits.hit(row).page
        if page == self._page:
            self.looked_at.emit()
            self._show()
        else:
            self.page_wanted.emit(page)

    @Slot(list)
    def _look_around(self, pages: list[int]) -> None:
        if self._book is not None and pages:
            work = partial(_around, self._library, self._book, pages, self.words)
            self._call(work, partial(self._take_around, self.words))

    def _take_around(self, words: str, around: Mapping[int, Sequence[Around]]) -> None:
        if words == self.words:
            self._hits.take(around)


def _around(library: Library, book: Book, pages: Sequence[int], words: str) -> dict[int, Sequence[Around]]:
    """Return the words around each place, by the pages' numbers; none for a page that was removed meanwhile."""
    found: dict[int, Sequence[Around]] = {}
    for number in pages:
        try:
            text = library.page(book.id, number).text
        except AppError:
            found[number] = ()
            continue
        shown = hide_signs(text, book.format)
        found[number] = [_cut(shown, *span) for span in places(text, fold(words))]
    return found


def _cut(text: str, start: int, end: int) -> Around:
    """Cut the words of a place, and those around it, out of what `hide_signs` returned."""
    before = _one_line(text[max(0, start - _AROUND_CHARACTERS) : start])
    behind = _one_line(text[end : end + _AROUND_CHARACTERS])
    return Around(before.lstrip(), _one_line(text[start:end]), behind.rstrip())


def _one_line(text: str) -> str:
    """Return a text with each run of white space turned into one space, at its edges too."""
    return _SPACE.sub(" ", disarm(join_lines(text)))
