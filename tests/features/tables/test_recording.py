"""The record has an entry for every cell."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.core.conversations.conversation import BookRef
from app.core.documents.document import Document, Format, Page
from app.core.record import RecordEntry, RecordKind
from app.core.work import Cancel, finish
from app.features.tables.data import GridColumn
from app.features.tables.service import sheets_of
from tests.ui.fakes import FakeDesk, open_desk

SHA256 = "ab" * 32


@pytest.fixture
def fake(tmp_path: Path) -> FakeDesk:
    return open_desk(tmp_path / "desk")


@pytest.fixture
def book(fake: FakeDesk) -> BookRef:
    pages = (Page(1, "", "The tenant pays the secret rent."),)
    return BookRef(fake.books.add(Document("Secret lease", Format.TEXT, SHA256, pages), Path("/lease.txt")).id)


def entries(fake: FakeDesk) -> list[RecordEntry]:
    return list(fake.desk.record.store.entries()[1:])


def test_every_cell_has_its_entry(fake: FakeDesk, book: BookRef) -> None:
    sheet = sheets_of(fake.desk).create([GridColumn("Who?"), GridColumn("When?")], [(book,)], title="Secret")
    finish(sheets_of(fake.desk).run(sheet.id, Cancel()))
    assert [(entry.kind, entry.item) for entry in entries(fake)] == [(RecordKind.CELL, sheet.id)] * 2
