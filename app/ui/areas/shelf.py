"""The shelf's area: files that come in, books and conversations, matters, and how a deletion is undone."""

from __future__ import annotations

from app.ui.adding.folders import AddedFolders
from app.ui.adding.presenter import FolderImport
from app.ui.areas.area import WindowArea
from app.ui.frame.frame_context import FrameContext
from app.ui.frame.undoing import Undoing
from app.ui.matters.presenter import MattersPresenter
from app.ui.report.presenter import ReportPresenter
from app.ui.shelf.covers import BookCovers
from app.ui.shelf.file_import import FileImport, Passwords
from app.ui.shelf.indexing import BookIndexing
from app.ui.shelf.pasted import PastedTexts
from app.ui.shelf.presenter import ShelfPresenter
from app.ui.shelf.rows import BookList, ConversationList


class ShelfArea(WindowArea):
    def __init__(
        self, context: FrameContext, conversations: ConversationList, books: BookList, covers: BookCovers
    ) -> None:
        super().__init__(context)
        window = context.window
        self.covers = covers
        self.openings = FileImport(context)
        self.pasted = PastedTexts(context, self.openings)
        self.passwords = Passwords(context, self.openings)
        self.folders = FolderImport(context, self.openings)
        self.added_folders = AddedFolders(context, self.folders)
        self.shelf = ShelfPresenter(context, window.shelf, conversations, books, self.openings)
        self.matters = MattersPresenter(context, self.folders, self.shelf)
        self.indexing = BookIndexing(context)
        self.report = ReportPresenter(context)
        self.undoing = Undoing(context)
        self._let_tell(
            (
                self.openings,
                self.pasted,
                self.folders,
                self.added_folders,
                self.shelf,
                self.matters,
                self.report,
                self.undoing,
            )
        )
        self.matters.done.connect(window.say)
        self._connect_folders()
        self._connect_books()
        self._connect_events()

    def _connect_folders(self) -> None:
        self.added_folders.listed.connect(self.shelf.take_folders)
        self.folders.added.connect(self.shelf.take_added)
        for changed in (self.openings.opened, self._context.events.restored, self.shelf.book_removed):
            changed.connect(self.added_folders.renew)
        self.folders.added.connect(self.indexing.want)

    def _connect_books(self) -> None:
        openings, shelf = self.openings, self.shelf
        openings.opened.connect(self.covers.renew)
        for read in (openings.opened, openings.read_again):
            read.connect(self.indexing.want)
        self.indexing.changed.connect(shelf.show_indexing)
        shelf.book_removed.connect(self.report.close)
        shelf.book_removed.connect(self.covers.forget)
        shelf.binned.connect(self.undoing.offer)
        for changed in (self.report.book_changed, openings.read_again, shelf.book_renamed):
            changed.connect(shelf.take_book)
        openings.read_again.connect(self.report.renew)
        self.report.reread_wanted.connect(shelf.reread)

    def _connect_events(self) -> None:
        events, openings, shelf = self._context.events, self.openings, self.shelf
        added, gone = (openings.opened, self.folders.added, events.restored), shelf.book_removed
        for changed in (*added, gone, openings.read_again, shelf.book_renamed):
            changed.connect(events.tell_books_changed)
        for changed in (self.report.book_changed, openings.read_again, shelf.book_renamed):
            changed.connect(events.book_changed)
        shelf.book_removed.connect(events.book_removed)
        events.binned.connect(self.undoing.offer)
        self.undoing.restored.connect(events.restored)
        events.engine_changed.connect(shelf.show_soon)
        events.engine_changed.connect(self.indexing.look)
        for look in (shelf.counting.look, self.covers.look):
            events.engine_released.connect(look)
        events.conversation_shown.connect(shelf.show_conversation)

    def begin(self) -> None:
        """List what there is, and go on with what was not finished."""
        self.added_folders.renew()  # first: where books belong is known when they are listed
        self.shelf.list_books()
        self.shelf.list_conversations()
        self.indexing.want()
        self.matters.look()
        self.folders.look_for_unfinished()
