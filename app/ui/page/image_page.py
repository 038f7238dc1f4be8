"""A page as a drawing: fits the width, sharp on every screen, drawn elsewhere and asked for by width.

What is highlighted or selected is painted over the drawing, at the places of the characters that the reader gave.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import (
    QColor,
    QImage,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QWidget

from app.core.image import Raster
from app.ui.page.region import Region
from app.ui.theme import PAPER, Theme
from app.ui.widgets.pictures import to_image
from app.wording.i18n import _

if TYPE_CHECKING:
    from app.documents.layer import Box, Layer


_FOUND, _SELECTED = "#F2D9DA", "#C9DCEF"
_AROUND = 1  # px


class Markings:
    """`area` is always the drawing's rectangle in the view."""

    def __init__(self, layer: Layer | None = None) -> None:
        """Nothing is highlighted or selected yet; without a layer nothing can be."""
        self.layer = layer
        self.lit: tuple[Box, ...] = ()
        self.found: tuple[Box, ...] = ()
        self.selection: tuple[int, int] | None = None

    def light(self, lit: Iterable[Box], found: Iterable[Box]) -> None:
        self.lit, self.found = tuple(lit), tuple(found)

    def selected_text(self) -> str:
        return self.layer.text[slice(*self.selection)] if self.layer and self.selection else ""

    def selected_bands(self) -> tuple[Box, ...]:
        return self.layer.bands(*self.selection) if self.layer and self.selection else ()

    def caret_at(self, at: QPointF, area: QRectF) -> int | None:
        """The number of characters before a place in the view; None on a page without text."""
        if self.layer is None:
            return None
        x, y = _share(at, area)
        index = self.layer.character_at(x, y)
        return None if index is None else index + self.layer.is_behind(index, x)

    def character_under(self, at: QPointF, area: QRectF) -> int | None:
        """The character whose box holds a place in the view."""
        if self.layer is None:
            return None
        x, y = _share(at, area)
        index = self.layer.character_at(x, y)
        return index if index is not None and self.layer.holds(index, x, y) else None

    def paint(self, painter: QPainter, area: QRectF) -> None:
        """Like a marker pen: what is dark stays dark. A page is paper by night too, so the colours are those of day."""
        painter.save()
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Multiply)
        for boxes, colour in ((self.found, _FOUND), (self.lit, PAPER.highlight), (self.selected_bands(), _SELECTED)):
            for box in boxes:
                painter.fillRect(on_view(box, area).adjusted(-_AROUND, -_AROUND, _AROUND, _AROUND), QColor(colour))
        painter.restore()


def on_view(box: Box, area: QRectF) -> QRectF:
    return QRectF(
        area.left() + box.left * area.width(),
        area.top() + box.top * area.height(),
        (box.right - box.left) * area.width(),
        (box.bottom - box.top) * area.height(),
    )


def _share(at: QPointF, area: QRectF) -> tuple[float, float]:
    return (at.x() - area.left()) / area.width(), (at.y() - area.top()) / area.height()


_REDRAW_DELAY_MS = 120
_MAX_WIDTH = 4096
"""Device pixels: the widest drawing that is asked for."""

_STEP = 40
_LIT_ABOVE_SHARE = 0.25
"""Of the height: how far below the top a highlighted place is shown."""


