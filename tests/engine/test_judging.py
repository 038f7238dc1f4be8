"""Questions that are asked apart: what the context holds is neither seen nor changed by them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.core.conversations.conversation import Usage
from app.core.errors import AppError, Code
from app.core.work import Stopped
from app.engine.control import RunControl
from app.engine.judging import CONTEXT_TOKENS
from app.engine.llama.llama import LlamaContext
from app.engine.protocol import DocumentText, LoadSpec, Message, PageText, Prompt, Weighed
from app.engine.session import Session
from tests.engine.kv.test_reuse import words

QUESTIONS = ("Does the page say that?", "Or this, which is somewhat longer?", "Does the page say that?")
WORDS = ("yes", "no")
BARE = Prompt("", (), ())
Open = Callable[..., Session]


@pytest.fixture
def new_session(tiny_scout_fast: Path) -> Iterator[Open]:
    opened: list[Session] = []

    def make(model: Path = tiny_scout_fast) -> Session:
        spec = LoadSpec(str(model), context_tokens=2048, threads=1)
        opened.append(Session(spec, lambda _fraction: True, RunControl()))
        return opened[-1]

    yield make
    for session in opened:
        session.close()


def read(session: Session, *said: str) -> Usage:
    roles = ("user", "assistant")
    book = DocumentText("A book", (PageText("1", "Some words of a book."),), "b1")
    messages = tuple(Message(roles[n % 2], text) for n, text in enumerate(said))  # type: ignore[arg-type]
    laid = session.lay_out(Prompt("The rules.", (book,), messages))
    return session.read(laid.tokens, laid.books, lambda *_: None)


def weigh(session: Session, *questions: str, prompt: Prompt = BARE) -> Weighed:
    return session.judging.weigh(prompt, questions, WORDS, lambda *_: None)


def test_the_next_question_evaluates_its_own_tokens_only_and_its_logits_are_the_same(new_session: Open) -> None:
    weighed, plain = new_session(), new_session()
    for session in (weighed, plain):
        read(session, "What happens?")
    found = weigh(weighed, *QUESTIONS)
    assert 0 < found.evaluated_tokens < 100 * len(QUESTIONS)
    usages = [read(session, "What happens?", "This.", "And then?") for session in (weighed, plain)]
    assert usages[0] == usages[1]
    assert weighed.logits() == plain.logits()


def test_equal_questions_weigh_the_same_wherever_they_come(new_session: Open) -> None:
    session = new_session()
    first, _other, again = weigh(session, *QUESTIONS).logs
    assert first == again
    assert first is not None
    assert all(-math.inf < log < 0 for log in first)
    read(session, "What does the model hold now?", "Another text.")
    (alone,) = weigh(session, QUESTIONS[0]).logs
    assert alone == first, "whatever the model holds, it is not seen"


def test_what_questions_have_in_common_is_evaluated_once(new_session: Open) -> None:
    session = new_session()
    rules = Prompt(words(60, 1), (), (Message("user", "Is it?"), Message("assistant", "Yes")))
    one = weigh(session, QUESTIONS[0], prompt=rules).evaluated_tokens
    three = weigh(session, *QUESTIONS, prompt=rules).evaluated_tokens
    assert three < 2 * one


def test_a_stop_between_two_questions_leaves_the_context_as_it_was(new_session: Open) -> None:
    session = new_session()
    read(session, "What happens?", "This.")
    held = session._sequence._held[:]

    def stop(_done: int, _total: int) -> None:
        session._control.stop()

    with pytest.raises(Stopped):
        session.judging.weigh(BARE, QUESTIONS, WORDS, stop)
    session._control.begin()
    assert session._sequence._held == held


def test_a_question_that_has_no_room_is_not_weighed(new_session: Open) -> None:
    logs = weigh(new_session(), "Why?", words(CONTEXT_TOKENS, 1), "Why?").logs
    assert logs[0] is not None
    assert logs[1] is None
    assert logs[2] == logs[0]


def test_without_memory_for_it_nothing_is_weighed(new_session: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    session = new_session()

    def fail(*_: object, **__: object) -> None:
        raise AppError(Code.MODEL_OUT_OF_MEMORY, path="")

    monkeypatch.setattr(LlamaContext, "__init__", fail)
    assert weigh(session, *QUESTIONS).logs == (None, None, None)


def test_a_model_whose_state_cannot_go_back_is_asked_too(new_session: Open, tiny_hybrid: Path) -> None:
    first, _other, again = weigh(new_session(tiny_hybrid), *QUESTIONS).logs
    assert first == again
