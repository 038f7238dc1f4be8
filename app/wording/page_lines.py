"""Words of a page on one line, for both faces."""

from __future__ import annotations

from collections.abc import Mapping

from app.core.documents.document import Book, Format
from app.language.one_line import in_one_line


def page_line(untrusted_text: str, book_id: str, books: Mapping[str, Book]) -> str:
    """Return words of a page as a person reads them, on one line; `books` by their ids. If the book is gone, nothing
    is taken for a sign of Markdown. The result is untrusted."""
    book = books.get(book_id)
    return in_one_line(untrusted_text, book.format if book is not None else Format.TEXT)
