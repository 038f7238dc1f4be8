"""Takes the open page into a question: words of it with their place, the page as an image, or a part of that."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QGuiApplication

from app.core.documents.citation_style import CitationStyle
from app.core.documents.facts import NO_FACTS
from app.services.library.images import Area
from app.ui.kit.presenter import Presenter
from app.ui.kit.shown import Shown
from app.ui.kit.window_context import WindowContext
from app.ui.kit.words import page_with_reference, quote
from app.ui.page.page_images import PageImages
from app.ui.page.panel import PagePanel
from app.wording.i18n import _


class PageQuestions(Presenter):
    """Takes the page into a question. `ask_wanted` carries a quotation with its reference; `image_taken` the Image of a
    page, or of a part of one."""

    ask_wanted = Signal(str)
    image_taken = Signal(object)

    def __init__(self, context: WindowContext, panel: PagePanel, shown: Shown) -> None:
        super().__init__(panel)
        self._panel = panel
        self._shown = shown
        self._images = PageImages(context, panel)
        self._images.taken.connect(self.image_taken)
        self._images.failed.connect(self.failed)
        panel.ask_page_wanted.connect(self.ask_about_page)
        panel.image.region.chosen.connect(self._ask_about_part)
        panel.selection.reference_wanted.connect(self._copy_with_reference)
        panel.selection.ask_wanted.connect(self._ask_about)
        panel.selection.citation_wanted.connect(self.copy_citation)
        panel.selection.is_citable = self.is_citable

    @Slot()
    def ask_about_page(self) -> None:
        """Ask about the page as an image, if pages can be drawn; else by its reference."""
        if self._shown.book is None or self._shown.page is None:
            return
        if self._shown.book.format.is_drawn:
            self._images.take(self._shown.book.id, self._shown.page.number)
        else:
            self._ask_about("")

    @Slot()
    def select_part(self) -> None:
        """Let the person draw a rectangle on the page, which is drawn for it; asked again, cancel that."""
        if self._shown.book is None:
            return
        if not self._shown.book.format.is_drawn:
            self.failed.emit(_("Only PDF pages can be shown as an image. To ask about this page, select words on it."))
        elif self._panel.image.region.isVisible():
            self._panel.image.region.leave()
        else:
            if not self._panel.drawing_shown():
                self._panel.drawing_chosen.emit(True)
            self._panel.image.select_part()

    @Slot(object)
    def _ask_about_part(self, area: Area) -> None:
        if self._shown.book is not None:
            self._images.take(self._shown.book.id, self._panel.image.part_of, area)

    @Slot(str)
    def _copy_with_reference(self, words: str) -> None:
        if self._shown.book is not None and self._shown.page is not None:
            book, page = self._shown.book, self._shown.page
            copied = quote(words, book, page.number) if words else page_with_reference(book, page)
            QGuiApplication.clipboard().setText(copied)

    @Slot(object)
    def copy_citation(self, style: CitationStyle) -> None:
        """Copy the reference of the book in this style, as other programs take it."""
        from app.export.bibliography import cite  # when one is copied: the forms of names take a while

        if self._shown.book is not None and self.is_citable():
            QGuiApplication.clipboard().setText(cite((self._shown.book,), style))

    def is_citable(self) -> bool:
        """Return whether the book's file says more about it than its title."""
        return self._shown.book is not None and self._shown.book.facts != NO_FACTS

    @Slot(str)
    def _ask_about(self, words: str) -> None:
        if self._shown.book is not None and self._shown.page is not None:
            self.ask_wanted.emit(quote(words, self._shown.book, self._shown.page.number))
