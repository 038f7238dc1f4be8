"""The line below the page's header: how much of the open book the model has read."""

from __future__ import annotations

from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from app.ui.theme import Theme

_THIN, _THICK = 1, 3  # px


class ReadBar(QWidget):
    """A rule like the others while there is nothing to tell."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._fraction: float | None = None
        self.setFixedHeight(_THICK)
        theme.changed.connect(self.update)

    @property
    def fraction(self) -> float | None:
        return self._fraction

    def show_fraction(self, fraction: float | None) -> None:
        """From 0 to 1; None for nothing to tell."""
        self._fraction = fraction
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        painter = QPainter(self)
        painter.fillRect(QRectF(0, 0, self.width(), _THIN), QColor(self._theme.palette.line))
        if self._fraction is not None:
            read = QRectF(0, 0, self.width() * self._fraction, _THICK)
            painter.fillRect(read, QColor(self._theme.palette.accent))
