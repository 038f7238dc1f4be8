"""Shows a picture fitted into its place or at a chosen scale: wheel and keys zoom it, dragging moves it."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, QSizeF, Qt, QTimer, Signal, Slot
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QFontMetrics,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QShowEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QApplication, QFrame

from app.ui.look.fonts import ui_font
from app.ui.look.theme import CORNER, SIZE_SMALL, SIZE_UI, SPACE_M, SPACE_S, SPACE_XL, Theme
from app.ui.widgets.pictures import LARGEST_SIDE, Levels, choose_level
from app.wording.i18n import _

STEP = 1.25
"""The factor by which a key or a notch of the wheel zooms."""

_AIR = 12  # px around a fitted picture
_LARGEST = 8.0  # device pixels for a pixel of the image
_SMOOTH_BELOW = 2.0  # device pixels for a pixel of the image; above, the pixels are to be seen
_ROUNDING = 1e-6
_NOTCH = 120  # of a wheel, as Qt counts
_MOVE = 60  # px that a key moves the picture
_REDRAW_DELAY_MS = 120
_PATIENCE_MS = 250  # a shorter wait is not shown
_REMARK_MS = 5_000


@dataclass
class Zoom:
    """The scale at which an image is shown: `size` of the image in its own pixels, `view` of its place in px, `ratio`
    of device pixels to px.

    `chosen` is the scale, px for a pixel of the image; None fits it. A small image is not enlarged to fit.
    """

    size: QSize = field(default_factory=lambda: QSize(1, 1))
    view: QSize = field(default_factory=lambda: QSize(1, 1))
    ratio: float = 1.0
    chosen: float | None = None

    @property
    def fitting(self) -> float:
        width, height = self.view.width() - 2 * _AIR, self.view.height() - 2 * _AIR
        return max(_ROUNDING, min(width / self.size.width(), height / self.size.height(), 1.0))

    @property
    def real(self) -> float:
        """The scale at which a pixel of the image is one of the screen."""
        return 1 / self.ratio

    @property
    def scale(self) -> float:
        return self.fitting if self.chosen is None else self.chosen

    @property
    def percent(self) -> int:
        return round(100 * self.scale / self.real)

    @property
    def smooth(self) -> bool:
        return self.scale / self.real < _SMOOTH_BELOW

    def choose(self, scale: float) -> None:
        scale = min(scale, max(_LARGEST * self.real, self.fitting))
        self.chosen = scale if scale > self.fitting * (1 + _ROUNDING) else None

    def other(self) -> float:
        """Return the scale after a click: from fitted to real size, or to twice the fitted one if real size is hardly
        larger; from every other scale back to fitted."""
        if self.chosen is not None:
            return self.fitting
        return self.real if self.real > self.fitting * STEP else 2 * self.fitting

    def shown(self) -> QSizeF:
        """Return the size of the picture on the screen, in px."""
        return (QSizeF(self.size) * self.scale).expandedTo(QSizeF(1, 1))

    def hidden(self, bar: int) -> QSize:
        """Return how many px of the picture do not fit, with scroll bars `bar` px thick; one bar may make the other
        necessary."""
        if self.chosen is None:
            return QSize(0, 0)
        size, view = self.shown(), self.view
        tall = size.height() > view.height()
        wide = size.width() > view.width() - bar * tall
        tall = size.height() > view.height() - bar * wide
        hidden = size - QSizeF(view.width() - bar * tall, view.height() - bar * wide)
        return QSize(math.ceil(max(0.0, hidden.width())), math.ceil(max(0.0, hidden.height())))

    def wanted_side(self) -> int:
        """Return the longest side, in pixels, that is needed to show the picture sharp: the size at which it fits, or
        the whole image."""
        longest = max(self.size.width(), self.size.height())
        if self.chosen is None:
            longest = min(longest, math.ceil(longest * self.fitting * self.ratio))
        return max(1, min(LARGEST_SIDE, longest))


class Magnifier(QAbstractScrollArea):
    """A viewer of one image that can be zoomed. `wanted` carries the longest side, in pixels, that is needed: first as
    it fits, the whole image once it is zoomed further. `stepped` is +1 or -1 for another picture; `zoomed` comes when
    the zoom has changed."""

    wanted = Signal(int)
    stepped = Signal(int)
    zoomed = Signal()
    menu_wanted = Signal(QPoint)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.zoom = Zoom()
        self._levels: Levels = ()
        self._asked = 0  # longest side
        self._waits = self._sharp = False  # for pixels; it has some, which a preview is not
        self._problem = self._remark = ""
        self._pressed: QPoint | None = None
        self._dragged = False
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setProperty("role", "plain")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._later = QTimer(self, singleShot=True, interval=_REDRAW_DELAY_MS)
        self._later.timeout.connect(self._ask)
        self._patience = QTimer(self, singleShot=True, interval=_PATIENCE_MS)
        self._patience.timeout.connect(self._repaint)
        self._unsaid = QTimer(self, singleShot=True, interval=_REMARK_MS)
        self._unsaid.timeout.connect(self._take_back)
        theme.changed.connect(self._repaint)

    # ---- what is shown

    def begin(self, size: QSize, preview: QImage | None) -> None:
        """Show another picture of this size in pixels; `preview` is shown until its pixels have come."""
        self.zoom.size, self.zoom.chosen = size, None
        self._levels, self._problem = _levels_of(preview), ""
        self._asked, self._waits, self._sharp = 0, False, False
        self._arrange()
        self._ask()

    def set_preview(self, preview: QImage | None) -> None:
        """Set a preview that came later; it changes nothing once there is something better."""
        if not self._levels and not self._problem:
            self._levels = _levels_of(preview)
            self._repaint()

    def show_pixels(self, levels: Levels) -> None:
        """Show the pixels that were asked for."""
        self._levels, self._problem = levels, ""
        self._waits, self._sharp = False, True
        self._repaint()

    def show_problem(self, words: str) -> None:
        """Show why the pixels that were asked for will not come."""
        self._problem, self._waits = words, False
        if not self._sharp:
            self._levels = ()
        self._repaint()

    def say(self, remark: str) -> None:
        """Show a remark over the picture for some seconds."""
        self._remark = remark
        self._unsaid.start()
        self._repaint()

    @property
    def picture(self) -> QImage | None:
        """The largest one there is."""
        return self._levels[0] if self._levels else None

    def words(self) -> str:
        """Return the words that are shown over the picture, or instead of it; empty for none."""
        waits = self._waits and not self._patience.isActive()
        return self._remark or self._problem or (_("Opening the image…") if waits else "")

    def picture_area(self) -> QRectF:
        """Return the rectangle of the picture in the viewport, in px."""
        size, view = self.zoom.shown(), self.viewport().size()
        left = max(0.0, (view.width() - size.width()) / 2) - self.horizontalScrollBar().value()
        top = max(0.0, (view.height() - size.height()) / 2) - self.verticalScrollBar().value()
        return QRectF(QPointF(left, top), size)

    # ---- zooming

    @Slot()
    def zoom_in(self) -> None:
        self._zoom_to(self.zoom.scale * STEP)

    @Slot()
    def zoom_out(self) -> None:
        self._zoom_to(self.zoom.scale / STEP)

    @Slot()
    def toggle(self) -> None:
        """Zoom from fitted to real size, or back."""
        self._zoom_to(self.zoom.other())

    def _zoom_to(self, scale: float, point: QPointF | None = None) -> None:
        """Zoom to a scale. The point of the picture under `point` of the viewport, or under its middle if None, stays
        there."""
        fixed = point if point is not None else QRectF(self.viewport().rect()).center()
        before = self.picture_area()
        across, down = (fixed.x() - before.x()) / before.width(), (fixed.y() - before.y()) / before.height()
        self.zoom.choose(scale)
        self._arrange()
        size = self.zoom.shown()
        self.horizontalScrollBar().setValue(round(across * size.width() - fixed.x()))
        self.verticalScrollBar().setValue(round(down * size.height() - fixed.y()))
        self._ask()

    def _arrange(self) -> None:
        self.zoom.view, self.zoom.ratio = self.maximumViewportSize(), self.devicePixelRatioF()
        self.zoom.choose(self.zoom.scale if self.zoom.chosen is not None else 0.0)  # the place may be larger now
        hidden, view = self.zoom.hidden(self.verticalScrollBar().sizeHint().width()), self.zoom.view
        for bar, pixels, step in (
            (self.horizontalScrollBar(), hidden.width(), view.width()),
            (self.verticalScrollBar(), hidden.height(), view.height()),
        ):
            bar.setRange(0, pixels)
            bar.setPageStep(step)
        self._set_cursor()
        self.viewport().update()
        self.zoomed.emit()

    @Slot()
    def _ask(self) -> None:
        wanted = self.zoom.wanted_side()
        if self.isVisible() and wanted > self._asked:
            self._asked, self._waits = wanted, True
            self._patience.start()
            self.wanted.emit(wanted)

    def _moves(self) -> bool:
        return self.horizontalScrollBar().maximum() > 0 or self.verticalScrollBar().maximum() > 0

    def _move(self, across: int, down: int) -> None:
        self.horizontalScrollBar().setValue(self.horizontalScrollBar().value() + across)
        self.verticalScrollBar().setValue(self.verticalScrollBar().value() + down)

    def _set_cursor(self) -> None:
        shape = Qt.CursorShape.OpenHandCursor if self._moves() else Qt.CursorShape.PointingHandCursor
        self.viewport().setCursor(Qt.CursorShape.ClosedHandCursor if self._dragged else shape)

    # ---- what the person does

    def wheelEvent(self, event: QWheelEvent) -> None:
        turns = event.angleDelta().y() / _NOTCH
        if turns:
            self._zoom_to(self.zoom.scale * STEP**turns, event.position())
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton:
            self._pressed = event.position().toPoint()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._pressed is None:
            return
        moved = event.position().toPoint() - self._pressed
        if self._dragged or moved.manhattanLength() >= QApplication.startDragDistance():
            self._dragged = True
            self._pressed = event.position().toPoint()
            self._move(-moved.x(), -moved.y())
            self._set_cursor()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        clicked = self._pressed is not None and not self._dragged
        self._pressed, self._dragged = None, False
        if clicked and self.picture_area().contains(event.position()):
            self._zoom_to(self.zoom.other(), event.position())
        self._set_cursor()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.menu_wanted.emit(event.globalPos())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        match event.key():
            case Qt.Key.Key_Plus | Qt.Key.Key_Equal:
                self.zoom_in()
            case Qt.Key.Key_Minus:
                self.zoom_out()
            case Qt.Key.Key_0:
                self._zoom_to(self.zoom.fitting)
            case Qt.Key.Key_1:
                self._zoom_to(self.zoom.real)
            case Qt.Key.Key_PageUp | Qt.Key.Key_PageDown:
                self.stepped.emit(1 if event.key() == Qt.Key.Key_PageDown else -1)
            case Qt.Key.Key_Left | Qt.Key.Key_Right:
                direction = 1 if event.key() == Qt.Key.Key_Right else -1
                if self._moves():
                    self._move(direction * _MOVE, 0)
                else:
                    self.stepped.emit(direction)
            case Qt.Key.Key_Up | Qt.Key.Key_Down:
                self._move(0, _MOVE if event.key() == Qt.Key.Key_Down else -_MOVE)
            case _other:
                super().keyPressEvent(event)

    # ---- what Qt does

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self._arrange()
            self._later.start()
        return super().event(event)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._arrange()
        self._ask()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()
        self._later.start()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        painter, palette = QPainter(self.viewport()), self._theme.palette
        if self._levels:
            area = self.picture_area()
            smooth = self.zoom.smooth or self._waits
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smooth)
            side = max(area.width(), area.height()) * self.zoom.ratio
            painter.drawImage(area, choose_level(self._levels, side))
            painter.setPen(QPen(QColor(palette.line), 1))
            painter.drawRect(area.adjusted(-0.5, -0.5, 0.5, 0.5))
        words = self.words()
        if words and self._levels:
            _paint_label(painter, self.viewport().size(), words, self._theme)
        elif words:
            painter.setFont(ui_font(SIZE_UI))
            painter.setPen(QColor(palette.soft_ink))
            box = self.viewport().rect().adjusted(SPACE_XL, SPACE_XL, -SPACE_XL, -SPACE_XL)
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, words)

    @Slot()
    def _take_back(self) -> None:
        self._remark = ""
        self._repaint()

    @Slot()
    def _repaint(self) -> None:
        self.viewport().update()


def _levels_of(preview: QImage | None) -> Levels:
    return () if preview is None else (preview,)


def _paint_label(painter: QPainter, view: QSize, words: str, theme: Theme) -> None:
    """Paint words at the lower edge of the picture, on a ground of their own, since a picture may have any colour."""
    palette, font = theme.palette, ui_font(SIZE_SMALL)
    room = view.width() - 2 * SPACE_XL
    box = QFontMetrics(font).boundingRect(0, 0, room, view.height(), Qt.TextFlag.TextWordWrap, words)
    frame = QRectF(0, 0, box.width() + 2 * SPACE_M, box.height() + 2 * SPACE_S)
    frame.moveCenter(QPointF(view.width() / 2, view.height() - SPACE_M - frame.height() / 2))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor(palette.line), 1))
    painter.setBrush(QColor(palette.surface))
    painter.drawRoundedRect(frame, CORNER, CORNER)
    painter.setFont(font)
    painter.setPen(QColor(palette.ink))
    painter.drawText(frame, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, words)
