"""Draws what a search of the library found: sentences with their words lit, and where they stand."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex as _Index
from PySide6.QtCore import QPersistentModelIndex, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QTextCharFormat, QTextLayout, QTextOption
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from app.features.library_search.window.rows import (
    DocumentRow,
    HitRow,
    MoreRow,
    PlaceRow,
    ResultRow,
    more_words,
    other_words,
)
from app.services.finding.excerpts import Excerpt
from app.ui.kit.rows import RowRole
from app.ui.look.fonts import text_font, ui_font
from app.ui.look.icons import Icons
from app.ui.look.theme import CORNER, SIZE_SMALL, SIZE_TEXT, SPACE_L, SPACE_M, SPACE_S, SPACE_XS
from app.ui.page.typeset import index_of, utf16_offset
from app.ui.shelf.covers import COVER_SIZE, BookCovers, paint_cover
from app.ui.widgets.labels import elide_title
from app.wording.units import printable

_LINES = 2
_LINE = 22  # px
_SMALL_LINE = 18
_PLACE_HIGH, _MORE_HIGH = 44, 34
_INDENT = 2 * SPACE_M + COVER_SIZE.width()
"""The indentation of a row below a document: the document's title begins there, beside its cover."""
_PAGE_WIDE = 92
"""The room in px at the right of a sentence below its document, for the name of its page."""


class ResultDelegate(QStyledItemDelegate):
    def __init__(self, icons: Icons, covers: BookCovers, view: QListView) -> None:
        super().__init__(view)
        self._icons = icons
        self._covers = covers
        self._view = view

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index | QPersistentModelIndex) -> QSize:  # noqa: ARG002
        row: ResultRow = index.data(RowRole)
        return QSize(80, self._height(row, self._view.viewport().width()))

    def _height(self, row: ResultRow, width: int) -> int:
        match row:
            case PlaceRow():
                return _PLACE_HIGH
            case MoreRow():
                return _MORE_HIGH
            case DocumentRow():
                return COVER_SIZE.height() + SPACE_L + SPACE_S
            case HitRow():
                lines = len(_lines(row.hit.excerpt, _room(QRect(0, 0, width, 0), row).width()))
                below = 0 if row.below_document else _SMALL_LINE
                return lines * _LINE + below + 2 * SPACE_S
        raise TypeError(row)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index | QPersistentModelIndex) -> None:
        row: ResultRow = index.data(RowRole)
        area: QRect = option.rect
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        can_choose = isinstance(row, HitRow) or (isinstance(row, MoreRow) and row.hidden > 0)
        if chosen or (option.state & QStyle.StateFlag.State_MouseOver and can_choose):
            palette = self._icons.theme.palette
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(palette.wash if chosen else palette.surface))
            painter.drawRoundedRect(area, CORNER, CORNER)
        match row:
            case PlaceRow():
                self._paint_place(painter, area, row)
            case DocumentRow():
                self._paint_document(painter, area, row)
            case HitRow():
                self._paint_hit(painter, area, row)
            case MoreRow():
                self._paint_more(painter, area, row)
        painter.restore()

    def _paint_place(self, painter: QPainter, area: QRect, row: PlaceRow) -> None:
        painter.setFont(ui_font(SIZE_SMALL, QFont.Weight.DemiBold))
        painter.setPen(QColor(self._icons.theme.palette.soft_ink))
        flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom
        painter.drawText(area.adjusted(SPACE_M, 0, -SPACE_M, -SPACE_S), flags, row.text)

    def _paint_document(self, painter: QPainter, area: QRect, row: DocumentRow) -> None:
        palette = self._icons.theme.palette
        top = area.bottom() + 1 - SPACE_S - COVER_SIZE.height()
        if row.book is not None:
            cover = QRectF(QPointF(area.left() + SPACE_M, top), COVER_SIZE)
            paint_cover(painter, cover, row.book, self._covers.image(row.book), palette)
        left = area.left() + _INDENT
        room = QRectF(left, top + SPACE_XS, area.right() - left - SPACE_M, _LINE)
        painter.setFont(text_font(SIZE_TEXT, QFont.Weight.DemiBold))
        painter.setPen(QColor(palette.ink))
        wide = int(room.width())
        title = painter.fontMetrics().elidedText(printable(row.title), Qt.TextElideMode.ElideRight, wide)
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, title)
        painter.setFont(ui_font(SIZE_SMALL))
        painter.setPen(QColor(palette.soft_ink))
        painter.drawText(room.translated(0, _LINE - 2), Qt.AlignmentFlag.AlignVCenter, row.detail)

    def _paint_hit(self, painter: QPainter, area: QRect, row: HitRow) -> None:
        palette = self._icons.theme.palette
        room = _room(area, row)
        painter.setPen(QColor(palette.soft_ink))
        painter.setFont(ui_font(SIZE_SMALL))
        left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        metrics = painter.fontMetrics()
        lines = _lines(row.hit.excerpt, room.width())
        if row.below_document:
            beside = QRect(room.right() + SPACE_M, room.top(), _PAGE_WIDE - SPACE_M, _LINE)
            right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(beside, right, metrics.elidedText(row.page, Qt.TextElideMode.ElideRight, beside.width()))
            if row.hit.by_meaning and len(lines) > 1:
                painter.drawText(beside.translated(0, _LINE), right, other_words())
        if not row.below_document:
            below = QRect(room.left(), room.top() + _LINE * len(lines), room.width(), _SMALL_LINE)
            painter.drawText(below, left, elide_title(row.place, metrics, room.width()))
        painter.setPen(QColor(palette.ink))
        for number, line in enumerate(lines):
            self._paint_line(painter, QPointF(room.left(), room.top() + number * _LINE), line)

    def _paint_line(self, painter: QPainter, at: QPointF, line: Excerpt) -> None:
        lit = QTextCharFormat()
        lit.setBackground(QColor(self._icons.theme.palette.highlight))
        layout = QTextLayout(line.text, text_font(SIZE_TEXT))
        layout.setFormats([_format(line.text, start, end, lit) for start, end in line.matches])
        layout.beginLayout()
        made = layout.createLine()
        made.setLineWidth(1e6)
        layout.endLayout()
        layout.draw(painter, at + QPointF(0, (_LINE - made.height()) / 2))

    def _paint_more(self, painter: QPainter, area: QRect, row: MoreRow) -> None:
        palette = self._icons.theme.palette
        room = area.adjusted(_INDENT, 0, -SPACE_M, 0)
        painter.setFont(ui_font(SIZE_SMALL))
        painter.setPen(QColor(palette.accent if row.hidden else palette.soft_ink))
        painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, more_words(row))


