"""The pages of a book as drawings: sharp on every screen, drawn elsewhere, and asked for as they come near.

What is highlighted or selected is painted over the drawings.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import (
    QColor,
    QImage,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QShowEvent,
)

from app.core.documents.document import Book
from app.ui.look.theme import Theme
from app.ui.page.links import PageLinks
from app.ui.page.markings import BookMarkings, Markings, PlacedPage
from app.ui.page.page_column import Goal, PageColumn
from app.ui.page.region import Region
from app.ui.page.tints import PageTints
from app.ui.page.zoom import PIXELS_PER_POINT, PageFit, PageZoom, PaperSizes
from app.wording.i18n import _
from app.wording.page_names import place_words

if TYPE_CHECKING:
    from app.documents.layer import Box, Layer

_MIDDLE = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
_REDRAW_DELAY_MS = 120
_MAX_WIDTH = 4096
"""The width in device pixels of the widest drawing that is asked for."""

_PREFETCHED = 0.75  # of the view's height, around it


class DrawnPages(PageColumn):
    """The pages of a book as drawings in one scrolled column.

    `wanted` carries pages with their widths in device pixels, the most urgent first, whenever these change; `selected`
    tells that the selection has changed.
    """

    wanted = Signal(list)
    selected = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._book: Book | None = None
        self._paper = PaperSizes()
        self._zoom = PageZoom()
        self._turns = 0
        self._dark = False
        self._images: dict[int, QImage] = {}
        self._undrawn: set[int] = set()
        self.book_marks = BookMarkings()
        self._wanted: list[tuple[int, int]] = []
        self._selecting: tuple[int, int] | None = None
        self._part_of = 1
        self.viewport().setMouseTracking(True)
        self.links = PageLinks(self, self, theme)
        self.region = Region(self, self._placed_part, self._begin_part)
        theme.changed.connect(self._draw_anew)
        self._later = QTimer(self, singleShot=True, interval=_REDRAW_DELAY_MS)
        self._later.timeout.connect(self._want)

    # ---- what is shown

    def show_book(self, book: Book) -> None:
        """Show the pages of a book, of which nothing is known yet."""
        self._book = book
        self._paper = PaperSizes(book.page_count)
        self._images.clear()
        self._undrawn.clear()
        self._wanted = []
        self._select(self.current, None)
        self.book_marks = BookMarkings()
        self._selecting = None
        self.region.drop()
        self.links.names = book.page_names
        self.setAccessibleName(_("Page, loading"))
        self.begin(book.page_count)

    def show_sizes(self, sizes: Sequence[tuple[float, float]]) -> None:
        """Take the size of each page, in points; a page that has none there keeps the usual one."""
        self._paper.take(sizes)
        self.lay_out()

    def show_image(self, page: int, image: QImage) -> None:
        if self._images.get(page) is image:
            return
        self._images[page] = image
        self._undrawn.discard(page)
        if self._paper.believe(page, image.height() / max(1, image.width()), self._turns):
            self.lay_out()
        if page in self.seen():
            self._name()
            self.viewport().update()

    def go_to(self, page: int, *, lit: bool = False) -> None:
        if page != self._part_of:
            self._part_of = page
            self.region.drop()
        super().go_to(page, lit=lit)

    def show_undrawn(self, page: int) -> None:
        """Show in the place of a page that there is no drawing of it."""
        self._undrawn.add(page)
        self.viewport().update()

    def show_layer(self, page: int, layer: Layer) -> None:
        """Take the characters of a page, which can be highlighted and selected from now on; none of them is yet."""
        self.book_marks.put(page, layer)
        self.links.look()

    def show_tints(self, tints: PageTints) -> None:
        """Set passages of each page on a coloured ground, below all highlights."""
        self.book_marks.show_tints(tints)
        self.viewport().update()

    def layer(self, page: int) -> Layer | None:
        return self.marks(page).layer

    def layers(self) -> list[int]:
        """Return the pages whose characters are known."""
        return self.book_marks.pages()

    def light(self, page: int, lit: Iterable[Box], found: Iterable[Box]) -> None:
        """Highlight places of a page: `lit` is the quotation, or the hit that one looks at; `found` are the other hits
        there."""
        if self.book_marks.light(page, lit, found):
            self.arrive_lit(page)
        self.viewport().update()

    def lit(self, page: int = 0) -> tuple[Box, ...]:
        """Return the boxes that are highlighted on a page, or on the current one for 0, as shares of its width and
        height."""
        return self.marks(page or self.current).lit

    def found(self, page: int = 0) -> tuple[Box, ...]:
        return self.marks(page or self.current).found

    def image(self, page: int = 0) -> QImage | None:
        return self._images.get(page or self.current)

    def drawn_area(self, page: int = 0) -> QRectF:
        """Return the place of a page's drawing in the viewport, in px; that of the current page for 0."""
        return QRectF(self.place_of(page or self.current))

    def selected_text(self) -> str:
        return self.book_marks.selected_text()

    def selection_rect(self) -> QRectF | None:
        """Return the place of the selection's last line in the viewport, in pixels; None if nothing is selected."""
        band = self.book_marks.selected_band()
        return self.placed(band[0]).on_view(band[1]) if band is not None else None

    # ---- how large

    @property
    def zoom(self) -> PageZoom:
        return self._zoom

    def set_zoom(self, zoom: PageZoom) -> None:
        """Set how large pages are shown; what is in the middle of the view stays there."""
        if zoom != self._zoom:
            self._zoom = zoom
            self._goal = Goal(self.current, lit=False) if zoom.fit is PageFit.PAGE else None
            self.lay_out(self.viewport().height() / 2)
            self._later.start()

    @property
    def turns(self) -> int:
        """The turn of the drawings, in quarters clockwise."""
        return self._turns

    @property
    def dark(self) -> bool:
        """True if the drawings are light on dark."""
        return self._dark and self.theme.palette.dark

    def set_turns(self, turns: int) -> None:
        """Turn the drawings by so many quarters clockwise from upright."""
        if turns % 4 != self._turns:
            self._turns = turns % 4
            self.region.drop()
            self._goal = self._goal or Goal(self.current, lit=False)
            self._draw_anew()

    def set_dark(self, dark: bool) -> None:
        """Set whether drawings are light on dark, as they are in the dark theme."""
        if dark != self._dark:
            self._dark = dark
            self._draw_anew()

    @Slot()
    def _draw_anew(self) -> None:
        self._images.clear()
        self._wanted = []
        self.lay_out()

    def scale(self) -> float:
        """Return the scale of the current page: 1 is its actual size."""
        if not self.pages:
            return 1.0
        return self.drawn_area().width() / (self._paper.of(self.current, self._turns)[0] * PIXELS_PER_POINT)

    def measure_pages(self, room: QSize) -> Sequence[tuple[int, int]]:
        return self._paper.fitted(self._zoom, self._turns, (room.width(), room.height()))

    def proportions(self) -> float:
        """Return the height by the width of the page of which a part is selected."""
        width, height = self._paper.of(self._part_of)
        return height / width

    # ---- which are asked for

    def show_seen(self) -> None:
        if not self.pages:
            return
        self.region.follow()
        self.links.look()
        self._name()
        if not self._later.isActive():
            self._want()

    @Slot()
    def _want(self) -> None:
        """Ask for the pages in sight, from the current one outwards, then for those around; let go of the far ones."""
        if not self.isVisible() or not self.pages or self.viewport().height() <= 0:
            return
        seen, near = self.seen(), self.seen(_PREFETCHED)
        order = sorted(near, key=lambda page: (page not in seen, abs(page - self.current), -page))
        for page in [page for page in self._images if page not in near]:
            del self._images[page]
        self.book_marks.keep(near)
        wanted = [(page, self._device_width(page)) for page in order]
        if wanted != self._wanted:
            self._wanted = wanted
            self.wanted.emit(wanted)

    def _device_width(self, page: int) -> int:
        """Return the width, in pixels of the device, at which the upright page is drawn."""
        place = self._strip.place(page)
        width = place.height() if self._turns % 2 else place.width()
        return min(_MAX_WIDTH, round(width * self.devicePixelRatioF()))

    def _name(self) -> None:
        """Set the name of the page that a screen reader says."""
        if self._book is not None and self.current in self._images:
            place = place_words(self._book.page_names.of(self.current))
            self.setAccessibleName(f"{self._book.title}, {place}")
        else:
            self.setAccessibleName(_("Page, loading"))

    # ---- events

    def resizeEvent(self, event: QResizeEvent) -> None:
        if self._images:
            self._later.start()  # before the pages are laid out: what is there is stretched until one is done
        super().resizeEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._want()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self._later.start()
        return super().event(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        page = self.page_under(event.position())
        if event.button() is Qt.MouseButton.LeftButton:
            self._select(self.current, None)
            self.links.press(event.position())
            caret = self.marks(page).caret_at(event.position(), self.placed(page)) if page is not None else None
            self._selecting = (page, caret) if page is not None and caret is not None else None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._selecting is not None and event.buttons() & Qt.MouseButton.LeftButton:
            page, anchor = self._selecting
            caret = self.marks(page).caret_at(event.position(), self.placed(page))
            if caret is not None:
                start, end = sorted((anchor, caret))
                self._select(page, (start, end) if end > start else None)
        else:
            over = self._character_under(event.position()) is not None
            self.links.point(event.position(), over_text=over)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._selecting = None
        self.links.release(event.position())

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        place = self._character_under(event.position())
        if place is not None and (layer := self.layer(place[0])) is not None:
            self._select(place[0], layer.word_around(place[1]))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.SelectAll):
            self.select(0, sys.maxsize)
        else:
            super().keyPressEvent(event)

    def _character_under(self, at: QPointF) -> tuple[int, int] | None:
        """Return the page at a place in the viewport, and the number of the character there; None if there is no
        character."""
        page = self.page_under(at)
        index = self.marks(page).character_under(at, self.placed(page)) if page is not None else None
        return (page, index) if page is not None and index is not None else None

    # ---- selecting

    def select_part(self) -> None:
        """Let the person draw a rectangle; see `Region`."""
        self._select(self.current, None)
        self._part_of = self.current
        self.region.begin()

    @property
    def part_of(self) -> int:
        """The page of which a part is selected."""
        return self._part_of

    def select(self, start: int, end: int) -> None:
        """Select the characters [start, end) of the current page's text."""
        layer = self.layer(self.current)
        if layer is not None and end > start:
            self._select(self.current, (start, min(end, len(layer.text))))

    def _select(self, page: int, selection: tuple[int, int] | None) -> None:
        """Select a range of characters of one page, or nothing for None; there is a selection on one page at a time."""
        if self.book_marks.select(page, selection):
            self.selected.emit()
            self.viewport().update()

    def _placed_part(self) -> PlacedPage:
        """Return where the page of which a part is selected is in the view; its area is empty until it is drawn."""
        return self.placed(self._part_of) if self._part_of in self._images else PlacedPage(QRectF())

    def _begin_part(self, at: QPointF) -> None:
        """Begin a rectangle at a place in the viewport: the page there becomes the one of which a part is selected."""
        if (page := self.page_under(at)) is not None and page in self._images:
            self._part_of = page
            self.take(page)

    # ---- painting

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        palette = self.theme.palette
        for page in self.seen():
            place = self.place_of(page)
            if not place.intersects(event.rect()):
                continue
            image = self._images.get(page)
            if image is not None:
                width = image.height() if self._turns % 2 else image.width()
                painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, width != self._device_width(page))
                painter.drawImage(place, image)
                self.marks(page).paint(painter, self.placed(page), self.pulse, dark=self.dark)
            else:
                painter.fillRect(place, QColor(palette.surface))
                painter.setPen(QColor(palette.soft_ink))
                undrawn = _("This page cannot be shown as an image.")
                words = undrawn if page in self._undrawn else _("Loading the page…")
                painter.drawText(place, _MIDDLE, words)
            painter.setPen(QColor(palette.line))
            painter.drawRect(place.adjusted(0, 0, -1, -1))

    def lit_area(self, page: int) -> QRectF | None:
        marks = self.marks(page)
        if not marks.lit or not self.pages:
            return None
        placed = PlacedPage(QRectF(0, 0, *self._strip.place(page).size().toTuple()), self._turns)
        return placed.around(marks.lit)

    def repaint_lit(self) -> None:
        self.viewport().update()

    def placed(self, page: int) -> PlacedPage:
        return PlacedPage(self.drawn_area(page), self._turns)

    def marks(self, page: int) -> Markings:
        return self.book_marks.of(page)
