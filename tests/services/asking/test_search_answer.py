"""The starter’s answers about books: the nearest sentences, quoted with their pages, and said to come from a search."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from app.core.conversations.conversation import (
    Answer,
    BookRef,
    CitationState,
    Ending,
    PageRange,
    PassageRef,
    Question,
    Usage,
)
from app.core.conversations.events import Stored, Token
from app.core.documents.document import Book, Document, Format, Page
from app.core.errors import Code, Problem
from app.core.work import Cancel, finish
from app.documents.citations.checker import CitationChecker, CitedBook
from app.services.asking import search_answer
from tests.ui.fakes import SCOUT, FakeDesk, ScriptedEngine, open_desk
from tests.work import answered, run

PAGES = (
    "# The lease\n\nThe tenant terminates the lease with three months notice.",
    "The deposit is two rents. The landlord calls it a “guarantee [p. 1]” at times. The deposit is kept at a bank.",
    "The word “rent” stands for the monthly rent.",
)


@pytest.fixture
def fake(tmp_path: Path, starter: Path) -> Iterator[FakeDesk]:
    info = msgspec.structs.replace(SCOUT, path=str(starter), context_tokens=1000, vision=None)
    made = open_desk(tmp_path / "desk", ScriptedEngine(info))
    yield made
    made.desk.close()


@pytest.fixture
def book(fake: FakeDesk) -> Book:
    pages = tuple(Page(n, str(n), text) for n, text in enumerate(PAGES, 1))
    return fake.books.add(Document("Lease", Format.TEXT, "00" * 32, pages), Path("/lease.txt"))


def ask(fake: FakeDesk, text: str, *books: BookRef, **how: bool) -> Answer:
    talk = fake.desk.conversations.create(books=books)
    ending = answered(fake.desk.asking.ask.ask(Question(talk.id, text, books), Cancel(), **how))
    assert fake.desk.conversations.answer(ending.id) == ending
    return ending


def test_the_nearest_sentence_stands_on_its_page_and_is_told_to_be_searched(fake: FakeDesk, book: Book) -> None:
    answer = ask(fake, "How does a tenant terminate the lease?", BookRef(book.id))
    assert answer.text == "Nearest in the document: “The tenant terminates the lease with three months notice.” [p. 1]"
    assert (answer.ending, answer.from_search, answer.excerpts, answer.passages) == (Ending.COMPLETE, True, False, ())
    assert [(c.page, c.state) for c in answer.citations] == [(1, CitationState.VERIFIED)]
    assert fake.engine.prompts == [], "the model writes nothing"


def test_nothing_is_read_however_long_the_book_is(fake: FakeDesk, book: Book) -> None:
    fake.engine.tokens = {"Lease": 200_000}
    fake.engine.readings = [(Problem(Code.BUG, {"where": "it must not be read"}),)]
    talk = fake.desk.conversations.create(books=(BookRef(book.id),))
    events, answer = run(fake.desk.asking.ask.ask(Question(talk.id, "What is the deposit?", talk.books), Cancel()))
    assert [type(event) for event in events[-2:]] == [Stored, Token]
    assert answer.text.startswith(search_answer.introduction())
    assert (answer.usage, answer.excerpts) == (Usage(), False)
    assert finish(fake.desk.asking.context.use(talk, Cancel())) is None, "there is no context to fill"


def test_several_sentences_stand_on_lines_of_their_own_nearest_first(fake: FakeDesk, book: Book) -> None:
    assert ask(fake, "What is the deposit?", BookRef(book.id)).text == (
        "Nearest in the document:\n\n- “The deposit is two rents.” [p. 2]\n- “The deposit is kept at a bank.” [p. 2]"
    )


def test_what_has_a_mark_of_its_own_is_not_quoted(fake: FakeDesk, book: Book) -> None:
    answer = ask(fake, "What does the landlord call a guarantee?", BookRef(book.id))
    assert "guarantee" not in answer.text


def test_inner_quotation_marks_are_inner_ones(fake: FakeDesk, book: Book) -> None:
    answer = ask(fake, "For what does the word rent stand?", BookRef(book.id))
    assert answer.text == "Nearest in the document: “The word ‘rent’ stands for the monthly rent.” [p. 3]"
    assert [c.state for c in answer.citations] == [CitationState.VERIFIED]


@pytest.mark.parametrize("question", ["Why?", "Who is the president of France?"])
def test_where_nothing_is_near_it_says_so(fake: FakeDesk, book: Book, question: str) -> None:
    answer = ask(fake, question, BookRef(book.id))
    assert (answer.text, answer.citations) == ("Nothing in the document is near this question.", ())
    assert (answer.ending, answer.from_search) == (Ending.COMPLETE, True)


@pytest.mark.parametrize(
    ("question", "line"),
    [
        ("How much warfarin does he take?", "Warfarin 3 mg at noon"),
        ("Is he still on lithium?", "Lithium was ended"),
        ("Is the patient allergic to anything?", "Allergy: latex"),
        ("Which ear gets the ofloxacin?", "| Ofloxacin | left ear | 2 x 1 |"),
    ],
)
def test_a_short_line_is_quoted_as_the_page_has_it(question: str, line: str) -> None:
    text = """Plan

