"""The drawing of the rows of the shelf."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from PySide6.QtCore import QAbstractItemModel, QEvent, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QHelpEvent, QMouseEvent, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QAbstractItemView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QToolTip, QWidget

from app.core.conversations.conversation import Conversation
from app.ui.look.fonts import text_font, ui_font
from app.ui.look.icons import Icons, Symbol, draw_symbol
from app.ui.look.theme import CORNER, SIZE_SMALL, SIZE_UI, SPACE_S, SPACE_XS
from app.ui.shelf.covers import COVER_SIZE, BookCovers, paint_cover
from app.ui.shelf.row_motion import RowMotion
from app.ui.shelf.rows import BookRow, BookState, GroupRow, HeadingRow, Index, ItemRole, file_of, measure_of
from app.ui.widgets.labels import plain_tip, two_lines
from app.wording.facts import facts_line
from app.wording.folders import places_words
from app.wording.i18n import _
from app.wording.units import count, printable

_State = QStyle.StateFlag

_HEADING_HEIGHT = 38
_GROUP_HEIGHT = 34
_STEP_IN = 12  # px for each level of folders
_CARET = 12
_ROW_HEIGHT = 32
_GAP = SPACE_XS
_TEXT_LEFT = SPACE_S + COVER_SIZE.width() + SPACE_S + 2
_LINE = 16
_BAR = 3
_ACTION = 18


class RowDelegate(QStyledItemDelegate):
    """Paints what the lists share: the heading, the ground of a row, the focus ring, a box that is ticked."""

    def __init__(self, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icons = icons
        self._theme = icons.theme

    def _paint_heading(self, painter: QPainter, rect: QRect, text: str) -> None:
        font = ui_font(SIZE_SMALL, QFont.Weight.DemiBold)
        font.setLetterSpacing(QFont.SpacingType.AbsoluteSpacing, 0.5)
        painter.setFont(font)
        painter.setPen(QColor(self._theme.palette.soft_ink))
        area = rect.adjusted(SPACE_S, 0, -SPACE_S, -SPACE_S)
        painter.drawText(area, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom, text)

    def _paint_ground(self, painter: QPainter, area: QRect, option: QStyleOptionViewItem, *, card: bool) -> None:
        palette = self._theme.palette
        frame = QRectF(area).adjusted(0.5, 0.5, -0.5, -0.5)
        selected = bool(option.state & _State.State_Selected)
        hovered = bool(option.state & _State.State_MouseOver)
        fill = palette.wash if selected else palette.surface if card else palette.line if hovered else ""
        edge = palette.line if card else fill
        if not fill:
            return
        colour = QColor(fill)
        if hovered and not selected and not card:
            colour.setAlpha(110)
            edge = ""
        painter.setBrush(colour)
        painter.setPen(QPen(QColor(edge), 1) if edge else Qt.PenStyle.NoPen)
        painter.drawRoundedRect(frame, CORNER, CORNER)

    def _paint_focus(self, painter: QPainter, area: QRect, option: QStyleOptionViewItem) -> None:
        view = option.widget
        if not (option.state & _State.State_HasFocus and isinstance(view, QAbstractItemView)):
            return
        if view.property("by_keyboard"):
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(self._theme.palette.accent), 2))
            painter.drawRoundedRect(QRectF(area).adjusted(1, 1, -1, -1), CORNER, CORNER)

    def _paint_box(self, painter: QPainter, box: QRect, *, ticked: bool, partly: bool = False) -> None:
        palette = self._theme.palette
        painter.setPen(QPen(QColor(palette.accent if ticked or partly else palette.soft_ink), 1))
        painter.setBrush(QColor(palette.accent if ticked or partly else palette.surface))
        painter.drawRoundedRect(box.toRectF().adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        painter.setPen(QPen(QColor(palette.on_accent), 1.8))
        if partly:
            middle = box.y() + box.height() / 2
            painter.drawLine(QPointF(box.x() + 4.5, middle), QPointF(box.x() + box.width() - 4.5, middle))
        elif ticked:
            sign = QPainterPath()
            sign.moveTo(box.x() + 4, box.y() + 8.5)
            sign.lineTo(box.x() + 7, box.y() + 11.5)
            sign.lineTo(box.x() + 12, box.y() + 5)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawPath(sign)


class ConversationDelegate(RowDelegate):
    """Paints the rows of conversations, where `motion` has them."""

    def __init__(self, icons: Icons, motion: RowMotion, parent: QWidget | None = None) -> None:
        super().__init__(icons, parent)
        self._motion = motion

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: ARG002
        heading = isinstance(index.data(ItemRole), HeadingRow)
        return QSize(80, _HEADING_HEIGHT if heading else _ROW_HEIGHT + _GAP)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row = index.data(ItemRole)
        rect: QRect = option.rect
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.translate(0, self._motion.offset(index))
        if isinstance(row, HeadingRow):
            self._paint_heading(painter, rect, row.text)
        elif isinstance(row, Conversation):
            area = rect.adjusted(0, 0, 0, -_GAP)
            selected = bool(option.state & _State.State_Selected)
            self._paint_ground(painter, area, option, card=False)
            self._paint_focus(painter, area, option)
            font = ui_font(SIZE_UI + 1, QFont.Weight.DemiBold if selected else QFont.Weight.Normal)
            painter.setFont(font)
            painter.setPen(QColor(self._theme.palette.accent if selected else self._theme.palette.ink))
            inner = area.adjusted(SPACE_S, 0, -SPACE_S, 0)
            words = str(index.data(Qt.ItemDataRole.DisplayRole))
            shown = QFontMetrics(font).elidedText(words, Qt.TextElideMode.ElideRight, inner.width())
            painter.drawText(inner, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, shown)
        painter.restore()

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, index: Index) -> None:  # noqa: ARG002
        editor.setGeometry(option.rect.adjusted(0, 0, 0, -_GAP))

    def helpEvent(self, event: QHelpEvent, view: QAbstractItemView, option: QStyleOptionViewItem, index: Index) -> bool:
        words = str(index.data(Qt.ItemDataRole.DisplayRole) or "")
        room = option.rect.width() - 2 * SPACE_S
        cut = QFontMetrics(ui_font(SIZE_UI + 1, QFont.Weight.DemiBold)).horizontalAdvance(words) > room
        QToolTip.showText(event.globalPos(), plain_tip(words) if cut else "", view)
        return True


class BookDelegate(RowDelegate):
    """Paints the rows of books, where `motion` has them. `desk_toggled` carries a book's id when the sign on its row is
    clicked, `report_wanted` when the line is clicked that says how many pages need a look."""

    desk_toggled = Signal(str)
    report_wanted = Signal(str)

    def __init__(self, icons: Icons, covers: BookCovers, motion: RowMotion, parent: QWidget | None = None) -> None:
        super().__init__(icons, parent)
        self._motion = motion
        self._covers = covers

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        row = index.data(ItemRole)
        if not isinstance(row, BookRow):
            return QSize(80, _GROUP_HEIGHT if isinstance(row, GroupRow) else _HEADING_HEIGHT)
        view = option.widget
        width = view.viewport().width() if isinstance(view, QAbstractItemView) else 240
        width -= row.level * _STEP_IN
        lines = _count_lines(row.title, width - _TEXT_LEFT - SPACE_S - _ACTION)
        height = lines * (_LINE + 2) + (row.book is not None) * _LINE + bool(row.state_text) * _LINE
        height += (_BAR + SPACE_XS) if row.fraction is not None else 0
        return QSize(80, max(COVER_SIZE.height(), height) + 2 * SPACE_S + _GAP)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row = index.data(ItemRole)
        rect: QRect = option.rect
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.translate(0, self._motion.offset(index))
        if isinstance(row, GroupRow):
            self._paint_group(painter, rect.adjusted(0, 0, 0, -_GAP), row, option)
        elif isinstance(row, HeadingRow):
            self._paint_heading(painter, rect, row.text)
        elif isinstance(row, BookRow):
            area = _area(rect, row)
            self._paint_ground(painter, area, option, card=row.on_desk)
            self._paint_focus(painter, area, option)
            self._paint_cover(painter, area, row)
            self._paint_words(painter, area, row)
            if option.state & _State.State_MouseOver and row.book is not None:
                symbol = Symbol.TAKE_OFF if row.on_desk else Symbol.ADD
                icon = self._icons.icon(symbol, self._theme.palette.soft_ink)
                icon.paint(painter, _action_rect(area))
        painter.restore()

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, index: Index) -> None:
        """Lay the editor over the title."""
        area = _area(option.rect, index.data(ItemRole))
        left = area.left() + _TEXT_LEFT - SPACE_S
        editor.setGeometry(left, area.top(), area.right() - left, min(_ROW_HEIGHT, area.height()))

    def editorEvent(self, event: QEvent, model: QAbstractItemModel, option: QStyleOptionViewItem, index: Index) -> bool:
        row = index.data(ItemRole)
        released = event.type() == QEvent.Type.MouseButtonRelease
        if released and isinstance(event, QMouseEvent) and isinstance(row, BookRow) and row.book is not None:
            place, area = event.position().toPoint(), _area(option.rect, row)
            if _action_rect(area).contains(place):
                self.desk_toggled.emit(row.book.id)
                return True
            if row.state is BookState.READY and row.state_text and _state_rect(area, row).contains(place):
                self.report_wanted.emit(row.book.id)
                return True
        return super().editorEvent(event, model, option, index)

    def helpEvent(self, event: QHelpEvent, view: QAbstractItemView, option: QStyleOptionViewItem, index: Index) -> bool:
        row = index.data(ItemRole)
        words = row.text if isinstance(row, GroupRow) else ""
        if isinstance(row, BookRow):
            facts = facts_line(row.book.facts) if row.book is not None else ""
            file = printable(Path(row.book.path).name) if row.book is not None and not row.book.member else ""
            places = places_words(row.shelved.places if row.shelved is not None else ()) or file
            words = "\n".join(filter(None, (row.title, facts, places)))
            if row.book is not None and _action_rect(_area(option.rect, row)).contains(event.pos()):
                words = _("Take off the desk") if row.on_desk else _("Put on the desk")
        QToolTip.showText(event.globalPos(), plain_tip(words), view)
        return True

    def _paint_group(self, painter: QPainter, area: QRect, row: GroupRow, option: QStyleOptionViewItem) -> None:
        palette = self._theme.palette
        self._paint_ground(painter, area, option, card=False)
        self._paint_focus(painter, area, option)
        inner = area.adjusted(SPACE_S + row.level * _STEP_IN, 0, -SPACE_S, 0)
        caret = QRect(inner.left(), inner.center().y() - _CARET // 2, _CARET, _CARET)
        draw_symbol(painter, caret, Symbol.NEXT if row.folded else Symbol.DOWN, palette.soft_ink)
        sign = QRect(caret.right() + SPACE_XS, inner.center().y() - _ACTION // 2 + 1, _ACTION, _ACTION)
        draw_symbol(painter, sign, Symbol.FOLDER, palette.soft_ink)
        number, small = count(row.count), ui_font(SIZE_SMALL)
        painter.setFont(small)
        painter.setPen(QColor(palette.soft_ink))
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(inner, Qt.AlignmentFlag.AlignRight | middle, number)
        font = ui_font(SIZE_UI + 1, QFont.Weight.DemiBold)
        painter.setFont(font)
        painter.setPen(QColor(palette.ink))
        words = inner.adjusted(sign.right() + SPACE_S - inner.left(), 0, 0, 0)
        words.setRight(inner.right() - QFontMetrics(small).horizontalAdvance(number) - SPACE_S)
        painter.drawText(
            words, middle, QFontMetrics(font).elidedText(row.text, Qt.TextElideMode.ElideRight, words.width())
        )

    def _paint_cover(self, painter: QPainter, area: QRect, row: BookRow) -> None:
        cover = QRectF(QPointF(area.left() + SPACE_S, area.top() + SPACE_S), COVER_SIZE)
        if row.book is not None:
            paint_cover(painter, cover, row.book, self._covers.image(row.book), self._theme.palette)
            return
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self._theme.palette.line))
        painter.drawRoundedRect(cover, 2, 2)

    def _paint_words(self, painter: QPainter, area: QRect, row: BookRow) -> None:
        palette = self._theme.palette
        left, top = area.left() + _TEXT_LEFT, area.top() + SPACE_S - 1
        width = area.right() - SPACE_S - left
        painter.setFont(_title_font())
        painter.setPen(QColor(palette.ink))
        for line in two_lines(row.title, _title_font(), width - _ACTION):
            painter.drawText(QRect(left, top, width, _LINE + 2), Qt.AlignmentFlag.AlignVCenter, line)
            top += _LINE + 2
        small = ui_font(SIZE_SMALL)
        painter.setFont(small)
        state_colour = {
            BookState.READ: palette.verified,
            BookState.FAILED: palette.not_found,
            BookState.READY: palette.near,
        }.get(row.state, palette.soft_ink)
        measure = " · ".join(filter(None, (measure_of(row), file_of(row))))
        for words, colour in ((measure, palette.soft_ink), (row.state_text, state_colour)):
            if words:
                painter.setPen(QColor(colour))
                shown = QFontMetrics(small).elidedText(words, Qt.TextElideMode.ElideRight, width)
                painter.drawText(QRect(left, top, width, _LINE), Qt.AlignmentFlag.AlignVCenter, shown)
                top += _LINE
        if row.fraction is not None:
            bar = QRectF(left, top + SPACE_XS, width, _BAR)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(palette.line))
            painter.drawRoundedRect(bar, _BAR / 2, _BAR / 2)
            bar.setWidth(max(_BAR, width * min(1.0, row.fraction)))
            painter.setBrush(QColor(palette.working))
            painter.drawRoundedRect(bar, _BAR / 2, _BAR / 2)


def _area(rect: QRect, row: BookRow) -> QRect:
    """Return the area of a row, without the gap below it, set in as far as its folder."""
    return rect.adjusted(row.level * _STEP_IN, 0, 0, -_GAP)


def _state_rect(rect: QRect, row: BookRow) -> QRect:
    """Return the area in which the state is written: under the title and the measure."""
    area = rect.adjusted(_TEXT_LEFT, 0, -SPACE_S, 0)
    lines = _count_lines(row.title, area.width() - _ACTION)
    top = area.top() + SPACE_S - 1 + lines * (_LINE + 2) + (row.book is not None) * _LINE
    return QRect(area.left(), top, area.width(), _LINE)


@lru_cache(maxsize=20_000)  # a list asks for the heights of all its rows whenever one is there or gone
def _count_lines(title: str, width: int) -> int:
    return len(two_lines(title, _title_font(), width))


def _title_font() -> QFont:
    return text_font(SIZE_UI + 1, QFont.Weight.DemiBold)


def _action_rect(area: QRect) -> QRect:
    return QRect(area.right() - SPACE_S - _ACTION + 2, area.top() + SPACE_S - 1, _ACTION, _ACTION)
