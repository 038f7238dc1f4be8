"""Underlines the sentences of an answer by what was found out about them."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QTextDocument, QTextLine

from app.core.conversations.verdict import Verdict
from app.ui.chat.text.render import RenderedText
from app.ui.chat.text.verdict_marks import colour_verdict
from app.ui.look.theme import Palette

_BELOW = 0.36
"""The distance of a line below the baseline, as a share of the size of the text: it crosses no letter."""

_THIN, _THICK = 1.0, 2.0  # px
_FAINT = 0.5  # opacity of the line below what only seems so
_BLANKS = frozenset(" \u2028\u2029\u00a0\u2060\u3000\t\0")


@dataclass(frozen=True)
class SentenceLine:
    """A line below a sentence, as far as that is on one line of the text; px from the document's corner."""

    left: float
    right: float
    y: float
    verdict: Verdict


def find_lines(written: RenderedText) -> list[SentenceLine]:
    """Find the lines below all sentences of a document that is laid out. None is below a chip, or a blank beside
    one."""
    document = written.document
    chips = sorted(placed.position for placed in written.marks)
    found = []
    for sentence in written.sentences:
        begin = sentence.start
        inside = chips[bisect_left(chips, sentence.start) : bisect_left(chips, sentence.end)]
        for chip in [*inside, sentence.end]:
            for left, right, y in _stretches(document, begin, chip):
                found.append(SentenceLine(left, right, y, sentence.verdict))
            begin = chip + 1
    return found


def draw_line(painter: QPainter, line: SentenceLine, palette: Palette) -> None:
    """Draw it in the colour and the kind of its verdict, so that it can be told apart without colours too."""
    colour = QColor(colour_verdict(line.verdict, palette))
    if line.verdict is Verdict.COMPARE:
        pen = QPen(colour, _THICK, Qt.PenStyle.CustomDashLine, Qt.PenCapStyle.RoundCap)
        pen.setDashPattern([0.01, 2.0])
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(pen)
        y = line.y + _THICK / 2
        painter.drawLine(QPointF(line.left + _THICK / 2, y), QPointF(line.right, y))
        painter.restore()
        return
    is_soft = line.verdict is Verdict.SEEMS
    if is_soft:
        colour.setAlphaF(_FAINT)
    painter.fillRect(QRectF(line.left, line.y, line.right - line.left, _THIN if is_soft else _THICK), colour)


def _stretches(document: QTextDocument, start: int, end: int) -> Iterator[tuple[float, float, float]]:
    """Yield the left and the right end, and the height, of each line that is drawn below these characters, in px."""
    layout = document.documentLayout()
    below = _BELOW * document.defaultFont().pixelSize()
    block = document.findBlock(start)
    while block.isValid() and block.position() < end:
        origin = layout.blockBoundingRect(block).topLeft()
        lines = block.layout()
        line = lines.lineForTextPosition(max(0, start - block.position()))
        while line.isValid() and block.position() + line.textStart() < end:
            first = block.position() + line.textStart()
            span = _strip(document, max(start, first), min(end, first + line.textLength()))
            if span is not None:
                ends = sorted(origin.x() + x_of(line, position - block.position()) for position in span)
                yield ends[0], ends[1], round(origin.y() + line.y() + line.ascent() + below)
            line = lines.lineAt(line.lineNumber() + 1)
        block = block.next()


def _strip(document: QTextDocument, start: int, end: int) -> tuple[int, int] | None:
    """Strip these characters of blanks at either end; return None if nothing is left."""
    while start < end and document.characterAt(start) in _BLANKS:
        start += 1
    while start < end and document.characterAt(end - 1) in _BLANKS:
        end -= 1
    return (start, end) if start < end else None


def x_of(line: QTextLine, position: int) -> float:
    """Return the px in its line at which a character of a block begins."""
    answer = line.cursorToX(position)
    return float(answer[0] if isinstance(answer, tuple) else answer)  # type: ignore[arg-type]
