"""Notes as a person makes them: on a text, and on a drawing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.core.documents.document import Book, Document, Format, Page, PageLayer
from app.core.documents.note import Marker, NotePlace
from app.core.errors import AppError, Code
from app.documents import worker
from app.documents.formats.contract import Content
from app.documents.layer import Layer
from app.services.library.notes import NoteTaking
from tests.documents.pdf_writer import lines, write_pdf
from tests.ui.fakes import FakeDesk, open_desk

FILE = write_pdf([lines("The Tenant pays 10", "thousand each month."), lines("Nothing else is due.")])
PAGES = (Page(1, "i", "The Tenant pays 10 thousand each month."), Page(2, "1", "Nothing else is due."))


def read_layer(page: int) -> PageLayer:
    return worker.page_layer(Content("a.pdf", FILE, ""), page)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[FakeDesk]:
    made = open_desk(tmp_path)
    yield made
    made.desk.close()


@pytest.fixture
def book(desk: FakeDesk) -> Book:
    return desk.books.add(Document("Lease", Format.PDF, "ab" * 32, PAGES), Path("/lease.pdf"))


@pytest.fixture
def notes(desk: FakeDesk) -> NoteTaking:
    return desk.desk.documents.notes


def test_what_is_selected_with_white_space_is_marked_without(notes: NoteTaking, book: Book) -> None:
    note = notes.mark(book.id, 1, (3, 11), Marker.BLUE, "")
    assert (note.words, note.place) == ("Tenant", NotePlace(book.id, 1, 4, 10))


def test_the_same_place_is_marked_once_and_keeps_what_is_written(notes: NoteTaking, book: Book) -> None:
    first = notes.mark(book.id, 1, (4, 10), Marker.BLUE, "Who?")
    again = notes.mark(book.id, 1, (4, 10), Marker.GREEN, "")
    assert (again.id, again.text, again.marker) == (first.id, "Who?", Marker.GREEN)
    pages = [notes.mark(book.id, 1, None, None, text) for text in ("One.", "Two.")]
    assert len({note.id for note in pages}) == 2, "a page may have several notes"
    assert notes.change("gone", text="?") is None


def test_words_of_a_drawing_are_found_in_the_text_across_its_lines(notes: NoteTaking, book: Book) -> None:
    layer = Layer(read_layer(1))
    start, end = layer.text.index("pays"), layer.text.index(" each")
    note = notes.mark_drawn(book.id, 1, layer, (start, end), Marker.YELLOW, "")
    assert (note.words, note.place) == ("pays 10 thousand", NotePlace(book.id, 1, 11, 27))
    other = notes.mark_drawn(book.id, 2, layer, (start, end), Marker.YELLOW, "")
    assert (other.words, other.place) == ("pays 10 thousand", NotePlace(book.id, 2)), "its words are kept all the same"


def test_what_is_gone_is_named(notes: NoteTaking, book: Book) -> None:
    with pytest.raises(AppError) as raised:
        notes.mark(book.id, 3, (0, 1), None, "")
    assert raised.value.problem.code is Code.PAGES_INVALID
