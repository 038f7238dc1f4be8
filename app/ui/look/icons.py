"""Icons of one family and one weight (Phosphor, regular), in the colours of the theme."""

from __future__ import annotations

import functools
from enum import StrEnum

import msgspec
from PySide6.QtCore import QObject, QPoint, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QIcon, QIconEngine, QPainter, QPixmap

from app.ui.look.fonts import folder_of
from app.ui.look.theme import ICON, Theme

_FONT, _CODES = "phosphor-1.3.0.ttf", "phosphor-charmap-1.3.0.json"
_HEIGHT = 0.875
"""The share of the icon's height that its sign has: the font leaves no room around it."""


class Symbol(StrEnum):
    """The icons that the window uses, named by what they mean."""

    ADD = "plus"
    BACK = "arrow-left"
    BOOK = "book-open"
    AGAIN = "arrow-clockwise"
    CLOSE = "x"
    CHRONOLOGY = "clock"
    COMMAND = "command"
    COPIED = "check"
    CONVERSATION = "chat-text"
    COPY = "copy"
    DELETE = "trash"
    DOWN = "caret-down"
    DOWNLOAD = "download-simple"
    EDIT = "pencil-simple"
    EXPORT = "export"
    FAILED = "x-circle"
    FILE = "file-text"
    FILTER = "funnel"
    FIND = "magnifying-glass"
    FORWARD = "arrow-right"
    FOLDER = "folder"
    GO_ON = "play"
    HELP = "question"
    INFO = "info"
    KEYS = "keyboard"
    LOCK = "lock"
    MATTER = "notebook"
    LEAVING = "arrow-square-out"
    MODEL = "cpu"
    MORE = "dots-three"
    NEXT = "caret-right"
    NOTES = "note"
    OUTLINE = "list-bullets"
    PAGE = "file"
    PANELS = "columns"
    PAGE_SHOWN = "image-square"
    PART = "selection"
    PAUSE = "pause"
    PREVIOUS = "caret-left"
    PRINT = "printer"
    QUOTES = "quotes"
    SAVE = "floppy-disk"
    SCAN = "image"
    SETTINGS = "gear-six"
    SHELF = "books"
    SHEET = "table"
    TAKE_OFF = "minus"
    TEXT = "text-align-left"
    TEXT_SIZE = "text-aa"
    THEME = "circle-half"
    THUMBNAILS = "squares-four"
    UNDO = "arrow-counter-clockwise"
    UP = "caret-up"
    VIEW = "sliders-horizontal"
    WARNING = "warning"
    ZOOM_IN = "magnifying-glass-plus"
    ZOOM_OUT = "magnifying-glass-minus"


class Icons(QObject):
    """Makes icons; a widget that shows one asks again when `theme.changed` fires. Needs a QApplication."""

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme

    @property
    def theme(self) -> Theme:
        return self._theme

    def icon(self, symbol: Symbol, colour: str | None = None) -> QIcon:
        """Return an icon. `colour` is #RRGGBB; without one it is ink, and soft ink where the widget is disabled."""
        palette = self._theme.palette
        return icon_of(symbol, QColor(colour or palette.ink), QColor(palette.soft_ink))

    def pixmap(self, symbol: Symbol, colour: str | None = None, size: int = ICON, ratio: float = 1.0) -> QPixmap:
        """Return an icon as pixels; `size` is in pixels of the window's scale, `ratio` is the screen's device pixel
        ratio."""
        return self.icon(symbol, colour).pixmap(QSize(size, size), ratio)


def icon_of(symbol: Symbol, ink: QColor, faint: QColor) -> QIcon:
    """Return an icon in the colour `ink`, and in `faint` where its widget is disabled."""
    family, codes = _font()
    return QIcon(_Sign(family, chr(int(codes[symbol], 16)), ink, faint))


def draw_symbol(painter: QPainter, rect: QRect, symbol: Symbol, colour: str) -> None:
    """Draw an icon as high as the rectangle, in its middle, in a widget that draws itself."""
    family, codes = _font()
    font = QFont(family)
    font.setPixelSize(round(_HEIGHT * rect.height()))
    painter.setFont(font)
    painter.setPen(QColor(colour))
    painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, chr(int(codes[symbol], 16)))


class _Sign(QIconEngine):
    """Draws a sign of a font, as large as the icon is wanted."""

    def __init__(self, family: str, sign: str, colour: QColor, disabled: QColor) -> None:
        super().__init__()
        self._family, self._sign, self._colour, self._disabled = family, sign, colour, disabled

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:  # noqa: ARG002
        painter.save()
        painter.setPen(self._disabled if mode == QIcon.Mode.Disabled else self._colour)
        font = QFont(self._family)
        font.setPixelSize(round(_HEIGHT * rect.height()))
        painter.setFont(font)
        painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, self._sign)
        painter.restore()

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        if size.isEmpty():  # a button that has no room yet
            return QPixmap()
        drawn = QPixmap(size)
        drawn.fill(Qt.GlobalColor.transparent)
        painter = QPainter(drawn)
        self.paint(painter, QRect(QPoint(0, 0), size), mode, state)
        painter.end()
        return drawn


@functools.cache
def _font() -> tuple[str, dict[str, str]]:
    """Load the font, and return its family and the code of each sign. It is loaded once: each loading makes Qt forget
    all fonts it has found. Only the files of QtAwesome are used: its code imports all of Qt, by way of QtPy."""
    folder = folder_of("qtawesome") / "fonts"
    loaded = QFontDatabase.addApplicationFont(str(folder / _FONT))
    codes = msgspec.json.decode((folder / _CODES).read_bytes(), type=dict[str, str])
    return next(iter(QFontDatabase.applicationFontFamilies(loaded)), ""), codes
