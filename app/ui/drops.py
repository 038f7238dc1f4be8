"""What becomes of what is dropped on a window, said over it while it is dragged across."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QEvent, QMimeData, QObject, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QDropEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from app.ui import motion
from app.ui.chat.intake import holds_addresses, holds_image, pick_files, read_image
from app.ui.fonts import text_font, ui_font
from app.ui.shelf.file_import import sort_files
from app.ui.theme import CORNER, SIZE_DISPLAY, SIZE_TEXT, SPACE_L, SPACE_S, Theme
from app.wording.i18n import _

_VEIL_ALPHA = 243


class DropOverlay(QWidget):
    """Covers its parent and never takes part in the drag itself."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._covered = parent
        self._title = self._detail = ""
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        parent.installEventFilter(self)
        self.hide()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._covered and event.type() == QEvent.Type.Resize:
            self.resize(self._covered.size())
        return False

    def appear(self, title: str, detail: str) -> None:
        """Say what becomes of the files, and more about that."""
        self._title, self._detail = title, detail
        self.setAccessibleName(title)
        self.resize(self._covered.size())
        self.raise_()
        motion.show_gently(self)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        palette = self._theme.palette
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        veil = QColor(palette.ground)
        veil.setAlpha(_VEIL_ALPHA)
        painter.fillRect(self.rect(), veil)
        painter.setPen(QPen(QColor(palette.accent), 2, Qt.PenStyle.DashLine))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(SPACE_L, SPACE_L, -SPACE_L, -SPACE_L), CORNER, CORNER)
        middle = self.height() // 2
        painter.setFont(text_font(SIZE_DISPLAY))
        painter.drawText(
            QRectF(0, middle - 60, self.width(), 60 - SPACE_S / 2),
            Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignBottom,
            self._title,
        )
        painter.setFont(ui_font(SIZE_TEXT))
        painter.setPen(QColor(palette.soft_ink))
        painter.drawText(
            QRectF(0, middle + SPACE_S / 2, self.width(), 60),
            Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop,
            self._detail,
        )


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
            motion.hide_gently(self)
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
