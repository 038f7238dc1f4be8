"""The bin: things that a person deleted and can still have back."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from app.core.conversations.conversation import BookRef


class BinKind(StrEnum):
    CONVERSATION = "conversation"
    BOOK = "book"
    SHEET = "sheet"


class BinEntry(msgspec.Struct, frozen=True):
    """Something in the bin. `item_id` is that of the conversation, book or sheet; its title may be empty. `deleted_at`
    is in seconds since the epoch, UTC."""

    id: str
    kind: BinKind
    item_id: str
    title: str
    deleted_at: float

    def expires_at(self, days: int) -> float:
        """Return when this entry expires (seconds since 1970) if the bin keeps things for `days` days."""
        return self.deleted_at + days * 86_400


class DeskPlace(msgspec.Struct, frozen=True):
    """Where a book was among those of a conversation, counted from 0."""

    conversation_id: str
    position: int
    book: BookRef
