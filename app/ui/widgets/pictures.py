"""Raw pixels as Qt draws them, which needs no GUI thread; and small pictures, asked for as they come into sight."""

from __future__ import annotations

from collections import OrderedDict
from typing import TypeAlias

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QImage, QPainter

from app.core.conversations.image import Raster

Levels: TypeAlias = tuple[QImage, ...]
"""A picture in several sizes, each half as large as the one before: Qt drops lines of what it draws at less than half
its size."""

LARGEST_SIDE = 8_000
"""The most pixels that are asked for of an image, on its longer side."""

_SMALLEST_LEVEL = 1_000  # px; what is not larger is not halved


def to_image(raster: Raster) -> QImage:
    """Return the raster as an image, which has its own copy: the bytes of `raster` need not outlive it."""
    return QImage(raster.rgb, raster.width, raster.height, 3 * raster.width, QImage.Format.Format_RGB888).copy()


def to_raster(image: QImage) -> Raster:
    """Return an image as a raster; it is white where it was transparent."""
    canvas = QImage(image.size(), QImage.Format.Format_RGB888)
    canvas.fill(Qt.GlobalColor.white)
    drawn = QImage(image)
    drawn.setDevicePixelRatio(1.0)
    painter = QPainter(canvas)
    painter.drawImage(0, 0, drawn)
    painter.end()
    wide, stride = 3 * canvas.width(), canvas.bytesPerLine()
    held = memoryview(canvas.constBits())
    rows = (held[row * stride : row * stride + wide] for row in range(canvas.height()))
    return Raster(canvas.width(), canvas.height(), b"".join(rows))


def to_levels(raster: Raster) -> Levels:
    levels = [to_image(raster)]
    while (longest := longest_side(levels[-1])) > _SMALLEST_LEVEL:
        half = levels[-1].scaled(
            longest // 2, longest // 2, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
        )
        levels.append(half)
    return tuple(levels)


def choose_level(levels: Levels, side: float) -> QImage:
    """Return the smallest level whose longest side has `side` pixels, or the largest if none has."""
    return next((level for level in reversed(levels) if longest_side(level) >= side), levels[0])


def longest_side(image: QImage) -> int:
    return max(image.width(), image.height())


Key: TypeAlias = int | str
"""The key of a picture: the number of a page, or another one."""

KEPT_DRAWINGS = 240
"""The number of drawings that are kept: about 4 MB of pages."""

MOST_WAITING = 60
"""The most pictures that wait. More than that are not in sight at a time: what was scrolled past meanwhile is not
drawn."""


class Thumbnails(QObject):
    """Pictures that are made one after the other, and not kept for good. `wanted` carries the key of the picture that
    is to be made now, `drawn` that of one that can be shown."""

    wanted = Signal(object)
    drawn = Signal(object)

    def __init__(self, parent: QObject | None = None, *, kept: int = KEPT_DRAWINGS) -> None:
        """`kept` is how many pictures are kept at most."""
        super().__init__(parent)
        self._most = kept
        self._kept: OrderedDict[Key, QImage | None] = OrderedDict()
        self._waiting: OrderedDict[Key, None] = OrderedDict()
        self._under_way: Key | None = None
        self._failed = False

    def of(self, key: Key) -> QImage | None:
        """Return a picture; None until it has come, for which it is asked, and if there is none."""
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
        """Return whether a picture was asked for, and there is none."""
        return key in self._kept and self._kept[key] is None

    def put(self, key: Key, raster: Raster | None) -> None:
        """Keep the picture that was asked for, and ask for the next; None if there is none."""
        self._under_way = None
        self._kept[key] = None if raster is None else to_image(raster)
        while len(self._kept) > self._most:
            self._kept.popitem(last=False)
        self.drawn.emit(key)
        self._ask()

    def give_up(self) -> None:
        """Ask for nothing any more: the file cannot be drawn from now on."""
        self._failed = True
        self._under_way = None
        self._waiting.clear()

    def forget(self) -> None:
        """Keep nothing of what was shown so far."""
        self._kept.clear()
        self._waiting.clear()

    def _ask(self) -> None:
        """Ask for the next picture, unless one is under way: the one that came into sight last comes first."""
        if self._under_way is None and self._waiting:
            self._under_way, _nothing = self._waiting.popitem()
            self.wanted.emit(self._under_way)
