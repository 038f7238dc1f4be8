"""What a second prompt reuses is sound: its logits are those of a fresh read.

Batch shapes matter: llama.cpp's attention on the CPU sums an f16 cache up in f32 for every whole block of 64 tokens
that is evaluated at once, and in f16 for the rest. So the quick tests compare reads in the same slices, up to a whole
block, where only a wrong key can make a difference. The slow ones compare an answer that was written token by token
with a fresh read, in a q8_0 cache, which is always summed up in f32.
"""

from __future__ import annotations

import random
from array import array
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.core.cancel import Cancel
from app.core.events import Token
from app.core.settings import KvType, Sampling
from app.engine import desk
from app.engine.client import EngineClient
from app.engine.protocol import DocumentText, Generated, LoadSpec, Message, PageText, Prompt
from app.engine.session import Session
from tests.engine.conftest import NewEngine, load

CHUNK, BLOCK = 8192, 64
TOLERANCE = 0.02
"""In units of logits, whose range over the vocabulary is hundreds of times that."""


def words(count: int, seed: int) -> str:
    """Random words, more than five tokens of the tiny model each."""
    rng = random.Random(seed)
    return " ".join("".join(rng.choices("abcdefghijklmnopqrstuvwxyz", k=rng.randint(2, 9))) for _ in range(count))


def book(pages: int) -> DocumentText:
    """About 490 tokens a page; every page differs."""
    return DocumentText("A book", tuple(PageText(str(n), words(90, n)) for n in range(pages)))


def ask(document: DocumentText, *said: str) -> Prompt:
    roles = ("user", "assistant")
    return Prompt("The rules.", (document,), tuple(Message(roles[n % 2], text) for n, text in enumerate(said)))  # type: ignore[arg-type]


def whole_blocks(lay_out: Callable[[Prompt], Any], document: DocumentText, *said: str) -> Sequence[int]:
    """Tokens of a prompt whose last question is drawn out until they fill whole blocks."""
    tokens: Sequence[int] = lay_out(ask(document, *said)).tokens
    while len(tokens) % BLOCK:
        said = (*said[:-1], said[-1] + "?")
        tokens = lay_out(ask(document, *said)).tokens
    return tokens


def distance(one: bytes, other: bytes) -> float:
    left, right = np.frombuffer(one, "<f4"), np.frombuffer(other, "<f4")
    assert np.ptp(right) > 100 * TOLERANCE
    return float(np.abs(left - right).max())


@pytest.fixture
def engines(new_engine: NewEngine, tiny_scout_fast: Path) -> tuple[EngineClient, EngineClient]:
    """One that will reuse, one that reads anew."""
    made = new_engine(), new_engine()
    for engine in made:
        load(engine, tiny_scout_fast, context_tokens=20_480)
    return made


LONG_ANSWER, SHORT_ANSWER = words(1750, -1), words(10, -2)


@pytest.mark.parametrize(("answer", "keeps_all"), [(SHORT_ANSWER, True), (LONG_ANSWER, False)], ids=["short", "long"])
def test_another_question_over_the_same_book(
    engines: tuple[EngineClient, EngineClient], answer: str, keeps_all: bool
) -> None:
    """A long answer pushes the keys of the book's last chunk out of the local layers: then that chunk is read again."""
    engine, fresh = engines
    document = book(20)
    first = engine.lay_out(ask(document, "What happens?")).tokens
    followed = whole_blocks(engine.lay_out, document, "What happens?", answer, "And then?")
    other = whole_blocks(engine.lay_out, document, "Who is it about?")
    assert len(first) > CHUNK
    assert (len(followed) - len(first) > CHUNK - len(first) % CHUNK) is not keeps_all

    engine.probe(first)
    follow = engine.probe(followed)
    assert follow.usage.reused_tokens == len(first)
    reused = engine.probe(other)
    common = desk.common_prefix(array("i", followed), array("i", other))
    assert reused.usage.reused_tokens == (common if keeps_all else CHUNK)

    fresh.probe(first)
    assert distance(follow.logits, fresh.probe(followed).logits) < TOLERANCE
    fresh.probe([0])  # shares nothing: what it held is forgotten
    if keeps_all:
        fresh.probe(other[:common])
    anew = fresh.probe(other)
    assert anew.usage.reused_tokens == (common if keeps_all else 0)
    assert distance(reused.logits, anew.logits) < TOLERANCE


def test_trusting_equal_tokens_alone_would_be_wrong(tiny_scout_fast: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests above can fail: without the rule for sound points the logits are off, and nothing reports an error."""
    spec = LoadSpec(str(tiny_scout_fast), context_tokens=20_480)
    session = Session(spec, lambda _fraction: True, lambda: False)
    document = book(20)
    followed = array("i", whole_blocks(session.lay_out, document, "What happens?", LONG_ANSWER, "And then?"))
    other = array("i", whole_blocks(session.lay_out, document, "Who is it about?"))
    session.read(followed, lambda *_: None)
    session.read(other, lambda *_: None)
    sound = session.logits()
    session.read(followed, lambda *_: None)
    monkeypatch.setattr(desk, "sound_point", lambda position, *_: position)
    session.read(other, lambda *_: None)
    assert distance(session.logits(), sound) > 10 * TOLERANCE
    session.close()


@pytest.mark.slow
@pytest.mark.timeout(3000)
@pytest.mark.parametrize("answer_tokens", [10, 9_000])
def test_a_second_question_after_a_written_answer(new_engine: NewEngine, tiny_scout: Path, answer_tokens: int) -> None:
    engine, fresh = new_engine(), new_engine()
    for made in (engine, fresh):
        load(made, tiny_scout, context_tokens=40_960, kv_type=KvType.Q8_0)
    document = book(44)
    *events, ending = engine.answer(
        ask(document, "What happens?"), Sampling(temperature=0.8, seed=7), answer_tokens, Cancel()
    )
    assert isinstance(ending, Generated)
    assert ending.usage.prompt_tokens > 20_000
    assert ending.usage.generated_tokens == answer_tokens
    answer = "".join(event.text for event in events if isinstance(event, Token))
    for said in (("What happens?", answer, "And then?"), ("Who is it about, and why?",)):
        wanted = engine.lay_out(ask(document, *said)).tokens
        reused = engine.probe(wanted)
        assert reused.usage.reused_tokens >= ending.usage.prompt_tokens - (CHUNK - 1)
        fresh.probe([0])
        anew = fresh.probe(wanted)
        assert anew.usage.reused_tokens == 0
        assert distance(reused.logits, anew.logits) < TOLERANCE
