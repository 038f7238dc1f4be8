"""Small drawings of pages: asked for as rows come into sight, one after the other, and not kept for good."""

from __future__ import annotations

from collections import OrderedDict

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from app.core.document import PageImage

KEPT_DRAWINGS = 200
"""About 3 MB; a list shows ten at a time."""

_WAITING = 16
"""More rows than are in sight at a time: what was scrolled past meanwhile is not drawn."""


class Thumbnails(QObject):
    """`wanted` carries the number of the page that is to be drawn now, `drawn` that of one that can be shown."""

    wanted = Signal(int)
    drawn = Signal(int)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._kept: OrderedDict[int, QImage] = OrderedDict()
        self._waiting: list[int] = []
        self._under_way: int | None = None
        self._failed = False

    def of(self, number: int) -> QImage | None:
        """The drawing of a page; None until it has come, for which it is asked."""
        image = self._kept.get(number)
        if image is not None:
            self._kept.move_to_end(number)
        elif number != self._under_way and not self._failed:
            if number in self._waiting:
                self._waiting.remove(number)
            self._waiting = [*self._waiting, number][-_WAITING:]
            self._ask()
        return image

    def put(self, number: int, image: PageImage) -> None:
        """What was asked for."""
        self._under_way = None
        made = QImage(image.rgb, image.width, image.height, 3 * image.width, QImage.Format.Format_RGB888)
        self._kept[number] = made.copy()  # the bytes of `image` do not outlive it
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
        """The row that came into sight last comes first."""
        if self._under_way is None and self._waiting:
            self._under_way = self._waiting.pop()
            self.wanted.emit(self._under_way)
