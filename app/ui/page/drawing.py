"""The drawing of the open page: asks for it, and highlights on it what was quoted or searched."""

from __future__ import annotations

from collections import OrderedDict
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from app.core.document import Book, PageLayer
from app.core.errors import Problem
from app.core.image import Raster
from app.services.library import Library
from app.ui.bridge import Bridge, Executor
from app.ui.jobs import Job
from app.ui.page.panel import PagePanel

if TYPE_CHECKING:
    from app.documents.layer import Layer

KEPT_BYTES = 96 << 20
"""Of drawings that are kept for turning back: some ten pages at the width of a panel."""


class Drawing(QObject):
    """`undrawn` carries the Problem for which the page has no drawing."""

    undrawn = Signal(object)

    def __init__(self, library: Library, bridge: Bridge, panel: PagePanel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._library = library
        self._bridge = bridge
        self._panel = panel
        self._place: tuple[str, int] | None = None
        self._layer: Layer | None = None
        self._looked = False
        self._words, self._nth = "", 0
        self._job: Job | None = None
        self._kept: OrderedDict[tuple[str, int, int], Raster] = OrderedDict()
        panel.image.image_wanted.connect(self._draw)

    def show(self, book: Book, page: int) -> None:
        """Show the drawing of a page as soon as it comes."""
        self._place = (book.id, page)
        self._layer, self._looked = None, False
        self._panel.show_drawing()

    def leave(self) -> None:
        """No drawing is shown."""
        self._place = None
        if self._job is not None:
            self._job.cancel()

    def forget(self, book_id: str) -> None:
        """Keep nothing of a book."""
        for key in [key for key in self._kept if key[0] == book_id]:
            del self._kept[key]

    def find_words(self, words: str, nth: int) -> None:
        """Highlight the places of `words`, the one of number `nth`, from 0, more than the others."""
        self._words, self._nth = words, nth
        self._light()

    @Slot(int)
    def _draw(self, width: int) -> None:
        if self._place is None:
            return
        if self._job is not None:
            self._job.cancel()
        kept = self._kept.get((*self._place, width))
        if kept is not None:
            self._kept.move_to_end((*self._place, width))
            self._show(kept)
            return
        work = partial(self._library.page_image, *self._place, width)
        self._job = self._bridge.call(
            Executor.READER, work, partial(self._take, (*self._place, width)), self._on_undrawn
        )

    def _take(self, key: tuple[str, int, int], image: Raster) -> None:
        self._kept[key] = image
        while len(self._kept) > 1 and sum(len(kept.rgb) for kept in self._kept.values()) > KEPT_BYTES:
            self._kept.popitem(last=False)
        if key[:2] == self._place:
            self._show(image)

    def _show(self, image: Raster) -> None:
        """Then ask for the places of its characters: they are not needed before the page is seen."""
        self._panel.show_image(image)
        if self._place is not None and not self._looked:
            self._looked = True
            work = partial(self._library.page_layer, *self._place)
            self._bridge.call(
                Executor.READER, work, partial(self._take_layer, self._place), partial(self._on_no_layer, self._place)
            )

    def _take_layer(self, place: tuple[str, int], layer: PageLayer) -> None:
        if place == self._place:
            from app.documents.layer import Layer  # with the first page that is drawn

            self._layer = Layer(layer)
            self._panel.image.show_layer(self._layer)
            self._light()

    def _on_no_layer(self, place: tuple[str, int], problem: Problem) -> None:  # noqa: ARG002 - it is drawn all the same
        if place == self._place:
            self._panel.show_quote(self._panel.text.lit_words())

    def _light(self) -> None:
        """Highlight the quotation or, without one, the place that the search is at. A quotation that has no place is
        shown in words."""
        layer, quotation = self._layer, self._panel.text.lit_words()
        if self._place is None or layer is None:
            return
        span = layer.find_quotation(quotation) if quotation else None
        lit = layer.bands(*span) if span is not None else ()
        places = layer.find_words(self._words) if self._words else ()
        found = [layer.bands(*place) for place in places]
        if found and not quotation:
            lit = found.pop(min(self._nth, len(found) - 1))
        self._panel.image.light(lit, [band for bands in found for band in bands])
        self._panel.show_quote("" if lit else quotation)

    @Slot(object)
    def _on_undrawn(self, problem: Problem) -> None:
        self.undrawn.emit(problem)
