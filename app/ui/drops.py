"""What becomes of what is dropped on the window, said over it while it is dragged across."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QMimeData, Signal

from app.documents.images.kinds import is_image
from app.documents.videos.kinds import is_video
from app.ui.chat.intake import holds_addresses, holds_image, pick_files, read_image
from app.ui.widgets.drop_overlay import DropOverlay
from app.wording.i18n import _


class WindowDrops(DropOverlay):
    files_given = Signal(list)  # list[Path]
    image_given = Signal(object)  # bytes | QImage
    address_given = Signal()  # of the web, and nothing else

    def offer(self, source: QMimeData) -> bool:
        """Say what would become of it; False where it is not for the window."""
        words = _words(source, pick_files(source))
        if words is not None:
            self.appear(*words)
        return words is not None

    def take(self, source: QMimeData) -> bool:
        """Hand it on; False as above."""
        self.hide()
        files = pick_files(source)
        if _words(source, files) is None:
            return False
        if files:
            self.files_given.emit(files)
        elif holds_image(source):
            self.image_given.emit(read_image(source))
        else:
            self.address_given.emit()
        return True


def _words(source: QMimeData, files: list[Path]) -> tuple[str, str] | None:
    """What becomes of it when it is dropped, and more about that; None where it is not for the window."""
    names = [path.name for path in files]
    images = [name for name in names if is_image(name, b"")]
    videos = [name for name in names if name not in images and is_video(name, b"")]
    if not names and not holds_image(source):
        return (
            (_("Octavo does not download from the web"), _("Drop the image itself"))
            if holds_addresses(source)
            else None
        )
    if videos and len(images) + len(videos) == len(names):
        words = _("Show them to the model") if len(names) > 1 else _("Show frames of it to the model")
        return words, _("You choose which frames of a video become part of your next question")
    if len(images) == len(names):
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
    return _("Put them on the desk") if len(names) > 1 else _("Put it on the desk"), formats
