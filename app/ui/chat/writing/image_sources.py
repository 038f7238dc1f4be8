"""The sources of images for a question, apart from files: what is pasted or dropped, a part of the screen."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, QPoint, Qt, Signal, Slot
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QFileDialog, QMenu

from app.core.conversations.events import Opening
from app.core.conversations.image import Image
from app.core.work import Cancel, Stopped, Work
from app.documents.images.kinds import ENDINGS as IMAGE_ENDINGS
from app.services.library.images import Images
from app.ui.chat.writing.composer import IMAGE_KEYS, Composer
from app.ui.kit.file_kind import ChoosingWords, choosing_words
from app.ui.kit.presenter import Presenter
from app.ui.kit.screenshot_portal import ScreenPortal, discard
from app.ui.shelf.file_import import FileImport
from app.ui.widgets.file_dialogs import FileDialog
from app.ui.widgets.pictures import to_raster
from app.wording.i18n import _


@dataclass(frozen=True)
class ImageSource:
    """An image that is still to be opened: a file, bytes of one, or pixels. `passing` tells that its file is temporary,
    and is deleted once it was read."""

    content: Path | bytes | QImage
    name: str
    passing: bool = False

    @property
    def is_file(self) -> bool:
        """True if the image is a file of the person's, with a name of its own."""
        return isinstance(self.content, Path) and not self.passing

    def discard(self) -> None:
        if isinstance(self.content, Path):
            discard(self.content)


class ImageSources(Presenter):
    images_given = Signal(list)  # list[ImageSource]

    def __init__(
        self, files: FileImport, composer: Composer, portal: ScreenPortal, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._files = files
        self._composer = composer
        self._portal = portal
        self._has_portal = False
        composer.image_given.connect(self.take_pasted)
        composer.add_image_requested.connect(self.offer)
        portal.found.connect(self._on_portal)
        portal.taken.connect(self._take_screenshot)
        portal.failed.connect(self._on_no_screenshot)

    @property
    def words(self) -> ChoosingWords:
        """The words for choosing what the model is shown."""
        return choosing_words(self._files.kinds)

    @Slot()
    def offer(self) -> None:
        """Offer a menu at the button, or choose files where there is nothing else."""
        if not self._has_portal:
            self.choose()
            return
        button = self._composer.image_button
        menu = QMenu(self._composer.window())
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(f"{_('From files…')}\t{IMAGE_KEYS}", self.choose)
        menu.addAction(_("A part of the screen…"), self._portal.ask)
        menu.popup(button.mapToGlobal(QPoint(0, -menu.sizeHint().height())))

    @Slot()
    def choose(self) -> None:
        """Let the person choose files."""
        others = (ending for kind in self._files.kinds for ending in kind.endings)
        endings = " ".join(f"*{ending}" for ending in (*IMAGE_ENDINGS, *others))
        patterns, everything = self.words.kinds.format(patterns=endings), _("All files (*)")
        dialog = FileDialog(self._composer.window(), self.words.title, "", f"{patterns};;{everything}")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.filesSelected.connect(self._files.take_shown)
        dialog.open()

    @Slot(object)
    def take_pasted(self, content: bytes | QImage) -> None:
        self.images_given.emit([ImageSource(content, _("Pasted image"))])

    @Slot(object)
    def take_dropped(self, content: bytes | QImage) -> None:
        """Take an image that was dropped and is no file."""
        self.images_given.emit([ImageSource(content, _("Dropped image"))])

    @Slot()
    def refuse_address(self) -> None:
        words = _(
            "Octavo does not download anything from the web. Save the image as a file and drop that, or copy the image"
            " itself and paste it."
        )
        self.failed.emit(words)

    @Slot()
    def _on_portal(self) -> None:
        self._has_portal = True

    @Slot(object)
    def _take_screenshot(self, path: Path) -> None:
        self.images_given.emit([ImageSource(path, _("Part of the screen"), passing=True)])

    @Slot()
    def _on_no_screenshot(self) -> None:
        self.failed.emit(
            _(
                "The desktop did not provide a picture of the screen. Take a screenshot with another program, then"
                " paste or drop it here."
            )
        )


def open_source(images: Images, source: ImageSource, cancel: Cancel) -> Work[Opening, Image]:
    """Open an image. Raises AppError as `Images.take` and `Images.from_raster` do; Stopped."""
    if not isinstance(source.content, QImage):
        return (yield from images.take(source.content, source.name, cancel))
    if cancel.requested:
        raise Stopped
    return images.from_raster(to_raster(source.content), source.name)
