"""Sheets are found by a search of the desk."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from app.core.conversations.conversation import BookRef, Ending
from app.core.documents.document import Document, Format, Page
from app.core.kept import KeptWhere
from app.core.search_query import SearchPlace
from app.core.work import Cancel, finish
from app.features.tables.data import GridColumn
from app.features.tables.service import sheets_of
from app.services.library_search import LibraryFound, LibraryHit, LibrarySearch, library_search_of
from tests.ui.fakes import FakeDesk, open_desk


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[FakeDesk]:
    made = open_desk(tmp_path / "desk")
    yield made
    made.desk.close()


def _library(desk: FakeDesk) -> LibrarySearch:
    return library_search_of(desk.desk)


def _find(desk: FakeDesk, text: str, limit: int = 50) -> LibraryFound:
    library = _library(desk)
    return finish(library.find(library.understand(text), Cancel(), limit=limit))


def _titles(found: LibraryFound, place: str = SearchPlace.DOCUMENTS) -> set[str]:
    return {hit.title for hit in found.of(place)}


def _lit(hit: LibraryHit) -> list[str]:
    return [hit.excerpt.text[slice(*match)] for match in hit.excerpt.matches]


def test_sheets_are_searched_in_their_text(desk: FakeDesk) -> None:
    lease = Document("Lease", Format.TEXT, "ab" * 32, (Page(1, "1", "The rent is due in May."),))
    refs = (BookRef(desk.books.add(lease, Path("/lease.txt")).id),)
    columns = [GridColumn("Who pays the rent?"), GridColumn("Any pets?")]
    sheet = sheets_of(desk.desk).store.create("Checklist", columns, [refs], excerpts=False)
    pets = sheet.cells[1].question.id
    answer = desk.desk.conversations.begin_answer(pets, "Scout")
    desk.desk.conversations.save_answer(msgspec.structs.replace(answer, text="A cat.", ending=Ending.COMPLETE))
    sheets_of(desk.desk).store.comment(pets, "Ask about the parrot.")
    assert not _find(desk, "rent in:tables").of(SearchPlace.DOCUMENTS)
    (cell,) = _find(desk, "rent").of(KeptWhere.SHEETS)
    assert (cell.title, _lit(cell)) == ("Checklist", ["rent"])
    (cell,) = _find(desk, "cat parrot").of(KeptWhere.SHEETS)
    assert (cell.title, cell.question_id, cell.excerpt.text) == ("Checklist · Lease", pets, "A cat.")
    assert not _find(desk, "cat -parrot").of(KeptWhere.SHEETS)
    sheets_of(desk.desk).store.correct(pets, "Two dogs.")
    assert not _find(desk, "cat").of(KeptWhere.SHEETS)
    assert _find(desk, "dogs").of(KeptWhere.SHEETS)
