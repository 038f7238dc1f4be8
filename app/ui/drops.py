"""What becomes of what is dropped on the window, said over it while it is dragged across."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QEvent, QMimeData, QObject, Signal
from PySide6.QtGui import QDropEvent

from app.ui.chat.intake import holds_addresses, holds_image, pick_files, read_image
from app.ui.shelf.file_import import sort_files
from app.ui.widgets.drop_overlay import DropOverlay
from app.wording.i18n import _


class WindowDrops(DropOverlay):
    files_given = Signal(list)  # list[Path]
    image_given = Signal(object)  # bytes | QImage
    address_given = Signal()  # of the web, and nothing else

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """What is dragged over the window that this covers, and dropped on it."""
        if isinstance(event, QDropEvent) and event.type() in (QEvent.Type.DragEnter, QEvent.Type.Drop):
            source = event.mimeData()
            files = pick_files(source)
            words = _words(source, files)
            if words is not None:
                event.acceptProposedAction()
                if event.type() == QEvent.Type.DragEnter:
                    self.appear(*words)
                else:
                    self._take(source, files)
        elif event.type() == QEvent.Type.DragLeave:
            self.hide()
        return super().eventFilter(watched, event)

    def _take(self, source: QMimeData, files: list[Path]) -> None:
        self.hide()
        if files:
            self.files_given.emit(files)
        elif holds_image(source):
            self.image_given.emit(read_image(source))
        else:
            self.address_given.emit()


def _words(source: QMimeData, files: list[Path]) -> tuple[str, str] | None:
    """What becomes of it when it is dropped, and more about that; None where it is not for the window."""
    by_name = sort_files(files, lambda _path: b"")
    images, videos = by_name.images, by_name.videos
    if not files and not holds_image(source):
        return (
            (_("Octavo does not download from the web"), _("Drop the image itself"))
            if holds_addresses(source)
            else None
        )
    if videos and len(images) + len(videos) == len(files):
        words = _("Show them to the model") if len(files) > 1 else _("Show frames of it to the model")
        return words, _("You choose which frames of a video become part of your next question")
    if len(images) == len(files):
        several = len(images) > 1
        return (
            _("Show them to the model") if several else _("Show it to the model"),
            _("They will be part of your next question") if several else _("It will be part of your next question"),
        )
    formats = _("PDF, EPUB, Word, web page, e-mail, table or text: the model reads all of it")
    if videos:
        return _("Put the books on the desk, show the images and videos to the model"), formats
    if images:
        return _("Put the books on the desk, show the images to the model"), formats
    return _("Put them on the desk") if len(files) > 1 else _("Put it on the desk"), formats
