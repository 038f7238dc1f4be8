"""Raw pixels as Qt draws them. Needs no GUI thread."""

from __future__ import annotations

from typing import TypeAlias

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QPainter

from app.core.image import Raster

Levels: TypeAlias = tuple[QImage, ...]
"""A picture, and below it always half as large ones: Qt drops lines of what it draws at less than half its size."""

LARGEST_SIDE = 8_000
"""Pixels of an image that are asked for at most."""

_SMALLEST_LEVEL = 1_000  # px; what is not larger is not halved


def to_image(raster: Raster) -> QImage:
    """Copies: the bytes of `raster` need not outlive it."""
    return QImage(raster.rgb, raster.width, raster.height, 3 * raster.width, QImage.Format.Format_RGB888).copy()


def to_raster(image: QImage) -> Raster:
    """On white, where it is transparent."""
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
    """The smallest one whose longest side has `side` pixels, or the largest."""
    return next((level for level in reversed(levels) if longest_side(level) >= side), levels[0])


def longest_side(image: QImage) -> int:
    return max(image.width(), image.height())
