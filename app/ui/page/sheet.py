"""The paper under flowing text."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from app.ui.page.text_page import TextPage
from app.ui.theme import SPACE_L, SPACE_XL, SPACE_XS, SPACE_XXL, Theme


class Paper(QWidget):
    """No wider than the text's measure, centred."""

    def __init__(self, theme: Theme, text: TextPage, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._text = text
        text.setParent(self)
        theme.changed.connect(self._repaint)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.arrange()

    def arrange(self) -> None:
        padding = min(SPACE_XXL + SPACE_XS, max(SPACE_L, self.width() // 12))
        width = min(self.width(), self._text.measure() + 2 * padding)
        left = (self.width() - width) // 2
        self._text.setGeometry(left + 1, 1, width - 2, max(0, self.height() - 2))
        self._text.set_padding(padding, SPACE_XL)
        self._paper = (left, width)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        left, width = self._paper
        painter = QPainter(self)
        painter.setPen(QColor(self._theme.palette.line))
        painter.setBrush(QColor(self._theme.palette.surface))
        painter.drawRect(left, 0, width - 1, self.height() - 1)

    @Slot()
    def _repaint(self) -> None:
        self.update()
