"""The context: what fills it, reading ahead, and what can be done when books do not fit."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.core.conversations.chapters import chapters_of
from app.core.conversations.conversation import BookRef, PageRange
from app.core.conversations.events import Loading, Reading
from app.core.documents.document import Book, Document, Format, Page, Section
from app.core.errors import Code, Problem
from app.core.work import Cancel, finish
from app.engine.protocol import ContextOptions
from app.services.asking.context import ContextSegment
from tests.there import there
from tests.ui.fakes import FakeDesk, open_desk
from tests.work import problem_of, run


def test_chapters_reach_to_the_next_of_their_level() -> None:
    outline = (Section("One", 1), Section("One a", 3, 2), Section("One b", 7, 2), Section("Two", 10))
    assert [(c.title, c.level, c.pages) for c in chapters_of(outline, 20)] == [
        ("One", 1, PageRange(1, 9)),
        ("One a", 2, PageRange(3, 6)),
        ("One b", 2, PageRange(7, 9)),
        ("Two", 1, PageRange(10, 20)),
    ]
    assert [(c.title, c.level, c.pages) for c in chapters_of((Section("Odd", 4), Section("Same page", 4)), 5)] == [
        ("Odd", 1, PageRange(4, 4)),
        ("Same page", 1, PageRange(4, 5)),
    ]


@pytest.fixture
def fake(tmp_path: Path) -> Iterator[FakeDesk]:
    made = open_desk(tmp_path / "desk")
    yield made
    made.desk.close()


@pytest.fixture
def book(fake: FakeDesk) -> Book:
    pages = tuple(Page(n, str(n), "word " * 80) for n in range(1, 11))
    outline = (Section("One", 1), Section("Two", 4))
    return fake.books.add(Document("Lease", Format.TEXT, "00" * 32, pages, outline), Path("/lease.txt"))


def test_books_are_read_ahead_with_a_model_that_is_loaded_for_it(fake: FakeDesk, book: Book) -> None:
    talk = fake.desk.conversations.create(books=(BookRef(book.id),))
    fake.engine.loads = [(Loading(0.5),)]
    fake.engine.readings = [(Reading(0, 900, 0), Reading(900, 900, 0))]
    events, _nothing = run(fake.desk.asking.context.read(talk, Cancel()))
    assert [type(event) for event in events] == [Loading, Reading, Reading]


def test_a_reading_ahead_that_fails_says_why(fake: FakeDesk, book: Book) -> None:
    talk = fake.desk.conversations.create(books=(BookRef(book.id),))
    problem = Problem(Code.ENGINE_CRASHED, {"signal": 9})
    fake.engine.readings = [(problem,)]
    assert problem_of(fake.desk.asking.context.read(talk, Cancel())) == problem
    gone = fake.desk.conversations.create(books=(BookRef("gone"),))
    assert problem_of(fake.desk.asking.context.read(gone, Cancel())).code == Code.FILE_MISSING


def test_the_use_says_how_far_each_book_is_read(fake: FakeDesk, book: Book) -> None:
    finish(fake.desk.models.load(None, Cancel()))
    talk = fake.desk.conversations.create(books=(BookRef(book.id, PageRange(3, 6)),))
    fake.engine.tokens = {"Lease": 400}
    fake.engine.to_read = 150
    (segment,) = (s for s in there(finish(fake.desk.asking.context.use(talk, Cancel()))).segments if s.kind == "book")
    assert (segment.tokens, segment.held_tokens) == (400, 250)
    assert (segment.first_page, segment.page_ends) == (3, (100, 200, 300, 400))
    assert segment.read_to == 4
    assert [segment.page_at(tokens) for tokens in (0, 99, 100, 399, 400)] == [3, 3, 4, 6, 6]
    assert ContextSegment("book", 10, "b", "Empty").read_to == 0


def test_what_does_not_fit_has_choices_with_numbers(fake: FakeDesk, book: Book) -> None:
    finish(fake.desk.models.load(None, Cancel()))
    talk = fake.desk.conversations.create(books=(BookRef(book.id),))
    choices = fake.desk.asking.context.choices(talk.id)
    use = there(finish(fake.desk.asking.context.use(talk, Cancel())))
    assert choices.needed_tokens == use.used_tokens + choices.question_tokens + choices.reserve_tokens
    assert choices.reserve_tokens == fake.desk.asking.ask.reserve()
    assert choices.excerpts_tokens == fake.desk.asking.ask.budget().excerpts
    assert choices.tokens_per_second == 0, "nothing was measured"
    assert (choices.turns, choices.turns_tokens, choices.oldest) == (0, 0, ())
    (size,) = choices.books
    assert [(c.title, c.pages) for c in size.chapters] == [("One", PageRange(1, 3)), ("Two", PageRange(4, 10))]
    for chapter in size.chapters:
        assert there(chapter.tokens) == fake.desk.asking.context.tokens_of(BookRef(book.id, chapter.pages)) != 0
    whole = fake.desk.asking.context.tokens_of(BookRef(book.id))
    assert sum(chapter.tokens for chapter in size.chapters) == size.tokens == whole
    assert choices.rooms == finish(fake.engine.run(ContextOptions()))
