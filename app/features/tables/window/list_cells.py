"""Draws a list: the question with its state, the answer as set text, the pages as chips."""

from __future__ import annotations

import html
import re

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QAbstractTextDocumentLayout, QColor, QFont, QFontMetrics, QPainter, QPalette, QTextDocument
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QTableView

from app.core.conversations.cell import CellState
from app.core.documents.untrusted import disarm
from app.features.tables.window.cell_table import CellRole, Chip, ShownCell
from app.features.tables.window.list_table import ListColumn
from app.ui.chat.text.chip import HEIGHT, ChipLook, draw_chip, measure_chip
from app.ui.chat.text.citations import CitationMark, embed, label_citation, mark_stream, split
from app.ui.chat.text.verdict_marks import colour_verdict
from app.ui.look.fonts import text_font, ui_font
from app.ui.look.theme import SIZE_SMALL, SIZE_TEXT, SIZE_UI, SPACE_L, SPACE_M, SPACE_XS, Palette, Theme
from app.wording.verdicts import verdict_label

_Index = QModelIndex | QPersistentModelIndex
_SMALLEST = 44
_FOCUS_WIDTH = 3
_WRAPPED = Qt.TextFlag.TextWordWrap.value
_ENCODED = re.compile(r"%EF%B7%92\d+%EF%B7%93")  # a mark inside an address, as the parser leaves it
_STYLE = (
    "p,ul,ol,table,pre,blockquote{margin-top:0;margin-bottom:6px} h1,h2,h3,h4{font-size:medium} a{text-decoration:none}"
)


class ListCells(QStyledItemDelegate):
    """Keeps the laid-out answers, so that a table of hundreds scrolls smoothly."""

    def __init__(self, theme: Theme, view: QTableView) -> None:
        super().__init__(view)
        self._theme = theme
        self._view = view
        self._set: dict[int, tuple[ShownCell, str, QTextDocument]] = {}

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:  # noqa: ARG002
        width = self._view.columnWidth(index.column())
        row: ShownCell = index.data(CellRole)
        match ListColumn(index.column()):
            case ListColumn.QUESTION:
                height = self._question_height(row, width) + self._state_height(row, width) + SPACE_XS
            case ListColumn.ANSWER:
                height = round(self._document(row, width).size().height())
            case ListColumn.PAGES:
                height = len(row.chips) * (HEIGHT + SPACE_XS)
        return QSize(width, max(_SMALLEST, height + 2 * SPACE_M))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        row: ShownCell = index.data(CellRole)
        palette = self._theme.palette
        area: QRect = option.rect
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.save()
        painter.fillRect(area, QColor(palette.wash if chosen else palette.surface))
        painter.fillRect(QRect(area.left(), area.bottom(), area.width(), 1), QColor(palette.line))
        if chosen and self._view.hasFocus() and index.column() == ListColumn.QUESTION:
            painter.fillRect(QRect(area.left(), area.top(), _FOCUS_WIDTH, area.height()), QColor(palette.accent))
        painter.setClipRect(area)
        room = area.adjusted(SPACE_M, SPACE_M, -SPACE_M, -SPACE_M)
        match ListColumn(index.column()):
            case ListColumn.QUESTION:
                self._paint_question(painter, room, row)
            case ListColumn.ANSWER:
                painter.translate(room.topLeft())
                context = QAbstractTextDocumentLayout.PaintContext()
                context.palette.setColor(QPalette.ColorRole.Text, QColor(palette.ink))
                self._document(row, area.width()).documentLayout().draw(painter, context)
            case ListColumn.PAGES:
                for place, chip in self._chip_places(room, row):
                    colour = colour_verdict(chip.verdict.verdict if chip.verdict is not None else None, palette)
                    look = ChipLook(colour, palette.surface)
                    draw_chip(painter, QRectF(place), _fitted(chip, row, place.width()), look)
        painter.restore()

    def chip_at(self, index: QModelIndex, area: QRect, point: QPointF) -> Chip | None:
        """Return the chip beside the answer, or in its text, that is at a point of the view; None if there is none."""
        row = index.data(CellRole)
        if not isinstance(row, ShownCell):
            return None
        room = area.adjusted(SPACE_M, SPACE_M, -SPACE_M, -SPACE_M)
        if index.column() == ListColumn.PAGES:
            places = self._chip_places(room, row)
            return next((chip for place, chip in places if place.contains(point.toPoint())), None)
        if index.column() != ListColumn.ANSWER:
            return None
        layout = self._document(row, area.width()).documentLayout()
        address = layout.anchorAt(point - QPointF(room.topLeft()))
        number = address.removeprefix("#")
        mark = row.marks[int(number)] if address.startswith("#") and number.isdecimal() else None
        if mark is None or mark.citation is None:
            return None
        return Chip(mark.label, mark.citation, mark.verdict, mark.said)

    def forget(self) -> None:
        """Forget the answers that were set, as other cells will be shown."""
        self._set.clear()

    def _paint_question(self, painter: QPainter, room: QRect, row: ShownCell) -> None:
        palette = self._theme.palette
        painter.setFont(_question_font())
        painter.setPen(QColor(palette.ink))
        painter.drawText(room, _WRAPPED, question_words(row))
        below = room.adjusted(0, self._question_height(row, room.width() + 2 * SPACE_M) + SPACE_XS, 0, 0)
        painter.setFont(ui_font(SIZE_SMALL))
        painter.setPen(QColor(state_colour(row.state, palette)))
        painter.drawText(below, _WRAPPED, disarm(row.state_words))

    def _question_height(self, row: ShownCell, width: int) -> int:
        return _height(_question_font(), question_words(row), width)

    def _state_height(self, row: ShownCell, width: int) -> int:
        return _height(ui_font(SIZE_SMALL), disarm(row.state_words), width)

    def _chip_places(self, room: QRect, row: ShownCell) -> list[tuple[QRect, Chip]]:
        places, top = [], room.top()
        for chip in row.chips:
            width = min(measure_chip(chip.label).width(), room.width())
            places.append((QRect(room.left() - 2, top, width, HEIGHT), chip))
            top += HEIGHT + SPACE_XS
        return places

    def _document(self, row: ShownCell, width: int) -> QTextDocument:
        colours = self._theme.palette.ground
        kept = self._set.get(row.number)
        if kept is None or kept[0] is not row or kept[1] != colours:
            document = QTextDocument()
            document.setDocumentMargin(0)
            document.setIndentWidth(SPACE_L)
            document.setDefaultFont(text_font(SIZE_TEXT))
            document.setDefaultStyleSheet(_STYLE)
            document.setHtml(answer_html(row, self._theme.palette))
            kept = self._set[row.number] = (row, colours, document)
        kept[2].setTextWidth(max(1, width - 2 * SPACE_M))
        return kept[2]


