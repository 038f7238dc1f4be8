"""The switch between the versions of a question or an answer."""

from __future__ import annotations

from PySide6.QtCore import QPointF, Signal
from PySide6.QtGui import QColor, QFontMetrics, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from app.ui.chat.buttons import InlineButton
from app.ui.fonts import ui_font
from app.ui.theme import SIZE_SMALL, SPACE_XS, Theme
from app.wording.i18n import _


class Variants(QWidget):
    """`‹ 2 / 3 ›`: which of several versions is shown, and the way to the others."""

    stepped = Signal(int)  # -1 or +1

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._shown = ""
        self.earlier = InlineButton("‹", theme, self, tip=_("Previous version"))
        self.later = InlineButton("›", theme, self, tip=_("Next version"))
        self.earlier.clicked.connect(self._step_back)
        self.later.clicked.connect(self._step_on)
        theme.changed.connect(self.update)
        self.tell(1, 1)

    def tell(self, shown: int, whole: int) -> None:
        """Which one, counted from 1; of a single version nothing is shown."""
        self._shown = f"{shown} / {whole}"
        self.setVisible(whole > 1)
        self.earlier.setEnabled(shown > 1)
        self.later.setEnabled(shown < whole)
        self.setAccessibleName(_("Version {n} of {whole}").format(n=shown, whole=whole))
        words = round(QFontMetricsF(ui_font(SIZE_SMALL)).horizontalAdvance(self._shown)) + SPACE_XS
        side = self.earlier.width()
        self.resize(2 * side + words, self.earlier.height())
        self.later.move(side + words, 0)

    def _step_back(self) -> None:
        self.stepped.emit(-1)

    def _step_on(self) -> None:
        self.stepped.emit(1)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        painter = QPainter(self)
        painter.setPen(QColor(self._theme.palette.soft_ink))
        painter.setFont(ui_font(SIZE_SMALL))
        baseline = centre_baseline(self.height())
        painter.drawText(QPointF(self.earlier.width() + SPACE_XS // 2, baseline), self._shown)


def centre_baseline(height: int) -> int:
    """Where the baseline lies in a line of this height, as the buttons have it."""
    metrics = QFontMetrics(ui_font(SIZE_SMALL))
    return (height - metrics.height()) // 2 + metrics.ascent()
