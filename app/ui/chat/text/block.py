"""A piece of a message: one document, written when it is first shown and released when it is far away."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from functools import cached_property
from math import ceil

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import (
    QAbstractTextDocumentLayout,
    QColor,
    QFontMetricsF,
    QPainter,
    QPalette,
    QPen,
    QTextBlock,
    QTextCursor,
)

from app.ui.chat.text.block_tools import BAR, CodeTools, Tools
from app.ui.chat.text.inline import Link, PlacedMark, PlacedSentence
from app.ui.chat.text.render import MARKER_GAP, RenderedText
from app.ui.chat.text.rich_copy import to_html
from app.ui.chat.text.sentence_lines import SentenceLine, draw_line, find_lines, x_of
from app.ui.chat.text.table import TableScroll
from app.ui.look.theme import CORNER, SPACE_M, SPACE_S, Palette

_AS_LINE_BREAKS = str.maketrans(
    {"\u2028": "\n", "\u2029": "\n", "\ufdd0": "", "\ufdd1": "", "\u2060": "", "\u00a0": " "}
)
_BAR_WIDTH = 3.0


@dataclass(frozen=True)
class Frame:
    """The ground and the frame of code: a piece where it `begins` and `closes`, or a stretch of it."""

    begins: bool = True
    closes: bool = True

    @property
    def ends(self) -> int:
        return self.begins + self.closes


@dataclass(frozen=True)
class Surroundings:
    """Around the text of a piece. Room is left for the bar of `tools`; with a `scroll` it may be wider than there is
    room."""

    frame: Frame | None = None
    tools: Tools | None = None
    scroll: TableScroll | None = None


_NOTHING_AROUND = Surroundings()


class MessageBlock:
    """Knows its height at all times: a guess from its length before it is written, what it measured afterwards.

    All coordinates are pixels from the piece's own top left corner.
    """

    def __init__(
        self,
        write: Callable[[float], RenderedText],
        guess: int,
        *,
        gap: int = SPACE_M,
        joint: str = "\n\n",
        key: Callable[[], Hashable] | None = None,
        around: Surroundings = _NOTHING_AROUND,
    ) -> None:
        """`write` is called with a width in px. `gap` are the px between the piece and the one before, `joint` is what
        separates them in copied text. `key` is asked once, if at all."""
        self.top = 0
        self.height = guess
        self.gap = gap
        self.joint = joint
        self._make_key = key
        self.tools = around.tools
        self.scroll = around.scroll
        self._write = write
        self.written: RenderedText | None = None
        self._width = 0
        self._frame = around.frame
        self._bars: list[QRectF] = []
        self._rules: list[QRectF] = []
        self._markers: list[tuple[QPointF, str]] = []
        self._lines: list[SentenceLine] = []

    @property
    def bottom(self) -> int:
        return self.top + self.height

    @cached_property
    def key(self) -> Hashable:
        """Two pieces with the same one, if it is not None, look the same."""
        return self._make_key() if self._make_key is not None else None

    def build(self, width: int) -> bool:
        """Write and lay out where that is not done yet; True when something changed."""
        if self.written is not None and self._width == width:
            return False
        self._width = width
        inside = width - 2 * SPACE_M if self._frame is not None else width
        if self.written is None:
            self.written = self._write(inside)
        else:
            self.written.fit(inside)
        if self.scroll is not None:
            self.scroll.value = min(self.scroll.value, self.overflow)
        self.measure()
        return True

    @property
    def overflow(self) -> int:
        """By how many px it is wider than there is room, and can be scrolled."""
        if self.scroll is None or self.written is None:
            return 0
        return max(0, ceil(self.written.document.textWidth() - self._width))

    def release(self) -> None:
        """Release the document; the height stays."""
        self.written = None

    def measure(self) -> bool:
        """Measure the document again after something was written into it; True when its height changed."""
        if self.written is None:
            return False
        before = self.height
        ends = self._frame.ends if self._frame is not None else 0
        bar = BAR if self.tools is not None else 0
        self.height = ceil(self.written.document.size().height() + ends * SPACE_S + bar)
        self._place_drawn()
        return self.height != before

    def paint(
        self, painter: QPainter, clip: QRectF, palette: Palette, selected: tuple[int, int] | None, caret: bool
    ) -> None:
        """Draw the part inside `clip`; `selected` are character positions, `caret` asks for one at the end."""
        if self.written is None:
            return
        document = self.written.document
        if self._frame is not None:
            self._paint_frame(painter, palette, self._frame)
        for bar in self._bars:
            painter.fillRect(bar, QColor(palette.line))
        for rule in self._rules:
            painter.fillRect(rule, QColor(palette.line))
        painter.setPen(QColor(palette.ink))
        painter.setFont(document.defaultFont())
        for place, marker in self._markers:
            painter.drawText(place, marker)
        context = QAbstractTextDocumentLayout.PaintContext()
        context.clip = clip.translated(-self._inset)
        colours = QPalette(QColor(palette.ink))
        colours.setColor(QPalette.ColorRole.Text, QColor(palette.ink))
        context.palette = colours
        if selected is not None and selected[0] < selected[1]:
            context.selections = [self._select(selected, palette)]
        painter.save()
        painter.translate(self._inset)
        painter.setClipRect(context.clip)
        document.documentLayout().draw(painter, context)
        for line in self._lines:
            draw_line(painter, line, palette)
        if caret:
            box = self.rectangle_at(document.characterCount() - 1).translated(-self._inset)
            painter.fillRect(QRectF(box.x() + 1, box.y() + 1, 2, box.height() - 2), QColor(palette.accent))
        painter.restore()

    def position_at(self, point: QPointF) -> int:
        """Return the character position nearest to a point."""
        assert self.written is not None
        layout = self.written.document.documentLayout()
        return max(0, layout.hitTest(point - self._inset, Qt.HitTestAccuracy.FuzzyHit))

    def link_at(self, point: QPointF) -> Link | None:
        if self.written is None or not self.written.links:
            return None
        position = self.written.document.documentLayout().hitTest(point - self._inset, Qt.HitTestAccuracy.ExactHit)
        return next((link for link in self.written.links if link.start <= position < link.end), None)

    def sentence_at(self, point: QPointF) -> PlacedSentence | None:
        """Return the sentence with a verdict that has a character at a point; None if there is none."""
        if self.written is None or not self.written.sentences:
            return None
        position = self.written.document.documentLayout().hitTest(point - self._inset, Qt.HitTestAccuracy.ExactHit)
        return next((each for each in self.written.sentences if each.start <= position < each.end), None)

    def rectangle_at(self, position: int, length: int = 0) -> QRectF:
        """Return the rectangle of the `length` characters from `position`, as far as they are on one line, in px."""
        assert self.written is not None
        document = self.written.document
        block = document.findBlock(position)
        line = block.layout().lineForTextPosition(position - block.position())
        origin = document.documentLayout().blockBoundingRect(block).topLeft() + self._inset
        if not line.isValid():
            return QRectF(origin.x(), origin.y(), 0, QFontMetricsF(document.defaultFont()).height())
        start = position - block.position()
        end = min(start + length, line.textStart() + line.textLength())
        left, right = x_of(line, start), x_of(line, end)
        return QRectF(origin.x() + left, origin.y() + line.y(), right - left, line.height())

    def ascent_at(self, position: int) -> float:
        """Return how far below the top of its rectangle the baseline of a character is, in px."""
        assert self.written is not None
        block = self.written.document.findBlock(position)
        line = block.layout().lineForTextPosition(position - block.position())
        return line.ascent() if line.isValid() else 0.0

    def word_at(self, position: int) -> tuple[int, int]:
        cursor = self._cursor(position)
        cursor.select(QTextCursor.SelectionType.WordUnderCursor)
        return cursor.selectionStart(), cursor.selectionEnd()

    def end(self) -> int:
        """Return the last character position; 0 while the piece is not written."""
        return self.written.document.characterCount() - 1 if self.written else 0

    def copy(self, start: int, end: int) -> str:
        """Return the text between two positions: a chip as its mark, a whole item with its marker."""
        assert self.written is not None
        literals = {placed.position: placed.mark.literal for placed in self.written.marks}
        literals |= {placed.position: placed.text.source for placed in self.written.formulas}
        literals |= {placed.position: placed.source for placed in self.written.notes}
        lengths = {placed.position: len(placed.number) for placed in self.written.notes}
        markers = {
            drawn.position: drawn.copied
            for drawn in self.written.drawn
            if drawn.marker and (drawn.position > start or end >= self._line_end(drawn.position))
        }
        stops = sorted(place for place in {*literals, *markers} if start <= place < end)
        parts, position = [], start
        for stop in stops:
            parts += [self._take(position, stop), markers.get(stop, ""), literals.get(stop, "")]
            position = stop + lengths.get(stop, 1) if stop in literals else stop
        parts.append(self._take(position, end))
        return "".join(parts)

    def copy_html(self, start: int, end: int) -> str:
        """Return the text between two positions as HTML, with page marks in words."""
        assert self.written is not None
        return to_html(self.written, start, end, code=self._frame is not None)

    def _line_end(self, position: int) -> int:
        assert self.written is not None
        block = self.written.document.findBlock(position)
        return block.position() + block.length() - 1

    def _take(self, start: int, end: int) -> str:
        cursor = self._cursor(start)
        cursor.setPosition(min(end, self.end()), QTextCursor.MoveMode.KeepAnchor)
        return cursor.selectedText().translate(_AS_LINE_BREAKS)

    def chips(self) -> list[PlacedMark]:
        return self.written.marks if self.written else []

    def links(self) -> list[Link]:
        return self.written.links if self.written else []

    @property
    def _inset(self) -> QPointF:
        if self._frame is None:
            return QPointF(-self.scroll.value if self.scroll is not None else 0, 0)
        bar = BAR if isinstance(self.tools, CodeTools) else 0
        return QPointF(SPACE_M, SPACE_S + bar if self._frame.begins else 0)

    def _cursor(self, position: int) -> QTextCursor:
        assert self.written is not None
        cursor = QTextCursor(self.written.document)
        cursor.setPosition(min(position, self.end()))
        return cursor

    def _select(self, selected: tuple[int, int], palette: Palette) -> QAbstractTextDocumentLayout.Selection:
        selection = QAbstractTextDocumentLayout.Selection()
        cursor = self._cursor(selected[0])
        cursor.setPosition(min(selected[1], self.end()), QTextCursor.MoveMode.KeepAnchor)
        selection.cursor = cursor
        selection.format.setBackground(QColor(palette.highlight))
        return selection

    def _paint_frame(self, painter: QPainter, palette: Palette, frame: Frame) -> None:
        above, below = 0 if frame.begins else 2 * CORNER, 0 if frame.closes else 2 * CORNER
        painter.save()
        painter.setClipRect(QRectF(0, 0, self._width, self.height), Qt.ClipOperation.IntersectClip)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(palette.line), 1))
        painter.setBrush(QColor(palette.surface))
        whole = QRectF(0.5, 0.5, self._width - 1, self.height - 1).adjusted(0, -above, 0, below)
        painter.drawRoundedRect(whole, CORNER, CORNER)
        painter.restore()

    def _place_drawn(self) -> None:
        assert self.written is not None
        document = self.written.document
        layout = document.documentLayout()
        self._bars, self._rules, self._markers = [], [], []
        self._lines = find_lines(self.written)
        metrics = QFontMetricsF(document.defaultFont())
        open_bars: dict[float, tuple[QRectF, QTextBlock]] = {}
        for drawn in self.written.drawn:
            block = document.findBlock(drawn.position)
            box = layout.blockBoundingRect(block)
            if drawn.marker:
                line = self.rectangle_at(drawn.position)
                left = line.x() - MARKER_GAP - metrics.horizontalAdvance(drawn.marker)
                self._markers.append((QPointF(left, line.y() + self.ascent_at(drawn.position)), drawn.marker))
            if drawn.rule:
                self._rules.append(QRectF(box.x(), box.center().y(), self._width - box.x(), 1))
            for x in drawn.bars:
                bar, last = open_bars.get(x, (None, None))
                if bar is not None and last == block.previous():
                    bar.setBottom(box.bottom())
                else:
                    joined = self.gap if self.joint == "\n" and drawn is self.written.drawn[0] else 0
                    bar = QRectF(x, box.y() - joined, _BAR_WIDTH, box.height() + joined)
                    self._bars.append(bar)
                open_bars[x] = (bar, block)
