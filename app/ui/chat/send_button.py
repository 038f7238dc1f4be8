"""The button that sends a question, and stops its answer."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from app.messages import _
from app.ui.chat.buttons import PlainButton
from app.ui.fonts import ui_font
from app.ui.theme import CORNER, SIZE_UI, Theme

HEIGHT = 30  # px


class SendButton(PlainButton):
    """`Send`, `Stop  Esc` while an answer is being written, or `Cancel  Esc` while a question is held."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.tell(busy=False, held=False)

    def tell(self, *, busy: bool, held: bool) -> None:
        if held:
            words = _("Cancel  Esc"), _("Cancel"), _("Take back the question (Esc)")
        elif busy:
            words = _("Stop  Esc"), _("Stop"), _("Stop the answer (Esc)")
        else:
            words = _("Send"), _("Send"), _("Ask (Return)")
        text, name, tip = words
        self.setText(text)
        self.setAccessibleName(name)
        self.setToolTip(tip)
        self.resize(self.sizeHint())
        self.update()

    def sizeHint(self) -> QSize:
        words = QFontMetrics(ui_font(SIZE_UI, QFont.Weight.DemiBold)).horizontalAdvance(self.text())
        return QSize(words + 2 * 14, HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        palette = self._theme.palette
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        frame = QRectF(self.rect())
        if self.hasFocus():
            painter.setPen(QPen(QColor(palette.accent), 1.5))
            painter.drawRoundedRect(frame.adjusted(0.75, 0.75, -0.75, -0.75), CORNER, CORNER)
            frame.adjust(3, 3, -3, -3)
        painter.setPen(Qt.PenStyle.NoPen)
        ground = palette.accent if self.isEnabled() else palette.line
        painter.setBrush(QColor(ground).darker(112) if self.underMouse() and self.isEnabled() else QColor(ground))
        painter.drawRoundedRect(frame, CORNER - 1, CORNER - 1)
        painter.setPen(QColor(palette.on_accent if self.isEnabled() else palette.soft_ink))
        painter.setFont(ui_font(SIZE_UI, QFont.Weight.DemiBold))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self.text())
