"""Where on the screens a window goes, so that all of it can be seen: frame and title too."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QMargins, QRect, QSize
from PySide6.QtWidgets import QWidget

USUAL_FRAME = QMargins(8, 44, 8, 8)
"""About the widest that desktops draw around a window. What it is in fact is known only once the window is shown."""


def place_new(size: QSize, screens: Sequence[QRect], frame: QMargins = USUAL_FRAME) -> QRect:
    """In the middle of the first screen, `size` large or as large as there is room. Without its frame.

    `screens`: what may be used of each, the person's first one first.
    """
    room = screens[0].marginsRemoved(frame)
    placed = QRect(room.topLeft(), size.boundedTo(room.size()))
    placed.moveCenter(room.center())
    return placed


def place_again(wanted: QRect, screens: Sequence[QRect], frame: QMargins = USUAL_FRAME) -> QRect:
    """Where it was, without its frame: moved, and made smaller if need be, so that it is whole on the screen that shows
    most of it, or on the first one where none does."""
    room = max(screens, key=lambda screen: _area(screen.intersected(wanted))).marginsRemoved(frame)
    placed = QRect(wanted.topLeft(), wanted.size().boundedTo(room.size()))
    placed.moveLeft(max(room.left(), min(placed.left(), room.right() + 1 - placed.width())))
    placed.moveTop(max(room.top(), min(placed.top(), room.bottom() + 1 - placed.height())))
    return placed


def bound(widget: QWidget, width: int, height: int) -> QSize:
    """So large, or as large as the screen of a window or dialog has room for."""
    return QSize(width, height).boundedTo(widget.screen().availableGeometry().marginsRemoved(USUAL_FRAME).size())


def _area(rectangle: QRect) -> int:
    return rectangle.width() * rectangle.height() if rectangle.isValid() else 0
