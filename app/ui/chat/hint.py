"""What an empty conversation says: a title, and some lines of what to try."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from app.ui.fonts import text_font, ui_font
from app.ui.theme import SIZE_DISPLAY, SIZE_TEXT, SPACE_L, SPACE_S, SPACE_XL, Theme

_WIDEST = 520  # px
_WRAP = Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop


class EmptyHint(QWidget):
    """Centred in the room that it is given, a little above the middle."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._title = ""
        self._lines: tuple[str, ...] = ()
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        theme.changed.connect(self.update)

    def tell(self, title: str, lines: Sequence[str]) -> bool:
        """Whether that is something new."""
        if (title, tuple(lines)) == (self._title, self._lines):
            return False
        self._title, self._lines = title, tuple(lines)
        self.setAccessibleName(title)
        self.setAccessibleDescription("\n".join(lines))
        self.update()
        return True

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        palette = self._theme.palette
        painter = QPainter(self)
        width = min(_WIDEST, self.width() - 2 * SPACE_XL)
        parts = [(self._title, text_font(SIZE_DISPLAY), palette.ink, SPACE_L)]
        parts += [(line, ui_font(SIZE_TEXT), palette.soft_ink, SPACE_S) for line in self._lines]
        boxes = [QFontMetrics(font).boundingRect(QRect(0, 0, width, 10_000), _WRAP, text) for text, font, _, _ in parts]
        y = (self.height() - sum(box.height() for box in boxes)) * 2 // 5
        for (text, font, colour, gap), box in zip(parts, boxes, strict=True):
            painter.setFont(font)
            painter.setPen(QColor(colour))
            painter.drawText(QRect((self.width() - width) // 2, y, width, box.height()), _WRAP, text)
            y += box.height() + gap
