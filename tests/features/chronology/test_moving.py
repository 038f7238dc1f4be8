"""The chronology of a document that moves to another desk."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.core.dates import DateSpan, PartialDate
from app.core.documents.document import Document, Format, Page
from app.core.machine.secret import Key, KeyOrigin, draw_secret
from app.core.names import EntityKind, FoundName
from app.features.chronology.data import FoundEvent
from app.features.chronology.feature import CHRONOLOGY
from app.features.chronology.store import Timeline
from app.store.books import Books
from app.store.db import Database
from app.store.moving import move


class Desk:
    def __init__(self, path: Path) -> None:
        self.database = Database.open(path, Key(draw_secret(), KeyOrigin.FILE))
        self.store = Timeline(self.database)

    def add(self, title: str, sha256: str, *names: str) -> str:
        """A book with one event, and these organisations, on its first page."""
        document = Document(title, Format.TEXT, sha256 * 32, (Page(1, "1", title),))
        book = Books(self.database).add(document, Path(f"/{title}.txt")).id
        events = [FoundEvent(DateSpan(PartialDate(2021, 5, 3)), 1, f"3 May 2021: {book}", "3 May 2021")]
        self.store.keep_found(book, 1, events, [FoundName(name, EntityKind.ORGANISATION, 1) for name in names])
        return book

    def names(self) -> list[str]:
        return sorted(entity.name for entity in self.store.entities())


@pytest.fixture
def both(tmp_path: Path) -> Iterator[tuple[Desk, Desk]]:
    made = Desk(tmp_path / "source.db"), Desk(tmp_path / "target.db")
    with contextlib.closing(made[0].database), contextlib.closing(made[1].database):
        yield made


def test_the_chronology_goes_with_its_book_and_knows_who_is_who(both: tuple[Desk, Desk]) -> None:
    source, target = both
    lease = source.add("Lease", "aa", "Olsen Ltd", "Marlow Ltd")
    target.add("Letters", "bb", "Marlow Ltd")
    move(source.database, target.database, books=[lease], keeps=CHRONOLOGY.keeps)
    assert source.names() == []
    assert target.names() == ["Marlow Ltd", "Olsen Ltd"], "and nobody twice"
    assert len(target.store.events()) == 2
    assert target.store.wanting(1) == ()
    target.add("Survey", "cc", "Olsen Ltd")
    assert target.names() == ["Marlow Ltd", "Olsen Ltd"]
