"""Books that do not fit are read part by part: with a scripted engine, then through the real one."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from app.core.conversations.conversation import (
    AnotherAnswer,
    Answer,
    BookRef,
    CitationState,
    Conversation,
    Ending,
    LongerAnswer,
    PageRange,
    Part,
    PartState,
    Question,
)
from app.core.conversations.events import Noting, PartBegun, PartEnded, PartsProgress, Reading, Stored, Token
from app.core.documents.document import Book, Document, Format, Page, Section
from app.core.errors import Code, Problem
from app.core.machine.paths import Paths
from app.core.settings import EngineSettings, Sampling, Settings
from app.core.work import Cancel
from app.engine.protocol import ModelInfo, Prompt
from app.models import local
from app.services.asking import ask as ask_module
from app.services.asking.budget import Budget, budget_of
from app.services.services import Services
from tests import work
from tests.ui.fakes import SCOUT, FakeDesk, ScriptedEngine, Step, open_desk
from tests.ui.gate import Gate
from tests.whole import open_desk as open_real_desk
from tests.work import answered, at, unanswered

SMALL = msgspec.structs.replace(SCOUT, context_tokens=1440)
QUESTION = "Summarise the lease."
CRASH = Problem(Code.ENGINE_CRASHED, {"signal": 11})
PAGE = "The harbour opens at {n} and the tenant gives notice not less than twelve months before the end. " * 12


@pytest.fixture
def fake(tmp_path: Path) -> Iterator[FakeDesk]:
    made = open_desk(tmp_path / "desk", ScriptedEngine(SMALL))
    yield made
    made.desk.close()


def add_book(fake: FakeDesk, title: str = "Lease", pages: int = 8, outline: tuple[Section, ...] = ()) -> Book:
    texts = tuple(Page(n, str(n), PAGE.format(n=n)) for n in range(1, pages + 1))
    document = Document(title, Format.TEXT, title.encode().hex().ljust(64, "0"), texts, outline)
    return fake.books.add(document, Path(f"/{title}.txt"))


@pytest.fixture
def book(fake: FakeDesk) -> Book:
    """Its eight pages take some 290 tokens each, of which three have room at once."""
    return add_book(fake)


@pytest.fixture
def talk(fake: FakeDesk, book: Book) -> Conversation:
    return fake.desk.conversations.create(books=(BookRef(book.id),))


def script(fake: FakeDesk, *answers: tuple[Step, ...]) -> None:
    fake.engine.answers[:] = answers
    fake.engine.prompts.clear()


def ask(
    fake: FakeDesk, asked: Conversation | Answer, cancel: Cancel | None = None
) -> tuple[list[PartsProgress], Answer]:
    question = Question(asked.id, QUESTION, asked.books) if isinstance(asked, Conversation) else LongerAnswer(asked.id)
    return work.run(fake.desk.asking.parts.ask(question, cancel or Cancel()))


def pages_seen(prompts: list[Prompt]) -> list[tuple[str, ...]]:
    return [tuple(page.label for document in prompt.documents for page in document.pages) for prompt in prompts]


def part(book: Book, first: int, last: int, state: PartState = PartState.READ) -> Part:
    pages = f"{first}–{last}" if last > first else str(first)
    return Part(BookRef(book.id, PageRange(first, last)), book.title, pages, state)


def test_each_part_is_read_alone_and_the_answer_is_written_from_the_notes(
    fake: FakeDesk, talk: Conversation, book: Book
) -> None:
    script(
        fake, ("Opens at 2 [p. 2].",), ("“opens at 5” [p. 5].",), ("nothing",), ("At two [p. 2], “opens at 5” [p. 5].",)
    )
    events, answer = ask(fake, talk)
    assert pages_seen(fake.engine.prompts) == [("1", "2", "3"), ("4", "5", "6"), ("7", "8"), ()]
    *parts, last = fake.engine.prompts
    assert all(QUESTION in prompt.messages[-1].text for prompt in parts)
    assert all(len(prompt.messages) == 1 and prompt.rules == parts[0].rules for prompt in parts)
    text = last.messages[-1].text
    assert [note in text for note in ("Opens at 2 [p. 2]", "“opens at 5” [p. 5]", "nothing")] == [True] * 3
    assert last.said == (QUESTION,), "what the notes say is not free in quotation marks"
    assert [len(document.pages) for document in last.quoted] == [8]
    assert answer.parts == (part(book, 1, 3), part(book, 4, 6), part(book, 7, 8))
    assert [(c.page, c.state) for c in answer.citations] == [(2, CitationState.PAGE), (5, CitationState.VERIFIED)]
    assert (answer.ending, answer.excerpts, answer.passages) == (Ending.COMPLETE, False, ())
    kinds = [type(event) for event in events]
    assert kinds == [Stored, *[PartBegun, Noting, PartEnded] * 3, Token, *kinds[11:]]
    begun = [event for event in events if isinstance(event, PartBegun)]
    assert [(e.number, e.total) for e in begun] == [(1, 3), (2, 3), (3, 3)]
    assert fake.desk.conversations.turns(talk.id)[0].answer == answer


def test_the_notes_are_apart_from_conversations_and_go_with_the_question(fake: FakeDesk, talk: Conversation) -> None:
    _events, answer = ask(fake, talk)
    notes = fake.desk.asking.parts.notes(answer.question_id)
    assert notes is not None
    assert fake.desk.asking.parts.store.of_question(answer.question_id) == (notes,)
    assert [row.answer.text for row in notes.cells if row.answer] == ["A short answer [p. 1]."] * 3
    assert [entry.id for entry in fake.desk.conversations.all()] == [talk.id]
    fake.desk.conversations.delete(talk.id)
    assert fake.desk.asking.parts.store.get(notes.id) is None
    with fake.desk.database.read() as connection:
        assert connection.execute("SELECT count(*) FROM questions").fetchone() == (0,)


def test_a_part_that_fails_is_named_and_the_others_go_on(fake: FakeDesk, talk: Conversation, book: Book) -> None:
    script(fake, ("One.",), (CRASH,), ("Three.",), ("From two of three.",))
    events, answer = ask(fake, talk)
    states = [(e.state, e.problem) for e in events if isinstance(e, PartEnded)]
    assert states == [(PartState.READ, None), (PartState.UNREAD, CRASH), (PartState.READ, None)]
    assert answer.parts == (part(book, 1, 3), part(book, 4, 6, PartState.UNREAD), part(book, 7, 8))
    assert (answer.text, answer.ending) == ("From two of three.", Ending.COMPLETE)
    script(fake, ("Two.",), ("From all.",))
    again = answered(fake.desk.asking.parts.ask(AnotherAnswer(answer.question_id), Cancel()))
    assert pages_seen(fake.engine.prompts) == [("4", "5", "6"), ()]
    assert {part.state for part in again.parts} == {PartState.READ}


def test_where_no_part_can_be_read_the_answer_fails_as_they_did(fake: FakeDesk, talk: Conversation) -> None:
    script(fake, (CRASH,))
    _events, answer = ask(fake, talk)
    assert (answer.ending, answer.problem) == (Ending.FAILED, CRASH)


def test_what_was_stopped_goes_on_with_the_parts_that_are_missing(
    fake: FakeDesk, talk: Conversation, book: Book
) -> None:
    cancel = Cancel()
    script(fake, ("One.",), ("Two, half", Gate(), "never"), ("Two.",), ("Three.",), ("All.",))
    question = Question(talk.id, QUESTION, talk.books)
    seen = 0

    def stop_in_the_second(event: object) -> None:
        nonlocal seen
        seen += isinstance(event, Noting)
        if seen == 2:
            cancel.request()

    _events, stopped = work.run(fake.desk.asking.parts.ask(question, cancel), stop_in_the_second)
    assert (stopped.ending, stopped.text) == (Ending.CANCELLED, "")
    assert [each.state for each in stopped.parts] == [PartState.READ, PartState.UNREAD, PartState.UNREAD]
    fake.engine.prompts.clear()
    _events, answer = ask(fake, stopped)
    assert answer.id == stopped.id
    assert pages_seen(fake.engine.prompts) == [("4", "5", "6"), ("7", "8"), ()]
    assert answer.text == "All."


def test_notes_that_are_too_long_together_are_made_shorter_first(fake: FakeDesk, talk: Conversation) -> None:
    long = "A point [p. 1]. " * 120  # 480 tokens
    script(fake, (long,), (long,), (long,), ("Short, one.",), ("Short, two.",), ("From short notes.",))
    _events, answer = ask(fake, talk)
    assert answer.text == "From short notes."
    *_parts, one, two, last = fake.engine.prompts
    assert (one.documents, two.documents, last.documents) == ((), (), ())
    assert one.messages[-1].text.count("A point") + two.messages[-1].text.count("A point") == 360
    assert "Short, one." in last.messages[-1].text
    assert "Short, two." in last.messages[-1].text
    of_parts, shorter = fake.desk.asking.parts.store.of_question(answer.question_id)
    assert (of_parts.shortens, shorter.shortens) == (False, True)
    script(fake, ("Another one.",))
    assert answered(fake.desk.asking.parts.ask(AnotherAnswer(answer.question_id), Cancel())).text == "Another one."
    assert len(fake.engine.prompts) == 1, "nothing is noted or made shorter twice"


def test_notes_that_do_not_get_shorter_end_it(fake: FakeDesk, talk: Conversation) -> None:
    script(fake, ("A point [p. 1]. " * 300,))
    problem = unanswered(fake.desk.asking.parts.ask(Question(talk.id, QUESTION, talk.books), Cancel()))
    assert problem.code is Code.DOES_NOT_FIT
    assert int(problem.params["needed_tokens"]) > int(problem.params["context_tokens"])


def test_marks_in_notes_on_several_books_name_their_book(fake: FakeDesk, book: Book) -> None:
    other = add_book(fake, "Deed", 3)
    talk = fake.desk.conversations.create(books=(BookRef(book.id, PageRange(2, 2)), BookRef(other.id)))
    script(fake, ("At two [Lease, p. 2]; “opens at 1” [Deed, p. 2].",), ("At 3 [p. 3].",), ("Done.",))
    _events, answer = ask(fake, talk)
    assert pages_seen(fake.engine.prompts) == [("2", "1", "2"), ("3",), ()]
    text = fake.engine.prompts[-1].messages[-1].text
    assert "At two [Lease, p. 2]" in text
    assert "“opens at 1” [Deed, p. 1]" in text, "the page where it is"
    assert "At 3 [Deed, p. 3]" in text
    assert answer.parts == (part(book, 2, 2), part(other, 1, 2), part(other, 3, 3))


def test_parts_end_with_chapters(fake: FakeDesk) -> None:
    book = add_book(fake, "Deed", 8, (Section("One", 1, 1), Section("Two", 3, 1), Section("Three", 6, 1)))
    talk = fake.desk.conversations.create(books=(BookRef(book.id),))
    ask(fake, talk)
    assert pages_seen(fake.engine.prompts) == [("1", "2"), ("3", "4", "5"), ("6", "7", "8"), ()]


def test_for_a_smaller_context_what_is_missing_is_divided_anew(fake: FakeDesk, talk: Conversation) -> None:
    script(fake, ("One.",), (CRASH,), (CRASH,), ("Some.",))
    _events, answer = ask(fake, talk)
    fake.engine.info = msgspec.structs.replace(SMALL, context_tokens=1100)
    script(fake, ("Note.",))
    again = answered(fake.desk.asking.parts.ask(AnotherAnswer(answer.question_id), Cancel()))
    assert {each.state for each in again.parts} == {PartState.READ}
    assert len(fake.desk.asking.parts.store.of_question(answer.question_id)) == 1


def test_a_context_without_room_for_notes_is_refused_before_anything_is_read(
    fake: FakeDesk, talk: Conversation
) -> None:
    fake.engine.info = msgspec.structs.replace(SMALL, context_tokens=400)
    problem = unanswered(fake.desk.asking.parts.ask(Question(talk.id, QUESTION, talk.books), Cancel()))
    assert problem.code is Code.DOES_NOT_FIT
    assert fake.engine.prompts == []


def test_the_starter_takes_no_notes(fake: FakeDesk, talk: Conversation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local, "is_starter", lambda _path: True)
    problem = unanswered(fake.desk.asking.parts.ask(Question(talk.id, QUESTION, talk.books), Cancel()))
    assert problem.code is Code.MODEL_TOO_SMALL


def test_what_follows_does_not_repeat_the_notes_and_names_what_it_follows(fake: FakeDesk, talk: Conversation) -> None:
    _events, first = ask(fake, talk)
    script(fake, ("Note.",))
    answered(fake.desk.asking.parts.ask(Question(talk.id, "And why?", talk.books, first.id), Cancel()))
    part, *_others, last = fake.engine.prompts
    assert QUESTION in part.messages[-1].text
    asked, said, _question = last.messages
    assert "Notes:" not in asked.text
    assert said.text == first.text


def test_the_newest_question_without_an_answer_is_found_again(fake: FakeDesk, talk: Conversation) -> None:
    find = fake.desk.asking.parts.unanswered
    assert find(QUESTION, talk.books) is None
    cancel = Cancel()
    _events, stopped = work.run(
        fake.desk.asking.parts.ask(Question(talk.id, QUESTION, talk.books), cancel), at(PartEnded, cancel.request)
    )
    found = find(QUESTION, talk.books)
    assert found is not None
    assert found.id == stopped.question_id
    assert find(QUESTION, ()) is None
    assert find("Summarise.", talk.books) is None
    answered(fake.desk.asking.parts.ask(AnotherAnswer(found.id), Cancel()))
    assert find(QUESTION, talk.books) is None


# ---- through the real engine

_KILLED = """
import os, signal, sys, pytest
from pathlib import Path
from app.core.conversations.conversation import Question
from app.core.conversations.events import Noting, PartBegun
from app.core.machine.paths import Paths
from app.core.work import Cancel
from tests.services.asking.test_parts import shorten_notes
from tests.whole import open_desk
shorten_notes(pytest.MonkeyPatch())
desk = open_desk(Paths(Path(sys.argv[1])), None)
settings = desk.settings.load()
desk.models.use(settings.engine, settings.remote)
(talk,) = desk.conversations.all()
part = 0
for event in desk.asking.parts.ask(Question(talk.id, sys.argv[2], talk.books), Cancel()):
    part = event.number if isinstance(event, PartBegun) else part
    if part == 2 and isinstance(event, Noting):
        os.kill(os.getpid(), signal.SIGKILL)
