"""The state that the window shows: which books there are, which conversation, how its context is used, which page is
open."""

from __future__ import annotations

from dataclasses import dataclass, field

from app.core.conversations.conversation import BookRef, Conversation, Turn
from app.core.documents.document import Book, Page
from app.services.asking.context import ContextUse


@dataclass
class Shown:
    """The one holder of these facts. The conversation's presenter sets `conversation` and
    `turns`, that of the context `use` and
    `measured`, that of the page `book` and `page`, that of the shelf what is in `shelf`, the books that there are by
    their ids; all others read them here.

    `use` is that of a conversation with the books `measured`; after a change of the desk it is the earlier one until
    the engine has measured again, None while it is not known.
    """

    conversation: Conversation | None = None
    turns: tuple[Turn, ...] = ()
    """The turns of the conversation; while an answer to it is written, the turns above that answer."""
    use: ContextUse | None = None
    measured: tuple[BookRef, ...] = ()
    book: Book | None = None
    page: Page | None = None
    shelf: dict[str, Book] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """The id of the conversation; empty while none is shown."""
        return self.conversation.id if self.conversation is not None else ""

    @property
    def books(self) -> tuple[BookRef, ...]:
        """The books on the desk of the conversation; empty while none is shown."""
        return self.conversation.books if self.conversation is not None else ()

    @property
    def place(self) -> tuple[str, int] | None:
        """The id of the book and the number of the page that lie open; None if no page does."""
        return (self.book.id, self.page.number) if self.book is not None and self.page is not None else None

    def use_with(self, books: tuple[BookRef, ...]) -> ContextUse | None:
        """Return how the context is used with these books; None while that is not known."""
        return self.use if self.measured == books else None
