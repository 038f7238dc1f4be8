"""The covers of the books that are in sight: found where they are kept, or made while nothing else is done."""

from __future__ import annotations

from collections import OrderedDict
from functools import partial

from PySide6.QtCore import QObject, QRect, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QFont, QImage, QPainter, QPen

from app.core.conversations.image import Raster
from app.core.documents.document import Book, Format
from app.core.documents.untrusted import disarm
from app.core.errors import Problem
from app.services.library.covers import COVER_WIDTH, NO_COVER, is_drawn, may_have_picture
from app.ui.kit.bridge import Executor
from app.ui.kit.window_context import WindowContext
from app.ui.look.fonts import text_font, ui_font
from app.ui.look.theme import PAPER, SPACE_L, SPACE_M, Palette, cloth
from app.ui.widgets.pictures import to_image

COVER_SIZE = QSize(32, 44)

_PAGE = QSize(COVER_WIDTH, COVER_WIDTH * COVER_SIZE.height() // COVER_SIZE.width())
_PAGE_TITLE, _PAGE_TEXT = 14, 9  # px, of a page so wide
_SPINE, _LETTERS, _BADGE, _BADGE_LETTERS = 3, 6, 11, 8  # px, on the shelf
_DIMMED = 70
"""The opacity, of 255, of the black over a page by night: white paper would be the brightest thing in the window."""

_MOST_KEPT = 240
"""The most covers that are kept, about 17 MB: more than are in sight at a time. One that was let go is found where it
is kept, when its book comes into sight again."""

_SHORT = {Format.MARKDOWN: "MD", Format.TEXT: "TXT"}


def format_words(book: Book) -> str:
    """Return the name of a book's format, such as "PDF"."""
    return format_name(book.format)


def format_name(kind: Format) -> str:
    return _SHORT.get(kind, kind.upper())


class BookCovers(QObject):
    """The covers. `changed` tells that there is another one. A book of which none can be made keeps its plain one, and
    nothing is said."""

    changed = Signal()

    def __init__(self, context: WindowContext, *, kept: int = _MOST_KEPT) -> None:
        """`kept` is how many pictures are kept at most."""
        super().__init__(context.parent)
        self._most = kept
        self._covers = context.desk.documents.covers
        self._bridge = context.bridge
        self._activity = context.activity
        self._images: OrderedDict[str, QImage] = OrderedDict()
        self._asked: set[str] = set()
        self._undrawn: list[Book] = []
        self._drawing = ""

    def image(self, book: Book) -> QImage | None:
        """Return the cover of a book; None while there is none, and then it is looked for."""
        if book.id not in self._asked:
            self._asked.add(book.id)
            if may_have_picture(book):
                find, take = partial(self._covers.known, book.id), partial(self._take_kept, book)
                self._bridge.call(Executor.STORE, find, take, self._leave)
            else:
                self._write(book)
        if book.id in self._images:
            self._images.move_to_end(book.id)
        return self._images.get(book.id)

    @Slot(str)
    def forget(self, book_id: str) -> None:
        """Forget a book that is gone."""
        self._images.pop(book_id, None)
        self._asked.discard(book_id)
        self._undrawn = [each for each in self._undrawn if each.id != book_id]

    @Slot(object)
    def renew(self, book: Book) -> None:
        """Try once more to make the cover of a book whose file was added, perhaps again: what failed before may go well
        now."""
        if book.id not in self._images and book.id != self._drawing:
            self._asked.discard(book.id)
            self.changed.emit()

    @Slot()
    def look(self) -> None:
        """Draw the next one, if nothing else is under way."""
        if self._undrawn and not self._drawing and self._activity.holder is None:
            book = self._undrawn.pop(0)
            self._drawing = book.id
            draw, take = partial(self._covers.draw, book), partial(self._take_drawn, book)
            self._bridge.call(Executor.READER, draw, take, partial(self._miss, book))

    def _take_kept(self, book: Book, cover: Raster | None) -> None:
        if cover is not None:
            self._take_cover(book, cover)
        elif book.id in self._asked:
            self._undrawn.append(book)
            self.look()

    def _take_cover(self, book: Book, cover: Raster) -> None:
        if cover == NO_COVER:
            self._write(book)
        else:
            self._take(book.id, _narrowed(to_image(cover)))

    def _write(self, book: Book) -> None:
        """Set the first words of a book, as its pages have no look of their own."""
        read, write = partial(self._covers.words, book.id), partial(self._take_words, book)
        self._bridge.call(Executor.STORE, read, write, self._leave)

    def _take_words(self, book: Book, untrusted_words: str) -> None:
        self._take(book.id, typeset(book.title, untrusted_words))

    def _take_drawn(self, book: Book, cover: Raster) -> None:
        self._take_cover(book, cover)
        self._go_on()

    def _miss(self, book: Book, problem: Problem) -> None:  # noqa: ARG002 - the form of a handler
        """Set the first words of a book whose pages cannot be drawn; leave one plain whose file is not there, or cannot
        be drawn now."""
        if not is_drawn(book):
            self._write(book)
        self._go_on()

    def _take(self, book_id: str, image: QImage) -> None:
        if book_id in self._asked:  # not removed meanwhile
            self._images[book_id] = image
            while len(self._images) > self._most:
                out_of_sight, _image = self._images.popitem(last=False)
                self._asked.discard(out_of_sight)
            self.changed.emit()

    def _go_on(self) -> None:
        self._drawing = ""
        self.look()

    @Slot(object)
    def _leave(self, problem: Problem) -> None:
        """Leave a book plain, as its kept cover could not be looked for."""


def _narrowed(image: QImage) -> QImage:
    """Scale a cover down to the width that is shown: a file may have a larger one."""
    if image.width() <= COVER_WIDTH:
        return image
    return image.scaledToWidth(COVER_WIDTH, Qt.TransformationMode.SmoothTransformation)


def typeset(untrusted_title: str, untrusted_words: str) -> QImage:
    """Draw a first page for a book whose own pages are not drawn."""
    page = QImage(_PAGE, QImage.Format.Format_RGB888)
    page.fill(QColor(PAPER.surface))
    painter = QPainter(page)
    room = QRect(0, 0, _PAGE.width(), _PAGE.height()).adjusted(SPACE_M, SPACE_L, -SPACE_M, -SPACE_M)
    wrap = Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft
    painter.setPen(QColor(PAPER.ink))
    painter.setFont(text_font(_PAGE_TITLE, QFont.Weight.DemiBold))
    used = painter.drawText(room, wrap, disarm(" ".join(untrusted_title.split())))
    painter.setPen(QColor(PAPER.soft_ink))
    painter.setFont(text_font(_PAGE_TEXT))
    painter.drawText(room.adjusted(0, used.height() + SPACE_M, 0, 0), wrap, disarm(untrusted_words))
    painter.end()
    return page


def paint_cover(painter: QPainter, place: QRectF, book: Book, image: QImage | None, palette: Palette) -> None:
    """Paint a picture of the cover or of the first page, or plain cloth with the title; on it the format."""
    if image is None:
        _paint_cloth(painter, place, book)
    else:
        _paint_page(painter, place, image, palette)
    words, font = format_words(book), ui_font(_BADGE_LETTERS, QFont.Weight.Bold)
    painter.setFont(font)
    width = painter.fontMetrics().horizontalAdvance(words) + 5
    badge = QRectF(place.left(), place.bottom() - _BADGE, min(width, place.width()), _BADGE)
    painter.setPen(Qt.PenStyle.NoPen)
    colour = QColor(cloth(book.id)).darker(125) if image is None else QColor(cloth(book.id, dark=palette.dark))
    painter.setBrush(colour)
    painter.drawRoundedRect(badge, 2, 2)
    painter.setPen(QColor(PAPER.on_accent if image is None else palette.on_accent))
    painter.drawText(badge, Qt.AlignmentFlag.AlignCenter, words)


def _paint_cloth(painter: QPainter, place: QRectF, book: Book) -> None:
    colour = QColor(cloth(book.id))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    painter.drawRoundedRect(place, 2, 2)
    painter.setBrush(colour.darker(125))
    painter.drawRoundedRect(QRectF(place.left(), place.top(), _SPINE, place.height()), 1.5, 1.5)
    painter.setPen(QColor(PAPER.on_accent))
    painter.setFont(text_font(_LETTERS, QFont.Weight.DemiBold))
    room = place.adjusted(_SPINE + 2, 3, -2, -_BADGE - 1)
    painter.drawText(room, Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignTop, disarm(" ".join(book.title.split())))


def _paint_page(painter: QPainter, place: QRectF, image: QImage, palette: Palette) -> None:
    """Paint a page as wide as the place: one that is too high is cut at its foot, one too low stands on paper."""
    high = image.width() * place.height() / place.width()
    shown = QRectF(0, 0, image.width(), min(high, image.height()))
    painter.fillRect(place, QColor(PAPER.surface))
    target = QRectF(place.left(), place.top(), place.width(), place.height() * shown.height() / high)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.drawImage(target, image, shown)
    if palette.dark:
        painter.fillRect(place, QColor(0, 0, 0, _DIMMED))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(QColor(palette.handle), 1))
    painter.drawRect(place.adjusted(0.5, 0.5, -0.5, -0.5))