"""


def shorten_notes(patch: pytest.MonkeyPatch, notes: int = 8) -> None:
    """The tiny model never ends by itself."""

    def short(model: ModelInfo, settings: Settings) -> Budget:
        return replace(budget_of(model, settings), notes=notes)

    patch.setattr(ask_module, "budget_of", short)


@pytest.fixture
def real(tmp_path: Path, tiny_scout: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Services]:
    made = open_real_desk(Paths(tmp_path / "real"), None)
    engine = EngineSettings(model_path=str(tiny_scout), context_tokens=2048, ubatch_tokens=64)
    settings = Settings(engine=engine, sampling=Sampling(temperature=0, lookup=False), max_answer_tokens=16)
    made.settings.save(settings)
    made.models.use(settings.engine, settings.remote)
    shorten_notes(monkeypatch)
    yield made
    made.close()


def test_killed_in_the_middle_only_the_missing_parts_are_asked(real: Services, tmp_path: Path) -> None:
    file = tmp_path / "lease.txt"
    file.write_text("\f".join(f"{n}. The harbour opens at six, and the tenant pays.\n" * 10 for n in range(4)))
    book = work.added(real, file)
    talk = real.conversations.create(books=(BookRef(book.id),))
    command = [sys.executable, "-c", _KILLED, str(real.paths.data), QUESTION]
    killed = subprocess.run(command, cwd=Path(__file__).parents[3], check=False, capture_output=True)
    assert killed.returncode == -9, killed.stderr
    real.conversations.close_open_answers()
    (turn,) = real.conversations.turns(talk.id)
    assert turn.answer is not None
    assert (turn.answer.ending, turn.answer.text) == (Ending.CLOSED, "")
    states = [each.state for each in turn.answer.parts]
    assert states[0] is not PartState.UNREAD
    assert set(states[1:]) == {PartState.UNREAD}
    kept = real.asking.parts.notes(turn.question.id)
    events, answer = work.run(real.asking.parts.ask(LongerAnswer(turn.answer.id), Cancel()))
    assert [e.number for e in events if isinstance(e, PartBegun)] == list(range(2, len(states) + 1))
    assert any(isinstance(event, Reading) for event in events)
    assert (answer.id, answer.problem) == (turn.answer.id, None)
    assert PartState.UNREAD not in {each.state for each in answer.parts}
    now = real.asking.parts.notes(turn.question.id)
    assert kept is not None
    assert now is not None
    assert now.cells[0] == kept.cells[0]
