"""Draws a grid: values in bold with their pages below, documents at the left, questions with their kinds above."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QHeaderView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QTableView

from app.core.conversations.values import ValueKind
from app.core.documents.untrusted import disarm
from app.features.tables.cells import CellFinding
from app.features.tables.data import GridColumn
from app.features.tables.window.cell_table import CellRole, ShownCell
from app.features.tables.window.grid_table import GridTable, ShownDocument, ShownGroup
from app.features.tables.words import found_words, kind_words
from app.ui.chat.text.chip import HEIGHT, ChipLook, draw_chip, measure_chip
from app.ui.look.fonts import text_font, ui_font
from app.ui.look.theme import SIZE_SMALL, SIZE_UI, SPACE_M, SPACE_S, SPACE_XS, Palette, Theme
from app.ui.shelf.covers import BookCovers, paint_cover
from app.ui.widgets.labels import two_lines
from app.wording.units import count

_Index = QModelIndex | QPersistentModelIndex
_WRAPPED = Qt.TextFlag.TextWordWrap.value
_SMALLEST, _GROUP = 70, 34
_COVER = QSize(30, 38)
_MOST_LINES = 6
_TITLE_LINES = 3
_FOCUS = 2
_SIDE = 2
"""The px that a chip has outside its frame."""
_COMMENT = 9
"""The side in px of the corner of a cell that has a comment."""


class GridCells(QStyledItemDelegate):
    def __init__(self, theme: Theme, view: QTableView) -> None:
        super().__init__(view)
        self._theme = theme
        self._view = view

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:  # noqa: ARG002
        value = index.data(CellRole)
        width = self._view.columnWidth(index.column())
        if not isinstance(value, ShownCell):
            return QSize(width, _GROUP)
        height = _words_height(value, width - 2 * SPACE_M)
        if value.place or _says_finding(value):
            height += SPACE_XS + HEIGHT
        return QSize(width, max(_SMALLEST, height + 2 * SPACE_M))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        value, palette, area = index.data(CellRole), self._theme.palette, QRect(option.rect)
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.save()
        painter.setClipRect(area)
        if not isinstance(value, ShownCell):
            painter.fillRect(area, QColor(palette.ground))
            painter.fillRect(QRect(area.left(), area.bottom(), area.width(), 1), QColor(palette.line))
            painter.restore()
            return
        painter.fillRect(area, QColor(palette.wash if chosen else palette.surface))
        painter.fillRect(QRect(area.left(), area.bottom(), area.width(), 1), QColor(palette.line))
        painter.fillRect(QRect(area.right(), area.top(), 1, area.height()), QColor(palette.line))
        self._paint_value(painter, area.adjusted(SPACE_M, SPACE_M, -SPACE_M, -SPACE_M), value)
        if value.read.cell.comment:
            _paint_corner(painter, area, palette)
        if chosen and self._view.hasFocus():
            painter.setPen(QPen(QColor(palette.accent), _FOCUS))
            painter.drawRect(QRectF(area).adjusted(1, 1, -2, -2))
        painter.restore()

    def is_on_place(self, index: _Index, area: QRect, point: QPointF) -> bool:
        """Return whether a point of the view is on the page of a cell."""
        value = index.data(CellRole)
        if not isinstance(value, ShownCell) or value.read.citation is None:
            return False
        room = area.adjusted(SPACE_M, SPACE_M, -SPACE_M, -SPACE_M)
        return _chip_place(value, room).contains(point.toPoint())

    def _paint_value(self, painter: QPainter, room: QRect, value: ShownCell) -> None:
        palette = self._theme.palette
        painter.setFont(_font_of(_is_prose(value)))
        painter.setPen(QColor(_ink(value, palette)))
        words = QRect(room.left(), room.top(), room.width(), _words_height(value, room.width()))
        painter.drawText(words, _WRAPPED, _shown_words(value, room.width()))
        below = _chip_place(value, room)
        colour = finding_colour(value.read.finding, palette)
        if value.place and value.read.citation is not None:
            draw_chip(painter, QRectF(below), _label(value, room.width()), ChipLook(colour, palette.surface))
        elif said := value.place or _says_finding(value):
            painter.setFont(ui_font(SIZE_SMALL))
            painter.setPen(QColor(colour))
            painter.drawText(below.adjusted(_SIDE, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, said)


def _is_prose(value: ShownCell) -> bool:
    return value.read.kind is ValueKind.PROSE and value.read.has_value and not value.is_running


def _font_of(prose: bool) -> QFont:
    """Return the font of a value: bold, but not for prose."""
    return text_font(SIZE_UI) if prose else ui_font(SIZE_UI, QFont.Weight.DemiBold)


def _ink(value: ShownCell, palette: Palette) -> str:
    match value.read.finding:
        case CellFinding.FAILED:
            return palette.not_found
        case CellFinding.STOPPED:
            return palette.near
        case CellFinding.ANSWERING | CellFinding.ABSENT | CellFinding.UNDECIDED | CellFinding.UNFIT:
            return palette.soft_ink
    return palette.ink


def finding_colour(finding: CellFinding, palette: Palette) -> str:
    """Return the colour of a finding, whose words always come with it; green is only for what a page has word for
    word."""
    match finding:
        case CellFinding.WORD_FOR_WORD:
            return palette.verified
        case CellFinding.OTHERWISE | CellFinding.NOTHING | CellFinding.FAILED:
            return palette.not_found
        case CellFinding.COMPARE | CellFinding.STOPPED | CellFinding.UNDECIDED | CellFinding.UNFIT:
            return palette.near
        case CellFinding.CORRECTED:
            return palette.accent
    return palette.soft_ink


def _says_finding(value: ShownCell) -> str:
    """Return the finding's words that stand below a value without a page; empty if there are none."""
    said = (CellFinding.COMPARE, CellFinding.NOTHING, CellFinding.CORRECTED)
    return found_words(value.read) if value.read.finding in said and not value.place else ""


