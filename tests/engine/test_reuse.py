"""A second question reuses what the first one read, and its logits are those of a fresh read."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest

from app.core.cancel import Cancel
from app.core.events import Token
from app.core.settings import Sampling
from app.engine.protocol import DocumentText, Generated, Message, PageText, Prompt
from tests.engine.conftest import NewEngine, load

DOCUMENT_TOKENS = 20_000
CHUNK = 8192
TOLERANCE = 0.02
"""In units of logits, whose own spread over the vocabulary is a hundred times that and more."""


@pytest.fixture(scope="module")
def book() -> DocumentText:
    """Random words, 20,000 tokens of the tiny model and more; every page differs."""
    rng = random.Random(20)
    words = ["".join(rng.choices("abcdefghijklmnopqrstuvwxyz", k=rng.randint(2, 9))) for _ in range(400)]
    return DocumentText("A book", tuple(PageText(str(n), " ".join(rng.choices(words, k=90))) for n in range(1, 48)))


def logits(raw: bytes) -> np.ndarray:
    return np.frombuffer(raw, "<f4")


@pytest.mark.timeout(400)
@pytest.mark.parametrize("answer_tokens", [10, 9_000])
def test_a_second_question(
    new_engine: NewEngine, tiny_scout_fast: Path, book: DocumentText, answer_tokens: int
) -> None:
    """Long answers push the keys of the document's last chunk out of the local layers: then it is read again."""
    engine = new_engine()
    load(engine, tiny_scout_fast, context_tokens=40_960)
    first = Prompt("The rules.", (book,), (Message("user", "What happens?"),))
    sampling = Sampling(temperature=0.8, seed=7)
    *events, ending = engine.answer(first, sampling, answer_tokens, Cancel())
    assert isinstance(ending, Generated)
    assert ending.usage.prompt_tokens > DOCUMENT_TOKENS
    assert ending.usage.generated_tokens == answer_tokens
    answer = "".join(event.text for event in events if isinstance(event, Token))

    follow = (Message("user", "What happens?"), Message("assistant", answer), Message("user", "And then?"))
    other = (Message("user", "Who is it about, and why?"),)
    fresh = new_engine()
    load(fresh, tiny_scout_fast, context_tokens=40_960)
    for messages in (follow, other):
        wanted = engine.lay_out(Prompt("The rules.", (book,), messages)).tokens
        reused = engine.probe(wanted)
        assert reused.usage.reused_tokens >= ending.usage.prompt_tokens - (CHUNK - 1)
        anew = fresh.probe([0])  # what it held is of no use to it now
        anew = fresh.probe(wanted)
        assert anew.usage.reused_tokens == 0
        assert np.abs(logits(reused.logits) - logits(anew.logits)).max() < TOLERANCE
        assert np.ptp(logits(anew.logits)) > 100 * TOLERANCE
