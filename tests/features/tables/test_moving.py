"""Sheets that move to another desk with the books that they ask."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.core.conversations.conversation import BookRef
from app.core.documents.document import Document, Format, Page
from app.core.machine.secret import Key, KeyOrigin, draw_secret
from app.features.tables.data import GridColumn
from app.features.tables.feature import TABLES
from app.features.tables.store import SheetStore
from app.store.books import Books
from app.store.conversations import Conversations
from app.store.db import Database
from app.store.moving import Moved, move


class Desk:
    def __init__(self, path: Path) -> None:
        self.database = Database.open(path, Key(draw_secret(), KeyOrigin.FILE))
        self.books, self.sheets = Books(self.database), SheetStore(self.database, Conversations(self.database))

    def add(self, title: str, byte: str) -> str:
        document = Document(title, Format.TEXT, byte * 32, (Page(1, "1", title),))
        return self.books.add(document, Path(f"/{title}.txt")).id


@pytest.fixture
def both(tmp_path: Path) -> Iterator[tuple[Desk, Desk]]:
    made = Desk(tmp_path / "source.db"), Desk(tmp_path / "target.db")
    with contextlib.closing(made[0].database), contextlib.closing(made[1].database):
        yield made


def test_a_book_takes_along_the_sheets_about_it_alone(both: tuple[Desk, Desk]) -> None:
    source, target = both
    lease, letters = source.add("Lease", "aa"), source.add("Letters", "bb")
    sheet = source.sheets.create("Dates", (GridColumn("When?"),), [(BookRef(lease),)], excerpts=False)
    assert move(source.database, target.database, [lease], keeps=TABLES.keeps) == Moved({lease: lease}, (sheet.id,))
    assert target.sheets.get(sheet.id) == sheet
    assert (set(target.books.ids()), set(source.books.ids())) == ({lease}, {letters})


def test_a_book_that_a_table_needs_is_copied(both: tuple[Desk, Desk]) -> None:
    source, target = both
    lease, letters = source.add("Lease", "aa"), source.add("Letters", "bb")
    rows = [(BookRef(lease),), (BookRef(letters),)]
    sheet = source.sheets.create("Dates", (GridColumn("When?"),), rows, excerpts=False)
    assert move(source.database, target.database, [lease], keeps=TABLES.keeps) == Moved({}, ())
    assert (set(target.books.ids()), set(source.books.ids())) == ({lease}, {lease, letters})
    assert source.sheets.get(sheet.id) == sheet
    assert move(source.database, target.database, [lease, letters], keeps=TABLES.keeps).conversations == (sheet.id,)
    assert target.sheets.get(sheet.id) == sheet
    assert source.books.ids() == frozenset()
