"""Lays out the text of a page: paragraphs below each other, and the cells of a table's row beside each other.

Qt's own layout of documents can put cells beside each other only in tables of its own, where a selection goes by cells
and not by characters. Here a row is one block like any other, so words are selected, found, marked and copied in it as
everywhere: only its lines have other places.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from PySide6.QtCore import QPoint, QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import (
    QAbstractTextDocumentLayout,
    QColor,
    QFont,
    QPainter,
    QPainterPath,
    QPalette,
    QTextBlock,
    QTextBlockFormat,
    QTextCharFormat,
    QTextDocument,
    QTextFrame,
    QTextLayout,
    QTextLine,
    QTextOption,
)

from app.language.markdown import NO_SIGN
from app.language.tables import CellSide, TextTable
from app.ui.chat.text.table import GAP
from app.ui.look.fonts import text_font
from app.ui.look.theme import PAPER, SPACE_XS, Palette
from app.ui.page.table_columns import Columns, fit_columns

CELL_END = "\u2028"
"""A line ends here, within its block: between the cells of a row."""

_CELL_END_UNIT = CELL_END.encode("utf-16-le")
_MUCH = 1e6
_ROW_LINE = 1.35
"""The height of a line in a table, as a share of its type's size."""


@dataclass
class _Place:
    """The area of a block in the document, px; `row` says that it is a row of a table."""

    area: QRectF
    row: bool = False


@dataclass
class _Laid:
    """The places of all that is laid out: blocks by number, hairlines, and the names of columns that are painted
    beside cells."""

    places: list[_Place] = field(default_factory=list)
    hairlines: list[QRectF] = field(default_factory=list)
    labels: list[tuple[QRectF, str]] = field(default_factory=list)
    bottom: float = 0.0

    def next(self, height: float, left: float, width: float, *, row: bool = False) -> _Place:
        """Add the next block, below the one before."""
        place = _Place(QRectF(left, self.bottom, width, height), row)
        self.places.append(place)
        self.bottom += height
        return place


