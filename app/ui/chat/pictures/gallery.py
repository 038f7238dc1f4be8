"""The images of conversations: thumbnails, the large view, and the menu of one image."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from PySide6.QtCore import QPoint, Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QMenu

from app.core.conversations.conversation import Conversation
from app.core.conversations.image import Image, ImageRef, Raster
from app.core.errors import Problem
from app.core.machine.files import write_private
from app.services.library.images import Images
from app.ui.chat.messages.tiles import NumberedImage
from app.ui.chat.messages.view import ConversationView
from app.ui.kit.bridge import Executor
from app.ui.kit.jobs import Job
from app.ui.kit.presenter import Presenter
from app.ui.kit.window_context import WindowContext
from app.ui.widgets.dialogs import SaveDialog
from app.ui.widgets.pictures import LARGEST_SIDE, Levels, to_image, to_levels
from app.wording.errors import sentence
from app.wording.i18n import _

if TYPE_CHECKING:
    from app.ui.chat.pictures.lightbox import ImageDialog


class Gallery(Presenter):
    """The gallery. `use_again` carries the ImageRef of an image that the next question shall have too."""

    use_again = Signal(object)
    done = Signal(str)

    def __init__(self, context: WindowContext, view: ConversationView) -> None:
        super().__init__(context.parent)
        self._images = context.desk.documents.images
        self._bridge = context.bridge
        self._icons = context.icons
        self._view = view
        self._window = context.window
        self._conversation_id = ""
        self._drawing: Job | None = None
        self._counting: Job | None = None
        self.dialog: ImageDialog | None = None
        view.thumbnails.wanted.connect(self._fetch)
        view.image_opened.connect(self._open)
        view.image_menu_wanted.connect(self.offer)

    # ---- the large view

    def show(self, images: Sequence[NumberedImage], place: int) -> None:
        """Show image number `place`, from 0, large; the person can go on to the others."""
        if self.dialog is not None and self.dialog.images == tuple(images):
            self.dialog.show_image(place)
            self.dialog.activateWindow()
            return
        self.close()
        from app.ui.chat.pictures.lightbox import ImageDialog  # when it is opened

        dialog = self.dialog = ImageDialog(self._icons, images, self._view.thumbnails, self._window)
        dialog.pixels_wanted.connect(self._draw)
        dialog.changed.connect(self._count)
        dialog.menu_wanted.connect(self.offer)
        dialog.finished.connect(partial(self._forget, dialog))
        dialog.show_image(place)
        dialog.show()

    @Slot(object)
    def show_alone(self, image: Image | ImageRef) -> None:
        """Show one that is not in a question yet."""
        self.show((NumberedImage(image),), 0)

    @Slot()
    def close(self) -> None:
        if self.dialog is not None:
            self.dialog.close()

    @Slot(object)
    def show_conversation(self, conversation: Conversation | None) -> None:
        """Show the images of this conversation. If another one was shown, nothing of it stays on the screen."""
        conversation_id = conversation.id if conversation is not None else ""
        if conversation_id != self._conversation_id:
            self._conversation_id = conversation_id
            self._view.thumbnails.forget()
            self.close()

    @Slot(str)
    def forget_book(self, book_id: str) -> None:
        """Close the large view if it has images of a book that is gone."""
        if self.dialog is not None and any(image.ref.book_id == book_id for image in self.dialog.images):
            self.close()

    @Slot(object)
    def _open(self, image: NumberedImage) -> None:
        images = self._view.images()
        if image in images:
            self.show(images, images.index(image))
        else:  # it went while its menu was open
            self.show((image,), 0)

    def _forget(self, dialog: ImageDialog, result: int) -> None:  # noqa: ARG002 - there is nothing to accept
        if self.dialog is dialog:
            self.dialog = None

    @Slot(object, int)
    def _draw(self, image: NumberedImage, longest_side: int) -> None:
        if self._drawing is not None:
            self._drawing.cancel()
        work = partial(_levels, self._images, image.image, longest_side)
        self._drawing = self._call(
            work, partial(self._take_pixels, image), partial(self._on_undrawn, image), executor=Executor.IMAGES
        )

    def _take_pixels(self, image: NumberedImage, levels: Levels) -> None:
        if self.dialog is not None:
            self.dialog.show_pixels(image, levels)

    def _on_undrawn(self, image: NumberedImage, problem: Problem) -> None:
        if self.dialog is not None:
            self.dialog.show_problem(image, sentence(_named(problem, image)))

    @Slot(object)
    def _count(self, image: NumberedImage) -> None:
        if self._counting is not None:
            self._counting.cancel()
        work = partial(self._images.tokens, (image.ref,))
        self._counting = self._call(work, partial(self._take_tokens, image), self._ignore, executor=Executor.ENGINE)

    def _take_tokens(self, image: NumberedImage, tokens: tuple[int, ...] | None) -> None:
        """Show how many tokens an image takes; `tokens` is None while no model is loaded that sees images."""
        if self.dialog is not None and tokens is not None:
            self.dialog.show_tokens(image, tokens[0])

    # ---- thumbnails

    @Slot(object)
    def _fetch(self, sha256: str) -> None:
        work = partial(self._images.thumbnail, sha256)
        self._call(work, partial(self._take_thumbnail, sha256), partial(self._on_no_thumbnail, sha256))

    def _take_thumbnail(self, sha256: str, thumbnail: Raster | None) -> None:
        self._view.thumbnails.put(sha256, thumbnail)

    def _on_no_thumbnail(self, sha256: str, problem: Problem) -> None:
        self._take_thumbnail(sha256, None)
        self.failed.emit(sentence(problem))

    # ---- the menu of an image

    @Slot(object, QPoint)
    def offer(self, image: NumberedImage, place: QPoint) -> None:
        """Open the menu of an image at `place`, in global coordinates."""
        menu = QMenu(self.dialog if self.dialog is not None and self.dialog.isActiveWindow() else self._window)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if self.dialog is None or self.dialog.image != image:
            menu.addAction(_("Show large"), partial(self._open, image))
        menu.addAction(_("Copy the image"), partial(self.copy, image))
        menu.addAction(_("Save as PNG…"), partial(self.choose_file, image))
        if isinstance(image.image, ImageRef):
            menu.addAction(_("Use again"), partial(self.use_again.emit, image.image))
        menu.popup(place)

    def copy(self, image: NumberedImage) -> None:
        """Put its pixels on the clipboard."""
        work = partial(_pixels, self._images, image.image)
        self._call(work, self._put_on_clipboard, partial(self._on_image_problem, image), executor=Executor.IMAGES)

    @Slot(object)
    def _put_on_clipboard(self, pixels: QImage) -> None:
        QGuiApplication.clipboard().setImage(pixels)
        self._say(_("Image copied."))

    def choose_file(self, image: NumberedImage) -> None:
        """Let the person say where it is written."""
        dialog = SaveDialog(self._window, _("Save the image"), Path(image.name).stem, [_("PNG image (*.png)")])
        dialog.fileSelected.connect(partial(self.write, image))
        dialog.open()

    def write(self, image: NumberedImage, name: str) -> None:
        """Write it into this file, as it was shown to the model."""
        work = partial(_write, self._images, image.image, Path(name))
        self._do(work, partial(self._written, name), partial(self._on_image_problem, image))

    def _written(self, name: str) -> None:
        self._say(_("Image saved as “{path}”.").format(path=name))

    def _on_image_problem(self, image: NumberedImage, problem: Problem) -> None:
        words = sentence(_named(problem, image))
        if self.dialog is not None:
            self.dialog.magnifier.say(words)
        self.failed.emit(words)

    def _say(self, words: str) -> None:
        """Say it in the large view too, since that hides the window's own notice."""
        if self.dialog is not None:
            self.dialog.magnifier.say(words)
        self.done.emit(words)


def _levels(images: Images, image: Image | ImageRef, longest_side: int) -> Levels:
    """Return the image in all sizes that are shown. Runs in a thread of the bridge: to copy and halve a large image
    takes time."""
    return to_levels(images.raster(image, longest_side))


def _pixels(images: Images, image: Image | ImageRef) -> QImage:
    return to_image(images.raster(image, LARGEST_SIDE))


def _write(images: Images, image: Image | ImageRef, path: Path) -> None:
    png = image.png if isinstance(image, Image) else images.png(image.sha256)
    write_private(path, lambda file: file.write(png))


def _named(problem: Problem, image: NumberedImage) -> Problem:
    """Return the problem with the name of the image, which neither the store nor the reader knows."""
    if problem.params.get("path") != "":
        return problem
    return msgspec.structs.replace(problem, params={**problem.params, "path": image.name})
