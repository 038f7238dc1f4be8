"""The images of a question: the numbers by which a person and an answer refer to them, and small pictures: their
places, and the buttons that open them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, QSize, QSizeF, Qt, Signal
from PySide6.QtGui import QBrush, QColor, QContextMenuEvent, QFontMetrics, QPainter, QPaintEvent, QPen, QTransform
from PySide6.QtWidgets import QWidget

from app.core.conversations.image import Image, ImageRef, ref_of
from app.core.documents.untrusted import disarm
from app.ui.chat.text.buttons import PlainButton
from app.ui.look.fonts import ui_font
from app.ui.look.theme import CORNER, SIZE_SMALL, SPACE_S, SPACE_XS, Theme
from app.ui.widgets.labels import plain_tip
from app.ui.widgets.pictures import Thumbnails
from app.wording.i18n import _
from app.wording.units import count

_LARGEST = QSize(240, 160)  # px
_LARGEST_OF_MANY = QSize(156, 104)  # px; three in a row of the usual column
_FEW = 2  # images of a question that are shown as large as that
_SMALLEST = QSize(112, 48)  # px of the ground behind a very wide, tall or small picture
_CAPTION = 18  # px
_CORNER_SHARE = 0.25  # of the shorter side: the corners of a narrow picture are rounded no further


@dataclass(frozen=True)
class NumberedImage:
    """An image and its `number` in the model's prompt (`services.prompts`), which counts through the conversation from
    1; 0 if there is none yet."""

    image: Image | ImageRef
    number: int = 0

    @property
    def ref(self) -> ImageRef:
        return ref_of(self.image)

    @property
    def name(self) -> str:
        """On one line, as it may be shown."""
        return " ".join(disarm(self.ref.untrusted_name).split())

    def caption(self) -> str:
        """Return the caption of the image, for example "Image 2 · chart.png"."""
        return self.caption_with(self.name)

    def caption_with(self, short_name: str) -> str:
        """Return the caption with a shorter name, if there is no room for the whole one."""
        return _("Image {n} · {name}").format(n=self.number, name=short_name) if self.number else short_name

    def size_words(self) -> str:
        return _("{width} × {height} px").format(width=count(self.ref.width), height=count(self.ref.height))


def number_images(images: Iterable[Image | ImageRef], before: int = 0) -> tuple[NumberedImage, ...]:
    """Number images so that a person and an answer can refer to them. `before` is how many images were shown to the
    model earlier in the conversation."""
    return tuple(NumberedImage(image, number) for number, image in enumerate(images, before + 1))


class Tile(PlainButton):
    """An image with its caption below it; its thumbnail is asked for once it is drawn.

    `opened` and `menu_wanted` carry the NumberedImage, the latter also where, in global coordinates.
    """

    opened = Signal(object)
    menu_wanted = Signal(object, QPoint)

    def __init__(
        self, image: NumberedImage, thumbnails: Thumbnails, theme: Theme, parent: QWidget | None = None
    ) -> None:
        super().__init__(theme, parent)
        self.image = image
        self._thumbnails = thumbnails
        self.setText(image.caption())
        self.setToolTip(plain_tip(f"{image.caption()}\n{image.size_words()}"))
        self.setAccessibleName(image.caption())
        self.setAccessibleDescription(_("{size}. Click to enlarge.").format(size=image.size_words()))
        self.clicked.connect(self._emit_opened)
        thumbnails.drawn.connect(self._on_drawn)

    def sizeHint(self) -> QSize:
        return self.size()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.menu_wanted.emit(self.image, event.globalPos())

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        palette = self._theme.palette
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        ground = QRectF(0, 0, self.width(), self.height() - _CAPTION)
        drawn = _fit(self.image, ground.size())
        picture = QRectF(ground.center() - QPointF(drawn.width(), drawn.height()) / 2, drawn)
        thumbnail = self._thumbnails.of(self.image.ref.sha256)
        painter.setPen(Qt.PenStyle.NoPen)
        if thumbnail is None or picture.width() < ground.width() - 1 or picture.height() < ground.height() - 1:
            painter.setBrush(QColor(palette.surface))
            painter.drawRoundedRect(ground, CORNER, CORNER)
        painter.setFont(ui_font(SIZE_SMALL))
        if thumbnail is not None:
            corner = min(CORNER, min(picture.width(), picture.height()) * _CORNER_SHARE)
            brush = QBrush(thumbnail)
            across, down = picture.width() / thumbnail.width(), picture.height() / thumbnail.height()
            brush.setTransform(QTransform(across, 0, 0, down, picture.x(), picture.y()))
            painter.setBrush(brush)
            painter.drawRoundedRect(picture, corner, corner)
        elif self._thumbnails.is_missing(self.image.ref.sha256):
            painter.setPen(QColor(palette.soft_ink))
            painter.drawText(ground, Qt.AlignmentFlag.AlignCenter, _("No preview"))
        lit = self.hasFocus()
        line = palette.accent if lit else palette.soft_ink if self.underMouse() else palette.line
        painter.setPen(QPen(QColor(line), 2 if lit else 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        inset = 1 if lit else 0.5
        painter.drawRoundedRect(ground.adjusted(inset, inset, -inset, -inset), CORNER - inset, CORNER - inset)
        painter.setPen(QColor(palette.ink if lit or self.underMouse() else palette.soft_ink))
        metrics = QFontMetrics(painter.font())
        room = self.width() - metrics.horizontalAdvance(self.image.caption_with(""))
        words = self.image.caption_with(metrics.elidedText(self.image.name, Qt.TextElideMode.ElideMiddle, room))
        below = QRectF(0, ground.bottom() + 1, self.width(), _CAPTION - 1)
        painter.drawText(below, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, words)

    def _emit_opened(self) -> None:
        self.opened.emit(self.image)

    def _on_drawn(self, sha256: object) -> None:
        if sha256 == self.image.ref.sha256:
            self.update()


def place_tiles(images: Sequence[NumberedImage], width: int) -> tuple[QRect, ...]:
    """Place the tiles in rows of at most `width` px, from (0, 0). The tiles of a row end at the same height, so that
    their captions are on a line."""
    places: list[QRect] = []
    row: list[QRect] = []
    top = 0
    largest = QSizeF(_LARGEST if len(images) <= _FEW else _LARGEST_OF_MANY)
    for image in images:
        size = _fit(image, largest).toSize().expandedTo(_SMALLEST)
        left = row[-1].right() + 1 + SPACE_S if row else 0
        if row and left + size.width() > width:
            top = row[0].bottom() + 1 + SPACE_S
            places += row
            row, left = [], 0
        row.append(QRect(left, top, min(size.width(), width), size.height() + _CAPTION))
        tallest = max(place.height() for place in row)
        for place in row:
            place.moveBottom(top + tallest - 1)
    return (*places, *row)


def tiles_height(images: Sequence[NumberedImage], width: int) -> int:
    """Return the height of all rows and of the space below them, in px; 0 without images."""
    places = place_tiles(images, width)
    return places[-1].bottom() + 1 + SPACE_XS if places else 0


def _fit(image: NumberedImage, largest: QSizeF) -> QSizeF:
    """Return the size in px at which a picture is drawn: whole, and not larger than it is."""
    size = QSizeF(image.ref.width, image.ref.height)
    if size.width() > largest.width() or size.height() > largest.height():
        size.scale(largest, Qt.AspectRatioMode.KeepAspectRatio)
    return size.expandedTo(QSizeF(1, 1))
