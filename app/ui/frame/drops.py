"""Takes what is dropped on a window, and says over the window what becomes of it while it is dragged across."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QEvent, QMimeData, QObject, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QDropEvent, QKeySequence, QMouseEvent, QPainter, QPaintEvent, QPen, QShortcut
from PySide6.QtWidgets import QWidget

from app.documents.folders import holds_documents
from app.documents.formats import refused
from app.ui.chat.writing.intake import holds_addresses, holds_image, pick_files, read_image
from app.ui.kit.file_kind import GivenKind
from app.ui.kit.words import NAME_CHARACTERS
from app.ui.look import motion
from app.ui.look.fonts import text_font, ui_font
from app.ui.look.theme import CORNER, SIZE_DISPLAY, SIZE_TEXT, SPACE_L, SPACE_S, Theme
from app.ui.shelf.file_import import sort_files
from app.wording import refusals
from app.wording.i18n import _
from app.wording.units import count, printable

_VEIL_ALPHA = 243


class DropOverlay(QWidget):
    """Covers its parent and never takes part in the drag itself. The program that a drag came from may end without a
    word, so Esc, a click and another window take it away too."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._covered = parent
        self._title = self._detail = ""
        QShortcut(QKeySequence(Qt.Key.Key_Escape), self, self.hide)
        parent.installEventFilter(self)
        self.hide()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._covered and event.type() == QEvent.Type.Resize:
            self.resize(self._covered.size())
        elif event.type() == QEvent.Type.WindowDeactivate:
            self.hide()
        return False

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: ARG002
        self.hide()

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
        middle, width = self.height() / 2, self.width() - 4.0 * SPACE_L
        wrap = Qt.AlignmentFlag.AlignHCenter | Qt.TextFlag.TextWordWrap
        painter.setFont(text_font(SIZE_DISPLAY))
        above = QRectF(2 * SPACE_L, 0, width, middle - SPACE_S / 2)
        painter.drawText(above, wrap | Qt.AlignmentFlag.AlignBottom, self._title)
        painter.setFont(ui_font(SIZE_TEXT))
        painter.setPen(QColor(palette.soft_ink))
        below = QRectF(2 * SPACE_L, middle + SPACE_S / 2, width, middle)
        painter.drawText(below, wrap | Qt.AlignmentFlag.AlignTop, self._detail)


@dataclass(frozen=True)
class _Offer:
    """The words that say what becomes of what is dragged; `taken` tells that it can be dropped."""

    title: str
    detail: str
    taken: bool = True


class WindowDrops(DropOverlay):
    """Takes what is dropped. `refused` carries a sentence about what cannot be taken."""

    files_given = Signal(list)  # list[Path]
    image_given = Signal(object)  # bytes | QImage
    address_given = Signal()  # of the web, and nothing else
    refused = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(theme, parent)
        self._taken = True
        self.kinds: Sequence[GivenKind] = ()
        """The kinds of files that features take for the next question."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take what is dragged over the window that this covers, and dropped on it."""
        if isinstance(event, QDropEvent) and event.type() in (QEvent.Type.DragEnter, QEvent.Type.Drop):
            source = event.mimeData()
            files = pick_files(source)
            offer = _offer(source, files, self.kinds)
            self._taken = offer is None or offer.taken
            if offer is not None:
                event.acceptProposedAction()
                if event.type() == QEvent.Type.DragEnter:
                    self.appear(offer.title, offer.detail)
                else:
                    self._take(source, files, offer)
        elif isinstance(event, QDropEvent) and event.type() == QEvent.Type.DragMove and not self._taken:
            event.ignore()  # the pointer says so; that it leaves is still reported
            return True
        elif event.type() == QEvent.Type.DragLeave:
            motion.hide_gently(self)
        return super().eventFilter(watched, event)

    def _take(self, source: QMimeData, files: list[Path], offer: _Offer) -> None:
        self.hide()
        if not offer.taken:
            self.refused.emit(f"{offer.title}. {offer.detail}.")
        elif files:
            self.files_given.emit(files)
        elif holds_image(source):
            self.image_given.emit(read_image(source))
        else:
            self.address_given.emit()


