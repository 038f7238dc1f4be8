"""The large view of an image, with its name below, and the way to the images before and after it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QSize, Qt, Signal, Slot
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from app.core.conversations.image import Image
from app.ui.chat.messages.tiles import NumberedImage
from app.ui.chat.pictures.image_viewer import Magnifier
from app.ui.look.icons import Icons, Symbol
from app.ui.look.theme import SPACE_M, SPACE_S
from app.ui.widgets.buttons import IconButton, TextButton
from app.ui.widgets.labels import ElidedLabel, PlainLabel, Separator
from app.ui.widgets.pictures import Levels, Thumbnails, to_image
from app.wording.i18n import _
from app.wording.units import count

_SHARE = 0.86  # of the window below it
_SMALLEST = QSize(480, 360)
_PERCENT_WIDTH = 64


class ImageDialog(QDialog):
    """A window with one picture, not modal, so that the answer can be read beside it.

    `pixels_wanted` carries the NumberedImage and the longest side of what is to be shown of it, `changed` the one that
    is shown from now on, `menu_wanted` it and where, in global coordinates.
    """

    pixels_wanted = Signal(object, int)
    changed = Signal(object)
    menu_wanted = Signal(object, QPoint)

    def __init__(
        self, icons: Icons, images: Sequence[NumberedImage], thumbnails: Thumbnails, parent: QWidget | None = None
    ) -> None:
        """`show_image` shows the first one; `thumbnails` has those of images that are kept."""
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumSize(_SMALLEST)
        self.images = tuple(images)
        self._place = 0
        self._thumbnails = thumbnails
        self.magnifier = Magnifier(icons.theme)
        self.caption = ElidedLabel()
        self.details = PlainLabel(role="small")
        self._of = PlainLabel(role="small")
        self.previous = IconButton(icons, Symbol.PREVIOUS, _("Previous image"), shortcut="Left")
        self.next = IconButton(icons, Symbol.NEXT, _("Next image"), shortcut="Right")
        self.smaller = IconButton(icons, Symbol.ZOOM_OUT, _("Smaller"), shortcut="-")
        self.larger = IconButton(icons, Symbol.ZOOM_IN, _("Larger"), shortcut="+")
        self.percent = TextButton("", role="quiet")
        self.percent.setMinimumWidth(_PERCENT_WIDTH)
        self.previous.clicked.connect(self._go_back)
        self.next.clicked.connect(self._go_on)
        self.smaller.clicked.connect(self.magnifier.zoom_out)
        self.larger.clicked.connect(self.magnifier.zoom_in)
        self.percent.clicked.connect(self.magnifier.toggle)
        self.magnifier.stepped.connect(self.step)
        self.magnifier.zoomed.connect(self._show_zoom)
        self.magnifier.wanted.connect(self._want)
        self.magnifier.menu_wanted.connect(self._offer)
        thumbnails.drawn.connect(self._on_thumbnail)
        self._lay_out()
        if parent is not None:
            self.resize(parent.window().size() * _SHARE)
        self.magnifier.setFocus()

    # ---- what is shown

    @property
    def image(self) -> NumberedImage:
        return self.images[self._place]

    def show_image(self, place: int) -> None:
        """Show the image of number `place` in `images`, from 0."""
        self._place = place
        image = self.image
        self.setWindowTitle(image.caption())
        self.caption.setText(image.caption())
        self._show_details("")
        self.magnifier.setAccessibleName(image.caption())
        self.magnifier.setAccessibleDescription(image.size_words())
        several = len(self.images) > 1
        self._of.setText(_("{n} of {total}").format(n=count(place + 1), total=count(len(self.images))))
        for widget in (self.previous, self.next, self._of):
            widget.setVisible(several)
        self.previous.setEnabled(place > 0)
        self.next.setEnabled(place < len(self.images) - 1)
        self.changed.emit(image)
        self.magnifier.begin(QSize(image.ref.width, image.ref.height), self._preview(image))

    def show_pixels(self, image: NumberedImage, levels: Levels) -> None:
        if image == self.image:
            self.magnifier.show_pixels(levels)

    def show_problem(self, image: NumberedImage, words: str) -> None:
        """Say why the pixels of this image cannot be shown."""
        if image == self.image:
            self.magnifier.show_problem(words)
            self.magnifier.setAccessibleDescription(words)

    def show_tokens(self, image: NumberedImage, tokens: int) -> None:
        """Show how many tokens of the context an image takes, if it is the one that is shown."""
        if image == self.image:
            self._show_details(_("{n} tokens").format(n=count(tokens)))

    @Slot(int)
    def step(self, by: int) -> None:
        """Step to the next image, or to the one before; at either end nothing happens."""
        if 0 <= self._place + by < len(self.images):
            self.show_image(self._place + by)

    # ---- inside

    def _preview(self, image: NumberedImage) -> QImage | None:
        if isinstance(image.image, Image):
            return to_image(image.image.thumbnail)
        return self._thumbnails.of(image.ref.sha256)

    @Slot(object)
    def _on_thumbnail(self, sha256: object) -> None:
        if sha256 == self.image.ref.sha256:
            self.magnifier.set_preview(self._preview(self.image))

    def _show_details(self, tokens: str) -> None:
        self.details.setText(" · ".join(part for part in (self.image.size_words(), tokens) if part))

    @Slot()
    def _show_zoom(self) -> None:
        zoom = self.magnifier.zoom
        self.percent.setText(_("{percent} %").format(percent=zoom.percent))
        tip = _("Show actual size") if zoom.chosen is None else _("Fit to window")
        self.percent.setToolTip(tip)
        self.percent.setAccessibleDescription(tip)
        self.smaller.setEnabled(zoom.chosen is not None)

    @Slot(int)
    def _want(self, longest_side: int) -> None:
        self.pixels_wanted.emit(self.image, longest_side)

    @Slot(QPoint)
    def _offer(self, place: QPoint) -> None:
        self.menu_wanted.emit(self.image, place)

    @Slot()
    def _go_back(self) -> None:
        self.step(-1)

    @Slot()
    def _go_on(self) -> None:
        self.step(1)

    def _lay_out(self) -> None:
        foot = QHBoxLayout()
        foot.setContentsMargins(SPACE_M, SPACE_S, SPACE_M, SPACE_S)
        foot.setSpacing(SPACE_S)
        steps = QHBoxLayout()
        steps.setSpacing(0)
        steps.addWidget(self.previous)
        steps.addWidget(self.next)
        foot.addLayout(steps)
        foot.addWidget(self._of)
        foot.addSpacing(SPACE_S)
        foot.addWidget(self.caption, 1)
        foot.addWidget(self.details)
        foot.addSpacing(SPACE_S)
        for widget in (self.smaller, self.percent, self.larger):
            foot.addWidget(widget)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.magnifier, 1)
        column.addWidget(Separator())
        column.addLayout(foot)
