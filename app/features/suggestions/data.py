"""A question that a book can answer, shown before anybody asked."""

from __future__ import annotations

import msgspec


class SuggestedQuestion(msgspec.Struct, frozen=True):
    """A suggested question. `text` is in the book's `language`, an ISO 639-1 code. `page`, counted from 1, is where the
    passage is that answers it; 0 if the question compares the book with another."""

    text: str
    book_id: str
    page: int
    language: str
