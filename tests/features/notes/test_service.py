"""Notes that are kept of a quotation, and in a copy of the file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from app.core.documents.document import Book, Document, Format, Page, PageLayer
from app.core.documents.note import Marker, NotePlace
from app.core.errors import AppError, Code
from app.core.work import Cancel, Stopped, finish
from app.documents import worker
from app.documents.formats.contract import Content
from app.documents.protocol import Highlight
from app.features.notes.data import Annotating
from app.features.notes.service import NoteKeeping, note_keeping_of
from tests.documents.pdf_writer import lines, write_pdf
from tests.ui.fakes import FakeDesk, ScriptedReader, open_desk

FILE = write_pdf([lines("The Tenant pays 10", "thousand each month."), lines("Nothing else is due.")])
PAGES = (Page(1, "i", "The Tenant pays 10 thousand each month."), Page(2, "1", "Nothing else is due."))


def read_layer(page: int) -> PageLayer:
    return worker.page_layer(Content("a.pdf", FILE, ""), page)


class WritingReader(ScriptedReader):
    """Remembers what it was to write."""

    written: tuple[Highlight, ...] = ()

    def annotated_copy(self, path: Path, sha256: str, highlights: Sequence[Highlight], member: str = "") -> bytes:
        self.written = tuple(highlights)
        return b"%PDF-"


@pytest.fixture
def reader() -> WritingReader:
    made = WritingReader()
    made.layer = read_layer
    return made


@pytest.fixture
def desk(tmp_path: Path, reader: WritingReader) -> Iterator[FakeDesk]:
    made = open_desk(tmp_path, reader=reader)
    yield made
    made.desk.close()


@pytest.fixture
def book(desk: FakeDesk) -> Book:
    return desk.books.add(Document("Lease", Format.PDF, "ab" * 32, PAGES), Path("/lease.pdf"))


@pytest.fixture
def notes(desk: FakeDesk) -> NoteKeeping:
    return note_keeping_of(desk.desk)


def test_a_quotation_is_marked_where_the_page_has_it(notes: NoteKeeping, book: Book) -> None:
    assert notes.mark_quotation(book.id, 2, "Nothing else").place == NotePlace(book.id, 2, 0, 12)
    assert notes.mark_quotation(book.id, 2, "").words == ""
    assert notes.mark_quotation(book.id, 2, "Something else").place == NotePlace(book.id, 2)


def test_a_copy_has_every_note_and_says_which_have_no_place(
    notes: NoteKeeping, book: Book, reader: WritingReader
) -> None:
    marked = notes.taking.mark(book.id, 1, (4, 27), Marker.BLUE, "Who?")
    page = notes.taking.mark(book.id, 1, None, None, "All of it.")
    nowhere = notes.mark_quotation(book.id, 2, "Something else", Marker.GREEN)
    progress: list[Annotating] = []
    copy = finish(notes.annotated_copy(book.id, Cancel()), progress.append)
    assert (copy.pdf, copy.written, copy.unplaced) == (b"%PDF-", 3, 1)
    by_name = {each.name: each for each in reader.written}
    assert [len(by_name[note.id].boxes) for note in (marked, page, nowhere)] == [2, 0, 0]
    assert [by_name[note.id].text for note in (marked, page, nowhere)] == ["Who?", "All of it.", "“Something else”"]
    assert [by_name[note.id].page for note in (marked, page, nowhere)] == [1, 1, 2]
    assert (progress[0], progress[-1]) == (Annotating(0, 2), Annotating(2, 2))
    cancel = Cancel()
    cancel.request()
    with pytest.raises(Stopped):
        finish(notes.annotated_copy(book.id, cancel))


def test_a_copy_is_made_of_pdfs_alone(notes: NoteKeeping, desk: FakeDesk) -> None:
    text = desk.books.add(Document("Notes", Format.TEXT, "cd" * 32, PAGES), Path("/notes.txt"))
    with pytest.raises(AppError) as raised:
        finish(notes.annotated_copy(text.id, Cancel()))
    assert raised.value.problem.code is Code.COPY_NOT_PDF
