"""What is painted over a drawn page: the quotation, the places found, the words that are selected."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QPainter

from app.ui.theme import PAPER

if TYPE_CHECKING:
    from app.documents.layer import Box, Layer

_FOUND, _SELECTED = "#F2D9DA", "#C9DCEF"
_AROUND = 1  # px


class Markings:
    """`area` is always the drawing's rectangle in the view."""

    def __init__(self, layer: Layer | None = None) -> None:
        """Nothing is lit or selected yet; without a layer nothing can be."""
        self.layer = layer
        self.lit: tuple[Box, ...] = ()
        self.found: tuple[Box, ...] = ()
        self.selection: tuple[int, int] | None = None

    def light(self, lit: Iterable[Box], found: Iterable[Box]) -> None:
        self.lit, self.found = tuple(lit), tuple(found)

    def selected_text(self) -> str:
        return self.layer.text[slice(*self.selection)] if self.layer and self.selection else ""

    def selected_bands(self) -> tuple[Box, ...]:
        return self.layer.bands(*self.selection) if self.layer and self.selection else ()

    def caret_at(self, at: QPointF, area: QRectF) -> int | None:
        """The number of characters before a place in the view; None on a page without text."""
        if self.layer is None:
            return None
        x, y = _share(at, area)
        index = self.layer.character_at(x, y)
        return None if index is None else index + self.layer.is_behind(index, x)

    def character_under(self, at: QPointF, area: QRectF) -> int | None:
        """The character whose box holds a place in the view."""
        if self.layer is None:
            return None
        x, y = _share(at, area)
        index = self.layer.character_at(x, y)
        return index if index is not None and self.layer.holds(index, x, y) else None

    def paint(self, painter: QPainter, area: QRectF) -> None:
        """As a marker does: what is dark stays dark. A page is paper by night too, so the colours are those of day."""
        painter.save()
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Multiply)
        for boxes, colour in (
            (self.found, _FOUND),
            (self.lit, PAPER.highlight),
            (self.selected_bands(), _SELECTED),
        ):
            for box in boxes:
                painter.fillRect(on_view(box, area).adjusted(-_AROUND, -_AROUND, _AROUND, _AROUND), QColor(colour))
        painter.restore()


def on_view(box: Box, area: QRectF) -> QRectF:
    return QRectF(
        area.left() + box.left * area.width(),
        area.top() + box.top * area.height(),
        (box.right - box.left) * area.width(),
        (box.bottom - box.top) * area.height(),
    )


def _share(at: QPointF, area: QRectF) -> tuple[float, float]:
    return (at.x() - area.left()) / area.width(), (at.y() - area.top()) / area.height()
