"""Search and indexing: by words and by meaning, with a made-up model whose words have few meanings."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
import pytest

from app.core.conversations.conversation import BookRef, PageRange
from app.core.conversations.events import Indexing
from app.core.documents.document import Document, Format, Page
from app.core.errors import AppError, Code
from app.core.machine.secret import Key, KeyOrigin, draw_secret
from app.core.work import Cancel, Stopped, finish
from app.embedding.protocol import MOST_TEXTS, WIDTHS, TextVectors, VectorKind
from app.services.finding.conversation_search import PassageQuery, QuestionKind
from app.services.finding.indexing import Indexer
from app.services.finding.search import Found, Search, fuse
from app.services.library_search import LibrarySearch
from app.store.books import Books
from app.store.conversations import Conversations
from app.store.db import Database
from app.store.filters import SearchFilters
from app.store.passages import Passages, WordHits
from app.store.text_sources import TextSources
from app.store.vectors import Vectors
from tests.store.deleting import delete_book

MEANINGS = ("rent money pay euros", "boat ship whale harbour", "cat kitten animal pet", "house flat dwelling home")


class ToyEmbedder:
    """A vector has a place for each of MEANINGS: how many of its words a text has."""

    def __init__(self, model: str = "toy 1") -> None:
        self.model = model
        self.seen: list[str] = []
        self.told: list[tuple[Sequence[VectorKind], bool]] = []  # kinds, asked
        self.dies_after = 10_000
        self.rested = 0
        self.prepared = 0

    def prepare(self) -> None:
        self.prepared += 1

    def embed(
        self,
        texts: Sequence[str],
        kinds: Sequence[VectorKind],
        cancel: Cancel | None = None,
        *,
        asked: bool = False,
        patient: bool = False,
    ) -> tuple[TextVectors, ...]:
        del cancel, patient
        self.told.append((kinds, asked))
        if len(self.seen) >= self.dies_after:
            raise AppError(Code.READER_CRASHED, path="", signal=9)
        self.seen += texts
        return tuple({kind: self._vector(text, WIDTHS[kind]) for kind in kinds} for text in texts)

    def rest(self) -> None:
        self.rested += 1

    def _vector(self, text: str, width: int) -> bytes:
        words = re.findall(r"\w+", text.casefold())
        counts = [sum(word in meaning.split() for word in words) for meaning in MEANINGS]
        scale = 127 // max(1, *counts)
        return bytes([count * scale for count in counts] + [1] * (width - len(counts)))


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database.open(tmp_path / "octavo.db", Key(draw_secret(), KeyOrigin.FILE))
    yield opened
    opened.close()


class Desk:
    def __init__(self, database: Database, embedder: ToyEmbedder | None = None) -> None:
        self.embedder = embedder or ToyEmbedder()
        self.books, self.vectors = Books(database), Vectors(database)
        self.indexer = Indexer(self.vectors, self.embedder)  # type: ignore[arg-type]
        self.search = Search(Passages(database), self.vectors, self.embedder)  # type: ignore[arg-type]

    def add(self, *texts: str, number: int = 0, indexed: bool = True) -> str:
        pages = tuple(Page(at, "", text) for at, text in enumerate(texts, 1))
        book = self.books.add(Document(f"Book {number}", Format.TEXT, f"{number:064x}", pages), Path("book.txt"))
        if indexed:
            self.index(book.id)
        return book.id

    def index(self, *book_ids: str) -> list[Indexing]:
        events: list[Indexing] = []
        finish(self.indexer.index(book_ids, Cancel()), events.append)
        return events

    def find(self, question: str, *book_ids: str, pages: PageRange | None = None, limit: int = 9) -> Found:
        return self.search.find([(book_id, pages) for book_id in book_ids], question, limit)

    def pages(self, question: str, *book_ids: str, pages: PageRange | None = None, limit: int = 9) -> list[int]:
        return [hit.page for hit in self.find(question, *book_ids, pages=pages, limit=limit).passages]


@pytest.fixture
def desk(database: Database) -> Desk:
    return Desk(database)


TEXTS = ("Euros are counted daily.", "The whale swam by.", "A kitten sleeps.", "Nothing of the kind.")


def test_other_words_are_found_by_what_they_mean(desk: Desk) -> None:
    book = desk.add(*TEXTS)
    assert desk.pages("Which animal or pet?", book)[0] == 3
    assert desk.pages("When do I pay rent?", book)[0] == 1
    assert desk.pages("When do I pay rent?", book, pages=PageRange(2, 4))[0] != 1


def test_its_own_words_are_worth_more(desk: Desk) -> None:
    book = desk.add("Pay rent, money, euros.", "Invoices are sent yearly.", "More of money and rent.")
    assert desk.pages("Are invoices for rent sent yearly?", book)[0] == 2


def test_names_and_numbers_win(desk: Desk) -> None:
    book = desk.add("The ship in the harbour is a boat.", "In 1877 nothing happened.", "A boat, a ship.")
    assert desk.pages("Which ship lay in the harbour in 1877?", book)[0] == 2


def test_a_page_is_named_twice_only_after_others(desk: Desk) -> None:
    whales = "The whale sank the ship. " * 30
    book = desk.add(f"{whales}\n\n{whales}\n\n{whales}", "A whale and a ship.", "A whale.")
    assert set(desk.pages("whale ship", book, limit=3)) == {1, 2, 3}


def test_of_a_chapter_its_pages_are_searched(desk: Desk) -> None:
    book = desk.add("The whale swam by.", "A whale of a cat, as they say.", "No more of it.")

    def pages(text: str, kind: QuestionKind) -> list[int]:
        query = PassageQuery(kind, text, (BookRef(book, PageRange(2, 3)),))
        return [hit.page for hit in desk.search.passages_for(query, 4).passages]

    assert pages("the whale", QuestionKind.CHAPTER) == [2, 3]
    assert sorted(pages("", QuestionKind.CHAPTER)) == [2, 3]


def test_a_chapter_that_has_nothing_of_a_question_is_shown_as_it_is(desk: Desk) -> None:
    book = desk.add(*TEXTS, indexed=False)
    scope = (BookRef(book, PageRange(2, 3)),)
    assert len(desk.search.passages_for(PassageQuery(QuestionKind.CHAPTER, "zyx", scope), 4).passages) == 2
    assert desk.search.passages_for(PassageQuery(QuestionKind.ORDINARY, "zyx", scope), 4).passages == ()


def test_of_books_alike_each_is_heard_in_its_turn(desk: Desk) -> None:
    books = [desk.add("A whale.", "The whale.", number=number) for number in range(2)]
    query = PassageQuery(QuestionKind.ORDINARY, "whale", tuple(map(BookRef, books)), alike=True)
    assert [hit.book_id for hit in desk.search.passages_for(query, 4).passages] == books * 2


def test_half_of_the_passages_are_searched_with_the_turns_before(desk: Desk) -> None:
    texts = ("Take part in the race.", "Part of a whale.", "Squashing parties: all may come.", "A part.", "Parties.")
    book = desk.add(*texts, indexed=False)
    query = PassageQuery(
        QuestionKind.ORDINARY, "take part", (BookRef(book),), with_turns="take part\nsquashing parties"
    )
    found = desk.search.passages_for(query, 2).passages
    assert [hit.page for hit in found] == [1, 3]
    assert [hit.page for hit in desk.search.passages_for(query, 9).passages].count(1) == 1


def test_a_book_that_is_not_indexed_is_searched_by_words(desk: Desk) -> None:
    book = desk.add(*TEXTS, indexed=False)
    assert desk.pages("Which kitten?", book) == [3]
    assert desk.pages("Which pet?", book) == []
    assert desk.embedder.seen == []
    other = desk.add("The ship.", number=1)
    assert {hit.book_id for hit in desk.find("whale", book, other).passages} == {book, other}


def test_a_search_says_whether_it_was_by_words_alone(desk: Desk) -> None:
    book, other = desk.add(*TEXTS), desk.add("The ship.", number=1, indexed=False)
    assert not desk.find("Which kitten?", book).words_alone
    assert desk.find("Which kitten?", book, other).words_alone
    assert desk.find("Which kitten?", other).words_alone
    assert not desk.find("Which kitten?").words_alone, "where there is nothing to search, nothing is missing"
    both = PassageQuery(QuestionKind.ORDINARY, "whale", (BookRef(book), BookRef(other)), alike=True)
    assert desk.search.passages_for(both, 4).words_alone
    desk.embedder.dies_after = 0
    assert desk.find("Which kitten?", book).words_alone
    whole = PassageQuery(QuestionKind.WHOLE, "", (BookRef(book),))
    assert not desk.search.passages_for(whole, 4).words_alone


def test_the_embedder_makes_what_the_languages_of_book_and_question_need(desk: Desk) -> None:
    pages = (Page(1, "", "The whale swam by."),)
    document = Document("Whales", Format.TEXT, "e" * 64, pages, language="en")
    english = desk.books.add(document, Path("whales.txt"))
    german = desk.add("Der Wal schwamm vorbei.", indexed=False)
    desk.index(english.id, german)
    desk.pages("Which boat?", english.id)
    desk.pages("Welches Boot war das?", english.id)
    desk.pages("どの船ですか。", english.id)
    desk.pages("Which boat?", english.id, german)
    assert [(set(kinds), asked) for kinds, asked in desk.embedder.told] == [
        ({VectorKind.USE, VectorKind.MINILM}, False),
        ({VectorKind.USE}, False),
        ({VectorKind.BGE, VectorKind.MINILM}, True),
        ({VectorKind.BGE, VectorKind.BGE_SENTENCES}, False),
        ({VectorKind.E5, VectorKind.USE}, True),
        ({VectorKind.E5_SENTENCES}, False),
        ({VectorKind.E5, VectorKind.USE}, True),
        ({VectorKind.E5, VectorKind.USE, VectorKind.BGE, VectorKind.MINILM}, True),
        ({VectorKind.E5_SENTENCES}, False),
    ]


def looked_at(desk: Desk) -> int:
    """Count the texts that were looked at closely."""
    return sum(list(kinds) == [VectorKind.E5_SENTENCES] for kinds, asked in desk.embedder.told if not asked)


def test_a_search_looks_closely_at_the_few_that_it_found_and_not_again(desk: Desk) -> None:
    book = desk.add(*[f"Page {number} has a whale." for number in range(40)])
    before = len(desk.embedder.seen)
    assert len(desk.pages("Which boat?", book)) == 9
    assert len(desk.embedder.seen) == before + 1 + 24, "a question and some passages"
    desk.pages("Which boat?", book)
    assert len(desk.embedder.seen) == before + 1 + 24 + 1


def test_where_it_cannot_look_closely_it_finds_what_it_finds(desk: Desk) -> None:
    book = desk.add(*TEXTS)
    desk.embedder.dies_after = len(desk.embedder.seen) + 1
    assert desk.pages("Which animal or pet?", book)[0] == 3


def test_a_shelf_is_looked_at_closely_when_all_of_it_is_indexed(desk: Desk) -> None:
    books = [desk.add(*TEXTS, number=1, indexed=False), desk.add("A boat.", number=2, indexed=False)]
    events: list[Indexing] = []
    finish(desk.indexer.index_shelf(Cancel()), events.append)
    closely = [event.closely for event in events]
    assert closely == sorted(closely)
    assert {event.book_id for event in events if event.closely} == set(books)
    assert looked_at(desk) == 2
    asked = len(desk.embedder.seen)
    desk.pages("Which animal or pet?", *books)
    finish(desk.indexer.index_shelf(Cancel()), events.append)
    assert len(desk.embedder.seen) == asked + 1, "nothing but the question"


def test_looking_closely_goes_on_where_it_was_stopped(desk: Desk) -> None:
    desk.add(*[f"Page {number} has a whale." for number in range(MOST_TEXTS + 5)])
    cancel = Cancel()
    with pytest.raises(Stopped):
        finish(desk.indexer.index_shelf(cancel), lambda event: cancel.request() if event.done else None)
    done = len(desk.embedder.seen)
    finish(desk.indexer.index_shelf(Cancel()))
    assert len(desk.embedder.seen) == done + 5


def made_yesterday(desk: Desk, book: str, *kinds: VectorKind) -> None:
    """Give a book the rows that an Octavo made which had all kinds of vectors at once."""
    vectors = desk.embedder.embed(TEXTS, kinds)
    desk.vectors.keep(desk.vectors.of_book(book).ids, list(map(msgspec.msgpack.encode, vectors)))


@pytest.mark.parametrize(
    ("language", "kinds"),
    [
        ("en", (VectorKind.E5, VectorKind.BGE, VectorKind.MINILM)),
        ("", (VectorKind.E5, VectorKind.E5_SENTENCES, VectorKind.USE)),
    ],
)
def test_a_desk_of_yesterday_is_searched_as_it_is(
    desk: Desk, database: Database, language: str, kinds: tuple[VectorKind, ...]
) -> None:
    book = desk.add(*TEXTS)
    made_yesterday(desk, book, *kinds)
    database.run("UPDATE books SET embedder = ?, language = ?", (desk.embedder.model, language))
    seen = len(desk.embedder.seen)
    assert desk.indexer.unfinished() == ()
    finish(desk.indexer.index_shelf(Cancel()))
    assert len(desk.embedder.seen) == seen, "nothing is made again"
    for question in ("Which animal or pet?", "Un pet?"):
        assert desk.pages(question, book)[0] == 3
        assert not desk.find(question, book).words_alone


def test_what_yesterday_was_half_done_is_finished(desk: Desk, database: Database) -> None:
    book = desk.add(*TEXTS)
    made_yesterday(desk, book, VectorKind.E5, VectorKind.E5_SENTENCES, VectorKind.USE)
    database.run("DELETE FROM passage_vectors WHERE passage_id = (SELECT max(passage_id) FROM passage_vectors)")
    database.run("UPDATE books SET embedder = ?, embedded = 0", (desk.embedder.model,))
    seen = len(desk.embedder.seen)
    finish(desk.indexer.index_shelf(Cancel()))
    assert len(desk.embedder.seen) == seen + 2, "at first sight, and closely"
    assert desk.pages("Which animal or pet?", book)[0] == 3


def test_it_gets_ready_only_for_books_that_are_indexed(desk: Desk) -> None:
    indexed, other = desk.add("The rent is due on Mondays."), desk.add("Two boats.", number=1, indexed=False)
    desk.search.prepare([other])
    assert desk.embedder.prepared == 0
    desk.search.prepare([other, indexed])
    assert desk.embedder.prepared == 1


def test_an_embedder_that_dies_leaves_the_words(desk: Desk) -> None:
    book = desk.add(*TEXTS)
    desk.embedder.dies_after = 0
    assert desk.pages("Which kitten?", book) == [3]


def test_without_a_model_there_are_words_alone(database: Database) -> None:
    desk = Desk(database, ToyEmbedder(""))
    book = desk.add(*TEXTS)
    assert desk.pages("Which kitten?", book) == [3]
    assert desk.indexer.unfinished() == ()
    assert desk.embedder.seen == []


def test_indexing_goes_on_where_it_was_stopped(database: Database) -> None:
    desk = Desk(database)
    texts = [f"Page {number} has a whale." for number in range(MOST_TEXTS + 5)]
    book = desk.add(*texts, indexed=False)
    cancel = Cancel()
    with pytest.raises(Stopped):
        finish(desk.indexer.index([book], cancel), lambda event: cancel.request() if event.done else None)
    assert desk.indexer.unfinished() == (book,)
    assert desk.vectors.progress(book) == (MOST_TEXTS, MOST_TEXTS + 5)
    assert desk.embedder.rested == 1

    again = Desk(database)
    assert again.index(book)[0] == Indexing(MOST_TEXTS, MOST_TEXTS + 5, book)
    assert len(again.embedder.seen) == 5
    assert again.indexer.unfinished() == ()
    assert again.index(book) == []


def test_what_an_embedder_that_dies_has_done_stays(desk: Desk) -> None:
    texts = [f"Page {number} has a whale." for number in range(MOST_TEXTS + 5)]
    desk.embedder.dies_after = MOST_TEXTS
    book = desk.add(*texts)
    assert desk.vectors.progress(book)[0] == MOST_TEXTS
    assert desk.indexer.unfinished() == (book,)


def test_another_model_makes_its_own_vectors(database: Database) -> None:
    book = Desk(database).add(*TEXTS)
    newer = Desk(database, ToyEmbedder("toy 2"))
    assert newer.indexer.unfinished() == (book,)
    assert newer.pages("Which pet?", book) == []
    newer.index(book)
    assert len(newer.embedder.seen) == len(TEXTS)
    assert newer.pages("Which pet?", book)[0] == 3


def test_a_book_that_was_cut_by_older_rules_is_cut_again(desk: Desk, database: Database) -> None:
    book = desk.add(*TEXTS)
    database.run("UPDATE books SET cut = 1")
    database.run("UPDATE passages SET heading = 'Whales' WHERE page = 4")
    assert desk.indexer.unfinished() == (book,)
    desk.index(book)
    assert [hit.heading for hit in desk.find("Nothing of the kind", book, limit=1).passages] == [""]


def test_a_book_without_an_outline_gets_one_when_it_is_cut_again(desk: Desk, database: Database) -> None:
    book = desk.add("Chapter 1 Boats", "Chapter 2 Whales", "Chapter 3 Cats")
    database.run("UPDATE books SET cut = 1")
    desk.index(book)
    assert [section.title for section in desk.books.book(book).outline][1:] == ["Chapter 2 Whales", "Chapter 3 Cats"]


def test_a_deleted_book_takes_its_vectors_along(desk: Desk, database: Database) -> None:
    book, other = desk.add(*TEXTS), desk.add("A boat.", number=1)
    assert desk.pages("Which boat?", book, other)
    delete_book(desk.books, book)
    assert database.rows("SELECT count(*) FROM passage_vectors") == [(1,)]
    assert desk.pages("Which boat?", book, other) == [1]


def test_a_book_that_was_read_again_is_indexed_again(desk: Desk) -> None:
    book = desk.add(*TEXTS)
    assert desk.pages("Which pet?", book)[0] == 3
    pages = (Page(1, "", "A boat."), Page(2, "", "My kitten."))
    desk.books.replace_pages(book, Document("Book 0", Format.TEXT, f"{0:064x}", pages))
    assert desk.pages("Which pet?", book) == []
    desk.index(book)
    assert desk.pages("Which pet?", book)[0] == 2


def test_the_ranking_that_fits_the_question_counts_more() -> None:
    def best(coverage: float) -> int:
        scores = fuse(WordHits((1, 2), {1: coverage, 2: coverage / 2}, {}), {3: 1.0, 4: 0.9})
        return max(scores, key=lambda id: scores[id])

    assert best(0.9) == 1
    assert best(0.3) == 3
    assert max(fuse(WordHits((1, 2), {1: 1.0, 2: 0.5}, {2: 0.5}), {1: 1.0}).items(), key=lambda item: item[1])[0] == 2


def test_of_passages_with_the_same_words_the_nearer_one_is_better() -> None:
    for coverage in (1.0, 0.5):
        scores = fuse(WordHits((1, 2), {1: coverage, 2: coverage}, {}), {2: 0.5})
        assert scores[2] > scores[1]


def test_words_say_at_which_passages_to_look_closely(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.services.finding.search._MADE_AT_ONCE", 1)
    monkeypatch.setattr("app.services.finding.vector_ranking._AROUND", 0.0)
    book = desk.add("Sleeps: money, a ship, a kitten.", "An animal, a cat and a pet.", "Nothing of it.", "Nor of this.")
    desk.embedder.seen.clear()
    desk.find("Which kitten sleeps?", book)
    assert desk.embedder.seen[1:] == ["Sleeps: money, a ship, a kitten."]
    desk.find("Which animal, cat or pet?", book)
    assert desk.embedder.seen[3:] == ["An animal, a cat and a pet."]


def test_all_documents_are_searched_by_what_they_mean_too(desk: Desk, database: Database) -> None:
    flat = desk.add("Euros are counted daily.", "The door is green.", number=1)
    desk.add("The whale swam by.", number=2)
    desk.add("Rent is due.", number=3, indexed=False)
    library = LibrarySearch(desk.search, SearchFilters(database), Conversations(database), TextSources(database, ()))
    by_words, _said, *_ = library.find(library.understand("pay rent"), Cancel())
    assert [hit.title for hit in by_words.hits] == ["Book 3"]
    found = finish(library.find(library.understand("pay rent"), Cancel()))
    assert {("Book 3", False), ("Book 1", True)} <= {(hit.title, hit.by_meaning) for hit in found.hits}
    assert (found.unindexed, found.complete, len(found.counts)) == (1, True, 1)
    assert next(hit.id for hit in found.hits if hit.by_meaning) == flat, "the nearest first"
    only = finish(library.find(library.understand("pay rent -euros -door"), Cancel()))
    assert flat not in {hit.id for hit in only.hits}, "what must not be there is not there by meaning either"
    library.prepare()
    assert desk.embedder.prepared == 1


def test_reading_vectors_stops_between_books(desk: Desk) -> None:
    books = [desk.add("Euros are counted daily.", number=number) for number in range(3)]
    scopes = desk.search.passages.scopes([(book, None) for book in books])
    cancel = Cancel()
    cancel.request()
    with pytest.raises(Stopped):
        desk.search.nearest(scopes, "rent", cancel=cancel)
