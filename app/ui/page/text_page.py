"""A page as flowing text: plain text only, set in the serif, with the quotation highlighted and in sight."""

from __future__ import annotations

from collections.abc import Collection

from PySide6.QtCore import QEvent, QMimeData, QRectF, Qt, Signal, Slot
from PySide6.QtGui import QColor, QFontMetricsF, QKeyEvent, QTextCharFormat, QTextCursor, QWheelEvent
from PySide6.QtWidgets import QFrame, QTextEdit, QWidget

from app.core.untrusted import disarm
from app.store.folding import fold, places
from app.ui.chat.render import SealedDocument
from app.ui.fonts import text_font
from app.ui.page.typeset import index_of, typeset, utf16_offset
from app.ui.theme import MEASURE_CHARACTERS, SIZE_TEXT, Theme

_LIT_ABOVE_SHARE = 0.25
"""Of the height: how far below the top a highlighted quotation is shown."""

_JUSTIFIED_CHARACTERS = 40
"""Lines shorter than this many average characters are not justified: the gaps would be too wide."""


class TextPage(QTextEdit):
    """`turned` is +1 or -1 when PageDown or PageUp goes beyond the text, `zoomed` for Ctrl and the wheel."""

    turned = Signal(int)
    zoomed = Signal(int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._text = ""
        self._headings: tuple[str, ...] = ()
        self._markdown = False
        self._padding = (0, 0)
        self._justified = True
        self._size = SIZE_TEXT
        self._lit: tuple[int, int] | None = None
        self._found: tuple[tuple[int, int], ...] = ()
        self._current = 0
        self.setDocument(SealedDocument(self))
        self.setReadOnly(True)
        self.setAcceptDrops(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.viewport().setAutoFillBackground(False)
        self.setProperty("role", "plain")
        theme.changed.connect(self._light)

    def measure(self) -> int:
        """The width in pixels of as many average characters as a line may have."""
        return round(QFontMetricsF(text_font(self._size)).averageCharWidth() * MEASURE_CHARACTERS)

    def set_padding(self, sides: int, above: int) -> None:
        """Pixels around the text; they scroll with it."""
        self._padding = (sides, above)
        width = self.width() - 2 * sides
        justified = width >= self.measure() * _JUSTIFIED_CHARACTERS / MEASURE_CHARACTERS
        if justified != self._justified:
            self._justified = justified
            self._set()
            self._light()
        else:
            self._pad()

    def page_text(self) -> str:
        return self._text

    def show_page(self, untrusted_text: str, headings: Collection[str] = (), *, markdown: bool = False) -> None:
        """`headings` are lines to set as such; `markdown`: it is Markdown, whose signs are not shown."""
        self._text = disarm(untrusted_text)
        self._markdown = markdown
        self._headings = tuple(headings)
        self._lit, self._found = None, ()
        self._set()
        self._light()
        self.verticalScrollBar().setValue(0)

    def light(self, start: int, end: int) -> None:
        """Highlight characters `start` to `end` of the page's text and bring them into sight."""
        self._lit = (start, end)
        self._light()
        self.show_lit()

    def unlight(self) -> None:
        """Highlight no quotation any more."""
        self._lit = None
        self._light()

    def find_words(self, words: str, current: int = 0) -> int:
        """Mark every place of `words`, as the search of the book finds them; returns their number.

        The one of number `current`, from 0, is highlighted and comes into sight, unless a quotation is.
        """
        self._found = places(self._text, fold(words))
        self._current = current
        self._light()
        if self._found and self._lit is None:
            self._reveal(self._found[min(current, len(self._found) - 1)])
        return len(self._found)

    def set_type_size(self, size: int) -> None:
        """Pixels."""
        if size != self._size:
            self._size = size
            bar = self.verticalScrollBar()
            share = bar.value() / max(1, bar.maximum())
            self._set()
            self._light()
            bar.setValue(round(share * bar.maximum()))

    def show_lit(self) -> None:
        if self._lit is not None:
            self._reveal(self._lit)

    def lit_words(self) -> str:
        """The words of the highlighted quotation; empty without one."""
        return self._text[slice(*self._lit)] if self._lit is not None else ""

    def createMimeDataFromSelection(self) -> QMimeData:
        data = QMimeData()
        data.setText(self.selected_text())
        return data

    def selected_text(self) -> str:
        """The page's own characters, with its own line breaks."""
        cursor = self.textCursor()
        start, end = (index_of(self._text, at) for at in (cursor.selectionStart(), cursor.selectionEnd()))
        return self._text[start:end]

    def selection_rect(self) -> QRectF | None:
        """Where the selection ends, in the viewport."""
        cursor = self.textCursor()
        if not cursor.hasSelection():
            return None
        cursor.setPosition(cursor.selectionEnd())
        return QRectF(self.cursorRect(cursor))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        bar = self.verticalScrollBar()
        if event.key() == Qt.Key.Key_PageDown and bar.value() >= bar.maximum():
            self.turned.emit(1)
        elif event.key() == Qt.Key.Key_PageUp and bar.value() <= bar.minimum():
            self.turned.emit(-1)
        elif event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right) and not event.modifiers():
            self.turned.emit(1 if event.key() == Qt.Key.Key_Right else -1)
        elif event.key() in (Qt.Key.Key_Home, Qt.Key.Key_End) and not event.modifiers():
            bar.setValue(bar.minimum() if event.key() == Qt.Key.Key_Home else bar.maximum())
        else:
            super().keyPressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            if turns := event.angleDelta().y():
                self.zoomed.emit(1 if turns > 0 else -1)
            event.accept()
        else:
            super().wheelEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.StyleChange):
            self._light()

    def _set(self) -> None:
        typeset(
            self.document(), self._text, self._headings, self._size, markdown=self._markdown, justify=self._justified
        )
        self.setTextCursor(QTextCursor(self.document()))  # inserting took it to the end, and Qt scrolls to where it is
        self._pad()

    def _pad(self) -> None:
        sides, above = self._padding
        bar = self.verticalScrollBar().sizeHint().width() if self.verticalScrollBar().isVisible() else 0
        frame = self.document().rootFrame()
        layout = frame.frameFormat()
        layout.setLeftMargin(sides)
        layout.setRightMargin(max(0, sides - bar))
        layout.setTopMargin(above)
        layout.setBottomMargin(above)
        frame.setFrameFormat(layout)

    @Slot()
    def _light(self) -> None:
        palette = self._theme.palette
        found = QTextCharFormat()
        found.setBackground(QColor(palette.wash))
        found.setForeground(QColor(palette.accent))
        lit = QTextCharFormat()
        lit.setBackground(QColor(palette.highlight))
        lit.setForeground(QColor(palette.ink))
        current = min(self._current, len(self._found) - 1) if self._lit is None else -1
        selections = [
            self._selection(place, lit if number == current else found) for number, place in enumerate(self._found)
        ]
        if self._lit is not None:
            selections.append(self._selection(self._lit, lit))
        self.setExtraSelections(selections)

    def _selection(self, place: tuple[int, int], look: QTextCharFormat) -> QTextEdit.ExtraSelection:
        selection = QTextEdit.ExtraSelection()
        selection.format = look
        selection.cursor = self._cursor(place)
        return selection

    def _cursor(self, place: tuple[int, int]) -> QTextCursor:
        cursor = QTextCursor(self.document())
        cursor.setPosition(utf16_offset(self._text, place[0]))
        cursor.setPosition(utf16_offset(self._text, place[1]), QTextCursor.MoveMode.KeepAnchor)
        return cursor

    def _reveal(self, place: tuple[int, int]) -> None:
        cursor = self._cursor(place)
        cursor.setPosition(cursor.selectionStart())
        top = self.cursorRect(cursor).top() + self.verticalScrollBar().value()
        self.verticalScrollBar().setValue(int(top - self.viewport().height() * _LIT_ABOVE_SHARE))