_UNREAD = frozenset((*refused.ENDINGS, ".dmg", ".exe", ".heic", ".iso", ".mp3", ".svg", ".wav"))
"""The endings of what people have and Octavo reads nothing of. All else is looked into once it is dropped: a text may
have any ending."""


def _offer(source: QMimeData, files: list[Path], kinds: Sequence[GivenKind]) -> _Offer | None:
    """Return what becomes of a drop, in words; None if it is not for the window."""
    if files:
        folders = [file for file in files if holds_documents(file)]
        others = [file for file in files if file not in folders]
        if folders:
            return _offer_of_folders(folders, others, kinds)
        return _refusal(files) or _offer_of_files(files, kinds)
    if holds_image(source):
        return _Offer(_("Show the image to the model"), _("It will be part of your next question"))
    if holds_addresses(source):
        return _Offer(_("Octavo does not download from the web"), _("Drop the image itself"))
    return None


def _refusal(files: list[Path]) -> _Offer | None:
    """Return why none of these files can be taken; None if one can."""
    if any(file.suffix.lower() not in _UNREAD for file in files):
        return None
    what = _named(files, _("“{name}”"), _("these {n} files"))
    kinds = {refused.ENDINGS.get(file.suffix.lower()) for file in files}
    if len(kinds) == 1 and (kind := kinds.pop()) is not None:
        detail = refusals.way_out(kind).rstrip(".。")  # the overlay's lines are no sentences
        return _Offer(_("Octavo cannot read {what}").format(what=what), detail, taken=False)
    known = _("It reads PDF, EPUB, Word, presentations, web pages, e-mail, tables and text")
    return _Offer(_("Octavo cannot read {what}").format(what=what), known, taken=False)


def _offer_of_folders(folders: list[Path], others: list[Path], kinds: Sequence[GivenKind]) -> _Offer:
    """Return what becomes of folders: they go onto the shelf, with what is dropped beside them if it can be read."""
    one = _("the folder “{name}”") if folders[0].is_dir() else _("“{name}”")  # which is a ZIP
    what = _named(folders, one, _("{n} folders"))
    title = _("Put the documents in {what} on the shelf").format(what=what)
    if others and _refusal(others) is None:
        return _Offer(title, _offer_of_files(others, kinds).title)
    return _Offer(title, _("All that Octavo can read, in folders below it too"))


def _offer_of_files(files: list[Path], kinds: Sequence[GivenKind]) -> _Offer:
    by_name = sort_files(files, lambda _path, _most: b"", kinds)
    images, shown = by_name.images, by_name.shown
    words = by_name.others[0].kind.dropping if by_name.others else None
    if words is not None and len(shown) == len(files):
        what = _named(files, words.one, words.several)
        return _Offer(_("Show {what} to the model").format(what=what), words.detail)
    if len(images) == len(files):
        what = _named(files, _("“{name}”"), _("{n} images"))
        several = _("They will be part of your next question")
        detail = several if len(images) > 1 else _("It will be part of your next question")
        return _Offer(_("Show {what} to the model").format(what=what), detail)
    what = _named(by_name.books, _("“{name}”"), _("{n} documents"))
    if shown:
        several = words.several if words is not None else _("{n} images")
        both = _("Put {what} on the desk, show {shown} to the model")
        return _Offer(both.format(what=what, shown=_named(shown, _("“{name}”"), several)), _formats())
    return _Offer(_("Put {what} on the desk").format(what=what), _formats())


def _formats() -> str:
    return _("PDF, EPUB, Word, presentation, web page, e-mail, table or text: the model reads all of it")


def _named(files: Sequence[Path], one: str, several: str) -> str:
    """Name one file by its name, and several by their number."""
    if len(files) > 1:
        return several.format(n=count(len(files)))
    name = printable(files[0].name)
    return one.format(name=name if len(name) <= NAME_CHARACTERS else f"{name[: NAME_CHARACTERS - 1]}…")
