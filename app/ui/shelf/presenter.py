"""The shelf: lists conversations and books, opens files, changes what is on the desk of the shown conversation."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QTimer, QUrl, Signal, Slot
from PySide6.QtGui import QCursor, QDesktopServices
from PySide6.QtWidgets import QWidget

from app.core.conversations.bin import BinEntry, BinKind
from app.core.conversations.conversation import BookRef, Conversation, PageRange
from app.core.conversations.sources import Shelved, SourceCounts
from app.core.documents.document import Book
from app.ui.kit.bridge import Executor
from app.ui.kit.presenter import Presenter
from app.ui.kit.window_context import WindowContext
from app.ui.shelf.book_menu import BookMenu
from app.ui.shelf.book_rows import BookRows
from app.ui.shelf.counting import BookCounting
from app.ui.shelf.file_import import FileImport
from app.ui.shelf.marking import Marking
from app.ui.shelf.pages_dialog import PagesPresenter
from app.ui.shelf.panel import ShelfPanel
from app.ui.shelf.rows import BookList, ConversationList
from app.ui.widgets.dialogs import Confirmation
from app.wording.i18n import _


class ShelfPresenter(Presenter):
    """The presenter of the shelf. Ids are those of conversations and books."""

    conversation_wanted = Signal(str)
    conversation_deleted = Signal(str)
    all_wanted = Signal()  # the shown conversation is to ask all documents, or no longer
    desk_changed = Signal(object)  # tuple[BookRef, ...] for the shown conversation
    book_removed = Signal(str)
    book_renamed = Signal(object)  # Book
    binned = Signal(object)  # BinEntry: what went into the bin
    conversations_listed = Signal()

    def __init__(
        self,
        context: WindowContext,
        panel: ShelfPanel,
        conversations: ConversationList,
        books: BookList,
        openings: FileImport,
    ) -> None:
        super().__init__(context.parent)
        desk = context.desk
        self._library = desk.documents.library
        self._kept = desk.conversations
        self._removal = desk.documents.removal
        self._bridge = context.bridge
        self._panel = panel
        self._conversation_list = conversations
        self._book_list = books
        self._now = context.now
        self.openings = openings
        self._shown = context.shown
        self.counting = BookCounting(context)
        self.counting.changed.connect(self.show_books)
        self._rows = BookRows(self.counting, context.activity, context.shown)
        self._soon = QTimer(panel, singleShot=True, interval=0)  # the panel may go before this
        self._soon.timeout.connect(self.show_books)
        self.marking = Marking(context, panel)
        self.pages = PagesPresenter(context)
        self._connect()

    @property
    def conversations(self) -> tuple[Conversation, ...]:
        return self._conversation_list.conversations()

    @Slot()
    def list_conversations(self) -> None:
        self._call(self._kept.all, self._take_conversations)

    @Slot()
    def list_books(self) -> None:
        self._call(self._library.books, self._take_books)

    # ---- what has changed elsewhere

    @Slot()
    def show_conversation(self) -> None:
        """Show which conversation is shown, and which books are on its desk."""
        if self._shown.id:
            self.openings.adopt(self._shown.id)
        self._panel.select_conversation(self._shown.id)
        self.show_soon()

    @Slot()
    def show_soon(self) -> None:
        """Draw the rows again in a step of the event loop of its own, once, however often it is asked for."""
        self._soon.start()

    @Slot()
    def show_open_book(self) -> None:
        """Show which book is open."""
        self._panel.select_book(self._shown.book.id if self._shown.book is not None else "")

    @Slot()
    def count_tokens(self) -> None:
        """Count every book again: the model that was loaded has its own tokenizer."""
        self.counting.want(*self._shown.shelf)
        self.show_books()

    @Slot(object)
    def show_indexing(self, percent: dict[str, int]) -> None:
        """Show how much is indexed of the books that are being indexed, in percent, by their ids."""
        self._rows.indexed = percent
        self.show_books()

    @Slot(object)
    def show_counted(self, percent: int | None) -> None:
        """Show how many percent of the words on the desk are counted, if that takes a moment; None if not."""
        if percent != self._rows.counted:
            self._rows.counted = percent
            self.show_books()

    @Slot(object)
    def take_book(self, book: Book) -> None:
        """Take a book whose text, as the model reads it, has changed."""
        self._shown.shelf[book.id] = book
        self.counting.want(book.id)
        self.show_books()

    @Slot(object, object)
    def take_folders(self, shelved: dict[str, Shelved], sources: tuple[SourceCounts, ...]) -> None:
        """Take which books are from which folders."""
        self._rows.shelved, self._rows.sources = shelved, sources
        self.show_books()

    @Slot(object)
    def take_added(self, books: tuple[Book, ...]) -> None:
        """Take books that came onto the shelf, and on no desk."""
        for book in books:
            self._shown.shelf[book.id] = book
        self.counting.want(*(book.id for book in books))
        self.show_books()

    @Slot()
    def choose_files(self) -> None:
        self.openings.choose(self._panel.window())

    @Slot()
    def offer_books(self, below: QWidget | None = None) -> None:
        """Open a menu, at the mouse or below a button: all documents, the books that are not on the desk, and adding a
        file."""
        menu = BookMenu(self._shown, self._panel.window())
        menu.all_wanted.connect(self.all_wanted)
        menu.book_wanted.connect(self.toggle_desk)
        menu.file_wanted.connect(self.choose_files)
        menu.folder_wanted.connect(self._panel.folder_wanted)
        menu.popup(QCursor.pos() if below is None else below.mapToGlobal(below.rect().bottomLeft()))

    @Slot(str)
    def reread(self, book_id: str) -> None:
        """Read a book's file again."""
        if (book := self._shown.shelf.get(book_id)) is not None:
            self.openings.reread(book)

    @Slot(str)
    def show_folder(self, book_id: str) -> None:
        """Open the folder in which a book's file was when it was added, or the nearest one above it that is still
        there, in the program that the desktop has for folders."""
        if (book := self._shown.shelf.get(book_id)) is not None:
            folder = next(each for each in Path(book.path).absolute().parents if each.is_dir())
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))

    # ---- the desk

    @Slot(str)
    def toggle_desk(self, book_id: str) -> None:
        if self._shown.conversation is None:
            return
        refs = self._shown.books
        kept = tuple(ref for ref in refs if ref.book_id != book_id)
        self.desk_changed.emit(kept if len(kept) < len(refs) else (*refs, BookRef(book_id)))

    @Slot(str, int)
    def place_on_desk(self, book_id: str, place: int) -> None:
        """Put a book between those on the desk, before the one that is number `place` there now; -1 takes it off."""
        if self._shown.conversation is None or book_id not in self._shown.shelf:
            return
        refs = self._shown.books
        moved = next((ref for ref in refs if ref.book_id == book_id), BookRef(book_id))
        before = tuple(ref for ref in refs[: max(0, place)] if ref.book_id != book_id)
        after = tuple(ref for ref in refs[max(0, place) :] if ref.book_id != book_id)
        placed = (*before, *after) if place < 0 else (*before, moved, *after)
        if placed != refs:
            self.desk_changed.emit(placed)

    @Slot(str, int)
    def move_on_desk(self, book_id: str, step: int) -> None:
        """Put a book on the desk `step` places further down, or up when it is negative."""
        ids = [ref.book_id for ref in self._shown.books]
        if book_id in ids:
            place = ids.index(book_id) + step
            self.place_on_desk(book_id, max(0, place + (step > 0)))

    @Slot(str, object)
    def choose_pages(self, book_id: str, pages: PageRange | None) -> None:
        if self._shown.conversation is not None:
            refs = tuple(BookRef(book_id, pages) if ref.book_id == book_id else ref for ref in self._shown.books)
            self.desk_changed.emit(refs)

    # ---- inside

    def _connect(self) -> None:
        self._panel.conversation_opened.connect(self.conversation_wanted)
        self._panel.conversation_delete_wanted.connect(self.delete)
        self.marking.changed.connect(self._on_changed)
        self.marking.failed.connect(self.failed)
        self._panel.desk_toggled.connect(self.toggle_desk)
        self._panel.book_moved.connect(self.move_on_desk)
        self._book_list.dropped.connect(self.place_on_desk)
        self._panel.pages_wanted.connect(self.ask_pages)
        self.pages.chosen.connect(self.choose_pages)
        self._panel.book_remove_wanted.connect(self.remove_book)
        self._panel.reread_wanted.connect(self.reread)
        self._panel.folder_shown.connect(self.show_folder)
        self._panel.opening_cancelled.connect(self.openings.stop)
        self.openings.changed.connect(self.show_books)
        self.openings.opened.connect(self._on_opened)
        self._panel.add_wanted.connect(self.choose_files)
        self._conversation_list.renamed.connect(self._rename)
        self._book_list.renamed.connect(self._rename_book)
        self._panel.conversation_view.edited.connect(self.list_conversations)
        self._panel.book_view.edited.connect(self.show_soon)

    @Slot(object)
    def _on_opened(self, book: Book) -> None:
        self._shown.shelf[book.id] = book
        self.counting.want(book.id)

    @Slot(object)
    def _take_conversations(self, conversations: tuple[Conversation, ...]) -> None:
        if self._panel.conversation_view.is_editing:
            return  # they are listed when it ends
        with self._panel.conversation_view.motion.follow():
            self._conversation_list.show_conversations(conversations, self._now())
            self._panel.select_conversation(self._shown.id)
        self.conversations_listed.emit()

    @Slot(object)
    def _take_books(self, books: tuple[Book, ...]) -> None:
        self._shown.shelf.clear()
        self._shown.shelf.update((book.id, book) for book in books)
        self.counting.want(*(book_id for book_id in self._shown.shelf if book_id not in self.counting.tokens))
        self.show_books()

    @Slot()
    def show_books(self) -> None:
        """Draw the rows again, after a change of the books, of what is on the desk, or of how far it is read; soon,
        where many of them are still to be made."""
        self._soon.stop()
        if self._panel.book_view.is_editing:
            return  # they are shown when it ends
        if not self._rows.prepare():
            self._soon.start()
            return
        rows = self._rows.rows(self.openings.rows(self._shown.id))
        selected = self._panel.book_view.selected()
        with self._panel.book_view.motion.follow(), self._panel.book_view.stays():
            self._book_list.show_books(rows, self._rows.sources)
        if not selected:
            self.show_open_book()

    # ---- questions to the person

    @Slot(str)
    def delete(self, conversation_id: str) -> None:
        """Move a conversation into the bin at once; if there is no bin, delete it after a question."""
        if self._removal.uses_bin:
            self.conversation_deleted.emit(conversation_id)
            return
        index = self._conversation_list.index_of(conversation_id)
        words = _(
            "“{title}”, its questions and its answers will be deleted permanently. Its documents stay on the shelf."
        )
        dialog = Confirmation(
            _("Delete this conversation?"),
            words.format(title=index.data()),
            _("Delete"),
            conversation_id,
            self._panel.window(),
        )
        dialog.confirmed.connect(self.conversation_deleted)
        dialog.open()

    @Slot(str)
    def rename_shown(self, title: str) -> None:
        if self._shown.id:
            self._rename(self._shown.id, title)

    @Slot(str, str)
    def _rename(self, conversation_id: str, title: str) -> None:
        work = partial(self._kept.rename, conversation_id, title)
        self._do(work, self._renamed)

    @Slot(str, str)
    def _rename_book(self, book_id: str, title: str) -> None:
        self._call(partial(self._library.rename, book_id, title), self._take_renamed)

    @Slot(object)
    def _take_renamed(self, book: Book) -> None:
        self.book_renamed.emit(book)

    @Slot()
    def _renamed(self) -> None:
        self._on_changed()

    @Slot()
    def _on_changed(self) -> None:
        self.list_conversations()
        if self._shown.id:
            self.conversation_wanted.emit(self._shown.id)

    @Slot(str)
    def ask_pages(self, book_id: str) -> None:
        """Let the person choose which pages of a book are on the desk."""
        if self._shown.conversation is not None and book_id in self._shown.shelf:
            pages = next((ref.pages for ref in self._shown.books if ref.book_id == book_id), None)
            self.pages.ask(self._shown.shelf[book_id], pages)

    @Slot(str)
    def remove_book(self, book_id: str) -> None:
        """Move a book into the bin at once; if there is no bin, remove it after a question."""
        if self._removal.uses_bin:
            self._remove(book_id)
            return
        words = _(
            "“{title}” and everything that Octavo made from it, including tables, will be removed. Its file stays where"
            " it is. Page marks in earlier answers will no longer open it."
        )
        dialog = Confirmation(
            _("Remove this document?"),
            words.format(title=self._shown.shelf[book_id].title),
            _("Remove"),
            book_id,
            self._panel.window(),
        )
        dialog.confirmed.connect(self._remove)
        dialog.open()

    @Slot(str)
    def _remove(self, book_id: str) -> None:
        work = partial(self._removal.delete, BinKind.BOOK, book_id)
        self._call(work, partial(self._removed, book_id))

    def _removed(self, book_id: str, entry: BinEntry | None) -> None:
        if entry is None:
            work = partial(self._removal.release, book_id)
            self._do(work, executor=Executor.ENGINE)
        self._shown.shelf.pop(book_id, None)
        self.counting.drop(book_id)
        self.book_removed.emit(book_id)
        if any(ref.book_id == book_id for ref in self._shown.books):
            self.desk_changed.emit(tuple(ref for ref in self._shown.books if ref.book_id != book_id))
        self.show_books()
        if entry is not None:
            self.binned.emit(entry)
