"""What covers the window while files are dragged across it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from app.ui.fonts import text_font, ui_font
from app.ui.theme import CORNER, SIZE_DISPLAY, SIZE_TEXT, SPACE_L, SPACE_S, Theme

_VEIL_ALPHA = 243


class DropOverlay(QWidget):
    """Covers its parent and never takes part in the drag itself."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._covered = parent
        self._title = self._detail = ""
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        parent.installEventFilter(self)
        self.hide()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._covered and event.type() == QEvent.Type.Resize:
            self.resize(self._covered.size())
        return False

    def appear(self, title: str, detail: str) -> None:
        """Say what becomes of the files, and more about that."""
        self._title, self._detail = title, detail
        self.setAccessibleName(title)
        self.resize(self._covered.size())
        self.raise_()
        self.show()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        palette = self._theme.palette
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        veil = QColor(palette.ground)
        veil.setAlpha(_VEIL_ALPHA)
        painter.fillRect(self.rect(), veil)
        painter.setPen(QPen(QColor(palette.accent), 2, Qt.PenStyle.DashLine))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(SPACE_L, SPACE_L, -SPACE_L, -SPACE_L), CORNER, CORNER)
        middle = self.height() // 2
        painter.setFont(text_font(SIZE_DISPLAY))
        painter.drawText(
            QRectF(0, middle - 60, self.width(), 60 - SPACE_S / 2),
            Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignBottom,
            self._title,
        )
        painter.setFont(ui_font(SIZE_TEXT))
        painter.setPen(QColor(palette.soft_ink))
        painter.drawText(
            QRectF(0, middle + SPACE_S / 2, self.width(), 60),
            Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop,
            self._detail,
        )
