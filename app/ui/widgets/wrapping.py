"""Text that is drawn by hand in two lines."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QFontMetrics, QTextLayout

from app.ui.theme import SPACE_M


def two_lines(text: str, font: QFont, width: int) -> list[str]:
    """`text` in at most two lines of `width` pixels, the second one cut."""
    text = " ".join(text.split())
    layout = QTextLayout(text, font)
    layout.beginLayout()
    line = layout.createLine()
    if not line.isValid() or width <= SPACE_M:
        layout.endLayout()
        return [text]
    line.setLineWidth(width)
    # Offsets of Qt count UTF-16 units; a text with characters beyond the first plane must be cut in those.
    units = text.encode("utf-16-le")
    first = units[: 2 * line.textLength()].decode("utf-16-le", "ignore")
    rest = units[2 * line.textLength() :].decode("utf-16-le", "ignore")
    layout.endLayout()
    if not rest.strip():
        return [first]
    return [first.rstrip(), QFontMetrics(font).elidedText(rest.strip(), Qt.TextElideMode.ElideRight, width)]
