"""Close reading and excerpts: what the model is shown next to a question, and what the answer tells of it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import msgspec
import pytest

from app.core.conversations.bin import BinKind
from app.core.conversations.conversation import Answer, BookRef, OutlineRef, PageRange, Question
from app.core.documents.document import Book, Document, Format, Page, Section
from app.core.errors import AppError, Code
from app.core.work import Cancel, finish
from app.engine.protocol import Prompt
from app.services.asking import rules
from app.services.asking.budget import budget_of
from app.services.asking.rules import VERSIONS
from tests.there import there
from tests.ui.fakes import SCOUT, FakeDesk, ScriptedEngine, open_desk
from tests.work import answered, unanswered

RULES = VERSIONS[-1]
SHORT = f"({RULES.after('', ('[p. N]',))})"
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
    ending = answered(fake.desk.asking.ask.ask(Question(talk.id, text, books), Cancel(), **how))
    return ending, fake.engine.prompts[-1]


def test_the_passage_stands_next_to_the_question_and_is_listed(fake: FakeDesk, book: Book) -> None:
    answer, prompt = ask(fake, book, "How can the tenant terminate?")
    (asked,) = prompt.messages
    assert "[p. 40] The tenant may terminate the lease with three months notice." in asked.text
    assert asked.text.endswith(f"Question: How can the tenant terminate?\n\n{SHORT}")
    assert "40" in [passage.label for passage in answer.passages]
    assert not answer.excerpts
    assert len(prompt.documents[0].pages) == 60, "the book is read whole all the same"
    (turn,) = fake.desk.conversations.turns(fake.desk.conversations.all()[0].id)
    assert turn.answer == answer


def test_the_engine_is_told_the_person_s_own_words_and_the_pages_that_are_restated(fake: FakeDesk, book: Book) -> None:
    """Pages by their place among those that the model sees."""
    books = (BookRef(book.id, PageRange(31, 60)),)
    talk = fake.desk.conversations.create(books=books)
    first = answered(fake.desk.asking.ask.ask(Question(talk.id, "How can the tenant terminate?", books), Cancel()))
    prompt = fake.engine.prompts[-1]
    assert prompt.said == ("How can the tenant terminate?",)
    assert (0, 9) in prompt.restated
    assert len(prompt.restated) == len({passage.page for passage in first.passages})
    answered(fake.desk.asking.ask.ask(Question(talk.id, "Zzyzx?", books, first.id), Cancel()))
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
    first = answered(fake.desk.asking.ask.ask(Question(talk.id, "How can the tenant terminate?", books), Cancel()))
    before = fake.engine.prompts[-1]
    answered(fake.desk.asking.ask.ask(Question(talk.id, "And the river?", books, first.id), Cancel()))
    after = fake.engine.prompts[-1]
    assert after.messages[: len(before.messages)] == before.messages


def test_it_can_be_switched_off(fake: FakeDesk, book: Book) -> None:
    settings = fake.desk.settings.load()
    fake.desk.settings.save(msgspec.structs.replace(settings, close_reading=False))
    answer, prompt = ask(fake, book, "How can the tenant terminate?")
    assert answer.passages == ()
    assert prompt.messages[0].text == f"How can the tenant terminate?\n\n{SHORT}"


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
    problem = unanswered(fake.desk.asking.ask.ask(question, Cancel()))
    assert problem.code is Code.DOES_NOT_FIT
    answer, prompt = ask(fake, book, "How can the tenant terminate?", excerpts=True)
    assert answer.excerpts
    assert prompt.documents == ()
    assert prompt.rules == RULES.excerpts
    assert "three months notice" in prompt.messages[0].text
    assert [c.page for c in answer.citations] == [40]


def test_passages_make_way_when_room_is_short(fake: FakeDesk, book: Book) -> None:
    fake.engine.info = msgspec.structs.replace(SCOUT, context_tokens=600)
    answer, prompt = ask(fake, book, "What does the town by the river do?", excerpts=True)
    assert 0 < len(answer.passages) < 4
    assert fake.engine.measure(prompt).total < 600


def test_the_best_passage_is_shortened_to_its_room(fake: FakeDesk) -> None:
    row = "The tenant of berth {} pays dues for water, power and light at the end of each quarter; "
    table = "".join(row.format(number) for number in range(60))
    river = (Page(number, str(number), "The river was calm and nothing came of it. " * 20) for number in range(2, 9))
    document = Document("Tariff", Format.TEXT, "22" * 32, (Page(1, "1", table), *river))
    tariff = fake.books.add(document, Path("/tariff.txt"))
    fake.engine.info = msgspec.structs.replace(SCOUT, context_tokens=560)
    answer, prompt = ask(fake, tariff, "Which dues for water does the tenant of a berth pay?", excerpts=True)
    assert [passage.page for passage in answer.passages] == [1]
    assert "pays dues for water" in prompt.messages[0].text.partition("Question:")[0]
    assert fake.engine.measure(prompt).total < 560


def test_a_short_book_is_not_restated(fake: FakeDesk) -> None:
    pages = (Page(1, "1", NEEDLE), Page(2, "2", "The end."))
    short = fake.books.add(Document("Note", Format.TEXT, "11" * 32, pages), Path("/note.txt"))
    answer, prompt = ask(fake, short, "How can the tenant terminate?")
    assert answer.passages == ()
    assert prompt.messages[0].text == f"How can the tenant terminate?\n\n{SHORT}"


def test_a_book_that_is_gone_leaves_the_question(fake: FakeDesk, book: Book) -> None:
    answer, _ = ask(fake, book, "How can the tenant terminate?")
    entry = fake.desk.documents.removal.delete(BinKind.BOOK, book.id)
    assert entry is not None
    fake.desk.documents.removal.purge(entry)
    assert fake.desk.asking.ask.prompts.passage_texts(answer.passages) == []


def test_a_fault_of_the_store_is_not_taken_for_a_book_that_is_gone(
    fake: FakeDesk, book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer, _ = ask(fake, book, "How can the tenant terminate?")

    def damaged(*_: object) -> None:
        raise AppError(Code.DATABASE_DAMAGED, path="octavo.db")

    monkeypatch.setattr(fake.desk.asking.ask.books, "page", damaged)
    with pytest.raises(AppError):
        fake.desk.asking.ask.prompts.passage_texts(answer.passages)


def test_without_disk_space_for_readings_none_is_saved(fake: FakeDesk) -> None:
    assert fake.desk.models.readings.spec().quota_bytes > 0
    settings = fake.desk.settings.load()
    fake.desk.settings.save(msgspec.structs.replace(settings, readings_quota_gb=0))
    assert fake.desk.models.readings.spec().quota_bytes == 0
    assert fake.desk.models.readings.all() == ()


# ---- by the kind of question (`test_conversation_search` has more of them)

CHAPTERS = (Section("1 Parties", 1), Section("2 River", 20), Section("3 Notice", 39), Section("3.1 Form", 40, 2))


@pytest.fixture
def chaptered(fake: FakeDesk) -> Book:
    texts = [NEEDLE if n == 40 else FILLER for n in range(1, 61)]
    pages = tuple(Page(n, str(n), text) for n, text in enumerate(texts, 1))
    return fake.books.add(Document("Lease", Format.TEXT, "22" * 32, pages, CHAPTERS), Path("/chapters.txt"))


def follow(fake: FakeDesk, book: Book, *texts: str, excerpts: bool = False) -> list[Answer]:
    """The answers to these questions, each asked after the one before."""
    books = (BookRef(book.id),)
    talk = fake.desk.conversations.create(books=books)
    answers: list[Answer] = []
    for text in texts:
        question = Question(talk.id, text, books, answers[-1].id if answers else None)
        answers.append(answered(fake.desk.asking.ask.ask(question, Cancel(), excerpts=excerpts)))
    return answers


def test_a_follow_up_gets_the_passages_of_what_it_refers_to(fake: FakeDesk, book: Book) -> None:
    first, second = follow(fake, book, "How can the tenant terminate?", "And what about her?")
    assert 40 in [passage.page for passage in first.passages]
    assert 40 in [passage.page for passage in second.passages]


def test_a_question_without_matter_restates_nothing(fake: FakeDesk, book: Book) -> None:
    _first, second = follow(fake, book, "How can the tenant terminate?", "Why?")
    assert (second.passages, second.outlines) == ((), ())
    assert "Passages" not in fake.engine.prompts[-1].messages[-1].text


def test_in_place_of_the_book_it_gets_the_passages_of_the_turn_before(fake: FakeDesk, book: Book) -> None:
    first, second = follow(fake, book, "How can the tenant terminate?", "Why?", excerpts=True)
    assert second.passages == first.passages
    assert "three months notice" in fake.engine.prompts[-1].messages[-1].text


def test_a_summary_gets_the_outline_and_no_passage(fake: FakeDesk, chaptered: Book) -> None:
    (answer,) = follow(fake, chaptered, "Summarise the book.")
    assert answer.passages == ()
    assert answer.outlines == (OutlineRef(chaptered.id, "Lease", 2),)
    asked = fake.engine.prompts[-1].messages[0].text
    assert asked.startswith("Contents:\n\n1 Parties [p. 1]\n2 River [p. 20]\n3 Notice [p. 39]\n  3.1 Form [p. 40]\n\n")
    assert asked.endswith(f"Question: Summarise the book.\n\n{SHORT}")


def test_a_long_outline_is_shown_as_deep_as_it_is_whole(fake: FakeDesk) -> None:
    outline = [Section(f"Chapter {n}", n) for n in range(1, 61)]
    outline += [Section(f"Section {n}.{part}", n, 2) for n in range(1, 61) for part in range(4)]
    outline.sort(key=lambda section: section.page)
    pages = tuple(Page(n, str(n), FILLER) for n in range(1, 61))
    long = fake.books.add(Document("Long", Format.TEXT, "44" * 32, pages, tuple(outline)), Path("/long.txt"))
    (answer,) = follow(fake, long, "List all chapters.")
    assert answer.outlines == (OutlineRef(long.id, "Long", 1),)
    assert "Chapter 60 [p. 60]" in fake.engine.prompts[-1].messages[0].text


def test_without_an_outline_a_summary_gets_nothing(fake: FakeDesk, book: Book) -> None:
    (answer,) = follow(fake, book, "Summarise the book.")
    assert (answer.passages, answer.outlines) == ((), ())


def test_in_place_of_the_book_a_summary_gets_passages_from_all_over(fake: FakeDesk, chaptered: Book) -> None:
    fake.engine.info = msgspec.structs.replace(SCOUT, context_tokens=8192)
    (answer,) = follow(fake, chaptered, "Summarise the book.", excerpts=True)
    assert answer.outlines
    pages = sorted({passage.page for passage in answer.passages})
    assert pages[0] <= 6
    assert pages[-1] >= 45
    assert max(later - earlier for earlier, later in pairwise(pages)) <= 15


def test_a_chapter_gets_passages_of_its_pages(fake: FakeDesk, chaptered: Book) -> None:
    summary, about = follow(fake, chaptered, "Summarise chapter 2.", "What does chapter 3 say about notice?")
    assert summary.passages
    assert all(20 <= passage.page < 39 for passage in summary.passages)
    assert about.passages
    assert {passage.page for passage in about.passages} == {40}


def test_a_comparison_gets_as_many_passages_from_each_book(fake: FakeDesk, book: Book) -> None:
    pages = tuple(Page(n, str(n), FILLER + NEEDLE) for n in range(1, 31))
    other = fake.books.add(Document("Mill", Format.TEXT, "33" * 32, pages), Path("/mill.txt"))
    books = (BookRef(book.id), BookRef(other.id))
    talk = fake.desk.conversations.create(books=books)
    question = Question(talk.id, "Compare how the tenant may terminate in both.", books)
    answer = answered(fake.desk.asking.ask.ask(question, Cancel()))
    assert [passage.book_id for passage in answer.passages].count(book.id) == 1, "there is but one"
    assert [passage.book_id for passage in answer.passages].count(other.id) == 4


def test_excerpts_fill_their_share_of_the_context(fake: FakeDesk, book: Book) -> None:
    taken = []
    for context in (8192, 16_384):
        fake.engine.info = msgspec.structs.replace(SCOUT, context_tokens=context)
        answer, prompt = ask(fake, book, "What does the town by the river do?", excerpts=True)
        share = budget_of(fake.engine.info, fake.desk.settings.load()).excerpts
        used = len(prompt.messages[0].text) // 4
        longest = max(passage.end - passage.start for passage in answer.passages) // 4
        assert share - 2 * longest < used < share + 100
        taken.append(len(answer.passages))
    assert taken[1] > 1.8 * taken[0]


def test_the_turns_of_all_kinds_are_repeated_as_they_were_read(fake: FakeDesk, chaptered: Book) -> None:
    settings = fake.desk.settings.load()
    fake.desk.settings.save(msgspec.structs.replace(settings, instructions="Answer like a notary."))
    texts = ("Summarise the book.", "How can the tenant terminate?", "And her?", "Why?", "Summarise chapter 2.")
    follow(fake, chaptered, *texts)
    for before, after in pairwise(fake.engine.prompts):
        assert after.messages[: len(before.messages)] == before.messages
        assert (after.rules, after.documents) == (before.rules, before.documents)


# ---- how the person wants answers


def test_instructions_stand_with_the_question_and_stay_as_they_were_read(fake: FakeDesk, book: Book) -> None:
    desk, books = fake.desk, (BookRef(book.id),)
    desk.settings.save(msgspec.structs.replace(desk.settings.load(), instructions=" Answer like a notary.\n"))
    talk = desk.conversations.create(books=books)
    desk.conversations.instruct(talk.id, "Use euros.")
    first = answered(desk.asking.ask.ask(Question(talk.id, "How can the tenant terminate?", books), Cancel()))
    assert first.instructions == "Answer like a notary.\nUse euros."
    one = fake.engine.prompts[-1]
    assert "Answer like a notary.\nUse euros." in one.messages[0].text
    assert "notary" not in one.rules
    desk.settings.save(msgspec.structs.replace(desk.settings.load(), instructions=""))
    desk.conversations.instruct(talk.id, "")
    second = answered(desk.asking.ask.ask(Question(talk.id, "And the river?", books, first.id), Cancel()))
    assert second.instructions == ""
    two = fake.engine.prompts[-1]
    assert two.messages[: len(one.messages)] == one.messages
    assert "notary" not in two.messages[-1].text


# ---- what was read with other rules


def test_a_conversation_goes_on_with_the_rules_that_it_began_with(
    fake: FakeDesk, book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Or its books would have to be read again."""
    other = msgspec.structs.replace(RULES, documents="Other rules.", short="({marks})")
    monkeypatch.setattr(rules, "VERSIONS", (RULES, other))
    books = (BookRef(book.id),)
    talk = fake.desk.conversations.create(books=books)
    fake.desk.database.run("UPDATE conversations SET rules = 2 WHERE id = ?", (talk.id,))
    answered(fake.desk.asking.ask.ask(Question(talk.id, "How can the tenant terminate?", books), Cancel()))
    prompt = fake.engine.prompts[-1]
    assert prompt.rules == "Other rules."
    assert prompt.messages[0].text.endswith("\n\n(([p. N]))")
    use = there(finish(fake.desk.asking.context.use(msgspec.structs.replace(talk, rules=2), Cancel())))
    assert use.segments[0].kind == "rules"
