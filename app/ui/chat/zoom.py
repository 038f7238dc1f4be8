"""How large a picture is shown: fitted into its place, or at a chosen scale."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from PySide6.QtCore import QSize, QSizeF

LARGEST_SIDE = 8_000
"""Pixels of an image that are asked for at most."""

STEP = 1.25
"""For a key or a notch of the wheel."""

_AIR = 12  # px around a fitted picture
_LARGEST = 8.0  # device pixels for a pixel of the image
_SMOOTH_BELOW = 2.0  # device pixels for a pixel of the image; above, the pixels are to be seen
_ROUNDING = 1e-6


@dataclass
class Zoom:
    """`size` of the image in its own pixels, `view` of its place in px, `ratio` of device pixels to px.

    `chosen` is the scale, px for a pixel of the image; None fits it. A small image is not enlarged to fit.
    """

    size: QSize = field(default_factory=lambda: QSize(1, 1))
    view: QSize = field(default_factory=lambda: QSize(1, 1))
    ratio: float = 1.0
    chosen: float | None = None

    @property
    def fitting(self) -> float:
        width, height = self.view.width() - 2 * _AIR, self.view.height() - 2 * _AIR
        return max(_ROUNDING, min(width / self.size.width(), height / self.size.height(), 1.0))

    @property
    def real(self) -> float:
        """The scale at which a pixel of the image is one of the screen."""
        return 1 / self.ratio

    @property
    def scale(self) -> float:
        return self.fitting if self.chosen is None else self.chosen

    @property
    def percent(self) -> int:
        return round(100 * self.scale / self.real)

    @property
    def smooth(self) -> bool:
        return self.scale / self.real < _SMOOTH_BELOW

    def choose(self, scale: float) -> None:
        scale = min(scale, max(_LARGEST * self.real, self.fitting))
        self.chosen = scale if scale > self.fitting * (1 + _ROUNDING) else None

    def other(self) -> float:
        """The scale after a click: from fitted to real size, or to twice the fitted one where real size is hardly
        larger; from every other scale back to fitted."""
        if self.chosen is not None:
            return self.fitting
        return self.real if self.real > self.fitting * STEP else 2 * self.fitting

    def shown(self) -> QSizeF:
        """The size of the picture on screen, in px."""
        return (QSizeF(self.size) * self.scale).expandedTo(QSizeF(1, 1))

    def hidden(self, bar: int) -> QSize:
        """How many px of the picture do not fit, with scroll bars `bar` px thick; one bar may make the other
        necessary."""
        if self.chosen is None:
            return QSize(0, 0)
        size, view = self.shown(), self.view
        tall = size.height() > view.height()
        wide = size.width() > view.width() - bar * tall
        tall = size.height() > view.height() - bar * wide
        hidden = size - QSizeF(view.width() - bar * tall, view.height() - bar * wide)
        return QSize(math.ceil(max(0.0, hidden.width())), math.ceil(max(0.0, hidden.height())))

    def wanted_side(self) -> int:
        """The longest side, in pixels, that is needed to show it sharp: as it fits, or the whole image."""
        longest = max(self.size.width(), self.size.height())
        if self.chosen is None:
            longest = min(longest, math.ceil(longest * self.fitting * self.ratio))
        return max(1, min(LARGEST_SIDE, longest))
