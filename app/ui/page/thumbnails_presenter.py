"""The small pictures of a book's pages: offered, and drawn as far as one looks at them."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, Signal
from shiboken6 import isValid

from app.core.document import Book
from app.core.errors import Problem
from app.core.image import Raster
from app.services.library import Library
from app.ui.bridge import Bridge, Executor
from app.ui.page.panel import PagePanel
from app.ui.page.thumbnails import ThumbnailPopup


class ThumbnailsPresenter(QObject):
    """`chosen` carries a page's number."""

    chosen = Signal(int)

    def __init__(self, library: Library, bridge: Bridge, panel: PagePanel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._library = library
        self._bridge = bridge
        self._panel = panel

    def offer(self, book: Book, page: int) -> None:
        """`page` is the one that is shown."""
        popup = ThumbnailPopup(book.page_names, page, self._panel.theme, self._panel)
        popup.wanted.connect(partial(self._draw, popup, book.id))
        popup.chosen.connect(self.chosen)
        popup.drop_below(self._panel.header)

    def _draw(self, popup: ThumbnailPopup, book_id: str, page: int, width: int) -> None:
        work = partial(self._library.page_image, book_id, page, width)
        self._bridge.call(
            Executor.READER, work, partial(self._take, popup, page), partial(self._on_undrawn, popup, page)
        )

    def _take(self, popup: ThumbnailPopup, page: int, image: Raster | None) -> None:
        if isValid(popup):
            popup.pages.thumbnails.put(page, image)

    def _on_undrawn(self, popup: ThumbnailPopup, page: int, problem: Problem) -> None:  # noqa: ARG002 - it stays blank
        self._take(popup, page, None)
