"""A second book, or a second place of the same one, beside the page that is open."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal, Slot

from app.core.conversation import Conversation
from app.core.document import Book
from app.services.images import Images
from app.services.library import Library
from app.ui.bridge import Bridge
from app.ui.icons import Icons
from app.ui.page.panel import PagePanel
from app.ui.page.presenter import PagePresenter
from app.ui.presenter import Presenter
from app.ui.shown import Shown


class SplitView(Presenter):
    """`ask_wanted` and `image_taken` are those of the second page."""

    ask_wanted = Signal(str)
    image_taken = Signal(object)

    def __init__(
        self,
        library: Library,
        images: Images,
        bridge: Bridge,
        icons: Icons,
        panel: PagePanel,
        shown: Shown,
        parent: QObject | None = None,
    ) -> None:
        """`panel` shows the first page, and has room for the second."""
        super().__init__(parent)
        self._library = library
        self._images = images
        self._bridge = bridge
        self._icons = icons
        self._panel = panel
        self._shown = shown
        self._conversation_id = ""
        self.beside: PagePresenter | None = None
        panel.split_wanted.connect(self.toggle)

    @Slot()
    def toggle(self) -> None:
        """Open the second page, or close it."""
        if self.beside is not None:
            self.close()
        elif self._shown.book is not None and self._shown.page is not None:
            self._open(self._shown.book, self._shown.page.number)

    @Slot()
    def close(self) -> None:
        if self.beside is not None:
            self.beside = None
            self._panel.show_beside(None)
            self._panel.focus_page()

    @Slot(object)
    def show_conversation(self, conversation: Conversation | None) -> None:
        """No book of one conversation stays beside another."""
        conversation_id = conversation.id if conversation is not None else ""
        if conversation_id != self._conversation_id:
            self._conversation_id = conversation_id
            self.close()

    @Slot(str)
    def forget_book(self, book_id: str) -> None:
        """It was removed."""
        if self.beside is not None:
            self.beside.forget_book(book_id)
            if self.beside.shown.book is None:
                self.close()

    @Slot(object)
    def renew(self, book: Book) -> None:
        """Its text, or its file, has changed."""
        if self.beside is not None:
            self.beside.renew(book)

    def _open(self, book: Book, page: int) -> None:
        """At another book that lies open, else at the same page."""
        panel = PagePanel(self._icons, self._panel)
        panel.set_look(self._panel.look)
        panel.header.show_closing()
        panel.header.close_wanted.connect(self.close)
        panel.split_wanted.connect(self.close)
        self.beside = made = PagePresenter(self._library, self._images, self._bridge, panel, Shown(), panel)
        made.failed.connect(self.failed)
        made.ask_wanted.connect(self.ask_wanted)
        made.image_taken.connect(self.image_taken)
        self._panel.show_beside(panel)
        titles = {book_id: self._shown.shelf[book_id].title for book_id in self._panel.tabs.books()}
        panel.tabs.show_books(list(titles.items()))
        other = next((book_id for book_id in titles if book_id != book.id), "")
        made.open_page(other or book.id, 1 if other else page)
