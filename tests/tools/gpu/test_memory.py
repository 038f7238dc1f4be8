"""The card's memory comes back whole when an engine ends, and what it does not have is refused with a sentence."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path

import psutil
import pytest

from app.core.errors import Code
from app.core.settings import KvType
from app.core.work import Cancel, finish
from app.engine import client
from app.engine.client import EngineClient
from app.engine.protocol import Device, EngineState, Inspect, LoadSpec, ReadBooks
from app.wording.errors import sentence
from tests.engine.kv.test_reuse import ask, book
from tests.models import full_card, llama4
from tests.tools.gpu.conftest import Figure
from tests.tools.gpu.hog import filled_card
from tests.tools.gpu.places import Places
from tests.work import problem_of

ASKED = ask(book(2), "What happens?")
SLACK_BYTES = 64 << 20
"""The driver's own accounts move by some megabytes."""


@pytest.fixture(autouse=True)
def _counts_for_itself(graphics_card: Device | None) -> None:
    """A card made of software has the machine's memory, of which all programs take: test_faults.py makes it small."""
    if graphics_card is not None and graphics_card.total_bytes == psutil.virtual_memory().total:
        pytest.skip("this card's memory is main memory")


MOST_LAYERS = 512  # llama.cpp: LLAMA_MAX_LAYERS


def free_on_card(engine: EngineClient) -> int:
    """Free bytes, as an engine without a model sees them; it takes the same each time."""
    return next((device.free_bytes for device in finish(engine.run(Inspect())).devices if device.kind == "gpu"), 0)


def test_one_engine_after_the_other_gives_all_memory_back(places: Places, tiny_scout: Path, figure: Figure) -> None:
    watching = places.bare()
    at_first, pids = free_on_card(watching), []
    for turn in range(3):
        engine = places.card(tiny_scout, context_tokens=65_536)
        finish(engine.run(ReadBooks(ASKED), Cancel()))
        during = free_on_card(watching)
        assert (during < at_first) is places.has_card
        pids.append(engine.pid)
        engine.close()
        left = free_on_card(watching)
        figure(f"missing after engine {turn + 1}, MB", round((at_first - left) / 1e6, 1))
        assert at_first - left <= SLACK_BYTES
    assert len(set(pids)) == 3
    assert not any(psutil.pid_exists(pid) for pid in pids if pid is not None)


def test_a_second_load_in_the_same_engine_takes_the_place_of_the_first(places: Places, tiny_scout: Path) -> None:
    watching, engine = places.bare(), places.card(tiny_scout, context_tokens=65_536)
    first = free_on_card(watching)
    layers = -1 if places.has_card else 0
    finish(engine.load(LoadSpec(str(tiny_scout), context_tokens=65_536, gpu_layers=layers), Cancel()))
    assert first - free_on_card(watching) <= SLACK_BYTES


@pytest.fixture
def greedy_model(graphics_card: Device | None, tmp_path: Path) -> Path:
    """A small file whose cache at full context is larger than the card: two bytes each for keys and values of 64
    numbers in every fourth layer."""
    room = psutil.virtual_memory().total if graphics_card is None else graphics_card.total_bytes
    layers = 4 * (1 + room * 5 // 4 // (llama4.TRAINED_CONTEXT * 256))
    assert layers <= MOST_LAYERS, "this card is larger than any that this test knows"
    return llama4.write_scout(tmp_path / "greedy.gguf", heads=1, layers=layers, expert_width=32)


def test_what_the_card_cannot_hold_is_refused_with_a_sentence(
    places: Places, greedy_model: Path, tiny_scout: Path
) -> None:
    engine = places.bare()
    layers = -1 if places.has_card else 0
    spec = LoadSpec(str(greedy_model), llama4.TRAINED_CONTEXT, KvType.F16, gpu_layers=layers)
    problem = problem_of(engine.load(spec, Cancel()))
    assert problem.code is (Code.MODEL_CARD_FULL if places.has_card else Code.MODEL_OUT_OF_MEMORY), problem
    assert "memory" in sentence(problem)
    assert engine.state() is not EngineState.DEAD
    finish(engine.load(LoadSpec(str(tiny_scout), 8192, gpu_layers=layers), Cancel()))
    finish(engine.run(ReadBooks(ASKED), Cancel()))


def test_a_card_that_another_program_fills_is_named_while_reading(
    places: Places, tiny_scout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A quantized cache wants more memory once it is read from. Without a card, llama.cpp's error is made up."""
    with monkeypatch.context() as patch:
        if not places.has_card:
            patch.setattr(client, "command", full_card.command)
        engine = places.card(tiny_scout, kv_type=KvType.Q8_0)
    with filled_card() if places.has_card else nullcontext():
        problem = problem_of(engine.run(ReadBooks(ASKED), Cancel()))
    assert problem.code is Code.ENGINE_CARD_FULL
    finish(engine.revive(Cancel()))
    finish(engine.run(ReadBooks(ASKED), Cancel()))
