"""The drawing of a report: a bar of the states of all pages, and a row for each page: a small picture of it, its state
as sign and word, and what is odd about it."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Slot
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QStyleOptionViewItem, QWidget

from app.core.documents.document import Flag, Format
from app.core.documents.ingestion import IngestionReport, PageReport, PageState
from app.language.one_line import in_one_line
from app.ui.look.fonts import text_font, ui_font
from app.ui.look.icons import Icons, Symbol
from app.ui.look.theme import SIZE_SMALL, SIZE_UI, SPACE_L, SPACE_M, SPACE_S, SPACE_XS, Palette
from app.ui.report.pages import Index, NameRole, PageRole, RemarksRole, measure_of
from app.ui.shelf.delegates import RowDelegate
from app.ui.widgets.labels import two_lines
from app.ui.widgets.pictures import Thumbnails
from app.wording.page_flags import state_count, state_word

THUMBNAIL = QSize(46, 64)
_ROW_HEIGHT, _TEXT_ROW_HEIGHT = 82, 74
_GAP = SPACE_XS
_LINE = 18
_LABEL_WIDTH = 112
_SIGN = 16
_BAR_HEIGHT, _LEGEND_LINE = 10, 20
_THINNEST = 3.0
SYMBOLS = {
    PageState.TEXT: Symbol.TEXT,
    PageState.RECOGNISED: Symbol.SCAN,
    PageState.EMPTY: Symbol.PAGE,
    PageState.SUSPICIOUS: Symbol.WARNING,
}


class PageDelegate(RowDelegate):
    def __init__(
        self, icons: Icons, thumbnails: Thumbnails | None, format: Format, parent: QWidget | None = None
    ) -> None:
        """`format` is that of the book. `thumbnails` is None if the pages cannot be drawn; each is then shown by its
        first words."""
        super().__init__(icons, parent)
        self._thumbnails = thumbnails
        self._format = format

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
        for words in two_lines(remarks or in_one_line(page.beginning, self._format), font, inner.width()):
            line.translate(0, _LINE + SPACE_XS // 2)
            painter.drawText(line, middle, words)


def colour_of(state: PageState, palette: Palette) -> str:
    """Return the colour of the sign for a page's state."""
    return {
        PageState.TEXT: palette.verified,
        PageState.RECOGNISED: palette.soft_ink,
        PageState.EMPTY: palette.soft_ink,
        PageState.SUSPICIOUS: palette.near,
    }[state]


class StatesBar(QWidget):
    def __init__(self, icons: Icons) -> None:
        super().__init__()
        self._icons = icons
        self._theme = icons.theme
        self._states: list[tuple[PageState, int]] = []
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._theme.changed.connect(self._repaint)

    def show_report(self, report: IngestionReport) -> None:
        self._states = [(state, n) for state, n in report.states.items() if n]
        self.setAccessibleName(", ".join(state_count(state, n) for state, n in self._states))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(200, _BAR_HEIGHT + SPACE_S + _LEGEND_LINE)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        palette = self._theme.palette
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        whole = QRectF(0, 0, self.width(), _BAR_HEIGHT)
        outline = QPainterPath()
        outline.addRoundedRect(whole, _BAR_HEIGHT / 2, _BAR_HEIGHT / 2)
        painter.save()
        painter.setClipPath(outline)
        painter.fillRect(whole, QColor(palette.line))
        pages = sum(n for _state, n in self._states)
        left = 0.0
        for place, (state, n) in enumerate(self._states):
            rest = sum(_THINNEST for _other in self._states[place + 1 :])
            width = min(max(_THINNEST, whole.width() * n / pages), max(_THINNEST, whole.width() - left - rest))
            colour = palette.handle if state is PageState.EMPTY else colour_of(state, palette)
            painter.fillRect(QRectF(left, 0, width - 1, _BAR_HEIGHT), QColor(colour))
            left += width
        painter.restore()
        self._paint_legend(painter)

    def _paint_legend(self, painter: QPainter) -> None:
        palette, font = self._theme.palette, ui_font(SIZE_SMALL)
        painter.setFont(font)
        left, top = 0, _BAR_HEIGHT + SPACE_S
        for state, n in self._states:
            words = state_count(state, n)
            icon = self._icons.icon(SYMBOLS[state], colour_of(state, palette))
            icon.paint(painter, left, top + (_LEGEND_LINE - _SIGN) // 2, _SIGN, _SIGN)
            left += _SIGN + SPACE_XS
            width = QFontMetrics(font).horizontalAdvance(words)
            painter.setPen(QColor(palette.ink))
            painter.drawText(left, top, width + 1, _LEGEND_LINE, int(Qt.AlignmentFlag.AlignVCenter), words)
            left += width + SPACE_L

    @Slot()
    def _repaint(self) -> None:
        self.update()
