"""A reading that runs ahead of the card, on the processor: nothing is looked at before it is there, and the logits, the
copies and what is reported are those of a reading that waits after each slice."""

from __future__ import annotations

import math
import random
from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from app.core.errors import AppError, Code
from app.core.settings import KvType
from app.core.work import Stopped
from app.engine.architectures import geometry_of
from app.engine.control import RunControl
from app.engine.kv import run_ahead
from app.engine.kv.cached_sequence import CachedSequence
from app.engine.kv.checkpoints import SaveTarget
from app.engine.kv.reuse import Tokens
from app.engine.kv.saved_states import SavedStates
from app.engine.llama.llama import LlamaContext, LlamaModel
from app.engine.protocol import BookSpan, EngineCounts
from tests.engine.kv.test_saved_states import KEY, SECRET

CHUNK, SLICE = 8192, 512
BOOK_END = CHUNK - 100


class Watched(ModuleType):
    """llama.cpp's functions; those that look at what a slice computes want it waited for."""

    def __init__(self, api: ModuleType) -> None:
        super().__init__("watched")
        self._api = api
        self.under_way = 0
        self.fails_at = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._api, name)

    def llama_decode(self, *arguments: Any) -> int:
        if self.fails_at and self.fails_at == self.under_way:
            return -3
        status = int(self._api.llama_decode(*arguments))
        self.under_way += status == 0
        return status

    def llama_synchronize(self, context: Any) -> None:
        self._api.llama_synchronize(context)
        self.under_way = 0

    def llama_get_logits_ith(self, *arguments: Any) -> Any:
        assert not self.under_way
        return self._api.llama_get_logits_ith(*arguments)

    def llama_state_seq_get_data_ext(self, *arguments: Any) -> int:
        assert not self.under_way
        return int(self._api.llama_state_seq_get_data_ext(*arguments))

    def llama_state_seq_set_data_ext(self, *arguments: Any) -> int:
        assert not self.under_way
        return int(self._api.llama_state_seq_set_data_ext(*arguments))


