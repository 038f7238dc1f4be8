"""The books on the desks of conversations: a change counts at once, and is on disk a little later."""

from __future__ import annotations

from collections.abc import Collection
from functools import partial

import msgspec
from PySide6.QtCore import QObject, Signal, Slot

from app.core.conversation import BookRef, Conversation
from app.core.document import Book
from app.core.errors import Problem
from app.store.conversations import Conversations
from app.ui.bridge import Bridge, Executor
from app.ui.presenter import Presenter
from app.ui.shown import Shown


class DeskBooks(Presenter):
    """Ids are those of conversations."""

    changed = Signal(object)  # Conversation: the shown one, with other books
    lost = Signal()  # those of the shown conversation could not be stored

    def __init__(
        self, conversations: Conversations, bridge: Bridge, shown: Shown, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._conversations = conversations
        self._bridge = bridge
        self._shown = shown
        self._early: tuple[Book, ...] = ()
        self._unstored = 0
        self._additions: tuple[tuple[str, BookRef], ...] = ()  # to desks that are not shown, on their way to the store

    @Slot(object)
    def set(self, refs: tuple[BookRef, ...]) -> None:
        """Put these books on the shown desk. It counts at once, so that a second change builds on the first."""
        if self._shown.conversation is None:
            return
        conversation = self._shown.conversation = msgspec.structs.replace(self._shown.conversation, books=refs)
        self._unstored += 1
        work = partial(self._conversations.set_books, conversation.id, refs)
        self._bridge.call(Executor.STORE, work, self._set, self._not_set)
        self.changed.emit(conversation)

    @Slot(object, object)
    def add(self, book: Book, talks: Collection[str]) -> None:
        """Put a book on the desks of these conversations; an empty id means the first that will be shown."""
        for conversation_id in talks:
            if conversation_id != self._shown.id:
                self._add_unseen(conversation_id, BookRef(book.id))
            elif self._shown.conversation is None:
                self._early = (*self._early, book)
            elif all(ref.book_id != book.id for ref in self._shown.books):
                self.set((*self._shown.books, BookRef(book.id)))

    def add_early(self) -> None:
        """Put what was added before a conversation was shown on the desk of the one that is shown now."""
        early, self._early = self._early, ()
        for book in early:
            self.add(book, (self._shown.id,))

    def with_unstored(self, conversation: Conversation) -> Conversation:
        """A conversation as it was read, with the books that are still on their way to the store."""
        books = self._shown.books if self._unstored and self._shown.id == conversation.id else conversation.books
        known = {ref.book_id for ref in books}
        added = (ref for talk, ref in self._additions if talk == conversation.id and ref.book_id not in known)
        return msgspec.structs.replace(conversation, books=(*books, *added))

    @Slot(object)
    def _set(self, nothing: None) -> None:  # noqa: ARG002 - the bridge delivers a result
        self._unstored -= 1

    @Slot(object)
    def _not_set(self, problem: Problem) -> None:
        self._unstored -= 1
        self._on_problem(problem)
        self.lost.emit()

    def _add_unseen(self, conversation_id: str, ref: BookRef) -> None:
        """Put a book on the desk of a conversation that is not shown."""
        addition = (conversation_id, ref)
        self._additions = (*self._additions, addition)
        work = partial(self._conversations.add_book, conversation_id, ref.book_id)
        self._bridge.call(Executor.STORE, work, partial(self._added, addition), partial(self._not_added, addition))

    def _added(self, addition: tuple[str, BookRef], nothing: None) -> None:  # noqa: ARG002 - the bridge delivers a result
        self._additions = tuple(other for other in self._additions if other is not addition)

    def _not_added(self, addition: tuple[str, BookRef], problem: Problem) -> None:
        self._added(addition, None)
        self._on_problem(problem)
