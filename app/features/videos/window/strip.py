"""The frames that would be taken: small pictures in rows, with their times below them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import QFontMetrics, QImage, QPainter, QPainterPath, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

from app.ui.look.fonts import ui_font
from app.ui.look.theme import SIZE_SMALL, SPACE_S, SPACE_XS
from app.wording.i18n import _

_AREA = 124 * 70
"""The fewest square pixels of a picture: wide ones are as easy to look at as tall ones."""

_NARROWEST, _TALLEST = 64, 128  # px
_CORNER = 4


@dataclass(frozen=True)
class StripFrame:
    """A frame of the strip. `time` is where it is, in words. `picture` is None until it has come. `missing` tells that
    none will come."""

    time: str
    picture: QImage | None = None
    missing: bool = False


class FrameStrip(QScrollArea):
    """A scrolled strip of frames in as many columns as there is room for; the rest is scrolled to, by keyboard too."""

    def __init__(self) -> None:
        super().__init__()
        self._grid = _Grid()
        self.setProperty("role", "framed")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.viewport().setAutoFillBackground(False)
        self.setWidget(self._grid)
        self._grid.setAutoFillBackground(False)
        self.setAccessibleName(_("Selected frames"))

    def set_proportions(self, width: int, height: int) -> None:
        """Set the proportions of every picture, in any unit."""
        self._grid.proportions = width / height
        self._arrange()

    def show_frames(self, frames: Sequence[StripFrame]) -> None:
        self._grid.show_frames(frames)
        self._arrange()

    def cells(self) -> tuple[FrameCell, ...]:
        return tuple(self._grid.cells)

    def sizeHint(self) -> QSize:
        return QSize(400, 200)

    def minimumSizeHint(self) -> QSize:
        return QSize(2 * _NARROWEST, 90)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        """Arrange the frames. The scroll bar comes and goes by what is known here: Qt would have it come and go for
        ever if it decided whether it is needed."""
        inside = self.contentsRect()
        scrolls = self._grid.spread(inside.width()) > inside.height()
        policy = Qt.ScrollBarPolicy.ScrollBarAlwaysOn if scrolls else Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        self.setVerticalScrollBarPolicy(policy)
        self._grid.spread(self.viewport().width())


class FrameCell(QWidget):
    """A frame in the strip. Its accessible name says which it is, and whether it is shown yet."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.frame = StripFrame("")

    def show_frame(self, frame: StripFrame) -> None:
        self.frame = frame
        if frame.picture is not None:
            words = _("Frame at {time}")
        else:
            words = _("Frame at {time}, cannot be shown") if frame.missing else _("Frame at {time}, being opened")
        self.setAccessibleName(words.format(time=frame.time))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        place = QRectF(0, 0, self.width(), self.height() - _words_height())
        picture = self.frame.picture
        if picture is None:
            painter.fillPath(_rounded(place), self.palette().window())
            painter.setPen(self.palette().placeholderText().color())
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter, "–" if self.frame.missing else "…")
        else:
            fitted = QSizeF(picture.size()).scaled(place.size(), Qt.AspectRatioMode.KeepAspectRatio)
            middle, place = place.center(), QRectF(QPointF(), fitted)
            place.moveCenter(middle)
            painter.setClipPath(_rounded(place))
            painter.drawImage(place, picture)
            painter.setClipping(False)
        painter.setPen(self.palette().mid().color())
        painter.drawPath(_rounded(place.adjusted(0.5, 0.5, -0.5, -0.5)))
        painter.setPen(self.palette().placeholderText().color())
        painter.setFont(ui_font(SIZE_SMALL))
        line = QRect(0, self.height() - _words_height(), self.width(), _words_height())
        painter.drawText(line, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignBottom, self.frame.time)


class _Grid(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self.proportions = 16 / 9
        self.cells: list[FrameCell] = []

    def show_frames(self, frames: Sequence[StripFrame]) -> None:
        while len(self.cells) > len(frames):
            cell = self.cells.pop()
            cell.hide()
            cell.deleteLater()
        while len(self.cells) < len(frames):
            self.cells.append(FrameCell(self))
        for cell, frame in zip(self.cells, frames, strict=True):
            cell.show_frame(frame)
            cell.show()

    def spread(self, width: int) -> int:
        """Arrange the frames in a width of so many pixels, and return the height that they take."""
        inside = width - 2 * SPACE_S
        least = max(_NARROWEST, round(math.sqrt(_AREA * self.proportions)))
        columns = max(1, (inside + SPACE_S) // (least + SPACE_S))
        wide = max(1, (inside - (columns - 1) * SPACE_S) // columns)
        high = max(1, min(_TALLEST, round(wide / self.proportions))) + _words_height()
        for number, cell in enumerate(self.cells):
            row, column = divmod(number, columns)
            cell.setGeometry(SPACE_S + column * (wide + SPACE_S), SPACE_S + row * (high + SPACE_S), wide, high)
        height = SPACE_S + -(-len(self.cells) // columns) * (high + SPACE_S)
        self.resize(width, height)
        return height


def _words_height() -> int:
    return QFontMetrics(ui_font(SIZE_SMALL)).height() + SPACE_XS


def _rounded(place: QRectF) -> QPainterPath:
    path = QPainterPath()
    path.addRoundedRect(place, _CORNER, _CORNER)
    return path
