"""A page as a drawing: fits the width, sharp on every screen, drawn elsewhere and asked for by width."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QColor, QImage, QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QWidget

from app.core.document import PageImage
from app.messages import _
from app.ui.theme import Theme

_REDRAW_DELAY_MS = 120
_MAX_WIDTH = 4096
"""Device pixels: the widest drawing that is asked for."""

_STEP = 40


class ImagePage(QAbstractScrollArea):
    """`image_wanted` carries the width in device pixels; `turned` is +1 or -1 for PageDown or PageUp at an edge."""

    image_wanted = Signal(int)
    turned = Signal(int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._image: QImage | None = None
        self._zoom = 1.0
        self._asked = 0
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.viewport().setAutoFillBackground(False)
        self.setProperty("role", "plain")
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self._later = QTimer(self, singleShot=True, interval=_REDRAW_DELAY_MS)
        self._later.timeout.connect(self._ask)
        theme.changed.connect(self._repaint)

    def clear(self) -> None:
        """Show nothing and ask for the drawing of another page."""
        self._image = None
        self._asked = 0
        self.verticalScrollBar().setValue(0)
        self.setAccessibleName(_("Page, being drawn"))
        self._ask()
        self.viewport().update()

    def show_image(self, drawn: PageImage, name: str) -> None:
        """`name` is what a screen reader says."""
        image = QImage(drawn.rgb, drawn.width, drawn.height, 3 * drawn.width, QImage.Format.Format_RGB888)
        self._image = image.copy()  # the bytes of `drawn` do not outlive it
        self.setAccessibleName(name)
        self._arrange()

    def set_zoom(self, zoom: float) -> None:
        """1 fits the width of the panel."""
        self._zoom = zoom
        self._arrange()
        self._later.start()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()
        self._later.start()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        bar = self.verticalScrollBar()
        step = {
            Qt.Key.Key_Down: _STEP,
            Qt.Key.Key_Up: -_STEP,
            Qt.Key.Key_PageDown: bar.pageStep(),
            Qt.Key.Key_PageUp: -bar.pageStep(),
        }.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
        elif event.key() == Qt.Key.Key_PageDown and bar.value() >= bar.maximum():
            self.turned.emit(1)
        elif event.key() == Qt.Key.Key_PageUp and bar.value() <= bar.minimum():
            self.turned.emit(-1)
        else:
            bar.setValue(bar.value() + step)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        size = self._shown_size()
        left = max(0.0, (self.viewport().width() - size.width()) / 2) - self.horizontalScrollBar().value()
        area = QRectF(left, -self.verticalScrollBar().value(), size.width(), size.height())
        if self._image is None:
            painter.setPen(QColor(self._theme.palette.soft_ink))
            painter.drawText(self.viewport().rect(), Qt.AlignmentFlag.AlignCenter, _("Drawing the page…"))
            return
        painter.drawImage(area, self._image)
        painter.setPen(QColor(self._theme.palette.line))
        painter.drawRect(area.adjusted(0.5, 0.5, -0.5, -0.5))

    def _width(self) -> int:
        return max(80, int(self.viewport().width() * self._zoom))

    def _shown_size(self) -> QSize:
        if self._image is None:
            return QSize(self._width(), self.viewport().height())
        return QSize(self._width(), round(self._image.height() * self._width() / max(1, self._image.width())))

    def _arrange(self) -> None:
        size, view = self._shown_size(), self.viewport().size()
        self.verticalScrollBar().setPageStep(view.height())
        self.verticalScrollBar().setRange(0, max(0, size.height() - view.height()))
        self.verticalScrollBar().setSingleStep(_STEP)
        self.horizontalScrollBar().setPageStep(view.width())
        self.horizontalScrollBar().setRange(0, max(0, size.width() - view.width()))
        self.viewport().update()

    @Slot()
    def _ask(self) -> None:
        if not self.isVisible():
            return
        wanted = min(_MAX_WIDTH, round(self._width() * self.devicePixelRatioF()))
        if wanted != self._asked:
            self._asked = wanted
            self.image_wanted.emit(wanted)

    @Slot()
    def _repaint(self) -> None:
        self.viewport().update()
