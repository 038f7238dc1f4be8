"""How a page is drawn in the report: a small picture of it, its state as sign and word, and what is odd about it."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import QStyleOptionViewItem, QWidget

from app.core.document import Flag
from app.core.ingestion import PageReport
from app.ui.fonts import text_font, ui_font
from app.ui.icons import Icons, Symbol
from app.ui.report.bar import SYMBOLS, colour_of
from app.ui.report.pages import Index, NameRole, PageRole, RemarksRole, measure_of
from app.ui.shelf.delegates import RowDelegate
from app.ui.theme import SIZE_SMALL, SIZE_UI, SPACE_L, SPACE_M, SPACE_S, SPACE_XS
from app.ui.widgets.thumbnails import Thumbnails
from app.ui.widgets.wrapping import two_lines
from app.wording.page_flags import state_word

THUMBNAIL = QSize(46, 64)
_ROW_HEIGHT, _TEXT_ROW_HEIGHT = 82, 74
_GAP = SPACE_XS
_LINE = 18
_LABEL_WIDTH = 112
_SIGN = 16


class PageDelegate(RowDelegate):
    def __init__(self, icons: Icons, thumbnails: Thumbnails | None, parent: QWidget | None = None) -> None:
        """`thumbnails` None: the pages cannot be drawn, and each is shown by its first words."""
        super().__init__(icons, parent)
        self._thumbnails = thumbnails

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: ARG002
        return QSize(80, (_TEXT_ROW_HEIGHT if self._thumbnails is None else _ROW_HEIGHT) + _GAP)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        page: PageReport = index.data(PageRole)
        area: QRect = option.rect.adjusted(0, 0, 0, -_GAP)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        self._paint_ground(painter, area, option, card=False)
        self._paint_focus(painter, area, option)
        inner = area.adjusted(SPACE_M, SPACE_S, -SPACE_M, -SPACE_S)
        if self._thumbnails is not None:
            self._paint_picture(painter, QRect(inner.topLeft(), THUMBNAIL), page)
            inner.setLeft(inner.left() + THUMBNAIL.width() + SPACE_M)
        self._paint_words(painter, inner, page, index.data(NameRole), index.data(RemarksRole))
        painter.restore()

    def _paint_picture(self, painter: QPainter, box: QRect, page: PageReport) -> None:
        palette = self._theme.palette
        image = None
        if self._thumbnails is not None and Flag.DAMAGED not in page.flags:
            image = self._thumbnails.of(page.number)
        if image is None:
            sign = QRect(0, 0, _SIGN, _SIGN)
            sign.moveCenter(box.center())
            self._icons.icon(Symbol.PAGE, palette.soft_ink).paint(painter, sign)
        else:
            size = image.size().scaled(box.size(), Qt.AspectRatioMode.KeepAspectRatio)
            shown = QRect(box.topLeft(), size)
            shown.moveCenter(box.center())
            painter.drawImage(shown, image)
            box = shown
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QColor(palette.line))
        painter.drawRect(box)

    def _paint_words(self, painter: QPainter, inner: QRect, page: PageReport, name: str, remarks: str) -> None:
        palette = self._theme.palette
        line = QRect(inner.left(), inner.top(), inner.width(), _LINE)
        middle = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        bold = ui_font(SIZE_UI + 1, QFont.Weight.DemiBold)
        painter.setFont(bold)
        painter.setPen(QColor(palette.ink))
        label = QFontMetrics(bold).elidedText(name, Qt.TextElideMode.ElideRight, _LABEL_WIDTH)
        painter.drawText(line, middle, label)
        sign = QRect(line.left() + _LABEL_WIDTH + SPACE_S, line.top() + (_LINE - _SIGN) // 2, _SIGN, _SIGN)
        self._icons.icon(SYMBOLS[page.state], colour_of(page.state, palette)).paint(painter, sign)
        small = ui_font(SIZE_SMALL)
        painter.setFont(small)
        painter.drawText(line.adjusted(_LABEL_WIDTH + SPACE_L + _SIGN, 0, 0, 0), middle, state_word(page.state))
        painter.setPen(QColor(palette.soft_ink))
        painter.drawText(line, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, measure_of(page))
        font = small if remarks else text_font(SIZE_SMALL)
        painter.setFont(font)
        painter.setPen(QColor(palette.near if page.needs_look else palette.soft_ink))
        for words in two_lines(remarks or page.beginning, font, inner.width()):
            line.translate(0, _LINE + SPACE_XS // 2)
            painter.drawText(line, middle, words)
