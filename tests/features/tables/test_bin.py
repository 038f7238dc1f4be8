"""Sheets in the bin: they go and come with the books that they ask."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.core.conversations.bin import BinEntry, BinKind
from app.core.conversations.conversation import BookRef
from app.core.documents.document import Document, Format, Page
from app.features.tables.data import GridColumn, Sheet
from app.features.tables.store import SheetStore
from app.store.bin import BinStore
from app.store.books import Books
from app.store.conversations import Conversations
from app.store.db import Database


class Kept:
    """A book, and a sheet that asks it alone."""

    def __init__(self, database: Database) -> None:
        self.books, self.bin = Books(database), BinStore(database)
        self.sheets = SheetStore(database, Conversations(database))
        pages = (Page(1, "1", "The unmistakable wharf."),)
        self.lease = self.books.add(Document("Lease", Format.PDF, "ab" * 32, pages), Path("/lease.pdf")).id
        self.sheet = self._sheet()

    def _sheet(self) -> Sheet:
        return self.sheets.create("Dates", [GridColumn("When?")], [(BookRef(self.lease),)], excerpts=False)

    def put(self, kind: BinKind, id: str) -> BinEntry:
        entry = self.bin.put(kind, id)
        assert entry is not None
        return entry


@pytest.fixture
def kept(database: Database) -> Kept:
    return Kept(database)


def test_a_book_takes_the_sheets_along_that_ask_nothing_else(kept: Kept) -> None:
    entry = kept.put(BinKind.BOOK, kept.lease)
    assert (kept.sheets.get(kept.sheet.id), kept.sheets.all()) == (None, ())
    kept.bin.restore(entry.id)
    assert kept.sheets.get(kept.sheet.id) == kept.sheet


def test_a_sheet_comes_back_with_its_book(kept: Kept) -> None:
    first = kept.put(BinKind.SHEET, kept.sheet.id)
    kept.put(BinKind.BOOK, kept.lease)
    assert kept.sheets.all() == ()
    kept.bin.restore(first.id)
    assert kept.sheets.get(kept.sheet.id) == kept.sheet
    assert kept.books.get(kept.lease) is not None
    assert kept.bin.all() == ()


def test_a_book_that_is_purged_takes_its_sheets_along(kept: Kept) -> None:
    kept.put(BinKind.SHEET, kept.sheet.id)
    book = kept.put(BinKind.BOOK, kept.lease)
    kept.bin.purge(book.id)
    assert kept.bin.all() == ()
