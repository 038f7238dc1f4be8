"""Where images and videos for a question come from: files, what is pasted or dropped, a part of the screen."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QPoint, Qt, Signal, Slot
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QFileDialog, QMenu

from app.core.errors import Problem
from app.core.events import Opening
from app.core.image import Image
from app.core.work import Cancel, Stopped, Work
from app.documents.images import kinds as image_kinds
from app.documents.images.kinds import is_image
from app.documents.videos import kinds as video_kinds
from app.documents.videos.kinds import is_video
from app.services.images import Images
from app.ui.bridge import Bridge, Executor
from app.ui.chat.composer import IMAGE_KEYS, Composer
from app.ui.portal import ScreenPortal, discard
from app.ui.presenter import Presenter
from app.ui.widgets.pictures import to_raster
from app.wording.i18n import _

_HEAD_BYTES = max(image_kinds.HEAD_BYTES, video_kinds.HEAD_BYTES)


@dataclass(frozen=True)
class ImageSource:
    """An image that is still to be opened: a file, bytes of one, or pixels. `passing`: its file is temporary, and is
    deleted once it was read."""

    content: Path | bytes | QImage
    name: str
    passing: bool = False

    @property
    def is_file(self) -> bool:
        """Whether it is a file of the person's, with a name of its own."""
        return isinstance(self.content, Path) and not self.passing

    def discard(self) -> None:
        if isinstance(self.content, Path):
            discard(self.content)


@dataclass(frozen=True)
class Sorted:
    """Files that were given at once, by what becomes of them."""

    images: tuple[Path, ...]
    videos: tuple[Path, ...]
    books: tuple[Path, ...]


class ImageSources(Presenter):
    images_given = Signal(list)  # list[Source]
    videos_given = Signal(list)  # list[Path]
    files_coming = Signal(list)  # list[Path]: what they are is being looked at
    books_given = Signal(list)  # list[Path]: files that are neither; of those that came
    others_found = Signal(list)  # list[Path]: of those that came, what is no book

    def __init__(self, bridge: Bridge, composer: Composer, portal: ScreenPortal, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._composer = composer
        self._portal = portal
        self._has_portal = False
        composer.image_given.connect(self.take_pasted)
        composer.files_dropped.connect(self.take_names)
        composer.add_image_requested.connect(self.offer)
        portal.found.connect(self._on_portal)
        portal.taken.connect(self._take_screenshot)
        portal.failed.connect(self._on_no_screenshot)

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
        endings = " ".join(f"*{ending}" for ending in (*image_kinds.ENDINGS, *video_kinds.ENDINGS))
        patterns = _("Images and videos ({patterns})").format(patterns=endings)
        title, everything = _("Show the model images or videos"), _("All files (*)")
        dialog = QFileDialog(self._composer.window(), title, "", f"{patterns};;{everything}")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.filesSelected.connect(self._take_chosen)
        dialog.open()

    @Slot(list)
    def take_names(self, names: list[str]) -> None:
        self.take_files([Path(name) for name in names])

    @Slot(list)
    def take_files(self, paths: list[Path]) -> None:
        """Images and frames of videos go with the question, all else on the desk."""
        self.files_coming.emit(paths)
        self._bridge.call(
            Executor.IMAGES, partial(_sort, tuple(paths)), self._take_sorted, partial(self._on_unsorted, paths)
        )

    @Slot(object)
    def take_pasted(self, content: bytes | QImage) -> None:
        self.images_given.emit([ImageSource(content, _("Pasted image"))])

    @Slot(object)
    def take_dropped(self, content: bytes | QImage) -> None:
        """An image that was dropped and is no file."""
        self.images_given.emit([ImageSource(content, _("Dropped image"))])

    @Slot()
    def refuse_address(self) -> None:
        words = _(
            "Octavo does not download anything from the web. Save the image as a file and drop that, or copy the image"
            " itself and paste it."
        )
        self.failed.emit(words)

    @Slot(object)
    def _take_sorted(self, files: Sorted) -> None:
        if files.images:
            self.images_given.emit([ImageSource(path, path.name) for path in files.images])
        if files.books:
            self.books_given.emit(list(files.books))
        if files.videos:
            self.videos_given.emit(list(files.videos))
        self.others_found.emit([*files.images, *files.videos])

    @Slot(list)
    def _take_chosen(self, names: list[str]) -> None:
        """They were chosen as images, so the reader says which of them are none."""
        work = partial(_sort, tuple(map(Path, names)), takes_books=False)
        self._bridge.call(Executor.IMAGES, work, self._take_sorted, self._on_problem)

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

    def _on_unsorted(self, paths: list[Path], problem: Problem) -> None:
        self.others_found.emit(paths)
        self._on_problem(problem)


def open_source(images: Images, source: ImageSource, cancel: Cancel) -> Work[Opening, Image]:
    """Raises AppError as `Images.take` and `Images.from_raster` do; Stopped."""
    if not isinstance(source.content, QImage):
        return (yield from images.take(source.content, source.name, cancel))
    if cancel.requested:
        raise Stopped
    return images.from_raster(to_raster(source.content), source.name)


def _sort(paths: Iterable[Path], *, takes_books: bool = True) -> Sorted:
    """A file that cannot be read is sorted by its name. Without `takes_books` a file of another kind counts as an
    image."""
    images: list[Path] = []
    videos: list[Path] = []
    others: list[Path] = []
    for path in paths:
        head = _head(path)
        if is_image(path.name, head):
            images.append(path)
        elif is_video(path.name, head):
            videos.append(path)
        else:
            (others if takes_books else images).append(path)
    return Sorted(tuple(images), tuple(videos), tuple(others))


def _head(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(_HEAD_BYTES)
    except OSError:
        return b""
