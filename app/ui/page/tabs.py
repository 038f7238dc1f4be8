"""The open books, as tabs above the page; hidden while only one is open."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QSignalBlocker, QSize, Qt, Signal, Slot
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QTabBar, QWidget

from app.core.untrusted import disarm
from app.ui.icons import Icons, Symbol
from app.ui.widgets.buttons import IconButton
from app.ui.widgets.labels import plain_tip
from app.wording.i18n import _

_WIDEST = 180
_CROSS = 12


class BookTabs(QTabBar):
    """`chosen` and `close_wanted` carry the id of a book."""

    chosen = Signal(str)
    close_wanted = Signal(str)

    def __init__(self, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icons = icons
        self.setAccessibleName(_("Open books"))
        self.setDrawBase(False)
        self.setExpanding(False)
        self.setMovable(True)
        self.setUsesScrollButtons(True)
        self.setElideMode(Qt.TextElideMode.ElideRight)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.currentChanged.connect(self._choose)
        self.hide()

    def books(self) -> list[str]:
        """Their ids, from left to right."""
        return [str(self.tabData(index)) for index in range(self.count())]

    def show_books(self, titles: Sequence[tuple[str, str]]) -> None:
        """Replace the tabs: each book by its id and its title."""
        with QSignalBlocker(self):
            while self.count():
                self.removeTab(0)
            for book_id, title in titles:
                self._insert(self.count(), book_id, title)
        self.setVisible(self.count() > 1)

    def show_book(self, book_id: str, title: str) -> None:
        """Make its tab the current one; a book that has none gets one, behind the current."""
        with QSignalBlocker(self):
            if book_id not in self.books():
                self._insert(self.currentIndex() + 1, book_id, title)
            self.setCurrentIndex(self.books().index(book_id))
        self.setVisible(self.count() > 1)

    def take_away(self, book_id: str) -> str:
        """Remove its tab; the id of the book beside it, empty where there is none."""
        books = self.books()
        if book_id not in books:
            return ""
        index = books.index(book_id)
        with QSignalBlocker(self):
            self.removeTab(index)
        self.setVisible(self.count() > 1)
        rest = self.books()
        return rest[min(index, len(rest) - 1)] if rest else ""

    def step(self, by: int) -> None:
        """To the tab `by` further, around the ends."""
        if self.count() > 1:
            self.setCurrentIndex((self.currentIndex() + by) % self.count())

    def tabSizeHint(self, index: int) -> QSize:
        hint = super().tabSizeHint(index)
        return QSize(min(_WIDEST, hint.width()), hint.height())

    def minimumTabSizeHint(self, index: int) -> QSize:
        hint = super().minimumTabSizeHint(index)
        return QSize(min(_WIDEST, hint.width()), hint.height())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        index = self.tabAt(event.position().toPoint())
        if event.button() is Qt.MouseButton.MiddleButton and index >= 0:
            self.close_wanted.emit(str(self.tabData(index)))
        else:
            super().mouseReleaseEvent(event)

    def _insert(self, index: int, book_id: str, title: str) -> None:
        words = " ".join(disarm(title).split())
        self.insertTab(index, words.replace("&", "&&"))
        self.setTabData(index, book_id)
        self.setTabToolTip(index, plain_tip(words))
        close = IconButton(self._icons, Symbol.CLOSE, _("Close “{title}”").format(title=words), size=_CROSS)
        close.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        close.clicked.connect(partial(self.close_wanted.emit, book_id))
        self.setTabButton(index, QTabBar.ButtonPosition.RightSide, close)

    @Slot(int)
    def _choose(self, index: int) -> None:
        if index >= 0:
            self.chosen.emit(str(self.tabData(index)))
