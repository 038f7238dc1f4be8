"""The bin: what is in it is in no list and in no search, comes back as it was, and is gone once it is emptied."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.core.conversations.bin import BinEntry, BinKind
from app.core.conversations.cell import PartNotes
from app.core.conversations.conversation import BookRef, PageRange, Question
from app.core.conversations.image import Image, ImageRef, Raster
from app.core.documents.document import Document, Format, Page
from app.store.bin import BinStore
from app.store.books import Books
from app.store.cells import PartNotesStore
from app.store.conversations import Conversations
from app.store.db import Database
from app.store.images import ImageStore
from app.store.vectors import Vectors


class Kept:
    def __init__(self, database: Database) -> None:
        self.database = database
        self.conversations, self.books = Conversations(database), Books(database)
        self.images = ImageStore(database)
        self.notes = PartNotesStore(database, self.conversations)
        self.bin = BinStore(database)
        self.lease = self.add("Lease", "ab")
        self.letters = self.add("Letters", "cd")

    def add(self, title: str, byte: str) -> str:
        pages = (Page(1, "1", f"{title}: the unmistakable wharf."),)
        return self.books.add(Document(title, Format.PDF, byte * 32, pages), Path(f"/{title}.pdf")).id

    def put(self, kind: BinKind, id: str) -> BinEntry:
        entry = self.bin.put(kind, id)
        assert entry is not None
        return entry

    def count(self, table: str) -> int:
        return int(self.database.rows(f"SELECT count(*) FROM {table}")[0][0])


@pytest.fixture
def kept(database: Database) -> Kept:
    return Kept(database)


def talk_of(kept: Kept) -> str:
    """With a book, a question, an image of a page, notes on it, and an answer."""
    refs = (BookRef(kept.lease, PageRange(1, 1)), BookRef(kept.letters))
    talk = kept.conversations.create("Wharf", refs)
    image = Image(ImageRef("ef" * 32, "wharf.png", 1, 1, kept.lease), b"png", Raster(1, 1, b"rgb"))
    question = kept.conversations.add_question(Question(talk.id, "Whose wharf?", refs, images=(image,)))
    kept.conversations.begin_answer(question.id, "tiny")
    kept.notes.create("Notes", ("Note",), [refs], question.id, shortens=False)
    return talk.id


def noted(kept: Kept, talk: str) -> tuple[PartNotes, ...]:
    """The notes on parts for its first question."""
    return kept.notes.of_question(kept.conversations.turns(talk)[0].question.id)


def test_a_conversation_in_the_bin_is_nowhere(kept: Kept) -> None:
    talk = talk_of(kept)
    (question,) = [turn.question for turn in kept.conversations.turns(talk)]
    entry = kept.put(BinKind.CONVERSATION, talk)
    assert (entry.item_id, entry.title) == (talk, "Wharf")
    assert entry.expires_at(30) == entry.deleted_at + 30 * 24 * 3600
    assert kept.bin.all() == (entry,)
    assert kept.conversations.all() == ()
    assert kept.conversations.get(talk) is None
    assert kept.notes.of_question(question.id) == ()
    assert kept.notes.unanswered(question.text, question.books) is None
    assert kept.images.named() == ()
    for below in (
        lambda: kept.conversations.add_question(Question(talk, "More?")),
        lambda: kept.conversations.begin_answer(question.id, "tiny"),
        lambda: kept.conversations.set_books(talk, ()),
    ):
        with pytest.raises(KeyError):
            below()
    assert kept.bin.put(BinKind.CONVERSATION, talk) is None, "it is there already"


def test_a_conversation_comes_back_as_it_was(kept: Kept) -> None:
    talk = talk_of(kept)
    before = kept.conversations.get(talk), kept.conversations.turns(talk), noted(kept, talk)
    entry = kept.put(BinKind.CONVERSATION, talk)
    assert kept.bin.restore(entry.id) == entry
    assert (kept.conversations.get(talk), kept.conversations.turns(talk), noted(kept, talk)) == before
    assert kept.bin.all() == ()
    assert kept.bin.restore(entry.id) is None


def test_a_book_in_the_bin_is_nowhere_and_comes_back_to_its_place(kept: Kept) -> None:
    talk = talk_of(kept)
    before = kept.books.all(), kept.conversations.get(talk), kept.conversations.turns(talk), noted(kept, talk)
    entry = kept.put(BinKind.BOOK, kept.lease)
    assert [book.id for book in kept.books.all()] == [kept.letters]
    assert kept.books.get(kept.lease) is None
    assert kept.books.ids() == {kept.letters}
    assert kept.books.ids(with_bin=True) == {kept.letters, kept.lease}
    shown = kept.conversations.get(talk)
    assert shown is not None
    assert shown.books == (BookRef(kept.letters),)
    assert kept.conversations.turns(talk)[0].question.images == (), "the image of its page is not seen either"
    assert kept.images.named() == ()
    assert kept.lease not in Vectors(kept.database).unfinished("")
    kept.conversations.set_books(talk, (BookRef(kept.letters),))  # as whoever shows it does
    kept.bin.restore(entry.id)
    assert (
        kept.books.all(), kept.conversations.get(talk), kept.conversations.turns(talk), noted(kept, talk)
    ) == before  # fmt: skip


def test_a_book_whose_file_is_opened_again_comes_back(kept: Kept) -> None:
    kept.put(BinKind.BOOK, kept.lease)
    assert kept.add("Lease", "ab") == kept.lease
    assert kept.bin.all() == ()
    assert kept.books.get(kept.lease) is not None


def test_what_is_purged_is_gone(kept: Kept) -> None:
    talk = talk_of(kept)
    entry, book = kept.put(BinKind.CONVERSATION, talk), kept.put(BinKind.BOOK, kept.lease)
    kept.bin.purge(book.id)
    assert kept.bin.all() == (entry,)
    kept.bin.purge(entry.id)
    assert kept.bin.all() == ()
    counts = {table: kept.count(table) for table in ("conversations", "questions", "answers", "images", "sheets")}
    assert set(counts.values()) == {0}, counts
    assert kept.count("books") == 1
    for file in kept.database.path.parent.glob("*.db*"):
        assert b"wharf" not in file.read_bytes()


def test_what_is_not_in_the_bin_is_not_purged(kept: Kept) -> None:
    talk_of(kept)
    kept.bin.purge("")
    assert kept.count("books") == 2
    assert len(kept.conversations.all()) == 1
