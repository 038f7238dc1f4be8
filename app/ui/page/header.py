"""Above the page: the book's title, its outline, the search in it, and where one is."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from app.ui.chat.citations import shorten_title
from app.ui.icons import Icons, Symbol
from app.ui.theme import HEADER_HEIGHT, SPACE_L, SPACE_S
from app.ui.widgets.buttons import IconButton
from app.ui.widgets.labels import ElidedLabel, PlainLabel, plain_tip
from app.ui.widgets.layouts import row
from app.wording.i18n import _

_FIND_WIDTH, _FIND_SMALLEST = 148, 88
_NARROW = 400


class FindField(QLineEdit):
    """Return finds the next place, Shift+Return the one before, Down goes into their list, Esc empties the field."""

    next_wanted = Signal(int)
    list_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setPlaceholderText(_("Find in book"))
        self.setAccessibleName(_("Find in book"))
        self.setToolTip(_("Find in book") + "  Ctrl+F")
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

    def __init__(self, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedHeight(HEADER_HEIGHT)
        self._title = ElidedLabel(role="book")
        self.outline = IconButton(icons, Symbol.OUTLINE, _("Outline"), shortcut="Ctrl+Shift+O")
        self.outline.clicked.connect(self.outline_wanted)
        self.thumbnails = IconButton(icons, Symbol.THUMBNAILS, _("Thumbnails"), shortcut="Ctrl+Shift+P")
        self.thumbnails.clicked.connect(self.thumbnails_wanted)
        self.as_text = IconButton(icons, Symbol.TEXT, _("Show the text"), shortcut="Ctrl+T")
        self.as_text.setCheckable(True)
        self.as_text.toggled.connect(self.text_wanted)
        self.find_field = FindField()
        self._place = PlainLabel()
        buttons = row(self.outline, self.thumbnails, self.as_text)
        shown = ((self._title, 1), buttons, (self.find_field, 1), self._place)
        row(*shown, of=self, margins=(SPACE_L, 0, SPACE_L, 0), spacing=SPACE_S)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place.setVisible(bool(self._place.text()) and self.width() >= _NARROW)

    def show_book(self, title: str, *, outline: bool, drawn: bool) -> None:
        """`outline`: the book has one; `drawn`: its pages can be shown as images too."""
        self._title.setText(shorten_title(title))
        self._title.setToolTip(plain_tip(title))
        self.outline.setVisible(outline)
        self.as_text.setVisible(drawn)
        self.thumbnails.setVisible(drawn)
        self.find_field.setVisible(bool(title))

    def show_place(self, words: str) -> None:
        self._place.setText(words)
        self._place.setVisible(bool(words) and self.width() >= _NARROW)

    def title(self) -> str:
        return self._title.text()

    def place(self) -> str:
        return self._place.text()

    @Slot(bool)
    def set_text_shown(self, shown: bool) -> None:
        """Show which of the two is shown, without a signal."""
        with QSignalBlocker(self.as_text):
            self.as_text.setChecked(shown)
        self.as_text.set_name(_("Show the page") if shown else _("Show the text"))
