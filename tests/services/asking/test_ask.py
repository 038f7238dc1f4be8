"""Asking, with a scripted engine and a real store: what is kept, what is sent, how it ends."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
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
    Question,
    Thought,
)
from app.core.conversations.events import AnswerProgress, Checked, Loading, Reading, Stored, Thinking, Token
from app.core.conversations.verdict import Verdict
from app.core.documents.document import Book, Document, Format, Page
from app.core.errors import AppError, Code, Problem
from app.core.work import Cancel, Work, finish
from app.engine.protocol import Prompt, PromptSize
from app.services.asking.rules import VERSIONS
from tests.there import there
from tests.ui.fakes import SCOUT, FakeDesk, ScriptedEngine, Step, open_desk
from tests.ui.gate import Gate
from tests.work import answered, at, problem_of, run, unanswered

RULES = VERSIONS[-1]
SHORT = f"({RULES.after('', ('[p. N]',))})"
PAGES = ("The harbour opens at six.", "The tenant gives notice not less than twelve months before the end.", "Ends.")


@pytest.fixture
def fake(tmp_path: Path) -> Iterator[FakeDesk]:
    made = open_desk(tmp_path / "desk")
    yield made
    made.desk.close()


@pytest.fixture
def book(fake: FakeDesk) -> Book:
    pages = tuple(Page(n, str(n), text) for n, text in enumerate(PAGES, 1))
    return fake.books.add(Document("Lease", Format.TEXT, "00" * 32, pages), Path("/lease.txt"))


@pytest.fixture
def talk(fake: FakeDesk, book: Book) -> Conversation:
    return fake.desk.conversations.create(books=(BookRef(book.id),))


def script(fake: FakeDesk, *answers: tuple[Step, ...]) -> None:
    fake.engine.answers[:] = answers


def asked(talk: Conversation, text: str = "When?", parent: str | None = None) -> Question:
    return Question(talk.id, text, talk.books, parent)


def test_the_question_is_on_disk_before_anything_is_told(fake: FakeDesk, talk: Conversation) -> None:
    events = fake.desk.asking.ask.ask(asked(talk), Cancel())
    first = next(events)
    assert isinstance(first, Stored)
    (turn,) = fake.desk.conversations.turns(talk.id)
    assert (turn.question.id, turn.question.text) == (first.question_id, "When?")
    assert turn.answer is not None
    assert (turn.answer.id, turn.answer.ending) == (first.answer_id, Ending.OPEN)
    events.close()


THOUGHT = (Thinking(), Thinking("Twelve or “six”", 4, 0.5), Thinking(" [p. 9]?\n", 7, 1.25, limited=True))


def test_a_thought_is_kept_apart_from_its_answer_and_never_sent_again(fake: FakeDesk, talk: Conversation) -> None:
    script(fake, (Reading(5, 5, 0), *THOUGHT, "Twelve months [p. 2]."))
    events, answer = run(fake.desk.asking.ask.ask(asked(talk), Cancel()))
    assert [event for event in events if isinstance(event, Thinking)] == list(THOUGHT)
    (turn,) = fake.desk.conversations.turns(talk.id)
    assert turn.answer is not None
    assert turn.answer.text == "Twelve months [p. 2]."
    assert turn.answer.thought == Thought("Twelve or “six” [p. 9]?", 7, 1.25, limited=True) == answer.thought
    assert [citation.label for citation in turn.answer.citations] == ["2"]
    run(fake.desk.asking.ask.ask(asked(talk, "Why?", turn.answer.id), Cancel()))
    assert "six" not in repr(fake.engine.prompts[-1].messages)


def test_an_answer_that_is_nothing_but_thought_is_kept_as_failed(fake: FakeDesk, talk: Conversation) -> None:
    script(fake, (*THOUGHT, Problem(Code.ANSWER_ALL_THOUGHT)))
    unanswered(fake.desk.asking.ask.ask(asked(talk), Cancel()))
    (turn,) = fake.desk.conversations.turns(talk.id)
    assert turn.answer is not None
    assert (turn.answer.ending, turn.answer.problem) == (Ending.FAILED, Problem(Code.ANSWER_ALL_THOUGHT))
    assert turn.answer.thought is not None


def test_a_thought_that_was_stopped_stays_one(fake: FakeDesk, talk: Conversation) -> None:
    cancel = Cancel()
    script(fake, THOUGHT)
    _events, answer = run(fake.desk.asking.ask.ask(asked(talk), cancel), at(Thinking, cancel.request))
    assert (answer.ending, answer.text) == (Ending.CANCELLED, "")
    (turn,) = fake.desk.conversations.turns(talk.id)
    assert turn.answer is not None
    assert turn.answer.thought is None  # it was stopped before its first word
    cancel = Cancel()
    script(fake, THOUGHT[1:])
    _events, answer = run(
        fake.desk.asking.ask.ask(AnotherAnswer(turn.question.id), cancel), at(Thinking, cancel.request)
    )
    assert answer.thought == Thought("Twelve or “six”", 4, 0.5)


def test_a_model_is_had_not_to_think_where_the_settings_say_so(fake: FakeDesk, talk: Conversation) -> None:
    script(fake, ("Twelve months.",))
    run(fake.desk.asking.ask.ask(asked(talk), Cancel()))
    off = msgspec.structs.replace(fake.desk.asking.ask.settings(), thinking=False)
    run(dataclasses.replace(fake.desk.asking.ask, settings=lambda: off).ask(asked(talk), Cancel()))
    assert [prompt.thinks for prompt in fake.engine.prompts[-2:]] == [True, False]


def test_marks_are_checked_while_the_answer_is_written(fake: FakeDesk, talk: Conversation) -> None:
    pieces = (
        'Notice is "not less than twelve months before the end" [p',
        ". 2",
        "]. Then",
        ' "the cat sat down" [p. 3',
        "].",
    )
    script(fake, pieces)
    events, answer = run(fake.desk.asking.ask.ask(asked(talk), Cancel()))
    told = [event for event in events if isinstance(event, Token | Checked)]
    kinds = [type(event) for event in told]
    assert kinds == [Token, Token, Token, Checked, Token, Token, Checked]
    first, second = (event for event in told if isinstance(event, Checked))
    assert [c.state for c in first.citations] == [CitationState.VERIFIED]
    assert [c.state for c in second.citations] == [CitationState.VERIFIED, CitationState.NOT_FOUND]
    assert second.citations == answer.citations
    assert [len(first.verdicts), second.verdicts] == [1, answer.verdicts]


def test_an_answer_is_checked_and_kept(fake: FakeDesk, talk: Conversation, book: Book) -> None:
    script(fake, ('Notice is "not less than twelve months before', ' the end" [p. 2], and "the cat sat down" [p. 3].'))
    before, ending = run(fake.desk.asking.ask.ask(asked(talk), Cancel()))
    assert ending.ending is Ending.COMPLETE
    assert ending.text == "".join(event.text for event in before if isinstance(event, Token))
    assert [(c.page, c.state, c.book_id) for c in ending.citations] == [
        (2, CitationState.VERIFIED, book.id),
        (3, CitationState.NOT_FOUND, book.id),
    ]
    assert ending.model == SCOUT.name
    (turn,) = fake.desk.conversations.turns(talk.id)
    assert turn.answer == ending


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("The tenant gives notice not less than twelve months before the end.", (Verdict.VERBATIM, 2, "")),
        ("The tenant gives notice not less than twelve months before the end [p. 3].", (Verdict.VERBATIM, 2, "3")),
        ("The tenant gives notice not less than eleven months before the end.", (Verdict.OTHERWISE, 2, "")),
        ("The tenant gives notice twelve months before the end [p. 1].", (Verdict.COMPARE, 2, "1")),
        ("The tenant gives notice twelve months before the end [p. 9].", (Verdict.NOTHING, 0, "9")),
    ],
)
def test_each_sentence_gets_one_verdict_that_is_kept(
    fake: FakeDesk, talk: Conversation, said: str, found: tuple[Verdict, int, str]
) -> None:
    script(fake, (said,))
    ending = answered(fake.desk.asking.ask.ask(asked(talk, "When is notice given?"), Cancel()))
    assert [(each.verdict, each.page, each.named) for each in ending.verdicts] == [found]
    assert fake.desk.conversations.answer(ending.id) == ending


def test_the_prompt_has_the_books_first_then_the_talk(fake: FakeDesk, talk: Conversation) -> None:
    script(fake, ("At six [p. 1].",), ("Twelve months [p. 2].",))
    first = answered(fake.desk.asking.ask.ask(asked(talk, "  When does it open? "), Cancel()))
    answered(fake.desk.asking.ask.ask(asked(talk, "And notice?", first.id), Cancel()))
    one, two = fake.engine.prompts
    assert one.rules == two.rules == RULES.documents
    assert one.documents == two.documents
    assert [page.untrusted_text for page in one.documents[0].pages] == list(PAGES)
    assert two.messages[: len(one.messages)] == one.messages
    assert [(m.role, m.text) for m in two.messages[1:]] == [
        ("assistant", "At six [p. 1]."),
        ("user", f"And notice?\n\n{SHORT}"),
    ]


def test_of_several_books_the_question_asks_for_their_titles(fake: FakeDesk, talk: Conversation, book: Book) -> None:
    """Not the rules: they stand before the books, which would be read anew when a second one comes."""
    pages = (Page(1, "1", "Notice is nine weeks [for berth 4]."),)
    letters = fake.books.add(Document("Letters [2019]", Format.TEXT, "11" * 32, pages), Path("/letters.txt"))
    script(fake, ("At six [p. 1].",), ("Nine weeks.",), ("Yes.",))
    first = answered(fake.desk.asking.ask.ask(asked(talk, "When does it open?"), Cancel()))
    both = Question(talk.id, "And notice?", (BookRef(book.id), BookRef(letters.id)), first.id)
    second = answered(fake.desk.asking.ask.ask(both, Cancel()))
    answered(fake.desk.asking.ask.ask(msgspec.structs.replace(both, text="Sure?", parent_id=second.id), Cancel()))
    one, two, three = fake.engine.prompts
    assert one.rules == two.rules == RULES.documents
    assert [m.text for m in one.messages] == [f"When does it open?\n\n{SHORT}"]
    several = RULES.after("", ("[Lease, p. N]", "[Letters (2019), p. N]"))
    assert two.messages[-1].text == f"And notice?\n\n({several})"
    assert two.messages[0] == one.messages[0], "what was asked of one book is repeated as it was read"
    assert three.messages[: len(two.messages)] == two.messages


def test_only_the_chosen_pages_are_sent_and_cited(fake: FakeDesk, book: Book) -> None:
    ref = BookRef(book.id, PageRange(2, 3))
    talk = fake.desk.conversations.create(books=(ref,))
    script(fake, ("It opens at six [p. 1].",))
    ending = answered(fake.desk.asking.ask.ask(asked(talk), Cancel()))
    assert [page.label for page in fake.engine.prompts[0].documents[0].pages] == ["2", "3"]
    assert ending.citations[0].state is CitationState.NOT_FOUND


def test_a_page_range_beyond_the_book_fails_with_its_pages(fake: FakeDesk, book: Book) -> None:
    talk = fake.desk.conversations.create(books=(BookRef(book.id, PageRange(2, 9)),))
    problem = unanswered(fake.desk.asking.ask.ask(asked(talk), Cancel()))
    assert problem.code is Code.PAGES_INVALID
    assert problem.params["pages"] == 3


def test_without_books_the_rules_say_so(fake: FakeDesk) -> None:
    talk = fake.desk.conversations.create()
    answered(fake.desk.asking.ask.ask(asked(talk), Cancel()))
    assert fake.engine.prompts[0].rules == RULES.nothing
    assert fake.engine.prompts[0].documents == ()


@pytest.mark.parametrize("room", [1, 0])
def test_the_budget_is_exact(fake: FakeDesk, talk: Conversation, room: int) -> None:
    """One token more than there is, and the answer is refused with the numbers; nothing is cut."""
    finish(fake.desk.models.ready(Cancel()))
    needed = there(finish(fake.desk.asking.context.use(talk, Cancel())))
    documents = sum(s.tokens for s in needed.segments if s.kind == "book")
    question = max(1, len(f"When?\n\n{SHORT}") // 4)
    filled = sum(s.tokens for s in needed.segments) + question
    settings = fake.desk.settings.load()
    fake.desk.settings.save(msgspec.structs.replace(settings, max_answer_tokens=10))
    fake.engine.info = msgspec.structs.replace(SCOUT, context_tokens=filled + 10 - 1 + room)
    finish(fake.desk.models.load(None, Cancel()))
    if room:
        answered(fake.desk.asking.ask.ask(asked(talk), Cancel()))
        return
    problem = unanswered(fake.desk.asking.ask.ask(asked(talk), Cancel()))
    assert problem.code is Code.DOES_NOT_FIT
    assert problem.params == {
        "needed_tokens": filled + 10,
        "context_tokens": filled + 9,
        "documents_tokens": documents,
        "conversation_tokens": question,
        "reserve_tokens": 10,
    }
    assert fake.engine.prompts == []
    (turn,) = fake.desk.conversations.turns(talk.id)
    assert turn.answer is not None
    assert (turn.answer.ending, turn.answer.problem) == (Ending.FAILED, problem)


def test_a_dying_engine_leaves_the_partial_answer(fake: FakeDesk, talk: Conversation) -> None:
    death = Problem(Code.ENGINE_CRASHED, {"signal": 9})
    script(fake, ("At six ", "[p. 1]. And", death), ("Again.",))
    answer = finish(fake.desk.asking.ask.ask(asked(talk), Cancel()))
    assert answer.problem == death
    (turn,) = fake.desk.conversations.turns(talk.id)
    assert turn.answer == answer
    assert (turn.answer.text, turn.answer.ending) == ("At six [p. 1]. And", Ending.FAILED)
    assert [c.page for c in turn.answer.citations] == [1]
    answered(fake.desk.asking.ask.ask(asked(talk, "Next?", turn.answer.id), Cancel()))


def test_stopping_keeps_the_partial_answer(fake: FakeDesk, talk: Conversation) -> None:
    cancel, gate = Cancel(), Gate()
    script(fake, ("At six", gate, " o'clock."))
    _events, answer = run(fake.desk.asking.ask.ask(asked(talk), cancel), at(Token, cancel.request))
    (turn,) = fake.desk.conversations.turns(talk.id)
    assert turn.answer == answer
    assert (turn.answer.text, turn.answer.ending) == ("At six", Ending.CANCELLED)


def test_stopped_before_it_goes_on_the_answer_is_what_it_was(fake: FakeDesk, talk: Conversation) -> None:
    """The answer that is returned says that it was stopped now, not what had gone wrong before."""
    script(fake, ("At six", Problem(Code.ENGINE_CRASHED, {"signal": 9})))
    failed = finish(fake.desk.asking.ask.ask(asked(talk), Cancel()))
    fake.engine.loads = [(Loading(0.5),)]
    cancel = Cancel()
    _events, stopped = run(fake.desk.asking.ask.ask(LongerAnswer(failed.id), cancel), at(Loading, cancel.request))
    assert stopped == msgspec.structs.replace(failed, ending=Ending.CANCELLED, problem=None)
    assert fake.desk.conversations.answer(failed.id) == failed


def test_an_answer_that_the_disk_has_no_room_for_is_returned_whole(fake: FakeDesk, talk: Conversation) -> None:
    script(fake, ("At six. " * 20_000,))
    work = fake.desk.asking.ask.ask(asked(talk), Cancel())
    assert isinstance(next(work), Stored)
    with fake.desk.database.write() as connection:
        connection.pragma("max_page_count", connection.pragma("page_count") + 5)
    answer = finish(work)
    assert answer.problem is not None
    assert (answer.ending, answer.problem.code) == (Ending.FAILED, Code.DISK_FULL)
    assert answer.text == "At six. " * 20_000
    (turn,) = fake.desk.conversations.turns(talk.id)
    assert turn.answer is not None
    assert turn.answer.ending is Ending.OPEN, "the next start says that it was broken off"


def test_where_no_answer_can_be_begun_that_is_raised(fake: FakeDesk) -> None:
    for gone in (AnotherAnswer("gone"), LongerAnswer("gone")):
        assert problem_of(fake.desk.asking.ask.ask(gone, Cancel())).code is Code.BUG


def test_whoever_leaves_early_leaves_the_partial_answer(fake: FakeDesk, talk: Conversation) -> None:
    script(fake, ("At six", " and more."))
    events = fake.desk.asking.ask.ask(asked(talk), Cancel())
    assert any(isinstance(event, Token) for event in events)
    events.close()
    (turn,) = fake.desk.conversations.turns(talk.id)
    assert turn.answer is not None
    assert (turn.answer.text, turn.answer.ending) == ("At six", Ending.CANCELLED)


def test_asking_again_is_a_variant(fake: FakeDesk, talk: Conversation) -> None:
    script(fake, ("One.",), ("Two.",))
    answered(fake.desk.asking.ask.ask(asked(talk), Cancel()))
    (turn,) = fake.desk.conversations.turns(talk.id)
    answered(fake.desk.asking.ask.ask(AnotherAnswer(turn.question.id), Cancel()))
    (turn,) = fake.desk.conversations.turns(talk.id)
    assert (turn.answer_variant, turn.answer_variants) == (2, 2)
    assert fake.engine.prompts[0] == fake.engine.prompts[1]


def test_a_failed_turn_is_not_sent_again(fake: FakeDesk, talk: Conversation) -> None:
    script(fake, (Problem(Code.MODEL_FAILED, {"path": "", "detail": ""}),), ("Fine.",))
    failed = finish(fake.desk.asking.ask.ask(asked(talk, "One?"), Cancel()))
    assert failed.ending is Ending.FAILED
    answered(fake.desk.asking.ask.ask(asked(talk, "Two?", failed.id), Cancel()))
    assert fake.engine.prompts[-1].said == ("Two?",)


def test_a_conversation_takes_the_name_of_its_first_question(fake: FakeDesk, talk: Conversation) -> None:
    long = "Who  was " + "very " * 30 + "late?"
    first = answered(fake.desk.asking.ask.ask(asked(talk, long), Cancel()))
    answered(fake.desk.asking.ask.ask(asked(talk, "And then?", first.id), Cancel()))
    named = fake.desk.conversations.get(talk.id)
    assert named is not None
    assert named.title.startswith("Who was very")
    assert named.title.endswith("…")
    assert len(named.title) <= 60


def test_loading_comes_with_the_answer_when_no_model_is_loaded(tmp_path: Path) -> None:
    engine = ScriptedEngine(loads=[(Loading(0.5),)], answers=[(Reading(5, 10, 5), "Yes.")])
    fake = open_desk(tmp_path / "other", engine)
    talk = fake.desk.conversations.create()
    events, answer = run(fake.desk.asking.ask.ask(asked(talk), Cancel()))
    assert [type(event) for event in events] == [Stored, Loading, Reading, Token]
    assert answer.ending is Ending.COMPLETE
    fake.desk.close()


def test_the_use_of_the_context_names_every_part(fake: FakeDesk, talk: Conversation, book: Book) -> None:
    with pytest.raises(AppError):
        finish(fake.desk.asking.context.use(talk, Cancel()))
    answered(fake.desk.asking.ask.ask(asked(talk), Cancel()))
    use = there(finish(fake.desk.asking.context.use(talk, Cancel())))
    assert use.context_tokens == SCOUT.context_tokens
    assert [(s.kind, s.book_id) for s in use.segments] == [("rules", ""), ("book", book.id), ("talk", "")]
    assert use.segments[-1].tokens > 0


@dataclasses.dataclass
class _Counting(ScriptedEngine):
    """Says what was measured."""

    measured: list[Prompt] = dataclasses.field(default_factory=list)

    def measure(self, prompt: Prompt) -> PromptSize:
        self.measured.append(prompt)
        return super().measure(prompt)


def test_a_prompt_is_measured_once_on_its_way(tmp_path: Path) -> None:
    """All that may be said and thought is reckoned from one figure; so is whether it fits. Passages are measured before
    that, by themselves."""
    engine = _Counting()
    fake = open_desk(tmp_path / "desk", engine)
    long = tuple(Page(n, str(n), f"{PAGES[n % 3]} " * 40) for n in range(1, 9))
    book = fake.books.add(Document("Lease", Format.TEXT, "00" * 32, long), Path("/lease.txt"))
    talk = fake.desk.conversations.create(books=(BookRef(book.id),))
    engine.answers = [("Twelve",), ("Twelve months [p. 2].",), ("At", Problem(Code.CONTEXT_FULL)), ("six.",)]
    ask, first = fake.desk.asking.ask, asked(talk, "When is notice given?")

    def measured_for(work: Work[AnswerProgress, Answer]) -> Answer:
        engine.measured.clear()
        answer = finish(work)
        assert [each for each in engine.measured if each.documents or each == engine.prompts[-1]] == engine.prompts[-1:]
        return answer

    answer = measured_for(ask.ask(first, Cancel()))
    assert answer.passages
    again = AnotherAnswer(answer.question_id)
    measured_for(ask.ask(again, Cancel()))
    stopped = measured_for(ask.ask(asked(talk, "When does it open?", answer.id), Cancel()))
    assert stopped.text == "At"
    assert measured_for(ask.ask(LongerAnswer(stopped.id), Cancel())).text == "Atsix."
    assert measured_for(ask.ask(again, Cancel(), excerpts=True)).excerpts
    fake.desk.close()
