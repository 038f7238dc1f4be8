"""Icons of one family and one weight (Phosphor, regular), in the colours of the theme."""

from __future__ import annotations

import functools
from enum import StrEnum
from typing import Any

from PySide6.QtCore import QObject, QSize
from PySide6.QtGui import QIcon, QPixmap
from qtawesome.iconic_font import IconicFont

from app.ui.theme import ICON, Theme

_FONT = ("ph", "phosphor-1.3.0.ttf", "phosphor-charmap-1.3.0.json")


class Symbol(StrEnum):
    """Every icon the window uses, by what it means."""

    ADD = "plus"
    BOOK = "book-open"
    CLOSE = "x"
    COMMAND = "command"
    CONVERSATION = "chat-text"
    DOWN = "caret-down"
    DOWNLOAD = "download-simple"
    FAILED = "x-circle"
    FILE = "file-text"
    FIND = "magnifying-glass"
    INFO = "info"
    LEAVING = "arrow-square-out"
    MODEL = "cpu"
    MORE = "dots-three"
    NEXT = "caret-right"
    OUTLINE = "list-bullets"
    PAGE = "file"
    PAGE_SHOWN = "image-square"
    PART = "selection"
    PREVIOUS = "caret-left"
    SCAN = "image"
    SHELF = "books"
    SHEET = "table"
    TAKE_OFF = "minus"
    TEXT = "text-align-left"
    THUMBNAILS = "squares-four"
    UNDO = "arrow-counter-clockwise"
    UP = "caret-up"
    WARNING = "warning"
    ZOOM_IN = "magnifying-glass-plus"
    ZOOM_OUT = "magnifying-glass-minus"


class Icons(QObject):
    """Makes icons; a widget that shows one asks again when `theme.changed` fires. Needs a QApplication."""

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._font = _font()

    @property
    def theme(self) -> Theme:
        return self._theme

    def icon(self, symbol: Symbol, colour: str | None = None) -> QIcon:
        """`colour` as #RRGGBB; without one it is ink, and soft ink where the widget is disabled."""
        palette = self._theme.palette
        made: Any = self._font.icon(
            f"ph.{symbol}", color=colour or palette.ink, color_disabled=palette.soft_ink, scale_factor=1.0
        )
        return QIcon(made)

    def pixmap(self, symbol: Symbol, colour: str | None = None, size: int = ICON, ratio: float = 1.0) -> QPixmap:
        """`size` in pixels of the window's scale, `ratio` the screen's device pixel ratio."""
        return self.icon(symbol, colour).pixmap(QSize(size, size), ratio)


@functools.cache
def _font() -> IconicFont:
    """One for the process: with every font that is loaded Qt takes longer to find any."""
    return IconicFont(_FONT)