class ImagePage(QAbstractScrollArea):
    """`image_wanted` carries the width in device pixels; `turned` is +1 or -1 for PageDown or PageUp at an edge, and
    `zoomed` for Ctrl and the wheel. `selected`: the selection has changed.
    """

    image_wanted = Signal(int)
    turned = Signal(int)
    zoomed = Signal(int)
    selected = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._image: QImage | None = None
        self._zoom = 1.0
        self._asked = 0
        self._markings = Markings()
        self._anchor: int | None = None
        self.setMouseTracking(True)
        self.viewport().setMouseTracking(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.viewport().setAutoFillBackground(False)
        self.setProperty("role", "plain")
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.region = Region(self, self._drawn_place)
        self._later = QTimer(self, singleShot=True, interval=_REDRAW_DELAY_MS)
        self._later.timeout.connect(self._ask)
        theme.changed.connect(self.viewport().update)

    def clear(self) -> None:
        """Show nothing and ask for the drawing of another page."""
        self._image = None
        self._asked = 0
        self.show_layer(None)
        self.region.drop()
        self.verticalScrollBar().setValue(0)
        self.setAccessibleName(_("Page, loading"))
        self._ask()
        self.viewport().update()

    def show_image(self, drawn: Raster, name: str) -> None:
        """`name` is what a screen reader says."""
        first = self._image is None
        self._image = to_image(drawn)
        self.setAccessibleName(name)
        self._arrange()
        if first:
            self._reveal()

    def show_layer(self, layer: Layer | None) -> None:
        """The characters that can be highlighted and selected; nothing is yet."""
        self._select(None)
        self._anchor = None
        self._markings = Markings(layer)
        self.viewport().update()

    def light(self, lit: Iterable[Box], found: Iterable[Box]) -> None:
        """`lit` is the quotation or the place one looks at, and comes into sight; `found` are the other places."""
        self._markings.light(lit, found)
        self._reveal()
        self.viewport().update()

    def lit(self) -> tuple[Box, ...]:
        return self._markings.lit

    def found(self) -> tuple[Box, ...]:
        return self._markings.found

    def selected_text(self) -> str:
        return self._markings.selected_text()

    def selection_rect(self) -> QRectF | None:
        """Of the selection's last line, in the viewport."""
        bands = self._markings.selected_bands()
        return on_view(bands[-1], self.drawn_area()) if bands else None

    def set_zoom(self, zoom: float) -> None:
        """1 fits the width of the panel. The middle of the view stays in the middle."""
        bars = (self.horizontalScrollBar(), self.verticalScrollBar())
        before = self._shown_size()
        middles = [bar.value() + bar.pageStep() / 2 for bar in bars]
        self._zoom = zoom
        self._arrange()
        after = self._shown_size()
        for bar, middle, old, new in zip(bars, middles, before.toTuple(), after.toTuple(), strict=True):
            bar.setValue(round(middle * new / old - bar.pageStep() / 2))
        self._later.start()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()
        self._later.start()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self._later.start()
        return super().event(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        turns = event.angleDelta().y()
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            if turns:
                self.zoomed.emit(1 if turns > 0 else -1)
            event.accept()
        else:
            super().wheelEvent(event)

    # ---- selecting

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton and self._markings.layer is not None:
            self._anchor = self._markings.caret_at(event.position(), self.drawn_area())
            self._select(None)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._anchor is not None and event.buttons() & Qt.MouseButton.LeftButton:
            caret = self._markings.caret_at(event.position(), self.drawn_area())
            if caret is not None:
                start, end = sorted((self._anchor, caret))
                self._select((start, end) if end > start else None)
        elif self._markings.layer is not None:
            over = self._markings.character_under(event.position(), self.drawn_area()) is not None
            self.viewport().setCursor(Qt.CursorShape.IBeamCursor if over else Qt.CursorShape.ArrowCursor)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: ARG002
        self._anchor = None

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        index = self._markings.character_under(event.position(), self.drawn_area())
        if self._markings.layer is not None and index is not None:
            self._select(self._markings.layer.word_around(index))

    def select_part(self) -> None:
        """Let the person draw a rectangle; see `Region`."""
        self._select(None)
        self.region.begin()

    def select(self, start: int, end: int) -> None:
        """Characters of the page's text."""
        if self._markings.layer is not None and end > start:
            self._select((start, min(end, len(self._markings.layer.text))))

    def _select(self, selection: tuple[int, int] | None) -> None:
        if selection != self._markings.selection:
            self._markings.selection = selection
            self.selected.emit()
            self.viewport().update()

    # ---- keys

    def keyPressEvent(self, event: QKeyEvent) -> None:
        bar = self.verticalScrollBar()
        step = {
            Qt.Key.Key_Down: _STEP,
            Qt.Key.Key_Up: -_STEP,
            Qt.Key.Key_PageDown: bar.pageStep(),
            Qt.Key.Key_PageUp: -bar.pageStep(),
        }.get(Qt.Key(event.key()))
        if event.matches(QKeySequence.StandardKey.SelectAll):
            self.select(0, len(self._markings.layer.text) if self._markings.layer else 0)
        elif event.key() == Qt.Key.Key_Home:
            bar.setValue(bar.minimum())
        elif event.key() == Qt.Key.Key_End:
            bar.setValue(bar.maximum())
        elif event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self._go_aside(1 if event.key() == Qt.Key.Key_Right else -1)
        elif step is None:
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
        area = self.drawn_area()
        if self._image is None:
            painter.setPen(QColor(self._theme.palette.soft_ink))
            painter.drawText(self.viewport().rect(), Qt.AlignmentFlag.AlignCenter, _("Loading the page…"))
            return
        painter.drawImage(area, self._image)
        self._markings.paint(painter, area)
        painter.setPen(QColor(self._theme.palette.line))
        painter.drawRect(area.adjusted(0.5, 0.5, -0.5, -0.5))

    def _reveal(self) -> None:
        if not self._markings.lit or self._image is None:
            return
        size, view = self._shown_size(), self.viewport().size()
        top = min(box.top for box in self._markings.lit) * size.height()
        self.verticalScrollBar().setValue(round(top - view.height() * _LIT_ABOVE_SHARE))
        first = self._markings.lit[0]
        left, right = first.left * size.width(), first.right * size.width()
        bar = self.horizontalScrollBar()
        if not bar.value() <= left <= right <= bar.value() + view.width():
            bar.setValue(round(left - _STEP))

    def _go_aside(self, direction: int) -> None:
        """Scroll a drawing that is wider than the panel; else go to the page before or after."""
        bar = self.horizontalScrollBar()
        if bar.maximum() > 0:
            bar.setValue(bar.value() + direction * _STEP)
        else:
            self.turned.emit(direction)

    def proportions(self) -> float:
        """The height of the drawing by its width; 1 until it is there."""
        return self._image.height() / max(1, self._image.width()) if self._image is not None else 1.0

    def _drawn_place(self) -> QRectF:
        return self.drawn_area() if self._image is not None else QRectF()

    def drawn_area(self) -> QRectF:
        """The drawing, in the viewport."""
        size = self._shown_size()
        left = max(0.0, (self.viewport().width() - size.width()) / 2) - self.horizontalScrollBar().value()
        return QRectF(left, -self.verticalScrollBar().value(), size.width(), size.height())

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
        self.region.follow()
        self.viewport().update()

    @Slot()
    def _ask(self) -> None:
        if not self.isVisible():
            return
        wanted = min(_MAX_WIDTH, round(self._width() * self.devicePixelRatioF()))
        if wanted != self._asked:
            self._asked = wanted
            self.image_wanted.emit(wanted)
