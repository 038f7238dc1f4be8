"""A text in a few lines of one width, the last one cut, for what a delegate draws."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QTextLayout, QTextOption

_KEPT = 5_000


class TextLines:
    """Lines that are broken once and drawn often. `height` is that of all lines, in px."""

    def __init__(self, text: str, font: QFont, colour: str, width: int, most: int) -> None:
        self._lines = _break(text, font.key(), max(1, width), most)
        self._font, self._colour = font, colour
        self._metrics = QFontMetricsF(font)
        self.height = len(self._lines) * self._metrics.lineSpacing()

    def draw(self, painter: QPainter, x: float, y: float) -> None:
        """Draw the lines with their upper left corner at a place."""
        painter.setFont(self._font)
        painter.setPen(QColor(self._colour))
        for number, line in enumerate(self._lines):
            painter.drawText(QPointF(x, y + number * self._metrics.lineSpacing() + self._metrics.ascent()), line)


@lru_cache(_KEPT)
def _break(text: str, font_key: str, width: int, most: int) -> tuple[str, ...]:
    font = QFont()
    font.fromString(font_key)
    lines: list[str] = []
    for paragraph in text.splitlines() or [""]:
        for line in _wrapped(paragraph, font, width):
            if len(lines) == most:
                lines[-1] = QFontMetricsF(font).elidedText(f"{lines[-1]} …{line}", Qt.TextElideMode.ElideRight, width)
                return tuple(lines)
            lines.append(line)
    return tuple(lines)


def _wrapped(paragraph: str, font: QFont, width: int) -> list[str]:
    layout = QTextLayout(paragraph, font)
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    layout.setTextOption(option)
    units, lines = paragraph.encode("utf-16-le"), []  # Qt counts those
    layout.beginLayout()
    while (line := layout.createLine()).isValid():
        line.setLineWidth(width)
        start = 2 * line.textStart()
        lines.append(units[start : start + 2 * line.textLength()].decode("utf-16-le", "ignore").rstrip())
    layout.endLayout()
    return lines or [""]
