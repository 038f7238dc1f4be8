"""Small drawings of pages: asked for as they come into sight, one after the other, and not kept for good."""

from __future__ import annotations

from collections import OrderedDict

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from app.core.image import Raster

KEPT_DRAWINGS = 240
"""About 4 MB."""

MOST_WAITING = 60
"""More than are in sight at a time: what was scrolled past meanwhile is not drawn."""


class Thumbnails(QObject):
    """`wanted` carries the number of the page that is to be drawn now, `drawn` that of one that can be shown."""

    wanted = Signal(int)
    drawn = Signal(int)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._kept: OrderedDict[int, QImage | None] = OrderedDict()
        self._waiting: OrderedDict[int, None] = OrderedDict()
        self._under_way: int | None = None
        self._failed = False

    def of(self, number: int) -> QImage | None:
        """The drawing of a page; None until it has come, for which it is asked, and where it cannot be drawn."""
        if number in self._kept:
            self._kept.move_to_end(number)
            return self._kept[number]
        if number != self._under_way and not self._failed:
            self._waiting[number] = None
            self._waiting.move_to_end(number)
            while len(self._waiting) > MOST_WAITING:
                self._waiting.popitem(last=False)
            self._ask()
        return None

    def put(self, number: int, image: Raster | None) -> None:
        """What was asked for; None where that page cannot be drawn."""
        self._under_way = None
        made = None
        if image is not None:
            made = QImage(image.rgb, image.width, image.height, 3 * image.width, QImage.Format.Format_RGB888).copy()
        self._kept[number] = made
        while len(self._kept) > KEPT_DRAWINGS:
            self._kept.popitem(last=False)
        self.drawn.emit(number)
        self._ask()

    def give_up(self) -> None:
        """The file cannot be drawn from any more: nothing is asked for again."""
        self._failed = True
        self._under_way = None
        self._waiting.clear()

    def _ask(self) -> None:
        """What came into sight last comes first."""
        if self._under_way is None and self._waiting:
            self._under_way, _nothing = self._waiting.popitem()
            self.wanted.emit(self._under_way)
