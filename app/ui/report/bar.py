"""The states of all pages as one bar, with its legend: colour, sign and words."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Slot
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.core.ingestion import IngestionReport, PageState
from app.ui.fonts import ui_font
from app.ui.icons import Icons, Symbol
from app.ui.theme import SIZE_SMALL, SPACE_L, SPACE_S, SPACE_XS, Palette
from app.wording.page_flags import state_count

SYMBOLS = {
    PageState.TEXT: Symbol.TEXT,
    PageState.RECOGNISED: Symbol.SCAN,
    PageState.EMPTY: Symbol.PAGE,
    PageState.SUSPICIOUS: Symbol.WARNING,
}
_BAR_HEIGHT, _LINE, _SIGN = 10, 20, 16
_THINNEST = 3.0


def colour_of(state: PageState, palette: Palette) -> str:
    """Of the state's sign."""
    return {
        PageState.TEXT: palette.verified,
        PageState.RECOGNISED: palette.soft_ink,
        PageState.EMPTY: palette.soft_ink,
        PageState.SUSPICIOUS: palette.near,
    }[state]


class StatesBar(QWidget):
    def __init__(self, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
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
        return QSize(200, _BAR_HEIGHT + SPACE_S + _LINE)

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
            icon.paint(painter, left, top + (_LINE - _SIGN) // 2, _SIGN, _SIGN)
            left += _SIGN + SPACE_XS
            width = QFontMetrics(font).horizontalAdvance(words)
            painter.setPen(QColor(palette.ink))
            painter.drawText(left, top, width + 1, _LINE, int(Qt.AlignmentFlag.AlignVCenter), words)
            left += width + SPACE_L

    @Slot()
    def _repaint(self) -> None:
        self.update()
