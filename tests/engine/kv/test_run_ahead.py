"""How far reading runs ahead of a card: until a stop would come too late, and not at all where nothing is queued."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest

from app.engine.kv.run_ahead import RunAhead, slices_at_once
from app.engine.llama.llama import LlamaContext
from app.engine.protocol import LoadSpec


class Functions(ModuleType):
    """The one function of llama.cpp that is called."""

    def __init__(self, synchronize: Callable[[None], None]) -> None:
        super().__init__("functions")
        self.llama_synchronize = synchronize


class Card(LlamaContext):
    """A context on a card with so many places for slices, each of which takes `slice_s`. `now` is the time there."""

    def __init__(self, places: int, slice_s: float) -> None:
        self._slices = self._synchronizations = 0
        self._slices_at_once, self._under_way = places, 0
        self._api, self._context = Functions(self._run_all), None
        self.slice_s, self.now = slice_s, 0.0

    def give(self) -> None:
        if self.under_way == self._slices_at_once:
            self.now += self.slice_s
        self._under_way += 1

    def _run_all(self, _context: None) -> None:
        self.now += self.under_way * self.slice_s


@pytest.mark.parametrize(
    ("places", "slice_s", "waited"),
    [
        (1, 0.1, 0),
        (1, 0.5, 0),
        (1, 0.6, 39),  # two of them would take more than a second
        (4, 0.1, 0),
        (4, 0.3, 12),  # after each third
        (4, 0.6, 36),
    ],
)
def test_a_stop_waits_a_second_at_most(places: int, slice_s: float, waited: int) -> None:
    card, done = Card(places, slice_s), [0]
    queue = RunAhead(card, done.append, clock=lambda: card.now)
    for n in range(1, 41):
        before = card.now
        card.give()
        queue.decoded(n)
        if n > places + 1:  # until then nothing is known of its speed
            assert card.under_way * slice_s + (card.now - before) <= max(1, slice_s) + 1e-9
        assert done[-1] == n - card.under_way
    assert card.take_counts()[1] == waited
    queue.wait()
    assert done[-1] == 40
    assert card.under_way == 0


def test_time_between_two_readings_counts_for_none() -> None:
    card = Card(1, 0.1)
    queue = RunAhead(card, lambda _done: None, clock=lambda: card.now)
    for n in range(10):
        card.give()
        queue.decoded(n)
        if n == 5:
            queue.wait()
            card.now += 3600
    assert card.take_counts()[1] == 1


@pytest.mark.parametrize(
    ("cards", "how", "places"),
    [
        (0, {}, 0),
        (1, {}, 1),
        (1, {"gpu_layers": 0}, 0),
        (1, {"gpu_layers": 12}, 1),
        (2, {}, 4),
        (2, {"gpu_layers": 49}, 4),
        (2, {"gpu_layers": 48}, 1),
        (2, {"cpu_tensors": ("exps",)}, 1),
    ],
)
def test_how_many_slices_are_under_way(cards: int, how: dict[str, Any], places: int) -> None:
    assert slices_at_once(LoadSpec("scout.gguf", **how), 48, cards) == places
