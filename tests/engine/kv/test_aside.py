"""A text that is evaluated aside is gone in the end: a question that follows is evaluated as if it had never been
there."""

from __future__ import annotations

import random
from array import array
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.core.conversations.conversation import Usage
from app.core.conversations.events import Thinking, Token
from app.core.errors import AppError, Code
from app.core.settings import Sampling
from app.core.work import Stopped
from app.engine.control import RunControl
from app.engine.kv import reuse
from app.engine.protocol import AnswerTo, DocumentText, LoadSpec, Message, PageText, Prompt, WrittenAside
from app.engine.session import Session
from tests.engine.kv.test_reuse import CHUNK, TOLERANCE, distance, words
from tests.engine.kv.test_reuse_rules import SCOUT

Open = Callable[..., Session]


@pytest.fixture
def new_session(tiny_scout_fast: Path) -> Iterator[Open]:
    opened: list[Session] = []

    def make(context_tokens: int = 2048, **how: int | None) -> Session:
        spec = LoadSpec(str(tiny_scout_fast), context_tokens=context_tokens, threads=1, **how)  # type: ignore[arg-type]
        opened.append(Session(spec, lambda _fraction: True, RunControl()))
        return opened[-1]

    yield make
    for session in opened:
        session.close()


def prompt(*said: str, pages: tuple[str, ...] = ("Some words of a book.",)) -> Prompt:
    roles = ("user", "assistant")
    book = DocumentText("A book", tuple(PageText(str(n), text) for n, text in enumerate(pages)), "b1")
    return Prompt("The rules.", (book,), tuple(Message(roles[n % 2], text) for n, text in enumerate(said)))  # type: ignore[arg-type]


def read(session: Session, asked: Prompt) -> Usage:
    laid = session.lay_out(asked)
    return session.read(laid.tokens, laid.books, lambda *_: None)


def answered(session: Session, question: str) -> str:
    """An answer that was written token by token, as a person gets it."""
    told: list[Token | Thinking] = []
    session.answer(AnswerTo(prompt(question), Sampling(seed=3), 24), lambda *_: None, told.append)
    return "".join(event.text for event in told if isinstance(event, Token))


def test_across_the_end_of_a_chunk(new_session: Open) -> None:
    """With a copy of the local layers; where there is no memory for one, nothing is evaluated."""
    session = new_session(context_tokens=16_384)
    sequence = session._sequence
    text = array("i", random.Random(1).choices(range(100, 200), k=CHUNK + 44))
    before, aside = text[: CHUNK - 20], text[::-1][:40]

    def follow(*asides: array[int]) -> bytes:
        session.read(before, (), lambda *_: None)
        for tokens in asides:
            with sequence.aside(tokens[:-4], 4) as fits:
                assert fits
                for token in tokens[-4:]:
                    sequence.extend(array("i", [token]))
                assert len(sequence) == CHUNK + 20
            assert sequence._held == before
        usage = session.read(text, (), lambda *_: None)
        assert usage.reused_tokens == CHUNK - 20
        return session.logits()

    plain = follow()
    assert distance(follow(aside, aside), plain) < TOLERANCE
    session.read(before, (), lambda *_: None)
    sequence._snapshots._budget_bytes = 0
    sequence._snapshots.forget_beyond(0)
    with sequence.aside(aside) as fits:
        assert not fits
    assert sequence._held == before


def test_where_one_can_come_back() -> None:
    assert reuse.comes_back(CHUNK - 20, 20, SCOUT)
    assert not reuse.comes_back(CHUNK - 20, 21, SCOUT)
    assert reuse.comes_back(CHUNK - 20, 21, SCOUT, (CHUNK - 20,))
    assert reuse.comes_back(CHUNK, CHUNK, SCOUT)


def test_tokens_that_fail_leave_an_empty_context(new_session: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    session = new_session()
    read(session, prompt("What happens?", "This."))

    def fail(*_: object, **__: object) -> None:
        raise AppError(Code.MODEL_FAILED, path="", detail="")

    monkeypatch.setattr(session._context, "decode", fail)
    with pytest.raises(AppError):
        write_aside(session, prompt("What happens?", "This."))
    assert session._sequence._held == array("i")


REQUEST = "Give this a title."


def write_aside(session: Session, asked: Prompt, tokens: int = 8) -> WrittenAside:
    return session.asides.write(session.lay_out(asked), REQUEST, tokens, lambda *_: None)


def test_a_question_after_writing_aside_is_evaluated_as_if_nothing_had_been_written(new_session: Open) -> None:
    beside, plain = new_session(), new_session()
    usages = []
    for session in (beside, plain):
        answer = answered(session, "What happens?")
        if session is beside:
            made = [write_aside(session, prompt("What happens?", answer)) for _ in range(2)]
            assert made[0].text == made[1].text
            assert (made[0].usage.evaluated_tokens, made[1].usage.evaluated_tokens) in ((0, 0), (1, 0))
            assert 0 < made[0].usage.generated_tokens <= 8
            assert 0 < made[0].request_tokens < 100
        usages.append(read(session, prompt("What happens?", answer, "And then?")))
    assert distance(beside.logits(), plain.logits()) <= TOLERANCE
    assert usages[1].evaluated_tokens - usages[0].evaluated_tokens in (0, 1)


def test_what_is_written_aside_is_not_remembered_as_an_answer(new_session: Open) -> None:
    session = new_session()
    asked = prompt("What happens?", "This.")
    before = session.lay_out(asked).tokens
    text = write_aside(session, asked).text
    assert session.lay_out(asked).tokens == before
    assert text not in session.tokenizer._answers


def test_without_room_nothing_is_written_aside(new_session: Open) -> None:
    session = new_session(context_tokens=256)
    asked = prompt("What happens?", words(20, 1))
    read(session, asked)
    made = write_aside(session, asked, 200)
    assert (made.text, made.request_tokens, made.usage.generated_tokens) == ("", 0, 0)
    assert session._sequence._held == session.lay_out(asked).tokens


def test_a_stop_while_writing_aside_leaves_the_context_as_it_was(
    new_session: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = new_session()
    asked = prompt("What happens?", "This.")
    read(session, asked)
    monkeypatch.setattr(session._control, "wait", lambda: True)
    with pytest.raises(Stopped):
        write_aside(session, asked)
    assert session._sequence._held == session.lay_out(asked).tokens
