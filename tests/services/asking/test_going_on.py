"""Going on with an answer, and making room in a conversation: through the real engine, with a real store."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
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
    Question,
)
from app.core.conversations.events import Reading, Stored, Token
from app.core.conversations.values import AnswerForm, ValueKind
from app.core.documents.document import Document, Format, Page
from app.core.errors import Code, Problem
from app.core.machine.paths import Paths
from app.core.settings import EngineSettings, KvType, Sampling, Settings
from app.core.work import Cancel, finish
from app.documents import plain_text
from app.documents.formats.contract import Content
from app.documents.web import markdown
from app.services.asking.fitting import RemedyKind, ways
from app.services.services import Services
from app.store.books import Books
from app.store.conversations import Conversations
from tests.models.reciter import write_reciter
from tests.there import there
from tests.whole import open_desk
from tests.work import answered, at, run, unanswered

CONTEXT = 2048
LONG = "And what then? " * 20
LINE = "The harbour opens at six and the tenant gives notice not less than twelve months before the end.\n"


pytestmark = pytest.mark.usefixtures("near_engines")


@pytest.fixture
def desk(tmp_path: Path, tiny_scout: Path) -> Iterator[Services]:
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
def talk(desk: Services, tmp_path: Path) -> Conversation:
    return desk.conversations.create(books=(BookRef(add_book(desk, tmp_path, 12)),))


def add_book(desk: Services, folder: Path, lines: int) -> str:
    text = "".join(f"{n}. {LINE}" for n in range(lines))
    return shelve(desk, plain_text.parse(Content(f"lease{lines}.txt", text.encode(), f"{lines:064}"), _nobody))


def shelve(desk: Services, document: Document) -> str:
    """Its id."""
    return Books(desk.database).add(document, Path(f"/{document.title}")).id


def _nobody(done: int, total: int) -> None:
    """Nobody is shown how far it is."""


def limit(desk: Services, tokens: int) -> None:
    desk.settings.save(msgspec.structs.replace(desk.settings.load(), max_answer_tokens=tokens))


def ask(desk: Services, talk: Conversation, text: str = "When?", parent: Answer | None = None) -> Answer:
    question = Question(talk.id, text, talk.books, parent.id if parent else None)
    return answered(desk.asking.ask.ask(question, Cancel()))


# ---- going on


def test_a_cut_answer_gets_longer_as_if_it_had_never_been_cut(desk: Services, talk: Conversation) -> None:
    limit(desk, 24)
    short = ask(desk, talk)
    assert short.ending is Ending.LENGTH
    events, longer = run(desk.asking.ask.ask(LongerAnswer(short.id), Cancel()))
    assert longer.ending is Ending.LENGTH
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
    at_once = answered(desk.asking.ask.ask(AnotherAnswer(short.question_id), Cancel()))
    assert at_once.text == longer.text


RECITED = ("Â", "«", "Ġthe", "Ġwater", "Ġline", "Ġof", "Ġhouse", "Ġwa", "s", "Ġunder", "Ġriver", "Â", "»")
"""« and » are two tokens each. Octavo writes the page behind them, then the model says the last words again."""


def test_an_answer_continued_three_times_equals_one_in_one_piece(tmp_path: Path) -> None:
    """Mark for mark: cut inside a quotation, inside a character, and inside a page mark."""
    desk = open_desk(Paths(tmp_path / "desk"), None)
    model = write_reciter(tmp_path / "reciter.gguf", RECITED, turn="Ġwa")
    engine = EngineSettings(model_path=str(model), context_tokens=CONTEXT, ubatch_tokens=64)
    desk.settings.save(Settings(engine=engine, sampling=Sampling(temperature=0, lookup=False), max_answer_tokens=60))
    desk.models.use(engine, desk.settings.load().remote)
    words = "They say that the water line of house was under river, as ever."
    book = shelve(desk, Document("b", Format.TEXT, "00" * 32, (Page(1, "1", words),)))
    talk = desk.conversations.create(books=(BookRef(book),))
    one = ask(desk, talk)
    assert one.ending is Ending.COMPLETE
    assert [citation.state for citation in one.citations] == [CitationState.VERIFIED]
    limit(desk, 5)
    answer = answered(desk.asking.ask.ask(AnotherAnswer(one.question_id), Cancel()))
    cuts = [answer.text]
    for tokens in (7, 5):
        limit(desk, tokens)
        answer = answered(desk.asking.ask.ask(LongerAnswer(answer.id), Cancel()))
        assert answer.ending is Ending.LENGTH
        cuts.append(answer.text)
    assert [cut.replace("« the water line of house was under river", "…") for cut in cuts] == [
        "« the water line",
        "…",
        "…» [p",
    ]
    limit(desk, 60)
    last = answered(desk.asking.ask.ask(LongerAnswer(answer.id), Cancel()))
    assert (last.text, last.citations, last.ending) == (one.text, one.citations, one.ending)
    assert last.id == answer.id
    desk.close()


def test_quotations_are_checked_over_the_whole_text(desk: Services, talk: Conversation) -> None:
    """The quotation was written before, the mark after."""
    limit(desk, 8)
    answer = ask(desk, talk)
    begun = msgspec.structs.replace(answer, text="It says: “The harbour opens at six and the tenant”", citations=())
    desk.conversations.save_answer(begun)
    limit(desk, 20)
    ending = answered(desk.asking.ask.ask(LongerAnswer(answer.id), Cancel()))
    first = ending.citations[0]
    assert first.quote.startswith("The harbour opens at six and the tenant")
    assert first.state is CitationState.VERIFIED


def test_a_reading_that_was_stopped_goes_on_where_it_was(desk: Services, tmp_path: Path) -> None:
    talk = desk.conversations.create(books=(BookRef(add_book(desk, tmp_path, 12)),))
    cancel = Cancel()
    question = Question(talk.id, "When?", talk.books)
    slices: list[Reading] = []

    def stop_after_four(event: object) -> None:
        if isinstance(event, Reading):
            slices.append(event)
            if len(slices) == 4:
                cancel.request()

    seen, stopped = run(desk.asking.ask.ask(question, cancel), stop_after_four)
    assert (stopped.text, stopped.ending) == ("", Ending.CANCELLED)
    done = max(event.done for event in seen if isinstance(event, Reading))
    assert done >= 128
    (stored, *events), finished = run(desk.asking.ask.ask(LongerAnswer(stopped.id), Cancel()))
    assert stored == Stored(stopped.question_id, stopped.id)
    reused = next(event for event in events if isinstance(event, Reading)).reused
    assert reused >= done - 64
    assert (finished.id, finished.ending) == (stopped.id, Ending.LENGTH)
    (turn,) = desk.conversations.turns(talk.id)
    assert turn.answer == finished


def test_where_nothing_comes_of_going_on_the_answer_is_what_it_was(desk: Services, talk: Conversation) -> None:
    limit(desk, 16)
    short = ask(desk, talk)
    desk.models.use(EngineSettings(model_path="/nowhere.gguf"), desk.settings.load().remote)
    desk.engine.close()
    failed = finish(desk.asking.ask.ask(LongerAnswer(short.id), Cancel()))
    assert failed.problem is not None
    assert failed == msgspec.structs.replace(short, ending=Ending.FAILED, problem=failed.problem)
    assert desk.conversations.answer(short.id) == short


def test_a_kill_while_it_goes_on_loses_nothing(desk: Services, talk: Conversation) -> None:
    limit(desk, 16)
    short = ask(desk, talk)
    events = desk.asking.ask.ask(LongerAnswer(short.id), Cancel())
    assert isinstance(next(events), Stored)
    assert Conversations(desk.database).close_open_answers()  # as the next start does
    kept = desk.conversations.answer(short.id)
    assert kept is not None
    assert (kept.text, kept.ending) == (short.text, Ending.CLOSED)


def test_what_octavo_ended_is_not_said_to_be_stopped_by_the_person(desk: Services, talk: Conversation) -> None:
    limit(desk, 2000)
    cancel = Cancel()
    work = desk.asking.ask.ask(Question(talk.id, "When?", talk.books), cancel)
    _events, answer = run(work, at(Token, partial(cancel.request, leaving=True)))
    assert answer.ending is Ending.CLOSED
    assert answer.text


def test_a_second_question_evaluates_its_own_tokens_only(desk: Services, tmp_path: Path, tiny_scout_fast: Path) -> None:
    """Whatever stands next to it: passages, the outline, instructions, the rules in short."""
    chapters = (
        f"# {name}\n\n{LINE * 8}\n" for name in ("Harbour", "Rent", "Notice", "Berth", "Dues", "Keys", "Fees", "End")
    )
    book = shelve(desk, markdown.parse(Content("lease.md", "".join(chapters).encode(), "00" * 32), _nobody))
    engine = EngineSettings(model_path=str(tiny_scout_fast), context_tokens=8192)
    settings = msgspec.structs.replace(desk.settings.load(), engine=engine, instructions="Answer like a notary.")
    desk.settings.save(msgspec.structs.replace(settings, max_answer_tokens=8))
    desk.models.use(engine, settings.remote)
    talk = desk.conversations.create(books=(BookRef(book),))
    last = ask(desk, talk, "When does the harbour open?")
    assert last.passages
    for text, kinds in (("And the tenant?", (True, False)), ("Summarise the book.", (False, True))):
        before, last = last, ask(desk, talk, text, last)
        assert (bool(last.passages), bool(last.outlines)) == kinds
        own = last.usage.prompt_tokens - before.usage.prompt_tokens - before.usage.generated_tokens
        assert last.usage.evaluated_tokens <= own + 1, "and the last token of the answer before"


# ---- making room


def grow(desk: Services, talk: Conversation) -> tuple[list[Answer], Answer, Problem]:
    """Ask until it does not fit any more: the answers, the one that failed, and its problem."""
    answers: list[Answer] = []
    while True:
        question = Question(talk.id, LONG, talk.books, answers[-1].id if answers else None)
        answer = finish(desk.asking.ask.ask(question, Cancel()))
        if answer.problem is not None:
            assert (answer.ending, answer.problem.code) == (Ending.FAILED, Code.DOES_NOT_FIT)
            return answers, answer, answer.problem
        assert answer.ending is Ending.LENGTH
        answers.append(answer)


def test_the_oldest_turns_are_left_out_and_only_the_conversation_is_read_again(
    desk: Services, talk: Conversation
) -> None:
    answers, failed, problem = grow(desk, talk)
    again = AnotherAnswer(failed.question_id)
    choices = desk.asking.context.choices(talk.id, failed.question_id)
    assert choices.needed_tokens == problem.params["needed_tokens"]
    assert choices.context_tokens == CONTEXT
    assert choices.turns == len(answers)
    assert choices.oldest == tuple(answer.id for answer in answers[: len(choices.oldest)])
    assert 0 < len(choices.oldest) < len(answers)
    over = choices.needed_tokens - CONTEXT
    assert choices.oldest_tokens >= over

    fewer = choices.oldest[:-1]
    desk.conversations.leave_out(fewer, True)
    unanswered(desk.asking.ask.ask(again, Cancel()))  # one turn fewer is not enough
    desk.conversations.leave_out(choices.oldest, True)
    ending = answered(desk.asking.ask.ask(again, Cancel()))
    usage = ending.usage
    assert usage.reused_tokens >= choices.books_tokens, "the books stay read"
    assert usage.reused_tokens + usage.evaluated_tokens == choices.needed_tokens - 40 - choices.oldest_tokens
    turns = desk.conversations.turns(talk.id)
    assert [turn.is_read for turn in turns[:-1]] == [answer.id not in choices.oldest for answer in answers]
    assert all(turn.answer and turn.answer.text for turn in turns), "nothing is gone"

    desk.conversations.leave_out(choices.oldest, False)
    unanswered(desk.asking.ask.ask(again, Cancel()))


@pytest.mark.parametrize("form", [AnswerForm(ValueKind.YES_NO), AnswerForm(schema='{"enum": ["a", "b"]}')])
def test_a_question_whose_answer_is_held_is_repeated_as_it_was_read(
    desk: Services, talk: Conversation, form: AnswerForm
) -> None:
    first = Question(talk.id, "Does it open?", talk.books, form=form)
    answer = answered(desk.asking.ask.ask(first, Cancel()))
    assert answer.ending is Ending.COMPLETE
    kept = desk.conversations.question(answer.question_id)
    assert kept is not None
    assert kept.form == form
    second = ask(desk, talk, "And when?", answer)
    assert second.usage.reused_tokens >= answer.usage.prompt_tokens


def test_a_new_conversation_with_the_same_books_reuses_their_tokens(desk: Services, talk: Conversation) -> None:
    _answers, failed, _problem = grow(desk, talk)
    choices = desk.asking.context.choices(talk.id, failed.question_id)
    fresh = desk.conversations.create(books=talk.books)
    first = ask(desk, fresh, LONG)
    assert first.usage.reused_tokens >= choices.books_tokens
    assert first.usage.evaluated_tokens < choices.question_tokens + 64
    assert first.usage.prompt_tokens == choices.needed_tokens - choices.reserve_tokens - choices.turns_tokens


def test_there_is_a_warning_before_it_does_not_fit(desk: Services, talk: Conversation) -> None:
    tight = False
    parent: Answer | None = None
    while True:
        question = Question(talk.id, LONG, talk.books, parent.id if parent else None)
        parent = finish(desk.asking.ask.ask(question, Cancel()))
        if parent.ending is Ending.FAILED:
            break
        assert not tight, "it was said that there is no room for one more"
        tight = there(finish(desk.asking.context.use(talk, Cancel()))).is_tight
        choices = desk.asking.context.choices(talk.id)
        assert bool(choices.oldest) == tight
    assert tight


def test_an_answer_that_fills_the_context_goes_on_once_there_is_room(desk: Services, talk: Conversation) -> None:
    answers, _failed, _problem = grow(desk, talk)
    last = answers[-1]
    assert last.ending is Ending.LENGTH
    limit(desk, 1800)
    assert unanswered(desk.asking.ask.ask(LongerAnswer(last.id), Cancel())).code is Code.DOES_NOT_FIT
    assert desk.conversations.answer(last.id) == last
    desk.conversations.leave_out([answer.id for answer in answers[:-1]], True)
    limit(desk, 40)
    ending = answered(desk.asking.ask.ask(LongerAnswer(last.id), Cancel()))
    assert ending.text.startswith(last.text)
    assert len(ending.text) > len(last.text)


def test_the_first_way_out_is_one_that_helps(desk: Services, tmp_path: Path) -> None:
    """A small book beside one that is far too large: pages of the small one cannot help."""
    small, large = add_book(desk, tmp_path, 4), add_book(desk, tmp_path, 200)
    talk = desk.conversations.create(books=(BookRef(small), BookRef(large)))
    unanswered(desk.asking.ask.ask(Question(talk.id, "When?", talk.books), Cancel()))
    choices = desk.asking.context.choices(talk.id, desk.conversations.turns(talk.id)[-1].question.id)
    found = ways(msgspec.structs.replace(choices, rooms=()), KvType.F16, asked=True)
    assert found[0].helps
    assert {way.book.book_id for way in found if way.book} == {large}
    off = next(way for way in found if way.kind is RemedyKind.TAKE_OFF)
    assert off.book is not None
    desk.conversations.set_books(talk.id, (BookRef(small),))
    without = desk.asking.context.choices(talk.id)
    assert without.needed_tokens <= without.context_tokens
    assert choices.needed_tokens - off.book.tokens <= choices.context_tokens
