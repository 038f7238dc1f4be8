"""A page as flowing text: plain text only, set in the serif, with the quotation highlighted; as high as it needs."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from math import ceil

from PySide6.QtCore import QEvent, QMimeData, QRectF, QSizeF, Qt, Signal, Slot
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QHelpEvent,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QTextCharFormat,
    QTextCursor,
    QWheelEvent,
)
from PySide6.QtWidgets import QFrame, QTextEdit, QToolTip, QWidget

from app.core.documents.document import Format
from app.core.documents.note import Marker
from app.core.documents.untrusted import disarm
from app.language.folding import fold, places
from app.ui.chat.text.render import SealedDocument
from app.ui.look.fonts import text_font
from app.ui.look.theme import MEASURE_CHARACTERS, SIZE_TEXT, Theme
from app.ui.page.markings import blend
from app.ui.page.note_look import NoteSpan, look_of
from app.ui.page.page_layout import FlowLayout
from app.ui.page.tints import Tint
from app.ui.page.typeset import index_of, typeset, utf16_offset
from app.ui.widgets.labels import plain_tip

_JUSTIFIED_CHARACTERS = 40
"""The number of average characters below which a line is not justified: the gaps would be too wide."""


TRAVEL_BUTTONS = (Qt.MouseButton.BackButton, Qt.MouseButton.ForwardButton)
"""The buttons of the mouse that go back and forward; the widget that holds the pages acts on them."""


class TextPage(QTextEdit):
    """One page as text. It does not scroll: whoever has it gives it all its height, and gets the wheel and the keys
    that move. `pressed` is emitted for the mouse; `clicked` carries the number of the character in the page's text that
    was clicked, if nothing was selected by that."""

    pressed = Signal()
    clicked = Signal(int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._text = ""
        self._headings: tuple[str, ...] = ()
        self._format = Format.TEXT
        self._padding = (0, 0, 0)
        self._justified = True
        self._size = SIZE_TEXT
        self._lit: tuple[int, int] | None = None
        self._found: tuple[tuple[int, int], ...] = ()
        self._notes: tuple[NoteSpan, ...] = ()
        self._tints: tuple[Tint, ...] = ()
        self._current = -1
        self._pulse = 0.0
        document = SealedDocument(self)
        self._layout = FlowLayout(document)
        self.setDocument(document)
        self.setReadOnly(True)
        self.setAcceptDrops(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.viewport().setAutoFillBackground(False)
        self.setProperty("role", "plain")
        theme.changed.connect(self._light)

    def set_padding(self, sides: int, above: int, below: int) -> None:
        """Set the padding around the text, in px."""
        self._padding = (sides, above, below)
        width = self.width() - 2 * sides
        justified = width >= measure(self._size) * _JUSTIFIED_CHARACTERS / MEASURE_CHARACTERS
        if justified != self._justified:
            self._justified = justified
            self._set()
            self._light()
        else:
            self._pad()

    def height_needed(self) -> int:
        """Return the height that the text takes at its width, in px, with the padding."""
        if not self.isVisible():  # Qt tells the text its width when it is shown
            self.document().setPageSize(QSizeF(self.width(), -1))
        return ceil(self.document().size().height())

    def page_text(self) -> str:
        return self._text

    def show_page(self, untrusted_text: str, headings: Collection[str] = (), *, format: Format = Format.TEXT) -> None:
        """Show a text. Its lines that are in `headings` are set as such; `format` is its document's, as `typeset` takes
        it."""
        self._text = disarm(untrusted_text)
        self._format = format
        self._headings = tuple(headings)
        self._lit, self._found, self._notes, self._tints = None, (), (), ()
        self._set()
        self._light()

    def light(self, lit: tuple[int, int] | None, pulse: float = 0.0) -> None:
        """Highlight these characters of the page's text, or none; `pulse` from 1 to 0 draws the eye there."""
        if (lit, pulse) != (self._lit, self._pulse):
            self._lit, self._pulse = lit, pulse
            self._light()

    def show_notes(self, notes: Iterable[NoteSpan]) -> None:
        """Show a person's highlights."""
        shown = tuple(note for note in notes if note.end <= len(self._text))
        if shown != self._notes:
            self._notes = shown
            self._light()

    def show_tints(self, tints: Iterable[Tint]) -> None:
        """Set passages on a coloured ground, below all highlights."""
        shown = tuple(tint for tint in tints if tint.end <= len(self._text))
        if shown != self._tints:
            self._tints = shown
            self._light()

    def find_words(self, words: str, current: int = -1) -> int:
        """Mark every place of `words`, as the search of the book finds them, and return their number.

        The one of number `current`, from 0, is highlighted, unless a quotation is.
        """
        self._found = places(self._text, fold(words))
        self._current = current
        self._light()
        return len(self._found)

    def set_type_size(self, size: int) -> None:
        """Set the size of the type, in px."""
        if size != self._size:
            self._size = size
            self._set()
            self._light()

    def lit_area(self) -> QRectF | None:
        """Return the area, in pixels, of the highlighted place that one looks at; None if there is none."""
        place = self._looked_at()
        if place is None:
            return None
        cursor = self._cursor(place)
        end = QRectF(self.cursorRect(cursor))
        cursor.setPosition(cursor.selectionStart())
        start = QRectF(self.cursorRect(cursor))
        return start.united(end).translated(0, self.verticalScrollBar().value())

    def lit_words(self) -> str:
        """Return the words of the highlighted quotation; empty if there is none."""
        return self._text[slice(*self._lit)] if self._lit is not None else ""

    def createMimeDataFromSelection(self) -> QMimeData:
        data = QMimeData()
        data.setText(self.selected_text())
        return data

    def selected_text(self) -> str:
        """Return the selected characters of the page's own text, with its own line breaks."""
        return self._text[slice(*self.selection())]

    def selection(self) -> tuple[int, int]:
        """Return the range of the characters of the page's text that are selected."""
        cursor = self.textCursor()
        start, end = (index_of(self._text, at) for at in (cursor.selectionStart(), cursor.selectionEnd()))
        return start, end

    def selection_rect(self) -> QRectF | None:
        """Return where the selection ends, in the viewport; None if nothing is selected."""
        cursor = self.textCursor()
        if not cursor.hasSelection():
            return None
        cursor.setPosition(cursor.selectionEnd())
        return QRectF(self.cursorRect(cursor))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            super().keyPressEvent(event)
        else:
            event.ignore()

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() in TRAVEL_BUTTONS:
            event.ignore()
            return
        super().mousePressEvent(event)
        self.pressed.emit()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        if event.button() is Qt.MouseButton.LeftButton and not self.textCursor().hasSelection():
            at = self.cursorForPosition(event.position().toPoint()).position()
            self.clicked.emit(index_of(self._text, at))

    def viewportEvent(self, event: QEvent) -> bool:
        """Show the text that is written about a highlight as its tip."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            at = index_of(self._text, self.cursorForPosition(event.pos()).position())
            said = (note.text for note in reversed(self._notes) if note.start <= at <= note.end)
            QToolTip.showText(event.globalPos(), plain_tip(next(said, "")), self)
            return True
        return super().viewportEvent(event)

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        """Do not scroll: Qt would bring the cursor into sight even where there is nothing to scroll."""

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.StyleChange):
            self._light()

    def _set(self) -> None:
        typeset(self._layout, self._text, self._headings, self._size, format=self._format, justify=self._justified)
        self.setTextCursor(QTextCursor(self.document()))  # inserting took it to the end, and Qt scrolls to where it is
        self._pad()

    def _pad(self) -> None:
        sides, above, below = self._padding
        frame = self.document().rootFrame()
        layout = frame.frameFormat()
        layout.setLeftMargin(sides)
        layout.setRightMargin(sides)
        layout.setTopMargin(above)
        layout.setBottomMargin(below)
        frame.setFrameFormat(layout)

    def _looked_at(self) -> tuple[int, int] | None:
        if self._lit is not None or not self._found or self._current < 0:
            return self._lit
        return self._found[min(self._current, len(self._found) - 1)]

    @Slot()
    def _light(self) -> None:
        palette = self._theme.palette
        self._layout.set_palette(palette)
        found = QTextCharFormat()
        found.setBackground(QColor(palette.wash))
        found.setForeground(QColor(palette.accent))
        lit = QTextCharFormat()
        lit.setBackground(blend(palette.highlight, palette.near, 0.5 * self._pulse))
        lit.setForeground(QColor(palette.ink))
        looked_at = self._looked_at()
        selections = [
            self._selection((tint.start, tint.end), _ground(tint.ground.fill(dark=palette.dark)))
            for tint in self._tints
        ]
        selections += [
            self._selection((note.start, note.end), _note_format(note.marker, self._theme)) for note in self._notes
        ]
        selections += [self._selection(place, found) for place in self._found if place != looked_at]
        if looked_at is not None:
            selections.append(self._selection(looked_at, lit))
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


def _ground(colour: str) -> QTextCharFormat:
    made = QTextCharFormat()
    made.setBackground(QColor(colour))
    return made


def _note_format(marker: Marker, theme: Theme) -> QTextCharFormat:
    look = look_of(marker, dark=theme.palette.dark)
    made = _ground(look.fill)
    made.setForeground(QColor(theme.palette.ink))
    made.setUnderlineStyle(look.underline)
    made.setUnderlineColor(QColor(look.line))
    return made


def measure(size: int) -> int:
    """Return the width in px of as many average characters as a line may have."""
    return round(QFontMetricsF(text_font(size)).averageCharWidth() * MEASURE_CHARACTERS)
