"""The open page, and a second one beside it if the person wants that: another book, or another place of the same."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QWidget

from app.core.conversations.conversation import Conversation
from app.core.documents.citation_style import CitationStyle
from app.core.documents.document import Book
from app.ui.kit.commands import MenuEntry
from app.ui.kit.frame_state import OpenedBooks
from app.ui.kit.presenter import Presenter
from app.ui.kit.shown import Shown
from app.ui.kit.window_context import WindowContext
from app.ui.page.header import PageHeader
from app.ui.page.notes import PageNotes
from app.ui.page.panel import PagePanel
from app.ui.page.presenter import PagePresenter


class Pages(Presenter):
    """The page, or the two pages, of the panel. Each has a presenter; what concerns both is passed to both. Marks and
    the shelf lead to the first.

    The second is made when it is wanted first, and only hidden when it is closed: it knows, as the first one does, what
    is open in which conversation. The conversations that it knows are those with a split view.
    """

    ask_wanted = Signal(str)
    image_taken = Signal(object)
    notes_changed = Signal()
    note_delete_wanted = Signal(object)  # a Note

    def __init__(self, context: WindowContext, panel: PagePanel) -> None:
        """`panel` shows the first page, and has room for the second."""
        super().__init__(context.parent)
        self._context = context
        self._noting: list[PageNotes] = []
        self._note_entries: Callable[[], Sequence[MenuEntry]] = tuple
        self._panel = panel
        self._shown = context.shown
        self.first = self._present(panel, context.shown)
        self._second: PagePresenter | None = None
        panel.split_wanted.connect(self.toggle)

    @property
    def second(self) -> PagePresenter | None:
        """The second page, while it is shown."""
        return self._second if self._panel.halves.is_split else None

    @property
    def active(self) -> PagePresenter:
        """The one of the two pages that has the focus; the first where neither has it."""
        return next((pane for pane in self._all() if pane.panel is self._panel.active), self.first)

    @Slot()
    def offer_thumbnails(self) -> None:
        self.active.offer_thumbnails()

    @Slot()
    def ask_about_page(self) -> None:
        self.active.questions.ask_about_page()

    @Slot()
    def highlight(self) -> None:
        """Highlight the words that are selected on the page."""
        self.active.panel.selection.mark_again()

    @Slot()
    def write_note(self) -> None:
        """Write a note about the words that are selected, or about the page."""
        self.active.panel.selection.note_wanted.emit()

    def offer_for_notes(self, entries: Callable[[], Sequence[MenuEntry]]) -> None:
        """Set what the list of a book's notes has buttons for below it."""
        self._note_entries = entries

    def _entries_for_notes(self) -> Sequence[MenuEntry]:
        return self._note_entries()

    @Slot()
    def copy_bibtex(self) -> None:
        """Copy the reference of the open book as BibTeX."""
        self.active.questions.copy_citation(CitationStyle.BIBTEX)

    @Slot()
    def copy_csl(self) -> None:
        self.active.questions.copy_citation(CitationStyle.CSL)

    def is_citable(self) -> bool:
        """Return whether the file of the open book says more about it than its title."""
        return self.active.questions.is_citable()

    def offers(self, button: Callable[[PageHeader], QWidget]) -> bool:
        """Return whether the header of the page has this button now, be the page's panel folded away or not."""
        return button(self._panel.active.header).isVisibleTo(self._panel.active)

    # ---- what is open

    def remember(self, opened: Mapping[str, tuple[OpenedBooks, ...]]) -> None:
        """Remember the books that were open in conversations, by their ids, for when they are shown."""
        for conversation_id, panes in opened.items():
            for number, books in enumerate(panes[:2]):
                (self._made_second() if number else self.first).remember(conversation_id, books)

    def opened(self, ids: Collection[str]) -> dict[str, tuple[OpenedBooks, ...]]:
        """Return the open books of these conversations, by their ids: on the first page, and then on the second if it
        was shown. Conversations that were not shown are left out."""
        first, *others = (pane.opened() for pane in self._all())
        return {
            id: (books, *(other[id] for other in others if id in other)) for id, books in first.items() if id in ids
        }

    @Slot(object)
    def show_conversation(self, conversation: Conversation | None) -> None:
        """Show the books that are open in a conversation, on one page or two: each conversation has its own."""
        self.first.show_conversation(conversation)
        if self._second is not None:
            split = conversation is not None and self._second.has_open(conversation.id)
            self._panel.set_split(split)
            self._second.show_conversation(conversation if split else None)

    @Slot(str)
    def forget_conversation(self, conversation_id: str) -> None:
        for pane in self._all():
            pane.forget_conversation(conversation_id)

    @Slot(str)
    def forget_book(self, book_id: str) -> None:
        """Close a book that was removed."""
        for pane in self._all():
            pane.forget_book(book_id)

    @Slot(object)
    def renew(self, book: Book) -> None:
        """Show a book anew, as its title, its text or its file has changed."""
        for pane in self._all():
            pane.renew(book)

    @Slot()
    def renew_notes(self) -> None:
        """Load the notes anew, as some are others."""
        for noting in self._noting:
            noting.load()

    # ---- the second page

    @Slot()
    def toggle(self) -> None:
        """Open the second page, or close it."""
        if self.second is not None:
            self.close()
        elif self._shown.place is not None and self._shown.conversation is not None:
            self._split(self._shown.place[0], self._shown.conversation)

    @Slot()
    def close(self) -> None:
        if self.second is not None:
            self._leave(self.second)
            self._panel.focus_page()

    def _leave(self, second: PagePresenter) -> None:
        self._panel.set_split(False)
        second.forget_conversation(self._shown.id)
        second.show_conversation(None)

    @Slot(str)
    def _look(self, book_id: str) -> None:
        """Close the second page if its last book was closed or removed."""
        if not book_id and self.second is not None and not self.second.has_open(self._shown.id):
            self._leave(self.second)

    def open_second(self, book_id: str) -> PagePresenter:
        """Return the second page, opened with this book if it was not open; the first, if no conversation is shown."""
        if self.second is None and self._shown.conversation is not None:
            self._split(book_id, self._shown.conversation)
        return self.second or self.first

    def _split(self, book_id: str, conversation: Conversation) -> None:
        """Open the second page at another book that is open, else at the same page."""
        pages = self.first.opened()[conversation.id].pages
        other = next((page.book_id for page in pages if page.book_id != book_id), book_id)
        self._made_second().remember(conversation.id, OpenedBooks(pages, other))
        self.show_conversation(conversation)

    def _made_second(self) -> PagePresenter:
        if self._second is None:
            panel = PagePanel(self._context.icons, self._panel)
            panel.set_look(self._panel.look)
            panel.header.show_closing()
            panel.header.close_wanted.connect(self.close)
            panel.split_wanted.connect(self.close)
            self._panel.halves.take_second(panel)
            self._second = self._present(panel, Shown())
            self._second.moved.connect(self._look)
        return self._second

    def _present(self, panel: PagePanel, shown: Shown) -> PagePresenter:
        made = PagePresenter(self._context, panel, shown, talk=self._shown)
        made.failed.connect(self.failed)
        made.ask_wanted.connect(self.ask_wanted)
        made.image_taken.connect(self.image_taken)
        noting = PageNotes(self._context, panel, shown, self._entries_for_notes)
        made.moved.connect(noting.follow)
        noting.failed.connect(self.failed)
        noting.changed.connect(self.notes_changed)
        noting.delete_wanted.connect(self.note_delete_wanted)
        noting.place_wanted.connect(made.open_page)
        self._noting.append(noting)
        return made

    def _all(self) -> tuple[PagePresenter, ...]:
        return (self.first,) if self._second is None else (self.first, self._second)
