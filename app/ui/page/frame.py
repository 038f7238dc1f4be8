"""The rectangle around a part of a page: what of it can be taken where, how it changes, what it looks like."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QMarginsF, QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

from app.ui.theme import PAPER

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
    """What can be taken there: one edge or two, inside the rectangle all of them, far from it none."""
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
    """With some of its edges elsewhere, or moved by all of them, on a page of 1 by 1."""
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
    """Larger or smaller by its last edges, not below `least`, on a page of 1 by 1."""
    right, bottom = rect.right() + by.x(), rect.bottom() + by.y()
    right, bottom = max(rect.left() + least.width(), right), max(rect.top() + least.height(), bottom)
    return QRectF(rect.topLeft(), QPointF(_on_page(right), _on_page(bottom)))


def cursor(edges: Qt.Edge) -> Qt.CursorShape:
    """For what would be taken."""
    return _CURSORS.get(edges, Qt.CursorShape.SizeBDiagCursor)


def paint(painter: QPainter, rect: QRectF, page: QRectF) -> None:
    """The rectangle, and a veil over the rest of the page. A page is paper by night too: the colours are those of
    day."""
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
    """At the corners, and in the middle of long sides."""
    yield from (rect.topLeft(), rect.topRight(), rect.bottomLeft(), rect.bottomRight())
    if rect.width() >= _ROOMY:
        yield from (QPointF(rect.center().x(), rect.top()), QPointF(rect.center().x(), rect.bottom()))
    if rect.height() >= _ROOMY:
        yield from (QPointF(rect.left(), rect.center().y()), QPointF(rect.right(), rect.center().y()))


def _on_page(place: float) -> float:
    return min(1.0, max(0.0, place))