class FlowLayout(QAbstractTextDocumentLayout):
    """Becomes the layout of a document. Knows paragraphs with what `typeset` sets of them, and tables; no lists, frames
    or images. The pages of a document with a page size are filled with whole lines, and with whole rows.

    Whoever makes one keeps it as long as the document: PySide would let the half of it go that is written here.
    """

    def __init__(self, document: QTextDocument) -> None:
        super().__init__(document)
        self._tables: Mapping[int, TextTable] = {}
        self._palette = PAPER
        self._laid = _Laid()
        self._is_stale = True
        document.setDocumentLayout(self)

    def set_tables(self, tables: Mapping[int, TextTable]) -> None:
        """Take the tables of the document by the numbers of their first blocks; each row is a block."""
        self._tables = tables
        self._change()

    def set_palette(self, palette: Palette) -> None:
        """Paint hairlines and names of columns in these colours."""
        self._palette = palette
        self.update.emit()

    # ---- what Qt asks

    def documentChanged(self, start: int, removed: int, added: int) -> None:  # noqa: ARG002 - Qt's signature
        self._change()

    def documentSize(self) -> QSizeF:
        laid = self._now()
        margin = self.document().rootFrame().frameFormat().bottomMargin()
        return QSizeF(max(0.0, self.document().pageSize().width()), laid.bottom + margin)

    def pageCount(self) -> int:
        height = self.document().pageSize().height()
        return max(1, math.ceil(self._now().bottom / height)) if self._is_paged else 1

    def blockBoundingRect(self, block: QTextBlock) -> QRectF:
        places, number = self._now().places, block.blockNumber()
        return QRectF(places[number].area) if 0 <= number < len(places) else QRectF()

    def frameBoundingRect(self, frame: QTextFrame) -> QRectF:  # noqa: ARG002 - there is only the root
        return QRectF(QPointF(), self.documentSize())

    def hitTest(self, point: QPointF | QPoint | QPainterPath.Element, accuracy: Qt.HitTestAccuracy) -> int:
        places = self._now().places
        assert isinstance(point, QPointF)
        number = max(0, bisect_right([each.area.top() for each in places], point.y()) - 1)
        block, place = self.document().findBlockByNumber(number), places[number]
        at = point - place.area.topLeft()
        line = min(_lines(block.layout()), key=lambda each: _distance(each.naturalTextRect(), at, row=place.row))
        if accuracy is Qt.HitTestAccuracy.ExactHit and not line.naturalTextRect().contains(at):
            return -1
        return block.position() + _index_at(line, block.text(), at.x())

    def draw(self, painter: QPainter, context: QAbstractTextDocumentLayout.PaintContext) -> None:
        laid, clip = self._now(), context.clip
        selected = [
            (each.cursor.selectionStart(), each.cursor.selectionEnd(), QTextCharFormat(each.format))
            for each in context.selections
        ]
        painter.setPen(context.palette.color(QPalette.ColorRole.Text))
        block = self.document().begin()
        for place in laid.places:
            start, end, at = block.position(), block.position() + block.length(), place.area.topLeft()
            if self._is_paged:
                for line in _lines(block.layout()):
                    if self._is_in(clip, line.rect().translated(at)):
                        line.draw(painter, at)
            elif self._is_in(clip, place.area):
                ranges = [
                    _range(first - start, last - start, look)
                    for first, last, look in selected
                    if first < end and last > start
                ]
                block.layout().draw(painter, at, ranges, clip)
            block = block.next()
        for hairline in laid.hairlines:
            painter.fillRect(hairline, QColor(self._palette.line))
        painter.setPen(QColor(self._palette.soft_ink))
        painter.setFont(text_font(self._table_font().pixelSize()))
        for area, words in laid.labels:
            if self._is_in(clip, area):
                shown = painter.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, int(area.width()))
                painter.drawText(area, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom, shown)

    # ---- where things are

    def _change(self) -> None:
        self._is_stale = True
        self.update.emit()

    def _now(self) -> _Laid:
        if self._is_stale:
            self._is_stale = False
            self._laid = self._lay()
        return self._laid

    def _lay(self) -> _Laid:
        form, width = self.document().rootFrame().frameFormat(), self.document().pageSize().width()
        self._left = form.leftMargin()
        self._width = max(1.0, (width if width > 0 else _MUCH) - form.leftMargin() - form.rightMargin())
        laid = _Laid(bottom=form.topMargin())
        block = self.document().begin()
        while block.isValid():
            table = self._tables.get(block.blockNumber())
            if table is None:
                self._lay_paragraph(laid, block)
                block = block.next()
            else:
                block = self._lay_table(laid, block, table)
        return laid

    @property
    def _is_paged(self) -> bool:
        return self.document().pageSize().height() > 0

    def _is_in(self, clip: QRectF, area: QRectF) -> bool:
        """Return whether to draw what is in this area. On paper it is on one page: what is out of
        sight on another would still be among its words."""
        return not clip.isValid() or (clip.contains(area.center()) if self._is_paged else clip.intersects(area))

    def _break(self, top: float, height: float) -> float:
        """Return where something of this height can begin, not above `top`, so that it is on one page."""
        page = self.document().pageSize().height()
        if not self._is_paged or height > page or top % page + height <= page:
            return top
        return math.ceil(top / page) * page

    def _option(self, block: QTextBlock) -> QTextOption:
        option = QTextOption(self.document().defaultTextOption())
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        option.setTextDirection(block.textDirection())
        option.setAlignment(block.blockFormat().alignment())
        return option

    def _lay_paragraph(self, laid: _Laid, block: QTextBlock) -> None:
        form, layout = block.blockFormat(), block.layout()
        if block.position() > 0:
            laid.bottom += form.topMargin()
        width, indent, top = self._width - form.leftMargin(), form.textIndent(), 0.0
        layout.setTextOption(self._option(block))
        layout.beginLayout()
        while (line := layout.createLine()).isValid():
            line.setLineWidth(max(1.0, width - indent))
            height = _line_height(line, form)
            top = self._break(laid.bottom + top, height) - laid.bottom
            line.setPosition(QPointF(indent, top + height - line.height()))
            top, indent = top + height, 0.0
        layout.endLayout()
        laid.next(top, self._left + form.leftMargin(), width)

    # ---- tables

    def _table_font(self) -> QFont:
        return text_font(table_size(self.document().defaultFont().pixelSize()), QFont.Weight.DemiBold)

    def _lay_table(self, laid: _Laid, block: QTextBlock, table: TextTable) -> QTextBlock:
        """Lay out the rows of a table from this block on; returns the block below it."""
        blocks = [self.document().findBlockByNumber(block.blockNumber() + row) for row in range(len(table.rows))]
        rows = [
            [cell.strip(f" {NO_SIGN}") for cell in each.text().split(CELL_END)] if row.cells else []
            for each, row in zip(blocks, table.rows, strict=True)
        ]
        columns = fit_columns(table, rows, self._table_font(), self._width)
        filled = [number for number, row in enumerate(table.rows) if row.cells]
        for number, (each, row) in enumerate(zip(blocks, table.rows, strict=True)):
            if not row.cells:
                self._lay_rule(laid, each)
                continue
            if number != filled[0]:
                laid.hairlines.append(QRectF(self._left, laid.bottom, columns.width, 1))
            if not columns.is_stacked and self._lay_row(laid, each, columns, spans=row.spans):
                continue
            self._lay_stack(laid, each, columns, labelled=number >= table.head and not row.spans)
        return blocks[-1].next()

    def _lay_rule(self, laid: _Laid, block: QTextBlock) -> None:
        layout = block.layout()
        layout.beginLayout()
        while (line := layout.createLine()).isValid():
            line.setLineWidth(_MUCH)
        layout.endLayout()
        laid.next(0.0, self._left, self._width, row=True)

    def _lay_row(self, laid: _Laid, block: QTextBlock, columns: Columns, *, spans: bool) -> bool:
        """Lay out the cells of a row beside each other; returns whether it is on one page."""
        height = self._lay_cells(block, ((0.0, columns.width),) if spans else columns.places, columns.sides)
        if self._is_paged and height > self.document().pageSize().height():
            return False
        top = self._break(laid.bottom, height)
        if top > laid.bottom and laid.hairlines:
            laid.hairlines.pop()  # nothing is above it on its page
        laid.bottom = top
        laid.next(height, self._left, columns.width, row=True)
        return True

    def _lay_cells(
        self, block: QTextBlock, places: tuple[tuple[float, float], ...], sides: tuple[CellSide, ...]
    ) -> float:
        """Return the height of the row, px."""
        layout, units, column, top, bottom = block.layout(), block.text().encode("utf-16-le"), 0, 0.0, 0.0
        least = table_size(self.document().defaultFont().pixelSize()) * _ROW_LINE
        layout.setTextOption(self._option(block))
        layout.beginLayout()
        while (line := layout.createLine()).isValid():
            left, width = places[min(column, len(places) - 1)]
            line.setLineWidth(width)
            spare = width - line.naturalTextWidth()
            shift = {CellSide.LEFT: 0.0, CellSide.MIDDLE: spare / 2, CellSide.RIGHT: spare}[
                sides[min(column, len(sides) - 1)]
            ]
            height = max(least, line.height())
            line.setPosition(QPointF(left + max(0.0, shift), SPACE_XS + top + height - line.height()))
            top += height
            bottom = max(bottom, top)
            if _ends_cell(line, units):
                column, top = column + 1, 0.0
        layout.endLayout()
        return math.ceil(bottom + 2 * SPACE_XS)

    def _lay_stack(self, laid: _Laid, block: QTextBlock, columns: Columns, *, labelled: bool) -> None:
        """Lay out the cells of a row below each other, each beside the name of its column; where columns have no
        names, or the row has them, as many beside each other as have room."""
        layout, units, column = block.layout(), block.text().encode("utf-16-le"), 0
        labels = columns.labels if labelled else ()
        left, width = columns.places[-1] if labels else (0.0, columns.width)
        least = table_size(self.document().defaultFont().pixelSize()) * _ROW_LINE
        top = bottom = float(SPACE_XS)
        right, begins = 0.0, True
        layout.setTextOption(self._option(block))
        layout.beginLayout()
        while (line := layout.createLine()).isValid():
            line.setLineWidth(width)
            needed, height, ends = line.naturalTextWidth(), max(least, line.height()), _ends_cell(line, units)
            if begins and not needed:
                height = 0.0
            if not begins or labels or right + needed > width:
                top, right = self._break(laid.bottom + bottom, height) - laid.bottom, 0.0
            line.setPosition(QPointF(left + right, top + max(0.0, height - line.height())))
            if begins and column < len(labels) and height:
                area = QRectF(self._left, laid.bottom + top, columns.places[0][1], height)
                laid.labels.append((area, labels[column]))
            bottom = max(bottom, top + height)
            right += needed + GAP if needed else 0.0
            begins, column = ends, column + ends
        layout.endLayout()
        laid.next(math.ceil(bottom + SPACE_XS), self._left, columns.width)


