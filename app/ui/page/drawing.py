"""The drawings of the open book: asks for those near the view, and highlights on them what was quoted or searched."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QColor, QImage, QPainter, QTransform

from app.core.documents.document import Book
from app.core.errors import Problem
from app.services.library.library import Library
from app.ui.kit.bridge import Executor
from app.ui.kit.jobs import Job
from app.ui.kit.window_context import WindowContext
from app.ui.look.theme import LAMP
from app.ui.page.panel import PagePanel
from app.ui.widgets.pictures import to_image

if TYPE_CHECKING:
    from app.documents.layer import Layer

KEPT_BYTES = 96 << 20
"""The bytes of drawings that are kept for turning back: some ten pages at the width of a panel."""


@dataclass(frozen=True)
class _Key:
    """The key of a drawing that is kept. `width` is that of the upright page in device pixels; `turns` is as in
    `DrawnPages.turns`."""

    book_id: str
    page: int
    width: int
    turns: int
    dark: bool


class Drawing(QObject):
    """The drawings of the open book. `undrawn` carries the Problem for which the current page has no drawing."""

    undrawn = Signal(object)

    def __init__(self, context: WindowContext, panel: PagePanel) -> None:
        super().__init__(panel)
        self._library = context.desk.documents.library
        self._bridge = context.bridge
        self._panel = panel
        self._book_id = ""
        self._sized = False
        self._wanted: list[tuple[int, int]] = []
        self._undrawn: set[int] = set()
        self._without_layer: set[int] = set()
        self._lit: tuple[int, str] | None = None
        self._words, self._hit = "", (0, 0)
        self._job: Job | None = None
        self._kept: OrderedDict[_Key, QImage] = OrderedDict()
        panel.image.wanted.connect(self._want)

    def begin(self, book: Book) -> None:
        """Begin anew with a book: another one is open, or the file of this one was read again."""
        self.leave()
        self._book_id, self._sized = book.id, False
        self._wanted, self._lit = [], None
        self._undrawn.clear()
        self._without_layer.clear()

    def show(self) -> None:
        """Show the pages of the open book, each as soon as it is drawn; one that could not be is tried again."""
        self._undrawn.clear()
        self._panel.show_drawings()
        self._light_all()
        if not self._sized:
            self._sized = True
            work = partial(self._library.page_sizes, self._book_id)
            self._bridge.call(Executor.READER, work, partial(self._take_sizes, self._book_id), self._on_nothing)
        self._go_on()

    def leave(self) -> None:
        """Show no drawing any more, and cancel the one that is being made."""
        if self._job is not None:
            self._job.cancel()

    def forget(self, book_id: str) -> None:
        """Keep nothing of a book."""
        for key in [key for key in self._kept if key.book_id == book_id]:
            del self._kept[key]

    def light(self, lit: tuple[int, str] | None) -> None:
        """Highlight a quotation, given with its page; None for none."""
        self._lit = lit
        self._light_all()

    def find_words(self, words: str, page: int, nth: int) -> None:
        """Highlight the places of `words`, the one of number `nth`, from 0, on `page` more than the others."""
        self._words, self._hit = words, (page, nth)
        self._light_all()

    # ---- asking

    @Slot(list)
    def _want(self, wanted: list[tuple[int, int]]) -> None:
        self._wanted = wanted
        for page, width in wanted:
            kept = self._kept.get(key := self._key(page, width))
            if kept is not None:
                self._kept.move_to_end(key)
            elif self._panel.image.image(page) is None:
                kept = self._stand_in(page)
            if kept is not None:
                self._panel.image.show_image(page, kept)
        self._go_on()

    def _stand_in(self, page: int) -> QImage | None:
        """Return a drawing of the page in another width, to be shown until there is one of the right width; None if
        none is kept."""
        return next((kept for key, kept in self._kept.items() if self._key(page, key.width) == key), None)

    def _key(self, page: int, width: int) -> _Key:
        return _Key(self._book_id, page, width, self._panel.image.turns, self._panel.image.dark)

    def _go_on(self) -> None:
        """Ask for one thing after the other: what is in sight, its characters, what comes next."""
        if not self._book_id or not self._panel.drawing_shown() or (self._job is not None and self._job.running):
            return
        image, seen = self._panel.image, self._panel.image.seen()
        missing = [each for each in self._wanted if self._is_missing(*each)]
        first = next((each for each in missing if each[0] in seen), None)
        unread = next(
            (page for page in seen if image.layer(page) is None and page not in self._without_layer | self._undrawn),
            None,
        )
        if first is None and unread is None:
            first = next(iter(missing), None)
        if first is not None:
            key = self._key(*first)
            self._ask(partial(_draw, self._library, key), partial(self._take, key), partial(self._fail, key))
        elif unread is not None:
            place = (self._book_id, unread)
            work = partial(_read_layer, self._library, *place)
            self._ask(work, partial(self._take_layer, place), partial(self._miss_layer, place))

    def _is_missing(self, page: int, width: int) -> bool:
        return page not in self._undrawn and self._key(page, width) not in self._kept

    def _ask(self, work: Callable[[], object], take: Callable[..., None], fail: Callable[[Problem], None]) -> None:
        self._job = self._bridge.call(Executor.READER, work, take, fail)

    # ---- what comes back

    def _take_sizes(self, book_id: str, sizes: tuple[tuple[float, float], ...]) -> None:
        if book_id == self._book_id:
            self._panel.image.show_sizes(sizes)

    def _on_nothing(self, problem: Problem) -> None:
        """Do nothing: the pages are laid out by the drawings that come, so that a failure to measure them does no
        harm."""

    def _take(self, key: _Key, image: QImage) -> None:
        self._kept[key] = image
        while len(self._kept) > 1 and sum(kept.sizeInBytes() for kept in self._kept.values()) > KEPT_BYTES:
            self._kept.popitem(last=False)
        if key == self._key(key.page, key.width) and (key.page, key.width) in self._wanted:
            self._panel.image.show_image(key.page, image)
        self._job = None
        self._go_on()

    def _fail(self, key: _Key, problem: Problem) -> None:
        self._job = None
        if key.book_id == self._book_id:
            self._undrawn.add(key.page)
            self._panel.image.show_undrawn(key.page)
            if key.page == self._panel.image.current:
                self.undrawn.emit(problem)
        self._go_on()

    def _take_layer(self, place: tuple[str, int], layer: Layer) -> None:
        if place[0] == self._book_id:
            self._panel.image.show_layer(place[1], layer)
            self._light(place[1])
        self._job = None
        self._go_on()

    def _miss_layer(self, place: tuple[str, int], problem: Problem) -> None:  # noqa: ARG002 - it is drawn all the same
        if place[0] == self._book_id:
            self._without_layer.add(place[1])
            if self._lit is not None and self._lit[0] == place[1]:
                self._panel.show_quote(self._lit[1])
        self._job = None
        self._go_on()

    # ---- highlighting

    def _light_all(self) -> None:
        for page in self._panel.image.layers():
            self._light(page)

    def _light(self, page: int) -> None:
        """Highlight the quotation or, without one, the place that the search is at. A quotation that has no place is
        shown in words."""
        layer = self._panel.image.layer(page)
        if layer is None:
            return
        quotation = self._lit[1] if self._lit is not None and self._lit[0] == page else ""
        span = layer.find_quotation(quotation) if quotation else None
        lit = layer.bands(*span) if span is not None else ()
        places = layer.find_words(self._words) if self._words else ()
        found = [layer.bands(*place) for place in places]
        if found and self._lit is None and self._hit[0] == page:
            lit = found.pop(min(self._hit[1], len(found) - 1))
        self._panel.image.light(page, lit, [band for bands in found for band in bands])
        if quotation:
            self._panel.show_quote("" if lit else quotation)


def _draw(library: Library, key: _Key) -> QImage:
    """Draw a page, turned and in the colours of the theme, in the format in which Qt paints fastest."""
    drawn = to_image(library.page_image(key.book_id, key.page, key.width)).convertToFormat(QImage.Format.Format_RGB32)
    if key.turns:
        drawn = drawn.transformed(QTransform().rotate(90 * key.turns))
    return _darkened(drawn) if key.dark else drawn


def _darkened(image: QImage) -> QImage:
    """Return the drawing with its white turned into the surface of the dark theme, and its black into its ink."""
    image.invertPixels()
    surface, ink = QColor(LAMP.surface), QColor(LAMP.ink)
    painter = QPainter(image)
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Multiply)
    span = QColor(ink.red() - surface.red(), ink.green() - surface.green(), ink.blue() - surface.blue())
    painter.fillRect(image.rect(), span)
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Plus)
    painter.fillRect(image.rect(), surface)
    painter.end()
    return image


def _read_layer(library: Library, book_id: str, page: int) -> Layer:
    from app.documents.layer import Layer  # with the first page that is drawn

    return Layer(library.page_layer(book_id, page))