@pytest.fixture(autouse=True, scope="module")
def no_haste() -> Iterator[None]:
    """However slow this machine is: a stop would be in time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(run_ahead, "_STOP_S", math.inf)
        yield


@pytest.fixture(scope="module")
def model(tiny_scout_fast: Path) -> Iterator[LlamaModel]:
    made = LlamaModel(tiny_scout_fast, 0, lambda _fraction: True)
    yield made
    made.close()


@dataclass
class Reader:
    """A sequence in a context that keeps so many slices under way, and what it reported."""

    model: LlamaModel
    places: int
    target: SaveTarget | None = None
    room: int = 2048
    reported: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.control = RunControl()
        self.context = LlamaContext(self.model, self.room, KvType.F16, 1, SLICE, slices_at_once=self.places)
        self.api = self.context._api = Watched(self.context._api)
        geometry = geometry_of("llama4", CHUNK, recurrent=False)
        self.sequence = CachedSequence(self.context, geometry, self.control, self.target)
        self.then: Callable[[int], None] = lambda _done: None

    def read(self, tokens: Tokens, book_end: int = 0) -> bytes:
        """The logits after it."""

        def on_progress(done: int, _total: int, _reused: int) -> None:
            self.reported.append(done)
            self.then(done)

        books = (BookSpan("b1", "A book", 0, book_end),) if book_end else ()
        self.sequence.read(tokens, books, on_progress)
        assert self.reported[-1] == len(tokens) == len(self.sequence)
        assert self.context.under_way == 0
        return self.context.logits().tobytes()


@pytest.fixture
def reader(model: LlamaModel, request: pytest.FixtureRequest) -> Iterator[Callable[..., Reader]]:
    made: list[Reader] = []

    def make(places: int, **how: Any) -> Reader:
        made.append(Reader(model, places, **how))
        return made[-1]

    yield make
    for each in made:
        each.sequence.flush_saved()
        each.context.close()


def text(tokens: int, seed: int = 1) -> Tokens:
    rng = random.Random(seed)
    return array("i", (rng.randrange(300) for _ in range(tokens)))


# ---- across a chunk's end


@dataclass(frozen=True)
class Seen:
    logits: tuple[bytes, ...]
    reported: tuple[int, ...]
    counts: EngineCounts


@pytest.fixture(scope="module")
def seen(model: LlamaModel) -> dict[int, Seen]:
    """Read two questions to a book that ends shortly before a chunk does. The first crosses the chunk's end, so the
    second comes back by a copy of the local layers."""
    book = text(BOOK_END)
    found = {}
    for places in (0, 1):
        made = Reader(model, places, room=CHUNK + SLICE)
        logits = tuple(made.read(book + text(300, seed), BOOK_END) for seed in (2, 3))
        found[places] = Seen(logits, tuple(made.reported), made.sequence.take_counts())
        made.context.close()
    return found


def test_the_logits_are_those_of_a_reading_that_waits(seen: dict[int, Seen]) -> None:
    assert seen[1].logits == seen[0].logits
    assert len(set(seen[0].logits)) == 2
    assert seen[1].counts.snapshot_bytes == seen[0].counts.snapshot_bytes > 0


def test_only_logits_and_copies_are_waited_for(seen: dict[int, Seen]) -> None:
    """Both readings copy the local layers at the chunk's end. Logits are wanted at the book's end, and after all."""
    waiting, ahead = seen[0].counts, seen[1].counts
    assert (waiting.slices, waiting.synchronizations) == (23, 20)
    assert (ahead.slices, ahead.synchronizations) == (23, 2)


@pytest.mark.parametrize("places", [0, 1, 3])
def test_progress_is_behind_by_what_is_under_way(reader: Callable[..., Reader], places: int) -> None:
    """Logits are wanted after the last token, which is evaluated alone."""
    made, ends = reader(places), [SLICE, 2 * SLICE, 3 * SLICE, 4 * SLICE - 1]
    made.read(text(4 * SLICE))
    assert made.reported == [0, *ends[: len(ends) - places], 4 * SLICE]


# ---- stopped, paused, failed


def test_a_stop_waits_for_what_is_under_way_and_keeps_it(reader: Callable[..., Reader]) -> None:
    made, tokens = reader(1), text(4 * SLICE)
    made.then = lambda done: made.control.stop() if done == SLICE else None
    with pytest.raises(Stopped):
        made.read(tokens)
    assert (made.reported[-1], len(made.sequence), made.api.under_way) == (2 * SLICE, 2 * SLICE, 0)
    made.control.begin()
    made.then = lambda _done: None
    assert made.read(tokens) == reader(0).read(tokens)
    assert made.reported == [0, SLICE, 2 * SLICE, 2 * SLICE, 3 * SLICE, 4 * SLICE]


def test_a_pause_finds_the_card_at_rest(reader: Callable[..., Reader]) -> None:
    made, tokens = reader(4), text(4 * SLICE)
    at_rest = []

    def go_on() -> None:
        if len(made.sequence) == 2 * SLICE and not made.api.under_way:
            at_rest.append(made.reported[-1])
            made.control.resume()

    made.control = RunControl(go_on)
    made.sequence = CachedSequence(made.context, geometry_of("llama4", CHUNK, recurrent=False), made.control)
    decode = made.context.decode

    def pause_in_the_second(batch: Tokens, position: int, **how: Any) -> None:
        decode(batch, position, **how)
        if position == SLICE:
            made.control.pause()

    made.context.decode = pause_in_the_second  # type: ignore[method-assign, assignment]
    assert made.read(tokens) == reader(0).read(tokens)
    assert at_rest == [2 * SLICE]


def test_a_slice_that_fails_leaves_nothing_behind(reader: Callable[..., Reader]) -> None:
    made, tokens = reader(4), text(4 * SLICE)
    made.api.fails_at = 2
    with pytest.raises(AppError) as raised:
        made.read(tokens)
    assert raised.value.code is Code.MODEL_FAILED
    assert len(made.sequence) == 0
    made.api.fails_at = 0
    assert made.read(tokens) == reader(0).read(tokens)


def test_a_reading_saved_by_a_stop_is_whole(reader: Callable[..., Reader], tmp_path: Path) -> None:
    tokens, end = text(4 * SLICE), 4 * SLICE - 20
    found = []
    for places in (0, 4):
        readings = SavedStates(tmp_path / str(places), SECRET, 1 << 30)
        made, again = (reader(places, target=SaveTarget(readings, KEY, "Scout")) for _ in range(2))
        made.control.stop()
        with pytest.raises(Stopped):
            made.read(tokens, end)
        made.sequence.flush_saved()
        (saved,) = readings.all()
        assert saved.tokens == tokens[: SLICE + 1]
        found.append(again.read(tokens, end))
        assert again.reported[-4:][0] >= SLICE
        assert again.sequence.problems() == []
    assert found[0] == found[1]