def _room(area: QRect, row: HitRow) -> QRect:
    """Return the room for the sentence."""
    if row.below_document:
        return area.adjusted(_INDENT, SPACE_S, -SPACE_M - _PAGE_WIDE, -SPACE_S)
    return area.adjusted(SPACE_M, SPACE_S, -SPACE_M, -SPACE_S)


def _format(text: str, start: int, end: int, look: QTextCharFormat) -> QTextLayout.FormatRange:
    made = QTextLayout.FormatRange()
    made.start, made.format = utf16_offset(text, start), look
    made.length = utf16_offset(text, end) - made.start
    return made


def _lines(excerpt: Excerpt, width: int) -> list[Excerpt]:
    """Break an excerpt into at most _LINES lines of this width, the last one cut; each with what is lit in it."""
    text = printable(excerpt.text)
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    layout = QTextLayout(text, text_font(SIZE_TEXT))
    layout.setTextOption(option)
    layout.beginLayout()
    ends: list[int] = []
    while len(ends) < _LINES and (line := layout.createLine()).isValid():
        line.setLineWidth(max(40, width))
        ends.append(index_of(text, line.textStart() + line.textLength()))
    layout.endLayout()
    made, start = [], 0
    for end in ends:
        is_last = end == ends[-1]
        shown = text[start:end].rstrip()
        if is_last and end < len(text):
            shown = shown[: max(0, len(shown) - 1)].rstrip(" ,;。、") + "…"
        matches = tuple((max(s, start) - start, min(e - start, len(shown))) for s, e in excerpt.matches if e > start)
        made.append(Excerpt(shown, tuple((s, e) for s, e in matches if s < e)))
        start = end
    return made or [Excerpt("", ())]
