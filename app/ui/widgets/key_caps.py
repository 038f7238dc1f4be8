"""The keys of a shortcut, drawn as the caps of a keyboard."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.ui.look.fonts import ui_font
from app.ui.look.theme import SIZE_SMALL, SPACE_S, SPACE_XS, Palette, Theme

_HEIGHT, _CORNER, _GAP = 20, 4, 3


def caps_width(keys: Sequence[str]) -> int:
    metrics = QFontMetrics(ui_font(SIZE_SMALL))
    return sum(_cap_width(metrics, key) for key in keys) + _GAP * max(0, len(keys) - 1)


def paint_caps(painter: QPainter, area: QRect, keys: Sequence[str], palette: Palette) -> None:
    """Paint the caps of these keys at the right of `area`, in the middle of its height."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setFont(ui_font(SIZE_SMALL))
    metrics = painter.fontMetrics()
    left = area.right() + 1 - caps_width(keys)
    top = area.top() + (area.height() - _HEIGHT) // 2
    for key in keys:
        cap = QRectF(left, top, _cap_width(metrics, key), _HEIGHT)
        painter.setPen(QPen(QColor(palette.handle), 1))
        painter.setBrush(QColor(palette.ground))
        painter.drawRoundedRect(cap.adjusted(0.5, 0.5, -0.5, -0.5), _CORNER, _CORNER)
        painter.setPen(QColor(palette.soft_ink))
        painter.drawText(cap, Qt.AlignmentFlag.AlignCenter, key)
        left += int(cap.width()) + _GAP
    painter.restore()


def _cap_width(metrics: QFontMetrics, key: str) -> int:
    return max(_HEIGHT, metrics.horizontalAdvance(key) + SPACE_S + SPACE_XS)


class KeyCaps(QWidget):
    def __init__(self, theme: Theme, keys: Sequence[str]) -> None:
        super().__init__()
        self._theme = theme
        self._keys = tuple(keys)
        self.setAccessibleName("+".join(keys))
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        theme.repaint_on_change(self)

    def sizeHint(self) -> QSize:
        return QSize(caps_width(self._keys), _HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        paint_caps(QPainter(self), self.rect(), self._keys, self._theme.palette)