def table_size(size: int) -> int:
    """Return the size of a table's type, px, in a text of this size."""
    return max(1, size - 1)


def _ends_cell(line: QTextLine, units: bytes) -> bool:
    end = 2 * (line.textStart() + line.textLength())
    return units[end - 2 : end] == _CELL_END_UNIT


def _lines(layout: QTextLayout) -> Iterator[QTextLine]:
    return map(layout.lineAt, range(layout.lineCount()))


def _line_height(line: QTextLine, form: QTextBlockFormat) -> float:
    if form.lineHeightType() == QTextBlockFormat.LineHeightTypes.FixedHeight.value:
        return float(form.lineHeight())
    return max(float(form.lineHeight()), line.height())


def _distance(area: QRectF, at: QPointF, *, row: bool) -> tuple[float, float]:
    """Return how far a point is from an area: in a row one looks for the column first, else for the line."""
    right = max(area.left() - at.x(), at.x() - area.right(), 0.0)
    down = max(area.top() - at.y(), at.y() - area.bottom(), 0.0)
    return (right, down) if row else (down, right)


def _index_at(line: QTextLine, text: str, x: float) -> int:
    """Return the UTF-16 unit of the block's text at this place of a line, among the words that one sees there."""
    units = text.encode("utf-16-le")
    start, end = line.textStart(), line.textStart() + line.textLength() - _ends_cell(line, units)
    words = units[2 * start : 2 * end].decode("utf-16-le", "replace")
    ahead, behind = (len(words) - len(bare) for bare in (words.lstrip(NO_SIGN), words.rstrip(NO_SIGN)))
    index: int = line.xToCursor(x)
    return min(max(index, start + ahead), end - behind)


def _range(start: int, end: int, look: QTextCharFormat) -> QTextLayout.FormatRange:
    made = QTextLayout.FormatRange()
    made.start, made.length, made.format = start, end - start, look
    return made
