"""Covers are kept with their books, and go with them."""

from __future__ import annotations

from pathlib import Path

from app.core.conversations.image import Raster
from app.core.documents.document import Document, Format, Page
from app.store.books import Books
from app.store.covers import KeptCovers
from app.store.db import Database
from tests.store.deleting import delete_book

_COVER = Raster(2, 1, b"abcdef")


def test_a_cover_is_kept_until_its_book_is_gone(database: Database) -> None:
    books, covers = Books(database), KeptCovers(database)
    book = books.add(Document("A", Format.PDF, "ab" * 32, (Page(1, "1", "text"),)), Path("/a.pdf"))
    assert covers.find(book.id) is None
    covers.keep(book.id, Raster(1, 1, b"old"))
    covers.keep(book.id, _COVER)
    assert covers.find(book.id) == _COVER
    delete_book(books, book.id)
    assert covers.find(book.id) is None
    covers.keep(book.id, _COVER)  # it was drawn while the book was deleted
    assert covers.find(book.id) is None
