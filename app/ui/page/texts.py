"""Gets the texts of the open book's pages as they come near the view."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Slot

from app.core.conversations.conversation import PageRange
from app.core.documents.document import Book, Page
from app.ui.kit.presenter import Presenter
from app.ui.kit.shown import Shown
from app.ui.kit.window_context import WindowContext
from app.ui.page.panel import PagePanel


class PageTexts(Presenter):
    def __init__(self, context: WindowContext, panel: PagePanel, shown: Shown) -> None:
        super().__init__(panel)
        self._library = context.desk.documents.library
        self._bridge = context.bridge
        self._panel = panel
        self._shown = shown
        panel.text.wanted.connect(self._load)

    @Slot(list)
    def _load(self, pages: list[int]) -> None:
        if (book := self._shown.book) is not None:
            work = partial(self._library.pages, book.id, PageRange(min(pages), max(pages)))
            self._call(work, partial(self._take, book))

    def _take(self, book: Book, pages: tuple[Page, ...]) -> None:
        if self._shown.book == book:
            self._panel.text.show_texts(pages)