def _shown_words(value: ShownCell, width: int) -> str:
    """Return as much of a value's words as has room in a few lines."""
    return _cut(_all_words(value), _is_prose(value), max(1, width))


def _words_height(value: ShownCell, width: int) -> int:
    words = _all_words(value)
    return _height(words, _is_prose(value), max(1, width)) if words else 0


def _all_words(value: ShownCell) -> str:
    return f"✎ {value.words}" if value.read.finding is CellFinding.CORRECTED else value.words


@lru_cache(maxsize=20_000)  # a table of thousands is measured anew whenever it is sorted
def _height(words: str, prose: bool, width: int) -> int:
    metrics = QFontMetrics(_font_of(prose))
    whole = metrics.boundingRect(QRect(0, 0, width, 1 << 16), _WRAPPED, words)
    return min(whole.height(), _MOST_LINES * metrics.lineSpacing())


@lru_cache(maxsize=2_000)
def _cut(words: str, prose: bool, width: int) -> str:
    metrics, box = QFontMetrics(_font_of(prose)), QRect(0, 0, width, 1 << 16)
    room = _MOST_LINES * metrics.lineSpacing()
    if metrics.boundingRect(box, _WRAPPED, words).height() <= room:
        return words
    low, high = 0, len(words)
    while low < high:
        middle = (low + high + 1) // 2
        fits = metrics.boundingRect(box, _WRAPPED, f"{words[:middle].rstrip()}…").height() <= room
        low, high = (middle, high) if fits else (low, middle - 1)
    return f"{words[:low].rstrip()}…"


def _label(value: ShownCell, width: int) -> str:
    """Return the words of a chip in a cell `width` px wide, or a sign if they have no room."""
    most = width + 2 * _SIDE
    fitting = next((label for label in (value.place, value.short) if label and measure_chip(label).width() <= most), "")
    if fitting:
        return fitting
    label = value.short or value.place
    edges = measure_chip("").width()
    font = QFontMetrics(ui_font(SIZE_SMALL, QFont.Weight.DemiBold))
    return font.elidedText(label, Qt.TextElideMode.ElideRight, most - edges)


def _chip_place(value: ShownCell, room: QRect) -> QRect:
    top = room.top() + _words_height(value, room.width()) + SPACE_XS
    most = room.width() + 2 * _SIDE
    width = min(measure_chip(_label(value, room.width())).width(), most) if value.place else room.width()
    return QRect(room.left() - _SIDE, top, width, HEIGHT)


def _paint_corner(painter: QPainter, area: QRect, palette: Palette) -> None:
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(palette.accent))
    right, top = area.right(), area.top()
    painter.drawPolygon([QPointF(right - _COMMENT, top), QPointF(right, top), QPointF(right, top + _COMMENT)])
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)


