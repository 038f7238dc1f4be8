"""Small pictures: asked for as they come into sight, one after the other, and not kept for good."""

from __future__ import annotations

from collections import OrderedDict
from typing import TypeAlias

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from app.core.image import Raster
from app.ui.widgets.pictures import to_image

Key: TypeAlias = int | str
"""The number of a page, or another key of a picture."""

KEPT_DRAWINGS = 240
"""About 4 MB of pages."""

MOST_WAITING = 60
"""More than are in sight at a time: what was scrolled past meanwhile is not drawn."""


class Thumbnails(QObject):
    """`wanted` carries the key of the picture that is to be made now, `drawn` that of one that can be shown."""

    wanted = Signal(object)
    drawn = Signal(object)

    def __init__(self, parent: QObject | None = None, *, kept: int = KEPT_DRAWINGS) -> None:
        """`kept`: so many pictures at most."""
        super().__init__(parent)
        self._most = kept
        self._kept: OrderedDict[Key, QImage | None] = OrderedDict()
        self._waiting: OrderedDict[Key, None] = OrderedDict()
        self._under_way: Key | None = None
        self._failed = False

    def of(self, key: Key) -> QImage | None:
        """A picture; None until it has come, for which it is asked, and where there is none."""
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        if key != self._under_way and not self._failed:
            self._waiting[key] = None
            self._waiting.move_to_end(key)
            while len(self._waiting) > MOST_WAITING:
                self._waiting.popitem(last=False)
            self._ask()
        return None

    def is_missing(self, key: Key) -> bool:
        """It was asked for, and there is none."""
        return key in self._kept and self._kept[key] is None

    def put(self, key: Key, raster: Raster | None) -> None:
        """What was asked for; None where there is none."""
        self._under_way = None
        self._kept[key] = None if raster is None else to_image(raster)
        while len(self._kept) > self._most:
            self._kept.popitem(last=False)
        self.drawn.emit(key)
        self._ask()

    def give_up(self) -> None:
        """The file cannot be drawn from any more: nothing is asked for again."""
        self._failed = True
        self._under_way = None
        self._waiting.clear()

    def forget(self) -> None:
        """Keep nothing of what was shown so far."""
        self._kept.clear()
        self._waiting.clear()

    def _ask(self) -> None:
        """What came into sight last comes first."""
        if self._under_way is None and self._waiting:
            self._under_way, _nothing = self._waiting.popitem()
            self.wanted.emit(self._under_way)