def question_words(row: ShownCell) -> str:
    return f"{row.number}. {' '.join(disarm(row.question).split())}"


def _fitted(chip: Chip, row: ShownCell, width: int) -> str:
    """Return a chip's words, cut to so many pixels: the title is cut, the page is not."""
    if measure_chip(chip.label).width() <= width:
        return chip.label
    of_page = label_citation(chip.citation, row.books)
    place = of_page if chip.verdict is None else verdict_label(chip.verdict, row.books)
    metrics = QFontMetrics(ui_font(SIZE_SMALL, QFont.Weight.DemiBold))
    room = width - SPACE_L - metrics.horizontalAdvance(f" {place}")
    title = metrics.elidedText(chip.label.removesuffix(place).strip(), Qt.TextElideMode.ElideRight, room)
    return f"{title} {place}".strip()


def state_colour(state: CellState, palette: Palette) -> str:
    """Return the colour of a state; its sign and its words always come with it."""
    match state:
        case CellState.FAILED:
            return palette.not_found
        case CellState.STOPPED:
            return palette.near
        case CellState.ANSWERING:
            return palette.accent
        case _:
            return palette.soft_ink


def answer_html(row: ShownCell, palette: Palette) -> str:
    """Return the answer as rich text that asks for nothing from outside: no HTML of its own, no images. Checked marks
    are anchors with their numbers; those of an open answer are not."""
    marks = list(row.marks) or mark_stream(row.text)
    from app.export.markdown import read_answer, render_answer  # with the first answer in a sheet

    rendered = _ENCODED.sub("", render_answer(read_answer(embed(row.text, marks))))
    parts = split(rendered)
    return "".join(part if isinstance(part, str) else _mark_html(part, marks, palette) for part in parts)


def _mark_html(number: int, marks: list[CitationMark], palette: Palette) -> str:
    mark = marks[number]
    label = html.escape(mark.label).replace(" ", "&nbsp;")
    if mark.citation is None:
        return f'<span style="color:{palette.soft_ink}">{label}</span>'
    colour = colour_verdict(mark.verdict.verdict if mark.verdict is not None else None, palette)
    return f'<a href="#{number}" style="color:{colour}">{label}</a>'


def _question_font() -> QFont:
    return ui_font(SIZE_UI, QFont.Weight.DemiBold)


def _height(font: QFont, text: str, width: int) -> int:
    room = QRect(0, 0, max(1, width - 2 * SPACE_M), 1 << 20)
    return QFontMetrics(font).boundingRect(room, _WRAPPED, text).height()
