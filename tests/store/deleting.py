"""A book deleted for good, as the bin does it in the end."""

from __future__ import annotations

from app.core.conversations.bin import BinKind
from app.store.bin import BinStore
from app.store.books import Books


def delete_book(books: Books, book_id: str) -> None:
    kept = BinStore(books._database)
    entry = kept.put(BinKind.BOOK, book_id)
    assert entry is not None
    kept.purge(entry.id)