Warfarin 3 mg at noon
Atenolol 50 mg in the morning

Lithium was ended

Allergy: latex

| Drops | Where | Times |
|---|---|---|
| Ofloxacin | left ear | 2 x 1 |

He walks in the garden. He reads in the evening. He naps at noon. The nurse writes to the doctor."""
    book = CitedBook("b", "Plan", (Page(1, "1", text),))
    found = search_answer.answer(question, (book,), ())
    assert found.startswith(f"{search_answer.introduction()} “{line}” [p. 1]")
    assert [(citation.page, citation.label) for citation in CitationChecker((book,)).check(found)] == [(1, "1")]


def test_a_question_in_japanese_is_answered_in_japanese(fake: FakeDesk) -> None:
    page = Page(1, "1", "# 契約\n\n契約は「十二か月前」の\n通知で終わります。天気は晴れです。")
    book = fake.books.add(Document("契約書", Format.TEXT, "11" * 32, (page,)), Path("/keiyaku.txt"))
    answer = ask(fake, "契約はいつ終わりますか。", BookRef(book.id))
    assert answer.text == "文書の中でいちばん近い文：「契約は『十二か月前』の通知で終わります。」 [p. 1]"
    assert [c.state for c in answer.citations] == [CitationState.VERIFIED]
    assert ask(fake, "なぜですか。", BookRef(book.id)).text == "この質問に近い文は、文書の中に見つかりませんでした。"


def test_of_several_books_the_mark_names_the_one(fake: FakeDesk, book: Book) -> None:
    page = Page(1, "1", "The deposit for a boat is one rent.")
    other = fake.books.add(Document("Boats", Format.TEXT, "11" * 32, (page,)), Path("/boats.txt"))
    answer = ask(fake, "What is the deposit for a boat?", BookRef(book.id), BookRef(other.id))
    assert answer.text == "Nearest in the documents: “The deposit for a boat is one rent.” [Boats, p. 1]"
    assert [(c.book_id, c.state) for c in answer.citations] == [(other.id, CitationState.VERIFIED)]
    assert ask(fake, "Why?", BookRef(book.id), BookRef(other.id)).text.startswith("Nothing in the documents")


def test_only_the_chosen_pages_are_searched(fake: FakeDesk, book: Book) -> None:
    answer = ask(fake, "How does a tenant terminate the lease?", BookRef(book.id, PageRange(2, 3)))
    assert answer.text == search_answer.nothing_near()


def test_of_a_long_book_the_pages_are_searched_that_the_index_finds() -> None:
    text = "The harbour opens at six. " * 1000
    pages = tuple(Page(n, str(n), text if n != 7 else PAGES[0]) for n in range(1, 12))
    lease = CitedBook("b", "Lease", pages)
    asked = "How does a tenant terminate the lease?"
    found = PassageRef("b", "Lease", 7, "7", 0, 9)
    assert search_answer.answer(asked, (lease,), (found,)).endswith("[p. 7]")
    assert search_answer.answer(asked, (lease,), ()) == search_answer.nothing_near()


def test_without_a_book_the_starter_answers_by_itself(fake: FakeDesk) -> None:
    answer = ask(fake, "Who are you?")
    assert (answer.text, answer.from_search) == ("A short answer [p. 1].", False)


def test_another_model_answers_by_itself(fake: FakeDesk, book: Book) -> None:
    fake.engine.info = SCOUT
    answer = ask(fake, "What is the deposit?", BookRef(book.id))
    assert (answer.text, answer.from_search) == ("A short answer [p. 1].", False)
