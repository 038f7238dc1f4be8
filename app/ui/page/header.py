"""The header above the page: the open books as tabs, hidden while only one is open; then the book's title, its outline,
and the search in it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QEvent, QSignalBlocker, QSize, Qt, Signal, Slot
from PySide6.QtGui import QHelpEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QLineEdit, QTabBar, QToolTip, QWidget

from app.core.documents.untrusted import disarm
from app.ui.chat.text.citations import shorten_title
from app.ui.look.icons import Icons, Symbol
from app.ui.look.theme import HEADER_HEIGHT, SPACE_L, SPACE_S
from app.ui.page.view_menu import SPLIT_KEYS
from app.ui.widgets.buttons import IconButton
from app.ui.widgets.labels import ElidedLabel, plain_tip, set_tip
from app.ui.widgets.layouts import row
from app.wording.i18n import _

_WIDEST = 180
_CROSS = 12


class BookTabs(QTabBar):
    """The open books as tabs. `chosen` and `close_wanted` carry the id of a book."""

    chosen = Signal(str)
    close_wanted = Signal(str)

    def __init__(self, icons: Icons) -> None:
        super().__init__()
        self._icons = icons
        self.setAccessibleName(_("Open documents"))
        self.setDrawBase(False)
        self.setExpanding(False)
        self.setMovable(True)
        self.setUsesScrollButtons(True)
        self.setElideMode(Qt.TextElideMode.ElideRight)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.currentChanged.connect(self._choose)
        self.hide()

    def books(self) -> list[str]:
        """Return the ids of the books, from left to right."""
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
        """Make the tab of a book the current one; a book that has none gets one, behind the current."""
        with QSignalBlocker(self):
            if book_id not in self.books():
                self._insert(self.currentIndex() + 1, book_id, title)
            self.setCurrentIndex(self.books().index(book_id))
        self.setVisible(self.count() > 1)

    def rename(self, book_id: str, title: str) -> None:
        """Give the tab of a book, if it has one, another title."""
        if book_id in self.books():
            index = self.books().index(book_id)
            self.tabButton(index, QTabBar.ButtonPosition.RightSide).deleteLater()
            self._name(index, book_id, title)

    def take_away(self, book_id: str) -> str:
        """Remove the tab of a book, and return the id of the book beside it; empty if there is none."""
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
        """Go to the tab `by` further to the right, around the ends."""
        if self.count() > 1:
            self.setCurrentIndex((self.currentIndex() + by) % self.count())

    def event(self, event: QEvent) -> bool:
        """Show the whole title as a tooltip. Qt would read its own tooltip out with the markup that keeps titles
        plain."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            QToolTip.showText(event.globalPos(), plain_tip(self.accessibleTabName(self.tabAt(event.pos()))), self)
            return True
        return super().event(event)

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
        self.insertTab(index, "")
        self.setTabData(index, book_id)
        self._name(index, book_id, title)

    def _name(self, index: int, book_id: str, title: str) -> None:
        words = " ".join(disarm(title).split())
        self.setTabText(index, words.replace("&", "&&"))
        self.setAccessibleTabName(index, words)
        close = IconButton(self._icons, Symbol.CLOSE, _("Close “{title}”").format(title=words), size=_CROSS)
        close.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        close.clicked.connect(partial(self.close_wanted.emit, book_id))
        self.setTabButton(index, QTabBar.ButtonPosition.RightSide, close)

    @Slot(int)
    def _choose(self, index: int) -> None:
        if index >= 0:
            self.chosen.emit(str(self.tabData(index)))


_FIND_WIDTH, _FIND_SMALLEST = 148, 88


class FindField(QLineEdit):
    """The field for what is searched. Return finds the next place, Shift+Return the one before; Down goes into the list
    of places, Esc empties the field."""

    next_wanted = Signal(int)
    list_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setPlaceholderText(_("Find in document"))
        self.setAccessibleName(_("Find in document"))
        self.setToolTip(_("Find in document") + "  Ctrl+F")
        self.setAccessibleDescription("Ctrl+F")
        self.setMinimumWidth(_FIND_SMALLEST)
        self.setMaximumWidth(_FIND_WIDTH)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.next_wanted.emit(-1 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1)
        elif event.key() == Qt.Key.Key_Down:
            self.list_wanted.emit()
        elif event.key() == Qt.Key.Key_Escape:
            self.clear()
        else:
            super().keyPressEvent(event)


class PageHeader(QWidget):
    outline_wanted = Signal()
    thumbnails_wanted = Signal()
    text_wanted = Signal(bool)
    notes_wanted = Signal()
    view_wanted = Signal()
    close_wanted = Signal()

    def __init__(self, icons: Icons) -> None:
        super().__init__()
        self.setFixedHeight(HEADER_HEIGHT)
        self._title = ElidedLabel(role="book")
        self.outline = IconButton(icons, Symbol.OUTLINE, _("Outline"), shortcut="Ctrl+Shift+O")
        self.outline.clicked.connect(self.outline_wanted)
        self.thumbnails = IconButton(icons, Symbol.THUMBNAILS, _("Thumbnails"), shortcut="Ctrl+Shift+P")
        self.thumbnails.clicked.connect(self.thumbnails_wanted)
        self.as_text = IconButton(icons, Symbol.TEXT, _("Show the text"), shortcut="Ctrl+T")
        self.as_text.setCheckable(True)
        self.as_text.toggled.connect(self.text_wanted)
        self.notes = IconButton(icons, Symbol.NOTES, _("Notes in this document"))
        self.notes.clicked.connect(self.notes_wanted)
        self.notes.hide()
        self.view = IconButton(icons, Symbol.VIEW, _("View"))
        self.view.clicked.connect(self.view_wanted)
        self.close_button = IconButton(icons, Symbol.CLOSE, _("Close the split view"), shortcut=SPLIT_KEYS, size=16)
        self.close_button.clicked.connect(self.close_wanted)
        self.close_button.hide()
        self.find_field = FindField()
        buttons = row(self.outline, self.thumbnails, self.as_text, self.notes, self.view)
        shown = ((self._title, 1), buttons, (self.find_field, 1), self.close_button)
        row(*shown, of=self, margins=(SPACE_L, 0, SPACE_L, 0), spacing=SPACE_S)

    def show_book(self, title: str, *, outline: bool, drawn: bool) -> None:
        """Show the title of a book. `outline` tells that the book has one, `drawn` that its pages can be shown as
        images too."""
        self._title.setText(shorten_title(title))
        set_tip(self._title, title)
        self.outline.setVisible(outline)
        self.as_text.setVisible(drawn)
        self.thumbnails.setVisible(drawn)
        self.view.setVisible(bool(title))
        self.find_field.setVisible(bool(title))

    def show_closing(self) -> None:
        """Show the button that closes the page, which is beside another."""
        self.close_button.show()

    def title(self) -> str:
        return self._title.text()

    @Slot(bool)
    def set_text_shown(self, shown: bool) -> None:
        """Show whether the text or the drawings are shown, without a signal."""
        with QSignalBlocker(self.as_text):
            self.as_text.setChecked(shown)
        self.as_text.set_name(_("Show the page") if shown else _("Show the text"))
