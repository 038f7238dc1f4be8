"""A sentence in the composer, and a button with what can be done about it."""

from __future__ import annotations

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QWidget

from app.ui.chat.buttons import InlineButton
from app.ui.fonts import ui_font
from app.ui.theme import SIZE_UI, SPACE_S, Theme

_WRAP = Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop
_LEAST_WIDTH = 80  # px of the words


class ComposerNote(QWidget):
    """Hidden while there is nothing to say."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self.words = ""
        self.button = InlineButton("", theme, self, size=SIZE_UI)
        theme.changed.connect(self.update)

    def tell(self, words: str, action: str) -> None:
        """Without an `action` there is no button."""
        self.words = words
        self.button.setText(action)
        self.button.setAccessibleName(action)
        self.button.setAccessibleDescription(words)
        self.button.resize(self.button.sizeHint())
        self.button.setVisible(bool(action))
        self._arrange()
        self.setAccessibleName(words)
        self.setVisible(bool(words))
        self.update()

    def heightForWidth(self, width: int) -> int:
        return max(self._place_words(width).height(), self.button.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        palette = self._theme.palette
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(palette.near), 2))
        painter.drawLine(1, 2, 1, self.height() - 2)
        painter.setPen(QColor(palette.ink))
        painter.setFont(ui_font(SIZE_UI))
        painter.drawText(self._place_words(self.width()), _WRAP, self.words)

    def _arrange(self) -> None:
        self.button.move(self.width() - self.button.width(), 0)

    def _place_words(self, width: int) -> QRect:
        left = SPACE_S + 2
        room = QRect(left, 0, max(_LEAST_WIDTH, width - left - self.button.width() - SPACE_S), 10_000)
        return QFontMetrics(ui_font(SIZE_UI)).boundingRect(room, int(_WRAP), self.words)
