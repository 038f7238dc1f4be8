"""Draws the rows of the chronology: a day, what happened, and chips for its pages; or a name and where it stands."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from app.features.chronology.window.rows import EventRow, NameRow, PlaceChip, YearRow
from app.ui.chat.text.chip import HEIGHT, ChipLook, draw_chip, measure_chip
from app.ui.kit.rows import RowRole
from app.ui.look.fonts import text_font, ui_font
from app.ui.look.theme import CORNER, SIZE_SMALL, SIZE_TEXT, SIZE_UI, SPACE_M, SPACE_S, SPACE_XL, SPACE_XS, Theme
from app.wording.i18n import _

_Index = QModelIndex | QPersistentModelIndex
_WRAPPED = Qt.TextFlag.TextWordWrap.value
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_YEAR_HEIGHT = 44
_NAME_HEIGHT = 56
_DAY_WIDTH = 136
_NARROW, _NARROW_DAY = 520, 104
"""The width in px up to which a list is narrow, and the width that its days take then."""
_WIDEST = 760
"""The greatest width of an event's words, px: a line that is longer is hard to read."""
_MENTIONS_WIDTH = 100
_MOST_CHIPS = 4
_ABOVE_QUOTE = 2


class TimelineDelegate(QStyledItemDelegate):
    """Draws the rows. It keeps their heights while the list is as wide as it was."""

    def __init__(self, theme: Theme, view: QListView) -> None:
        super().__init__(view)
        self._theme = theme
        self._view = view
        self._heights: dict[tuple[int, str, str], int] = {}

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:  # noqa: ARG002
        row = index.data(RowRole)
        width = self._view.viewport().width()
        match row:
            case EventRow():
                return QSize(80, self._event_height(row, width))
            case NameRow():
                return QSize(80, _NAME_HEIGHT)
            case _:
                return QSize(80, _YEAR_HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        row = index.data(RowRole)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if isinstance(row, YearRow):
            self._paint_year(painter, option.rect, row)
        else:
            self._paint_ground(painter, option)
        if isinstance(row, EventRow):
            self._paint_event(painter, option.rect, row)
        elif isinstance(row, NameRow):
            self._paint_name(painter, option.rect, row)
        painter.restore()

    def chip_at(self, index: QModelIndex, area: QRect, point: QPointF) -> PlaceChip | None:
        row = index.data(RowRole)
        if not isinstance(row, EventRow):
            return None
        return next((chip for place, _words, chip in self._chips(row, area) if place.contains(point.toPoint())), None)

    # ---- a year

    def _paint_year(self, painter: QPainter, rect: QRect, row: YearRow) -> None:
        palette = self._theme.palette
        painter.setFont(text_font(18, QFont.Weight.DemiBold))
        painter.setPen(QColor(palette.ink))
        area = rect.adjusted(SPACE_XL, SPACE_S, -SPACE_XL, -SPACE_XS)
        painter.drawText(area, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom, row.words)

    def _paint_ground(self, painter: QPainter, option: QStyleOptionViewItem) -> None:
        palette, area = self._theme.palette, QRectF(option.rect).adjusted(SPACE_M, 1, -SPACE_M, -1)
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        hovered = bool(option.state & QStyle.StateFlag.State_MouseOver)
        if chosen or hovered:
            colour = QColor(palette.wash if chosen else palette.line)
            colour.setAlpha(255 if chosen else 90)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour)
            painter.drawRoundedRect(area, CORNER, CORNER)
        if option.state & QStyle.StateFlag.State_HasFocus and self._view.property("by_keyboard"):
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(palette.accent), 2))
            painter.drawRoundedRect(area.adjusted(1, 1, -1, -1), CORNER, CORNER)

    # ---- an event

    def _event_height(self, row: EventRow, width: int) -> int:
        key = (width, row.id, row.day + row.words + row.remark + row.quote)
        if key not in self._heights:
            area = QRect(0, 0, width, 0)
            day, words = self._columns(area)
            left = _height(_day_font(), row.day, day.width())
            left += _height(ui_font(SIZE_SMALL), row.remark, day.width()) if row.remark else 0
            right = _said_height(row, words.width()) + SPACE_XS + self._chips_height(row, area)
            self._heights[key] = max(left, right) + 2 * SPACE_S + SPACE_XS
        return self._heights[key]

    def _columns(self, area: QRect) -> tuple[QRect, QRect]:
        """Return the areas of the day and of the words."""
        day_width = _DAY_WIDTH if area.width() > _NARROW else _NARROW_DAY
        top, left = area.top() + SPACE_S, area.left() + SPACE_XL
        beside = left + day_width + SPACE_M
        width = min(_WIDEST, max(80, area.right() - SPACE_XL - beside))
        return QRect(left, top, day_width, area.height()), QRect(beside, top, width, area.height())

    def _paint_event(self, painter: QPainter, rect: QRect, row: EventRow) -> None:
        palette = self._theme.palette
        day, words = self._columns(rect)
        painter.setFont(_day_font())
        painter.setPen(QColor(palette.ink))
        lead = QFontMetrics(text_font(SIZE_TEXT)).ascent() - QFontMetrics(_day_font()).ascent()
        painter.drawText(day.translated(0, lead), _WRAPPED, row.day)
        if row.remark:
            painter.setFont(ui_font(SIZE_SMALL))
            painter.setPen(QColor(palette.soft_ink))
            below = day.translated(0, lead + _height(_day_font(), row.day, day.width()))
            painter.drawText(below, _WRAPPED, row.remark)
        painter.setFont(text_font(SIZE_TEXT))
        painter.setPen(QColor(palette.ink))
        painter.drawText(words, _WRAPPED, row.words)
        if row.quote:
            painter.setFont(text_font(SIZE_UI))
            painter.setPen(QColor(palette.soft_ink))
            above = _height(text_font(SIZE_TEXT), row.words, words.width()) + _ABOVE_QUOTE
            painter.drawText(words.translated(0, above), _WRAPPED, row.quote)
        for place, label, _chip in self._chips(row, rect):
            draw_chip(painter, QRectF(place), label, ChipLook(palette.soft_ink, palette.surface, palette.line))
        if len(row.chips) > _MOST_CHIPS:
            self._paint_more(painter, row, rect)

    def _paint_more(self, painter: QPainter, row: EventRow, rect: QRect) -> None:
        *_others, (last, _label, _chip) = self._chips(row, rect)
        painter.setFont(ui_font(SIZE_SMALL))
        painter.setPen(QColor(self._theme.palette.soft_ink))
        more = _("and {n} more").format(n=len(row.chips) - _MOST_CHIPS)
        painter.drawText(QRect(last.right() + SPACE_S, last.top(), 200, HEIGHT), _LEFT, more)

    def _chips_height(self, row: EventRow, area: QRect) -> int:
        places = [place for place, _label, _chip in self._chips(row, area)]
        return places[-1].bottom() - places[0].top() + 1 if places else 0

    def _chips(self, row: EventRow, rect: QRect) -> Iterator[tuple[QRect, str, PlaceChip]]:
        """Yield each chip with its area and what it says there: below the words, in lines."""
        _day, words = self._columns(rect)
        top = words.top() + _said_height(row, words.width()) + SPACE_XS
        left = words.left() - 2
        metrics = QFontMetrics(ui_font(SIZE_SMALL, QFont.Weight.DemiBold))
        for chip in row.chips[:_MOST_CHIPS]:
            label = chip.label
            if (width := measure_chip(label).width()) > words.width():
                label = metrics.elidedText(label, Qt.TextElideMode.ElideMiddle, words.width() - SPACE_XL)
                width = measure_chip(label).width()
            if left + width > words.right() and left > words.left():
                left, top = words.left() - 2, top + HEIGHT + SPACE_XS
            yield QRect(left, top, width, HEIGHT), label, chip
            left += width + SPACE_XS

    # ---- a name

    def _paint_name(self, painter: QPainter, rect: QRect, row: NameRow) -> None:
        palette = self._theme.palette
        room = rect.adjusted(SPACE_XL, SPACE_S, -SPACE_XL, -SPACE_S)
        first = QRect(room.left(), room.top(), room.width() - _MENTIONS_WIDTH, room.height() // 2)
        name_font, small = ui_font(SIZE_UI + 1, QFont.Weight.DemiBold), ui_font(SIZE_SMALL)
        painter.setFont(name_font)
        painter.setPen(QColor(palette.ink))
        kind_width = QFontMetrics(small).horizontalAdvance(row.kind) + SPACE_M
        name = QFontMetrics(name_font).elidedText(row.name, Qt.TextElideMode.ElideRight, first.width() - kind_width)
        painter.drawText(first, _LEFT, name)
        painter.setFont(small)
        painter.setPen(QColor(palette.soft_ink))
        beside = first.adjusted(QFontMetrics(name_font).horizontalAdvance(name) + SPACE_S, 1, 0, 1)
        painter.drawText(beside, _LEFT, row.kind)
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(QRect(first.right(), first.top(), _MENTIONS_WIDTH, first.height()), right, row.mentions)
        second = QRect(room.left(), first.bottom() + 1, room.width(), room.height() - first.height())
        where = QFontMetrics(small).elidedText(row.where, Qt.TextElideMode.ElideRight, second.width())
        painter.drawText(second, _LEFT, where)


def _said_height(row: EventRow, width: int) -> int:
    """Return the height of the words of an event and of its quotation from the page, px."""
    height = _height(text_font(SIZE_TEXT), row.words, width)
    return height + (_ABOVE_QUOTE + _height(text_font(SIZE_UI), row.quote, width) if row.quote else 0)


def _day_font() -> QFont:
    return ui_font(SIZE_UI, QFont.Weight.DemiBold)


def _height(font: QFont, text: str, width: int) -> int:
    return QFontMetrics(font).boundingRect(QRect(0, 0, max(1, width), 1 << 20), _WRAPPED, text).height()
