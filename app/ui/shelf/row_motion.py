"""Rows of a list that move to other places, rather than jump there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtCore import QPoint, Slot
from PySide6.QtWidgets import QAbstractItemView

from app.ui.look.motion import FADE_MS, Transition, is_reduced
from app.ui.shelf.rows import Index, key_of


class RowMotion(Transition):
    """Moves the rows of a view: its delegate draws each `offset` below its place.

    Only the drawing moves. A click finds each row where it will be.
    """

    def __init__(self, view: QAbstractItemView) -> None:
        super().__init__(FADE_MS, view)
        self._view = view
        self._offsets: dict[str, int] = {}
        self.valueChanged.connect(self._draw)

    def offset(self, index: Index) -> int:
        """Return how far below its place a row is drawn now, in px, less than 0 for above it."""
        return round(self._offsets.get(key_of(index), 0) * self.currentValue()) if self.runs else 0

    @contextmanager
    def follow(self) -> Iterator[None]:
        """Let the rows in sight that the block puts elsewhere move there from where they are drawn, over `FADE_MS`."""
        before = {} if is_reduced() or not self._view.isVisible() else self._places(drawn=True)
        yield
        after = self._places(drawn=False) if before else {}
        self._offsets = {key: before[key] - top for key, top in after.items() if before.get(key, top) != top}
        if self._offsets:
            self.begin(1.0, 0.0)
        else:
            self.stop()

    def _places(self, *, drawn: bool) -> dict[str, int]:
        """Return the top of each row in sight, in px of the viewport, by its key: where it is `drawn`, or its place."""
        places: dict[str, int] = {}
        index = self._view.indexAt(QPoint(1, 1))
        while index.isValid() and (top := self._view.visualRect(index).top()) < self._view.viewport().height():
            places[key_of(index)] = top + (self.offset(index) if drawn else 0)
            index = index.siblingAtRow(index.row() + 1)
        return places

    @Slot()
    def _draw(self) -> None:
        self._view.viewport().update()
