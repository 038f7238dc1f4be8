"""Going on with an answer, and making room in a conversation: through the real engine, with a real store."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from app.bootstrap import open_desk
from app.core.cancel import Cancel
from app.core.conversation import Answer, BookRef, CitationState, Conversation, Ending, Question
from app.core.errors import Code
from app.core.events import AnswerEvent, Cancelled, Done, Failed, Finished, Reading, Stored, Token
from app.core.paths import Paths
from app.core.settings import EngineSettings, KvType, Sampling, Settings
from app.services.desk import Desk
from app.services.fitting import Kind, ways
from app.store.conversations import Conversations
from tests.endings import as_events

CONTEXT = 2048
LONG = "And what then? " * 20
LINE = "The harbour opens at six and the tenant gives notice not less than twelve months before the end.\n"


@pytest.fixture
def desk(tmp_path: Path, tiny_scout: Path) -> Iterator[Desk]:
    made = open_desk(Paths(tmp_path / "desk"), None)
    settings = Settings(
        engine=EngineSettings(model_path=str(tiny_scout), context_tokens=CONTEXT, ubatch_tokens=64),
        sampling=Sampling(temperature=0, lookup=False),
        max_answer_tokens=40,
    )
    made.settings.save(settings)
    made.models.use(settings.engine, settings.remote)
    yield made
    made.close()


@pytest.fixture
def talk(desk: Desk, tmp_path: Path) -> Conversation:
    return desk.conversations.create(books=(BookRef(add_book(desk, tmp_path, 12)),))


def add_book(desk: Desk, folder: Path, lines: int) -> str:
    file = folder / f"lease{lines}.txt"
    file.write_text("".join(f"{n}. {LINE}" for n in range(lines)), encoding="utf-8")
    *_, ending = as_events(desk.library.open(file, Cancel()))
    assert isinstance(ending, Done)
    return str(ending.result.id)


def limit(desk: Desk, tokens: int) -> None:
    desk.settings.save(msgspec.structs.replace(desk.settings.load(), max_answer_tokens=tokens))


def ask(desk: Desk, talk: Conversation, text: str = "When?", parent: Answer | None = None) -> Answer:
    question = Question(talk.id, text, talk.books, parent.id if parent else None)
    *_, ending = desk.ask.ask(question, Cancel())
    assert isinstance(ending, Finished), ending
    return ending.answer


def until(events: Iterator[AnswerEvent], kind: type[Reading | Token], count: int, cancel: Cancel) -> list[AnswerEvent]:
    """All events; after `count` of this kind the person stops it."""
    seen = []
    for event in events:
        seen.append(event)
        count -= isinstance(event, kind)
        if count == 0:
            cancel.request()
    return seen


# ---- going on


def test_a_cut_answer_gets_longer_as_if_it_had_never_been_cut(desk: Desk, talk: Conversation) -> None:
    limit(desk, 24)
    short = ask(desk, talk)
    assert short.ending is Ending.LENGTH
    *events, ending = desk.ask.go_on(short.id, Cancel())
    assert isinstance(ending, Finished)
    longer = ending.answer
    assert longer.id == short.id
    assert longer.text.startswith(short.text)
    assert len(longer.text) > len(short.text)
    assert short.text + "".join(event.text for event in events if isinstance(event, Token)) == longer.text
    assert longer.usage.evaluated_tokens <= 4, "what was written is not read again"
    assert longer.usage.generated_tokens > short.usage.generated_tokens
    assert desk.conversations.answer(short.id) == longer
    (turn,) = desk.conversations.turns(talk.id)
    assert turn.answer_variants == 1

    limit(desk, longer.usage.generated_tokens)
    *_, at_once = desk.ask.again(short.question_id, Cancel())
    assert isinstance(at_once, Finished)
    assert at_once.answer.text == longer.text


def test_quotations_are_checked_over_the_whole_text(desk: Desk, talk: Conversation) -> None:
    """The quotation was written before, the mark after."""
    limit(desk, 8)
    answer = ask(desk, talk)
    begun = msgspec.structs.replace(answer, text="It says: “The harbour opens at six and the tenant”", citations=())
    desk.conversations.save_answer(begun)
    limit(desk, 20)
    *_, ending = desk.ask.go_on(answer.id, Cancel())
    assert isinstance(ending, Finished)
    first = ending.answer.citations[0]
    assert first.quote.startswith("The harbour opens at six and the tenant")
    assert first.state is CitationState.VERIFIED


def test_a_reading_that_was_stopped_goes_on_where_it_was(desk: Desk, tmp_path: Path) -> None:
    talk = desk.conversations.create(books=(BookRef(add_book(desk, tmp_path, 24)),))
    cancel = Cancel()
    question = Question(talk.id, "When?", talk.books)
    *seen, ending = until(desk.ask.ask(question, cancel), Reading, 4, cancel)
    assert isinstance(ending, Cancelled)
    assert ending.answer is not None
    assert (ending.answer.text, ending.answer.ending) == ("", Ending.CANCELLED)
    done = max(event.done for event in seen if isinstance(event, Reading))
    assert done >= 128
    stored, *events, finished = desk.ask.go_on(ending.answer.id, Cancel())
    assert stored == Stored(ending.answer.question_id, ending.answer.id)
    reused = next(event for event in events if isinstance(event, Reading)).reused
    assert reused >= done - 64
    assert isinstance(finished, Finished)
    assert finished.answer.id == ending.answer.id
    (turn,) = desk.conversations.turns(talk.id)
    assert turn.answer == finished.answer


def test_where_nothing_comes_of_going_on_the_answer_is_what_it_was(desk: Desk, talk: Conversation) -> None:
    limit(desk, 16)
    short = ask(desk, talk)
    desk.models.use(EngineSettings(model_path="/nowhere.gguf"), desk.settings.load().remote)
    desk.engine.close()
    *_, failed = desk.ask.go_on(short.id, Cancel())
    assert isinstance(failed, Failed)
    assert failed.answer == short
    assert desk.conversations.answer(short.id) == short


def test_a_kill_while_it_goes_on_loses_nothing(desk: Desk, talk: Conversation) -> None:
    limit(desk, 16)
    short = ask(desk, talk)
    events = desk.ask.go_on(short.id, Cancel())
    assert isinstance(next(events), Stored)
    assert Conversations(desk.database).close_open_answers() == 1  # as the next start does
    kept = desk.conversations.answer(short.id)
    assert kept is not None
    assert (kept.text, kept.ending) == (short.text, Ending.CLOSED)


def test_what_octavo_ended_is_not_said_to_be_stopped_by_the_person(desk: Desk, talk: Conversation) -> None:
    limit(desk, 2000)
    cancel = Cancel()
    for event in desk.ask.ask(Question(talk.id, "When?", talk.books), cancel):
        if isinstance(event, Token):
            cancel.request(leaving=True)
    assert isinstance(event, Cancelled)
    assert event.answer is not None
    assert event.answer.ending is Ending.CLOSED
    assert event.answer.text


# ---- making room


def grow(desk: Desk, talk: Conversation) -> tuple[list[Answer], Failed]:
    """Ask until it does not fit any more."""
    answers: list[Answer] = []
    while True:
        question = Question(talk.id, LONG, talk.books, answers[-1].id if answers else None)
        *_, ending = desk.ask.ask(question, Cancel())
        if isinstance(ending, Failed):
            assert ending.problem.code is Code.DOES_NOT_FIT
            return answers, ending
        assert isinstance(ending, Finished)
        answers.append(ending.answer)


def test_the_oldest_turns_are_left_out_and_only_the_conversation_is_read_again(desk: Desk, talk: Conversation) -> None:
    answers, failed = grow(desk, talk)
    assert failed.answer is not None
    question_id = failed.answer.question_id
    choices = desk.context.choices(talk.id, question_id)
    assert choices.needed_tokens == failed.problem.params["needed_tokens"]
    assert choices.context_tokens == CONTEXT
    assert choices.turns == len(answers)
    assert choices.oldest == tuple(answer.id for answer in answers[: len(choices.oldest)])
    assert 0 < len(choices.oldest) < len(answers)
    over = choices.needed_tokens - CONTEXT
    assert choices.oldest_tokens >= over

    fewer = choices.oldest[:-1]
    desk.conversations.leave_out(fewer, True)
    *_, still = desk.ask.again(question_id, Cancel())
    assert isinstance(still, Failed), "one turn fewer is not enough"
    desk.conversations.leave_out(choices.oldest, True)
    *_, ending = desk.ask.again(question_id, Cancel())
    assert isinstance(ending, Finished)
    usage = ending.answer.usage
    assert usage.reused_tokens >= choices.books_tokens, "the books stay read"
    assert usage.reused_tokens + usage.evaluated_tokens == choices.needed_tokens - 40 - choices.oldest_tokens
    turns = desk.conversations.turns(talk.id)
    assert [turn.is_told for turn in turns[:-1]] == [answer.id not in choices.oldest for answer in answers]
    assert all(turn.answer and turn.answer.text for turn in turns), "nothing is gone"

    desk.conversations.leave_out(choices.oldest, False)
    *_, again = desk.ask.again(question_id, Cancel())
    assert isinstance(again, Failed)


def test_a_new_conversation_with_the_same_books_reuses_their_tokens(desk: Desk, talk: Conversation) -> None:
    _answers, failed = grow(desk, talk)
    assert failed.answer is not None
    choices = desk.context.choices(talk.id, failed.answer.question_id)
    fresh = desk.conversations.create(books=talk.books)
    first = ask(desk, fresh, LONG)
    assert first.usage.reused_tokens >= choices.books_tokens
    assert first.usage.evaluated_tokens < choices.question_tokens + 64
    assert first.usage.prompt_tokens == choices.needed_tokens - choices.reserve_tokens - choices.turns_tokens


def test_there_is_a_warning_before_it_does_not_fit(desk: Desk, talk: Conversation) -> None:
    tight = False
    parent: Answer | None = None
    while True:
        question = Question(talk.id, LONG, talk.books, parent.id if parent else None)
        *_, ending = desk.ask.ask(question, Cancel())
        if isinstance(ending, Failed):
            break
        assert isinstance(ending, Finished)
        parent = ending.answer
        assert not tight, "it was said that there is no room for one more"
        tight = desk.context.use(talk.id).is_tight
        choices = desk.context.choices(talk.id)
        assert bool(choices.oldest) == tight
    assert tight


def test_an_answer_that_fills_the_context_goes_on_once_there_is_room(desk: Desk, talk: Conversation) -> None:
    answers, failed = grow(desk, talk)
    assert failed.answer is not None
    last = answers[-1]
    assert last.ending is Ending.LENGTH
    limit(desk, 1800)
    *_, full = desk.ask.go_on(last.id, Cancel())
    assert isinstance(full, Failed)
    assert (full.problem.code, full.answer) == (Code.DOES_NOT_FIT, last)
    desk.conversations.leave_out([answer.id for answer in answers[:-1]], True)
    limit(desk, 40)
    *_, ending = desk.ask.go_on(last.id, Cancel())
    assert isinstance(ending, Finished)
    assert ending.answer.text.startswith(last.text)
    assert len(ending.answer.text) > len(last.text)


def test_the_first_way_out_is_one_that_helps(desk: Desk, tmp_path: Path) -> None:
    """A small book beside one that is far too large: pages of the small one cannot help."""
    small, large = add_book(desk, tmp_path, 4), add_book(desk, tmp_path, 200)
    talk = desk.conversations.create(books=(BookRef(small), BookRef(large)))
    *_, failed = desk.ask.ask(Question(talk.id, "When?", talk.books), Cancel())
    assert isinstance(failed, Failed)
    choices = desk.context.choices(talk.id, desk.conversations.turns(talk.id)[-1].question.id)
    found = ways(msgspec.structs.replace(choices, rooms=()), KvType.F16, asked=True)
    assert found[0].helps
    assert {way.book.book_id for way in found if way.book} == {large}
    off = next(way for way in found if way.kind is Kind.TAKE_OFF)
    assert off.book is not None
    desk.conversations.set_books(talk.id, (BookRef(small),))
    without = desk.context.choices(talk.id)
    assert without.needed_tokens <= without.context_tokens
    assert choices.needed_tokens - off.book.tokens <= choices.context_tokens
