"""Close reading and excerpts: what the model is shown next to a question, and what the answer tells of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from app.core.conversation import Answer, BookRef, PageRange, Question
from app.core.document import Book, Document, Format, Page
from app.core.errors import AppError, Code
from app.core.work import Cancel
from app.engine.protocol import Prompt
from app.services.prompts import RULES_FOR_EXCERPTS
from tests.ui.fakes import SCOUT, FakeDesk, ScriptedEngine, open_desk
from tests.work import answered, unanswered

FILLER = "The river went by the town and nobody looked at it for long, since there was much else to do. " * 12
NEEDLE = "The tenant may terminate\nthe lease with three months notice."


@pytest.fixture
def fake(tmp_path: Path) -> Iterator[FakeDesk]:
    made = open_desk(tmp_path / "desk", ScriptedEngine(answers=[("Three months [p. 40].",)]))
    yield made
    made.desk.close()


@pytest.fixture
def book(fake: FakeDesk) -> Book:
    texts = [NEEDLE if n == 40 else FILLER for n in range(1, 61)]
    pages = tuple(Page(n, str(n), text) for n, text in enumerate(texts, 1))
    return fake.books.add(Document("Lease", Format.TEXT, "00" * 32, pages), Path("/lease.txt"))


def ask(fake: FakeDesk, book: Book, text: str, *, pages: PageRange | None = None, **how: bool) -> tuple[Answer, Prompt]:
    books = (BookRef(book.id, pages),)
    talk = fake.desk.conversations.create(books=books)
    ending = answered(fake.desk.ask.ask(Question(talk.id, text, books), Cancel(), **how))
    return ending, fake.engine.prompts[-1]


def test_the_passage_stands_next_to_the_question_and_is_listed(fake: FakeDesk, book: Book) -> None:
    answer, prompt = ask(fake, book, "How can the tenant terminate?")
    (asked,) = prompt.messages
    assert "[p. 40] The tenant may terminate the lease with three months notice." in asked.text
    assert asked.text.endswith("Question: How can the tenant terminate?")
    assert "40" in [passage.label for passage in answer.passages]
    assert not answer.excerpts
    assert len(prompt.documents[0].pages) == 60, "the book is read whole all the same"
    (turn,) = fake.desk.conversations.turns(fake.desk.conversations.all()[0].id)
    assert turn.answer == answer


def test_the_engine_is_told_the_person_s_own_words_and_the_pages_that_are_restated(fake: FakeDesk, book: Book) -> None:
    """Pages by their place among those that the model sees."""
    books = (BookRef(book.id, PageRange(31, 60)),)
    talk = fake.desk.conversations.create(books=books)
    first = answered(fake.desk.ask.ask(Question(talk.id, "How can the tenant terminate?", books), Cancel()))
    prompt = fake.engine.prompts[-1]
    assert prompt.said == ("How can the tenant terminate?",)
    assert (0, 9) in prompt.restated
    assert len(prompt.restated) == len({passage.page for passage in first.passages})
    answered(fake.desk.ask.ask(Question(talk.id, "Zzyzx?", books, first.id), Cancel()))
    prompt = fake.engine.prompts[-1]
    assert prompt.said == ("How can the tenant terminate?", "Zzyzx?")
    assert prompt.restated == ()


def test_the_part_above_the_question_never_depends_on_it(fake: FakeDesk, book: Book) -> None:
    _, one = ask(fake, book, "How can the tenant terminate?")
    _, other = ask(fake, book, "What does the river do?")
    assert (one.rules, one.documents) == (other.rules, other.documents)
    assert one.messages != other.messages


def test_a_next_turn_repeats_the_question_as_it_was_read(fake: FakeDesk, book: Book) -> None:
    books = (BookRef(book.id),)
    talk = fake.desk.conversations.create(books=books)
    first = answered(fake.desk.ask.ask(Question(talk.id, "How can the tenant terminate?", books), Cancel()))
    before = fake.engine.prompts[-1]
    answered(fake.desk.ask.ask(Question(talk.id, "And the river?", books, first.id), Cancel()))
    after = fake.engine.prompts[-1]
    assert after.messages[: len(before.messages)] == before.messages


def test_it_can_be_switched_off(fake: FakeDesk, book: Book) -> None:
    settings = fake.desk.settings.load()
    fake.desk.settings.save(msgspec.structs.replace(settings, close_reading=False))
    answer, prompt = ask(fake, book, "How can the tenant terminate?")
    assert answer.passages == ()
    assert prompt.messages[0].text == "How can the tenant terminate?"


def test_only_chosen_pages_are_restated(fake: FakeDesk, book: Book) -> None:
    answer, prompt = ask(fake, book, "How can the tenant terminate by the river?", pages=PageRange(1, 30))
    assert answer.passages
    assert all(passage.page <= 30 for passage in answer.passages)
    assert "three months" not in prompt.messages[0].text


def test_excerpts_stand_for_a_book_that_does_not_fit(fake: FakeDesk, book: Book) -> None:
    fake.engine.info = msgspec.structs.replace(SCOUT, context_tokens=8192)
    books = (BookRef(book.id),)
    talk = fake.desk.conversations.create(books=books)
    question = Question(talk.id, "How can the tenant terminate?", books)
    problem = unanswered(fake.desk.ask.ask(question, Cancel()))
    assert problem.code is Code.DOES_NOT_FIT
    answer, prompt = ask(fake, book, "How can the tenant terminate?", excerpts=True)
    assert answer.excerpts
    assert prompt.documents == ()
    assert prompt.rules == RULES_FOR_EXCERPTS
    assert "three months notice" in prompt.messages[0].text
    assert [c.page for c in answer.citations] == [40]


def test_passages_make_way_when_room_is_short(fake: FakeDesk, book: Book) -> None:
    fake.engine.info = msgspec.structs.replace(SCOUT, context_tokens=600)
    answer, prompt = ask(fake, book, "What does the town by the river do?", excerpts=True)
    assert 0 < len(answer.passages) < 4
    assert fake.engine.measure(prompt).total < 600


def test_a_short_book_is_not_restated(fake: FakeDesk) -> None:
    pages = (Page(1, "1", NEEDLE), Page(2, "2", "The end."))
    short = fake.books.add(Document("Note", Format.TEXT, "11" * 32, pages), Path("/note.txt"))
    answer, prompt = ask(fake, short, "How can the tenant terminate?")
    assert answer.passages == ()
    assert prompt.messages[0].text == "How can the tenant terminate?"


def test_a_book_that_is_gone_leaves_the_question(fake: FakeDesk, book: Book) -> None:
    answer, _ = ask(fake, book, "How can the tenant terminate?")
    fake.desk.library.remove(book.id)
    assert fake.desk.ask.prompts.with_passages("How?", answer.passages) == "How?"


def test_a_fault_of_the_store_is_not_taken_for_a_book_that_is_gone(
    fake: FakeDesk, book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer, _ = ask(fake, book, "How can the tenant terminate?")

    def damaged(*_: object) -> None:
        raise AppError(Code.DATABASE_DAMAGED, path="octavo.db")

    monkeypatch.setattr(fake.desk.ask.books, "page", damaged)
    with pytest.raises(AppError):
        fake.desk.ask.prompts.with_passages("How?", answer.passages)


def test_without_disk_space_for_readings_none_is_saved(fake: FakeDesk) -> None:
    assert fake.desk.readings.spec().quota_bytes > 0
    settings = fake.desk.settings.load()
    fake.desk.settings.save(msgspec.structs.replace(settings, readings_quota_gb=0))
    assert fake.desk.readings.spec().quota_bytes == 0
    assert fake.desk.readings.all() == ()
