"""A card that is too small, full, lost by its driver, or gone when the engine starts again: a sentence each, and what
was read goes on."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from app.core.conversations.events import Notice
from app.core.errors import Code
from app.core.settings import KvType, Sampling
from app.core.work import Cancel, finish
from app.engine.client import EngineClient
from app.engine.kv.encrypted_file import SECRET_BYTES
from app.engine.protocol import AnswerTo, EngineState, LoadSpec, Measure, ReadBooks, ReadingsSpec
from app.wording.errors import sentence
from tests.engine.kv.test_reuse import ask, book
from tests.tools.gpu.conftest import Figure
from tests.tools.gpu.places import Places, on_card
from tests.work import problem_of, run

ASKED = ask(book(2), "What happens?")
GREEDY = Sampling(temperature=0)
NOTHING = ""
Fault = Callable[[str], object]


@pytest.mark.parametrize(
    ("megabytes", "context_tokens"),
    [(2, 8192), (10, 8192), (24, 8192), (100, 131_072)],
    ids=["weights", "cache", "room to compute", "a large cache"],
)
def test_a_card_that_is_too_small_is_named(
    places: Places, tiny_scout: Path, fault: Fault, megabytes: int, context_tokens: int
) -> None:
    fault(f"small {megabytes * 1_000_000}")
    engine = places.bare()
    problem = problem_of(engine.load(LoadSpec(str(tiny_scout), context_tokens), Cancel()))
    assert problem.code is Code.MODEL_CARD_FULL
    assert "memory of the graphics card" in sentence(problem)
    assert engine.state() is not EngineState.DEAD
    fault(NOTHING)
    finish(engine.load(LoadSpec(str(tiny_scout), 8192), Cancel()))
    finish(engine.run(ReadBooks(ASKED), Cancel()))


@pytest.mark.parametrize(("said", "code"), [("full", Code.ENGINE_CARD_FULL), ("lost", Code.ENGINE_CARD_LOST)])
def test_a_card_that_fails_while_it_computes_is_named(
    places: Places, tiny_scout: Path, fault: Fault, said: str, code: Code
) -> None:
    engine = places.card(tiny_scout, kv_type=KvType.Q8_0)
    fault(said)
    problem = problem_of(engine.run(AnswerTo(ASKED, GREEDY, 4), Cancel()))
    assert problem.code is code
    assert "graphics card" in sentence(problem)
    fault(NOTHING)
    finish(engine.revive(Cancel()))
    assert on_card(engine.model())
    finish(engine.run(AnswerTo(ASKED, GREEDY, 4), Cancel()))


def read_and_saved(places: Places, path: Path, folder: Path) -> tuple[EngineClient, int]:
    """An engine on the card that has read the books, and how many tokens of them it saved."""
    engine = places.card(path, readings=ReadingsSpec(str(folder), b"s" * SECRET_BYTES, 1 << 30))
    finish(engine.run(ReadBooks(ASKED), Cancel()))
    assert engine.flush_saved() == ()
    return engine, finish(engine.run(Measure(ASKED))).total


def answered_by_the_processor(engine: EngineClient) -> int:
    """The tokens that an answer reused; it says once that the processor computes."""
    told = []
    for _ in range(2):
        events, ending = run(engine.run(AnswerTo(ASKED, GREEDY, 4), Cancel()))
        told += [event.problem.code for event in events if isinstance(event, Notice)]
        assert ending.usage.generated_tokens
    assert told == [Code.ENGINE_ON_PROCESSOR]
    return ending.usage.reused_tokens


def test_a_lost_card_is_replaced_by_the_processor_which_reads_nothing_twice(
    places: Places, small_scout: Path, tmp_path: Path, fault: Fault, figure: Figure
) -> None:
    engine, total = read_and_saved(places, small_scout, tmp_path)
    fault("lost")
    assert problem_of(engine.run(AnswerTo(ASKED, GREEDY, 4), Cancel())).code is Code.ENGINE_CARD_LOST
    finish(engine.revive(Cancel()))
    assert on_card(engine.model()) == 0
    reused = answered_by_the_processor(engine)
    figure("reused of tokens", reused / total)
    assert reused > 0.9 * total

    fault(NOTHING)
    finish(engine.load(LoadSpec(str(small_scout), 16_384), Cancel()))
    assert on_card(engine.model()), "a person who loads the model again gets the card again"


def test_a_card_that_is_gone_when_the_engine_starts_again_is_not_missed(
    places: Places, small_scout: Path, tmp_path: Path, layer: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert layer
    engine, total = read_and_saved(places, small_scout, tmp_path)
    assert engine.pid
    os.kill(engine.pid, signal.SIGKILL)
    problem_of(engine.run(AnswerTo(ASKED, GREEDY, 4), Cancel()))
    monkeypatch.setenv("GGML_VK_VISIBLE_DEVICES", "")
    finish(engine.revive(Cancel()))
    model = engine.model()
    assert model is not None
    assert on_card(model) == 0
    events, ending = run(engine.run(AnswerTo(ASKED, GREEDY, 4), Cancel()))
    assert ending.usage.reused_tokens > 0.9 * total
    assert [event for event in events if isinstance(event, Notice)] == []
