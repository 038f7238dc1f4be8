"""The list of books as it is seen: what is in sight stays where it is while books come and go."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QAbstractItemView

from app.ui.shelf.lists import ShelfListView
from app.ui.shelf.rows import BookList, ItemRole
from app.wording.i18n import _

_Hint = QAbstractItemView.ScrollHint


class BookView(ShelfListView):
    def __init__(self, books: BookList) -> None:
        super().__init__(_("Documents"))
        self._books = books
        self.setModel(books)

    def selected(self) -> str:
        """Return the key of the selected row, empty if there is none."""
        return str(getattr(self.currentIndex().data(ItemRole), "key", ""))

    def reveal(self, key: str) -> None:
        """Scroll to a book or a folder."""
        index = self._books.index_of(key)
        if index.isValid():
            self.scrollTo(index, _Hint.PositionAtCenter)

    @contextmanager
    def stays(self) -> Iterator[None]:
        """Keep the selected row selected, and the rows in sight where they are, while the block changes the list."""
        selected, bar = self.selected(), self.verticalScrollBar()
        place, top = bar.value(), self.indexAt(QPoint(1, 1))
        key, above = str(getattr(top.data(ItemRole), "key", "")), self.visualRect(top).top()
        yield
        if selected:
            self.select(self._books.index_of(selected))
        there = self._books.index_of(key)
        if there.isValid():
            self.scrollTo(there, _Hint.PositionAtTop)
            place = bar.value() - above
        bar.setValue(place)
