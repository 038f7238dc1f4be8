"""Notes on disk: with their book, where their words are, and gone without a trace."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from app.core.conversations.bin import BinKind
from app.core.documents.document import Book, Document, Format, Page
from app.core.documents.note import Marker, Note, NotePlace, NoteSource
from app.store.bin import BinStore
from app.store.books import Books
from app.store.db import Database
from app.store.notes import NoteStore
from tests.store.deleting import delete_book

WORDS = "The Tenant pays the rent"
TEXTS = (f"First. {WORDS} each month. {WORDS}, again.", "Nothing of that is here.")


def document(*texts: str) -> Document:
    return Document("Lease", Format.TEXT, "ab" * 32, tuple(Page(n, str(n), text) for n, text in enumerate(texts, 1)))


@pytest.fixture
def notes(database: Database) -> NoteStore:
    return NoteStore(database)


@pytest.fixture
def book(database: Database) -> Book:
    return Books(database).add(document(*TEXTS), Path("/lease.txt"))


def mark(notes: NoteStore, book: Book, start: int, text: str = "") -> Note:
    place = NotePlace(book.id, 1, start, start + len(WORDS))
    kept = notes.keep(Note(words=WORDS, text=text, place=place, marker=Marker.BLUE))
    assert kept is not None
    return kept


def test_what_was_kept_is_read_again_in_the_order_of_places(notes: NoteStore, book: Book) -> None:
    second, first = mark(notes, book, TEXTS[0].rindex(WORDS)), mark(notes, book, 7, "Which account?")
    answer = notes.keep(Note(words="Monthly. (Lease, p. 1)", source=NoteSource.ANSWER, source_id="a1"))
    assert notes.of_book(book.id) == (first, second)
    assert set(notes.all()) == {first, second, answer}
    changed = notes.keep(msgspec.structs.replace(first, text="The account at the bank.", marker=Marker.YELLOW))
    assert changed is not None
    assert notes.get(first.id) == changed
    assert (changed.created_at, changed.marker) == (first.created_at, Marker.YELLOW)


def test_notes_are_found_by_both_their_texts_whatever_the_case(notes: NoteStore, book: Book) -> None:
    note = mark(notes, book, 7, "銀行に確認")
    assert notes.find("tenant  PAYS") == (note,)
    assert notes.find("確認") == (note,)
    assert notes.find("landlord") == notes.find(" ") == ()


def test_notes_go_into_the_bin_with_their_book_and_come_back(notes: NoteStore, book: Book, database: Database) -> None:
    note = mark(notes, book, 7)
    bin_ = BinStore(database)
    entry = bin_.put(BinKind.BOOK, book.id)
    assert entry is not None
    assert notes.all() == notes.of_book(book.id) == notes.find("tenant") == ()
    assert notes.keep(note) is None, "nothing is written on what is in the bin"
    bin_.restore(entry.id)
    assert notes.all() == (note,)
    delete_book(Books(database), book.id)
    assert database.row("SELECT count(*) FROM notes") == (0,)


def test_what_was_written_and_deleted_leaves_no_bytes(notes: NoteStore, book: Book, database: Database) -> None:
    def decrypted() -> bytes:
        with database.read() as connection:
            return connection.serialize("main")

    note = mark(notes, book, 7, "unmistakable wharf")
    assert b"unmistakable" in decrypted()
    notes.delete(note.id)
    assert b"unmistakable" not in decrypted()
    assert notes.all() == ()


@pytest.mark.parametrize(
    ("texts", "where"),
    [
        ((TEXTS[0].replace("First. ", "First of all: "), TEXTS[1]), (1, 14, False)),  # moved on its page
        (("A new first page.", TEXTS[0]), (2, 7, False)),  # on the next one now
        (("The Tenant\npays the\nrent.", ""), (1, 0, False)),  # other line breaks
        (("All of it is gone.",), (1, 0, True)),
    ],
)
def test_a_note_follows_its_words_when_the_book_is_read_again(
    notes: NoteStore, book: Book, database: Database, texts: tuple[str, ...], where: tuple[int, int, bool]
) -> None:
    note = mark(notes, book, 7, "Mine.")
    Books(database).replace_pages(book.id, document(*texts))
    (found,) = notes.of_book(book.id)
    assert found.place is not None
    assert (found.place.page, found.place.start, found.place.lost) == where
    assert (found.words, found.text, found.id) == (WORDS, "Mine.", note.id)


def test_a_lost_note_is_found_again(notes: NoteStore, book: Book, database: Database) -> None:
    mark(notes, book, 7)
    Books(database).replace_pages(book.id, document("All of it is gone."))
    Books(database).replace_pages(book.id, document(*TEXTS))
    (found,) = notes.of_book(book.id)
    assert found.place == NotePlace(book.id, 1, 7, 7 + len(WORDS))
