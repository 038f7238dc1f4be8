"""Lays widgets out in rows and columns."""

from __future__ import annotations

from typing import Final, TypeAlias

from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QLayout, QScrollArea, QVBoxLayout, QWidget

from app.ui.look.theme import SPACE_L, SPACE_XL
from app.ui.widgets.accessibility import speak_as

Margins: TypeAlias = tuple[int, int, int, int]
Item: TypeAlias = QWidget | QLayout | int | tuple[QWidget | QLayout, int | Qt.AlignmentFlag] | None
"""An item of a layout: a widget or a layout, alone or with its stretch or its alignment; a number for so many empty
pixels; None for room that grows."""

STRETCH: Final = None
DIALOG: Final[Margins] = (SPACE_XL, SPACE_XL, SPACE_XL, SPACE_L)
"""The margins of a dialog."""
_NONE: Final[Margins] = (0, 0, 0, 0)


def row(*items: Item, of: QWidget | None = None, margins: Margins = _NONE, spacing: int = 0) -> QHBoxLayout:
    """Lay items out from left to right; `of` is the widget whose layout it is."""
    made = QHBoxLayout() if of is None else QHBoxLayout(of)
    _fill(made, items, margins, spacing)
    return made


def column(*items: Item, of: QWidget | None = None, margins: Margins = _NONE, spacing: int = 0) -> QVBoxLayout:
    """Lay items out from top to bottom; `of` is the widget whose layout it is."""
    made = QVBoxLayout() if of is None else QVBoxLayout(of)
    _fill(made, items, margins, spacing)
    return made


def boxed(layout: QLayout) -> QWidget:
    """Make a widget that has this layout."""
    widget = QWidget()
    widget.setLayout(layout)
    return widget


def scroll_down(widget: QWidget, name: str, area: QScrollArea | None = None) -> QScrollArea:
    """Return `area`, or a new one, in which the widget is scrolled up and down; a screen reader gets its `name`."""
    area = area or QScrollArea()
    area.setAccessibleName(name)
    speak_as(area, QAccessible.Role.Grouping)
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setWidget(widget)
    return area


def _fill(layout: QBoxLayout, items: tuple[Item, ...], margins: Margins, spacing: int) -> None:
    layout.setContentsMargins(*margins)
    layout.setSpacing(spacing)
    for item in items:
        what, how = item if isinstance(item, tuple) else (item, 0)
        stretch, alignment = (0, how) if isinstance(how, Qt.AlignmentFlag) else (how, Qt.AlignmentFlag(0))
        match what:
            case QWidget():
                layout.addWidget(what, stretch, alignment)
            case QLayout():
                layout.addLayout(what, stretch)
            case int():
                layout.addSpacing(what)
            case None:
                layout.addStretch(1)
