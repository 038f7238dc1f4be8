"""What a conversation shows in which nothing was asked yet."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from app.ui.chat.suggestions import SuggestionList
from app.ui.fonts import text_font, ui_font
from app.ui.theme import SIZE_DISPLAY, SIZE_TEXT, SPACE_L, SPACE_S, SPACE_XL, Theme

_WIDEST = 520  # px
_WRAP = Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop


class EmptyConversation(QWidget):
    """Words, and questions to choose from, together a little above the middle."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._title = ""
        self._lines: tuple[str, ...] = ()
        self._top = 0  # px
        self.questions = SuggestionList(theme, self)
        theme.changed.connect(self.update)

    def set_words(self, title: str, lines: Sequence[str]) -> None:
        if (title, tuple(lines)) == (self._title, self._lines):
            return
        self._title, self._lines = title, tuple(lines)
        self.setAccessibleName(title)
        self.setAccessibleDescription("\n".join(lines))
        self._arrange()

    def suggest(self, questions: Sequence[str]) -> None:
        self.questions.set_questions(questions)
        self._arrange()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        width, words = self._width(), sum(box.height() + gap for box, gap in self._boxes())
        height = self.questions.arrange(width, max(0, self.height() - words - SPACE_S))
        self._top = max(0, self.height() - words - height) * 2 // 5
        self.questions.move((self.width() - width) // 2, self._top + words + SPACE_S)
        self.update()

    def _width(self) -> int:
        """Of words and questions, px."""
        return max(0, min(_WIDEST, self.width() - 2 * SPACE_XL))

    def _parts(self) -> list[tuple[str, QFont, int]]:
        """Texts, each with its font and the space behind it."""
        gap = SPACE_L if self._lines else SPACE_S
        return [
            (self._title, text_font(SIZE_DISPLAY), gap),
            *((line, ui_font(SIZE_TEXT), SPACE_S) for line in self._lines),
        ]

    def _boxes(self) -> list[tuple[QRect, int]]:
        room = QRect(0, 0, self._width(), 10_000)
        return [(QFontMetrics(font).boundingRect(room, _WRAP, text), gap) for text, font, gap in self._parts()]

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        palette, width = self._theme.palette, self._width()
        painter = QPainter(self)
        y = self._top
        for (text, font, _gap), (box, gap) in zip(self._parts(), self._boxes(), strict=True):
            painter.setFont(font)
            painter.setPen(QColor(palette.ink if text is self._title else palette.soft_ink))
            painter.drawText(QRect((self.width() - width) // 2, y, width, box.height()), _WRAP, text)
            y += box.height() + gap