class QuestionHeader(QHeaderView):
    """The questions above a grid: what each is called, and its kind; for the one that rows are sorted by, in which
    order."""

    def __init__(self, theme: Theme, view: QTableView) -> None:
        super().__init__(Qt.Orientation.Horizontal, view)
        self._theme = theme
        self.setSectionsClickable(True)
        self.setHighlightSections(False)
        self.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        self.setMinimumSectionSize(80)

    def sizeHint(self) -> QSize:
        model = self.model()
        columns = range(model.columnCount()) if model is not None else ()
        heights = [self._height(column) for column in columns]
        return QSize(super().sizeHint().width(), max(heights, default=_SMALLEST))

    def paintSection(self, painter: QPainter, rect: QRect, section: int) -> None:
        column = self.model().headerData(section, Qt.Orientation.Horizontal, CellRole)
        palette = self._theme.palette
        painter.save()
        painter.fillRect(rect, QColor(palette.ground))
        painter.fillRect(QRect(rect.left(), rect.bottom(), rect.width(), 1), QColor(palette.line))
        painter.fillRect(QRect(rect.right(), rect.top(), 1, rect.height()), QColor(palette.line))
        if isinstance(column, GridColumn):
            room = rect.adjusted(SPACE_M, SPACE_S, -SPACE_M, -SPACE_S)
            kind = QFontMetrics(ui_font(SIZE_SMALL)).height()
            above = room.adjusted(0, 0, 0, -kind)
            painter.setFont(_title_font())
            painter.setPen(QColor(palette.ink))
            bottom = Qt.AlignmentFlag.AlignBottom.value
            painter.drawText(above, _WRAPPED | bottom, _fitted(disarm(column.title), above.width()))
            painter.setFont(ui_font(SIZE_SMALL))
            painter.setPen(QColor(palette.soft_ink))
            below = QRect(room.left(), room.bottom() - kind + 1, room.width(), kind)
            painter.drawText(below, Qt.AlignmentFlag.AlignVCenter, f"{kind_words(column.form)}{self._sorted(column)}")
        painter.restore()

    def _sorted(self, column: GridColumn) -> str:
        model = self.model()
        if not isinstance(model, GridTable) or model.arrangement.column != column.number:
            return ""
        return " ▼" if model.arrangement.descending else " ▲"

    def _height(self, section: int) -> int:
        column = self.model().headerData(section, Qt.Orientation.Horizontal, CellRole)
        if not isinstance(column, GridColumn):
            return 0
        width = self.sectionSize(section) - 2 * SPACE_M
        metrics = QFontMetrics(_title_font())
        box = QRect(0, 0, max(1, width), 1 << 16)
        words = metrics.boundingRect(box, _WRAPPED, _fitted(disarm(column.title), width)).height()
        return words + QFontMetrics(ui_font(SIZE_SMALL)).height() + 2 * SPACE_S


def _title_font() -> QFont:
    return ui_font(SIZE_SMALL + 1, QFont.Weight.DemiBold)


def _fitted(title: str, width: int) -> str:
    """Cut a title to as much of it as has room in three lines."""
    metrics = QFontMetrics(_title_font())
    box = QRect(0, 0, max(1, width), 1 << 16)
    words = title
    while len(words) > 1 and metrics.boundingRect(box, _WRAPPED, words).height() > _TITLE_LINES * metrics.lineSpacing():
        words = f"{words[: (len(words) - 1) * 9 // 10].rstrip(' …')}…"
    return words


class DocumentHeader(QHeaderView):
    """The documents at the left of a grid, which stay while the questions are scrolled; and the heads of groups."""

    def __init__(self, theme: Theme, covers: BookCovers, view: QTableView) -> None:
        super().__init__(Qt.Orientation.Vertical, view)
        self._theme, self._covers = theme, covers
        covers.changed.connect(self.viewport().update)
        self.setSectionsClickable(True)
        self.setHighlightSections(False)
        self.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)

    def paintSection(self, painter: QPainter, rect: QRect, section: int) -> None:
        head = self.model().headerData(section, Qt.Orientation.Vertical, CellRole)
        palette = self._theme.palette
        painter.save()
        painter.setClipRect(rect)
        painter.fillRect(rect, QColor(palette.ground if isinstance(head, ShownGroup) else palette.surface))
        painter.fillRect(QRect(rect.left(), rect.bottom(), rect.width(), 1), QColor(palette.line))
        if isinstance(head, ShownGroup):
            self._paint_group(painter, rect.adjusted(SPACE_M, 0, -SPACE_S, 0), head)
        elif isinstance(head, ShownDocument):
            painter.fillRect(QRect(rect.right(), rect.top(), 1, rect.height()), QColor(palette.line))
            self._paint_document(painter, rect.adjusted(SPACE_M, SPACE_M, -SPACE_M, -SPACE_S), head)
        painter.restore()

    def _paint_group(self, painter: QPainter, room: QRect, head: ShownGroup) -> None:
        painter.setFont(_title_font())
        painter.setPen(QColor(self._theme.palette.ink))
        words = f"{head.title} · {count(head.rows)}"
        elided = painter.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, elided)

    def _paint_document(self, painter: QPainter, room: QRect, head: ShownDocument) -> None:
        palette = self._theme.palette
        if head.book is not None:
            paint_cover(
                painter, QRectF(QRect(room.topLeft(), _COVER)), head.book, self._covers.image(head.book), palette
            )
        beside = room.adjusted(_COVER.width() + SPACE_S, -2, 0, 0)
        font = text_font(SIZE_UI, QFont.Weight.DemiBold)
        painter.setFont(font)
        painter.setPen(QColor(palette.ink))
        lines = two_lines(head.title, font, beside.width())
        height = painter.fontMetrics().lineSpacing()
        for number, line in enumerate(lines):
            painter.drawText(beside.left(), beside.top() + number * height + painter.fontMetrics().ascent(), line)
        painter.setFont(ui_font(SIZE_SMALL))
        painter.setPen(QColor(palette.soft_ink))
        below = QRect(beside.left(), beside.top() + len(lines) * height + 1, beside.width(), height)
        painter.drawText(below, Qt.AlignmentFlag.AlignTop, head.words)
