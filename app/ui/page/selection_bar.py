"""The small bar beside words that are selected on a page: ask about them, highlight them, write a note."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QFrame, QWidget

from app.core.documents.note import Marker
from app.ui.look.theme import SPACE_XS, Theme
from app.ui.page.note_look import LINE, look_of
from app.ui.widgets.buttons import TextButton
from app.ui.widgets.layouts import row
from app.wording.i18n import _
from app.wording.notes import marker_words

MARK_KEY, NOTE_KEY = "H", "N"
_SIDE, _SAMPLE = 28, 16  # px


class MarkerButton(QAbstractButton):
    """A button that shows a sample of a marker; the marker in use is checked."""

    def __init__(self, marker: Marker, theme: Theme, tip: str) -> None:
        super().__init__()
        self.marker = marker
        self._theme = theme
        self.setAccessibleName(tip)
        self.setToolTip(tip)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        theme.repaint_on_change(self)

    def sizeHint(self) -> QSize:
        return QSize(_SIDE, _SIDE)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        palette, look = self._theme.palette, look_of(self.marker, dark=self._theme.palette.dark)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        around = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        painter.setPen(Qt.PenStyle.NoPen)
        if self.underMouse():
            painter.setBrush(QColor(palette.wash))
            painter.drawRoundedRect(around, SPACE_XS, SPACE_XS)
        if self.isChecked() or self.hasFocus():
            painter.setPen(QPen(QColor(palette.accent), 1.5 if self.isChecked() else LINE))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(around, SPACE_XS, SPACE_XS)
        sample = QRectF(0, 0, _SAMPLE, _SAMPLE - 3)
        sample.moveCenter(QPointF(self.rect().center()) + QPointF(0.5, -0.5))
        painter.fillRect(sample, QColor(look.fill))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(QPen(QColor(look.line), LINE, look.style))
        painter.drawLine(sample.bottomLeft(), sample.bottomRight())


def marker_buttons(theme: Theme, tip: str) -> list[MarkerButton]:
    """Return one button for each marker; `tip` has a place for the marker's name."""
    return [MarkerButton(marker, theme, tip.format(marker=marker_words(marker))) for marker in Marker]


class SelectionBar(QFrame):
    """The small bar itself. It takes no focus, which the selection keeps. `marked` carries a Marker."""

    marked = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self.ask = TextButton(_("Ask about this"), role="quiet")
        self.note = TextButton(_("Note"), role="quiet")
        self.note.setToolTip(f"{_('Write a note about these words')}  {NOTE_KEY}")
        self.markers = marker_buttons(theme, _("Highlight: {marker}"))
        for button in self.markers:
            button.clicked.connect(partial(self.marked.emit, button.marker))
        for each in (self.ask, self.note, *self.markers):
            each.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        margins = (SPACE_XS, 2, SPACE_XS, 2)
        row(self.ask, SPACE_XS, *self.markers, SPACE_XS, self.note, of=self, margins=margins)
        self.setCursor(Qt.CursorShape.ArrowCursor)
        self.hide()
