"""A switch: on or off, at once."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QCheckBox

from app.ui.look.theme import Theme

_WIDTH, _HEIGHT = 34, 20
_KNOB, _SMALL_KNOB = 14.0, 10.0  # on, off
_RING = 3


class Switch(QCheckBox):
    """A switch. Off it is an outline, on it is filled: the two differ without colours too."""

    def __init__(self, theme: Theme, on: bool) -> None:
        super().__init__()
        self._theme = theme
        self.setChecked(on)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        theme.repaint_on_change(self)

    def sizeHint(self) -> QSize:
        return QSize(_WIDTH + 2 * _RING, _HEIGHT + 2 * _RING)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def hitButton(self, position: QPoint) -> bool:
        return self.rect().contains(position)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        palette = self._theme.palette
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        track = QRectF((self.width() - _WIDTH) / 2, (self.height() - _HEIGHT) / 2, _WIDTH, _HEIGHT)
        if self.hasFocus():
            painter.setPen(QPen(QColor(palette.accent), 2))
            painter.drawRoundedRect(track.adjusted(-2, -2, 2, 2), _HEIGHT / 2 + 2, _HEIGHT / 2 + 2)
        on = self.isChecked()
        edge = palette.verified if on else palette.ink if self.underMouse() else palette.soft_ink
        painter.setPen(QPen(QColor(edge), 1.5))
        painter.setBrush(QColor(palette.verified if on else palette.surface))
        inner = track.adjusted(0.75, 0.75, -0.75, -0.75)
        painter.drawRoundedRect(inner, inner.height() / 2, inner.height() / 2)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(palette.surface if on else edge))
        size = _KNOB if on else _SMALL_KNOB
        middle = track.right() - _HEIGHT / 2 if on else track.left() + _HEIGHT / 2
        painter.drawEllipse(QRectF(middle - size / 2, track.center().y() - size / 2, size, size))
