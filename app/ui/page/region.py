"""Selecting a part of a drawn page: a rectangle with handles, drawn with the mouse or set up with the arrow keys."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from PySide6.QtCore import QMarginsF, QPoint, QPointF, QRect, QRectF, QSize, QSizeF, Qt, Signal, Slot
from PySide6.QtGui import QColor, QHideEvent, QKeyEvent, QMouseEvent, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QScrollBar, QStyle, QWidget

from app.services.library.images import Area
from app.ui.look.theme import PAPER, SPACE_M, SPACE_S, SPACE_XS
from app.ui.page.markings import PlacedPage
from app.ui.widgets.buttons import TextButton
from app.ui.widgets.labels import PlainLabel
from app.ui.widgets.layouts import row
from app.wording.i18n import _

NO_EDGE = Qt.Edge(0)
ALL_EDGES = Qt.Edge.LeftEdge | Qt.Edge.TopEdge | Qt.Edge.RightEdge | Qt.Edge.BottomEdge
LAST_EDGES = Qt.Edge.RightEdge | Qt.Edge.BottomEdge

_CURSORS = {
    NO_EDGE: Qt.CursorShape.CrossCursor,
    ALL_EDGES: Qt.CursorShape.SizeAllCursor,
    Qt.Edge.LeftEdge: Qt.CursorShape.SizeHorCursor,
    Qt.Edge.RightEdge: Qt.CursorShape.SizeHorCursor,
    Qt.Edge.TopEdge: Qt.CursorShape.SizeVerCursor,
    Qt.Edge.BottomEdge: Qt.CursorShape.SizeVerCursor,
    Qt.Edge.LeftEdge | Qt.Edge.TopEdge: Qt.CursorShape.SizeFDiagCursor,
    LAST_EDGES: Qt.CursorShape.SizeFDiagCursor,
}
_HANDLE, _REACH = 8, 7  # pixels: the side of a handle; how far from an edge it can be taken
_ROOMY = 5 * _HANDLE  # a side this long has a handle in its middle too
_VEIL = QColor(33, 30, 26, 80)


def edges_at(rect: QRectF, at: QPointF) -> Qt.Edge:
    """Return the edges that the mouse can move at a place: one or two near the frame, all of them inside the rectangle,
    none far from it."""
    if not rect.marginsAdded(QMarginsF(_REACH, _REACH, _REACH, _REACH)).contains(at):
        return NO_EDGE
    edges = NO_EDGE
    for first, last, from_first, from_last in (
        (Qt.Edge.LeftEdge, Qt.Edge.RightEdge, at.x() - rect.left(), rect.right() - at.x()),
        (Qt.Edge.TopEdge, Qt.Edge.BottomEdge, at.y() - rect.top(), rect.bottom() - at.y()),
    ):
        if min(from_first, from_last) <= _REACH:
            edges |= first if from_first < from_last else last
    return edges or ALL_EDGES


def changed(rect: QRectF, edges: Qt.Edge, by: QPointF) -> QRectF:
    """Return a rectangle with these edges moved, on a page of 1 by 1."""
    if edges == ALL_EDGES:
        across = min(1.0 - rect.right(), max(-rect.left(), by.x()))
        return rect.translated(across, min(1.0 - rect.bottom(), max(-rect.top(), by.y())))
    left, top, right, bottom = rect.left(), rect.top(), rect.right(), rect.bottom()
    if edges & Qt.Edge.LeftEdge:
        left += by.x()
    if edges & Qt.Edge.RightEdge:
        right += by.x()
    if edges & Qt.Edge.TopEdge:
        top += by.y()
    if edges & Qt.Edge.BottomEdge:
        bottom += by.y()
    return QRectF(QPointF(_on_page(left), _on_page(top)), QPointF(_on_page(right), _on_page(bottom))).normalized()


def grown(rect: QRectF, by: QPointF, least: QSizeF) -> QRectF:
    """Return a rectangle with its right and bottom edges moved, not smaller than `least`, on a page of 1 by 1."""
    right, bottom = rect.right() + by.x(), rect.bottom() + by.y()
    right, bottom = max(rect.left() + least.width(), right), max(rect.top() + least.height(), bottom)
    return QRectF(rect.topLeft(), QPointF(_on_page(right), _on_page(bottom)))


def cursor(edges: Qt.Edge) -> Qt.CursorShape:
    """Return the mouse cursor over these edges."""
    return _CURSORS.get(edges, Qt.CursorShape.SizeBDiagCursor)


def paint(painter: QPainter, rect: QRectF, page: QRectF) -> None:
    """Paint the rectangle, and a veil over the rest of the page, in the colours of day: a page is paper by night
    too."""
    around = QPainterPath()
    around.addRect(page)
    around.addRect(rect)
    painter.fillPath(around, _VEIL)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for colour, width in ((PAPER.surface, 3.5), (PAPER.accent, 1.5)):
        painter.setPen(QPen(QColor(colour), width))
        painter.drawRect(rect)
    painter.setBrush(QColor(PAPER.surface))
    for at in _handles(rect):
        painter.drawRect(QRectF(at.x() - _HANDLE / 2, at.y() - _HANDLE / 2, _HANDLE, _HANDLE))


def _handles(rect: QRectF) -> Iterator[QPointF]:
    """Yield the places of the handles: at the corners, and in the middle of long sides."""
    yield from (rect.topLeft(), rect.topRight(), rect.bottomLeft(), rect.bottomRight())
    if rect.width() >= _ROOMY:
        yield from (QPointF(rect.center().x(), rect.top()), QPointF(rect.center().x(), rect.bottom()))
    if rect.height() >= _ROOMY:
        yield from (QPointF(rect.left(), rect.center().y()), QPointF(rect.right(), rect.center().y()))


def _on_page(place: float) -> float:
    return min(1.0, max(0.0, place))


SLIP = 8
"""The length in px below which a side is so short that the rectangle is taken for a slip of the hand."""

_STEP, _FINE_STEP = 10, 1  # pixels that an arrow key moves
_BELOW = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignBottom
_ARROWS = {Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, -1), Qt.Key.Key_Down: (0, 1)}


class Region(QWidget):
    """Covers the view while one selects. The rectangle keeps to the page, however that is scrolled and zoomed.

    `changed` carries the Area, None for none; `chosen` the Area that is asked about; `toggled` whether one selects.
    """

    changed = Signal(object)
    chosen = Signal(object)
    toggled = Signal(bool)

    def __init__(
        self, view: QAbstractScrollArea, drawing: Callable[[], PlacedPage], begin_at: Callable[[QPointF], None]
    ) -> None:
        """`drawing` returns the place of the page in the view, empty until it is drawn; `begin_at` is called with the
        place where a rectangle begins, as another page may be there."""
        super().__init__(view.viewport())
        self._view = view
        self._placed = drawing
        self._begin_at = begin_at
        self._rect: QRectF | None = None  # in shares of the page's width and height
        self._taken = NO_EDGE  # the edges that the mouse holds
        self._from, self._before = QPointF(), QRectF()
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(_("Part of the page"))
        margins = (SPACE_S, SPACE_XS, SPACE_S, SPACE_XS)
        self._hint = PlainLabel(
            _("Draw a rectangle around the part that you want to ask about, or press an arrow key. Esc cancels."),
            role="card",
            wraps=True,
            parent=self,
        )
        self._hint.setContentsMargins(*margins)
        self._hint.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._bar = QFrame(self)
        self._bar.setProperty("role", "card")
        self._bar.setCursor(Qt.CursorShape.ArrowCursor)
        self._size = PlainLabel(role="small")
        self.ask_button = TextButton(_("Ask about this part"), role="floating")
        self.ask_button.setToolTip(
            _("Return: ask · arrow keys: move the rectangle · Shift and arrow keys: change its size")
        )
        self.ask_button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.ask_button.clicked.connect(self._choose)
        row(self._size, self.ask_button, of=self._bar, margins=margins, spacing=SPACE_S)
        for bar in (view.verticalScrollBar(), view.horizontalScrollBar()):
            bar.valueChanged.connect(self.follow)
        self.hide()
        self.show_words("")

    @property
    def area(self) -> Area | None:
        """The selected part in shares, 0 to 1, of the upright page's width and height; None if nothing is selected."""
        if self._rect is None:
            return None
        upright = PlacedPage(QRectF(0, 0, 1, 1), self._placed().turns)
        (left, top), (right, bottom) = map(upright.share, (self._rect.topLeft(), self._rect.bottomRight()))
        return Area(min(left, right), min(top, bottom), max(left, right), max(top, bottom))

    @Slot()
    def begin(self) -> None:
        self.show()
        self.raise_()
        self.follow()
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setFocus(Qt.FocusReason.OtherFocusReason)
        self.toggled.emit(True)

    @Slot()
    def leave(self) -> None:
        if self.hasFocus():
            self._view.setFocus(Qt.FocusReason.OtherFocusReason)
        self.hide()

    @Slot()
    def drop(self) -> None:
        """Drop the rectangle, as another page is shown."""
        self._taken = NO_EDGE
        self._set(None)

    @Slot()
    def follow(self) -> None:
        """Cover the view again, and place the rectangle: the drawing is elsewhere in the view, or has another size."""
        self.setGeometry(self._view.viewport().rect())
        self._arrange()
        self.update()

    def show_words(self, words: str) -> None:
        """Show words beside the rectangle: how large the image will be, and how many tokens it takes."""
        self._size.setText(words)
        self._size.setVisible(bool(words))
        self.setAccessibleDescription(words or self._hint.text())
        self._arrange()

    def words(self) -> str:
        return self._size.text()

    # ---- mouse

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is not Qt.MouseButton.LeftButton:
            event.ignore()
            return
        self._taken = self._edges_at(event.position())
        if not self._taken:
            self._begin_at(event.position())
        if self._drawing().isEmpty():
            event.ignore()
            return
        self._from = self._share(event.position())
        if not self._taken:
            self._taken = LAST_EDGES
            self._rect = QRectF(self._from, self._from)
        assert self._rect is not None
        self._before = QRectF(self._rect)
        self._arrange()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if not self._taken:
            self.setCursor(cursor(self._edges_at(event.position())))
            return
        self._bring_into_sight(event.position(), most=_STEP)
        self._set(changed(self._before, self._taken, self._share(event.position()) - self._from))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() is not Qt.MouseButton.LeftButton or not self._taken:
            return
        self._taken = NO_EDGE
        rect = self._in_view()
        if min(rect.width(), rect.height()) < SLIP:
            self._set(None)
        self.setCursor(cursor(self._edges_at(event.position())))
        self._arrange()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if self._edges_at(event.position()) == ALL_EDGES:
            self._choose()

    # ---- keys

    def keyPressEvent(self, event: QKeyEvent) -> None:
        direction = _ARROWS.get(Qt.Key(event.key()))
        if event.key() == Qt.Key.Key_Escape:
            self.leave()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._choose()
        elif direction is None:
            super().keyPressEvent(event)
        elif not self._drawing().isEmpty():
            self._step(direction, event.modifiers())

    def _step(self, direction: tuple[int, int], modifiers: Qt.KeyboardModifier) -> None:
        """Move or resize the rectangle; without one, make one in the middle of what is in sight."""
        drawing = self._drawing()
        if self._rect is None:
            seen = drawing.intersected(QRectF(self.rect()))
            quarter = QMarginsF(seen.width() / 4, seen.height() / 4, seen.width() / 4, seen.height() / 4)
            seen = seen.marginsRemoved(quarter)
            self._set(QRectF(self._share(seen.topLeft()), self._share(seen.bottomRight())))
            return
        step = _FINE_STEP if modifiers & Qt.KeyboardModifier.ControlModifier else _STEP
        by = QPointF(direction[0] * step / drawing.width(), direction[1] * step / drawing.height())
        if modifiers & Qt.KeyboardModifier.ShiftModifier:
            least = QSizeF(2 * SLIP / drawing.width(), 2 * SLIP / drawing.height())
            self._set(grown(self._rect, by, least))
        else:
            self._set(changed(self._rect, ALL_EDGES, by))
        rect = self._in_view()
        grows = modifiers & Qt.KeyboardModifier.ShiftModifier or direction > (0, 0)
        self._bring_into_sight(rect.bottomRight() if grows else rect.topLeft())

    @Slot()
    def _choose(self) -> None:
        if (area := self.area) is not None:
            self.leave()
            self.chosen.emit(area)

    # ---- inside

    def _drawing(self) -> QRectF:
        return self._placed().area

    def hideEvent(self, event: QHideEvent) -> None:
        """End selecting after Esc, or when something else is shown in the place of the drawing."""
        if not event.spontaneous():
            self.drop()
            self.hide()
            self.toggled.emit(False)
        super().hideEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        if self._rect is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint(painter, self._in_view(), self._drawing())

    def _set(self, rect: QRectF | None) -> None:
        if rect != self._rect:
            self._rect = rect
            self._arrange()
            self.update()
            self.changed.emit(self.area)

    def _arrange(self) -> None:
        """Show the hint until there is a rectangle; then its size, and the button once the mouse has let it go."""
        room = self.rect().adjusted(SPACE_S, SPACE_S, -SPACE_S, -SPACE_S)
        self._hint.setVisible(self._rect is None)
        if self._rect is None:
            self._bar.hide()
            words = self._hint.fontMetrics().horizontalAdvance(self._hint.text()) + 2 * SPACE_M
            size = QSize(min(room.width(), words), self._hint.heightForWidth(min(room.width(), words)))
            self._hint.setGeometry(QStyle.alignedRect(self.layoutDirection(), _BELOW, size, room))
            return
        rect = self._in_view().toAlignedRect()
        self.ask_button.setVisible(not self._taken)
        self._bar.setVisible(rect.intersects(self.rect()) and (not self._taken or bool(self._size.text())))
        size = self._bar.sizeHint().boundedTo(room.size())
        top = rect.bottom() + SPACE_S
        if top + size.height() > room.bottom():
            top = rect.top() - SPACE_S - size.height()
        if top < room.top():  # it is as high as the view
            top = min(rect.bottom(), room.bottom()) - SPACE_S - size.height()
        left = max(room.left(), min(room.right() - size.width(), rect.center().x() - size.width() // 2))
        self._bar.setGeometry(QRect(QPoint(left, top), size))

    def _in_view(self) -> QRectF:
        assert self._rect is not None
        area, rect = self._drawing(), self._rect
        return QRectF(
            area.left() + rect.left() * area.width(),
            area.top() + rect.top() * area.height(),
            rect.width() * area.width(),
            rect.height() * area.height(),
        )

    def _share(self, at: QPointF) -> QPointF:
        """Return a place in the view as shares, 0 to 1, of the page's width and height; one beside the page is at its
        edge."""
        area = self._drawing()
        return QPointF(
            min(1.0, max(0.0, (at.x() - area.left()) / area.width())),
            min(1.0, max(0.0, (at.y() - area.top()) / area.height())),
        )

    def _edges_at(self, at: QPointF) -> Qt.Edge:
        return edges_at(self._in_view(), at) if self._rect is not None else NO_EDGE

    def _bring_into_sight(self, at: QPointF, most: float = float("inf")) -> None:
        """Scroll until a place is in sight, by at most `most` pixels."""

        def scroll(bar: QScrollBar, place: float, length: int) -> None:
            beyond = place if place < 0 else max(0.0, place - length)
            bar.setValue(bar.value() + round(max(-most, min(most, beyond))))

        scroll(self._view.horizontalScrollBar(), at.x(), self.width())
        scroll(self._view.verticalScrollBar(), at.y(), self.height())
