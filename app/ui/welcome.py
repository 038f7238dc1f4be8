"""The beginning: what the window shows first, and what an empty conversation and its composer say."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Slot

from app.core.document import Book
from app.ui.chat.asking import AskingPresenter
from app.ui.chat.presenter import ConversationPresenter
from app.ui.frame_state import WindowState
from app.ui.main_window import MainWindow
from app.ui.page.presenter import PagePresenter
from app.ui.presenter import Presenter
from app.ui.shelf.presenter import ShelfPresenter
from app.ui.shown import Shown
from app.ui.words import opening_title, opening_words
from app.wording.i18n import _


class Welcome(Presenter):
    """At the start the conversation that was shown last, with the books that lay open in it; at the first start the
    handbook."""

    def __init__(
        self,
        window: MainWindow,
        shelf: ShelfPresenter,
        conversation: ConversationPresenter,
        asking: AskingPresenter,
        page: PagePresenter,
        shown: Shown,
        handbook: Path,
        has_keyring: bool,
        parent: QObject | None = None,
    ) -> None:
        """`has_keyring`: the key to the store is in the system's keyring."""
        super().__init__(parent)
        self._window = window
        self._shelf = shelf
        self._conversation = conversation
        self._asking = asking
        self._page = page
        self._shown = shown
        self._handbook = handbook
        self._has_keyring = has_keyring
        self._state = WindowState()
        self._files: tuple[Path, ...] = ()
        self._started = False
        self._first_start = False

    def begin(self, state: WindowState, files: Sequence[Path]) -> None:
        """`state` is what was shown last; `files` are given at the start."""
        self._state = state
        self.take_files(files)

    def take_files(self, files: Sequence[Path]) -> None:
        """Files that the desktop hands over, as if they were dropped; before the window lives they wait for that."""
        if self._started:
            self._shelf.openings.take_files(files)
        else:
            self._files += tuple(files)

    @Slot()
    def look(self) -> None:
        """The conversations are listed: where none is shown, show one or begin one."""
        newest = next(iter(self._shelf.conversations), None)
        if self._shown.conversation is None:
            last = self._state.conversation_id
            if not self._started and any(conversation.id == last for conversation in self._shelf.conversations):
                self._page.remember(last, self._state.open_pages, self._state.book_id)
                self._conversation.open(last)
            elif newest is not None:
                self._conversation.open(newest.id)
            else:
                self._conversation.create()
        if not self._started:
            self._start(new=newest is None)

    def _start(self, *, new: bool) -> None:
        """`new`: there is no conversation yet."""
        self._started = True
        self._first_start = new and not self._shown.shelf and not self._files
        if self._first_start:
            self._shelf.openings.open_files([self._handbook])
        if new and not self._has_keyring:
            self.failed.emit(
                _(
                    "Your data is encrypted, but its key is stored next to it because this computer has no keyring:"
                    " anyone who copies the whole folder can read it. To set a passphrase, run “octavo passphrase” in a"
                    " terminal."
                )
            )
        self._shelf.openings.take_files(self._files)

    @Slot()
    def note_answered(self) -> None:
        """The first question was answered: the first start is over."""
        self._first_start = False

    @Slot(object, object)
    def open_book(self, book: Book, talks: tuple[str, ...]) -> None:
        """One that was added is opened beside the conversation that it was given for, and beside no other."""
        place = self._shown.place
        if place is not None and place[0] == book.id:
            self._page.renew(book)  # its file was put back, or its password given again
        elif self._shown.id in talks and (place is None or not self._first_start):
            self._page.open_book(book.id)

    # ---- what an empty conversation says

    @Slot()
    def hint(self) -> None:
        """In the composer, and in the middle while nothing was asked."""
        shown = self._shown
        pending = self._shelf.openings.pending(shown.id)
        if pending:
            words = opening_words(pending)
        elif self._first_start and self._conversation.empty and shown.books:
            words = _("Try it: ask “How do I add a book?”, or drop your own book on the window")
        else:
            words = _("Ask about the books on the desk") if shown.books else _("Put a book on the desk, then ask")
        self._window.talk.composer.set_hint(words)
        self._window.talk.view.empty.set_words(*self._empty_words(pending))

    def _empty_words(self, pending: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
        """A title and lines; `pending` are the titles of what is being opened."""
        books, kept = self._shown.books, self._shown.shelf
        if self._first_start and (pending or books):
            handbook = _("The handbook is open. The model reads all of it.")
            return _("This is your desk"), (
                _("The handbook is being imported. The model will read all of it.") if pending else handbook,
                _("Ask a question. Every answer names its pages."),
                _("Nothing leaves this computer."),
            )
        if pending:
            asked = _("Your question is sent when the model is ready.")
            free = _("You can ask now. Your question is sent when the model is ready.")
            return opening_title(pending), (asked if self._asking.holds else free,)
        if not books:
            return _("No book on the desk"), (
                _("Drop a file on the window, or point to a book on the shelf and click +."),
            )
        return _("Ask about the books on the desk"), tuple(
            kept[ref.book_id].title for ref in books if ref.book_id in kept
        )
