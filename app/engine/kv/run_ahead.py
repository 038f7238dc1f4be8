"""Reading that runs ahead of the card: which slices are evaluated, and when to wait for those that are not.

On a card llama.cpp queues a slice and comes back. Before it queues the next one it prepares that, with its mask of
context x slice, and waits for the slice whose place it takes: so the card goes on without a pause, and the queue cannot
grow. Whoever asks to stop waits for what is queued, though.

`llama_decode` comes back once a slice is queued, so the next one's graph and mask are made while the card computes. The
queue bounds itself: before llama.cpp copies a slice's input to the card it waits for the slice before it or, where
whole layers are spread over several cards, for the fourth before it (`ggml_backend_sched_compute_splits`,
`GGML_SCHED_MAX_COPIES`). It copies the batch first and keeps nothing of ours. So memory does not grow, and a batch of
several slices would bring nothing but coarser stops.

Invariants:

- Only logits and copies of the cache are waited for; progress is behind by what is under way. Held by:
  tests/engine/kv/test_reading_ahead.py::test_only_logits_and_copies_are_waited_for,
  tests/engine/kv/test_reading_ahead.py::test_progress_is_behind_by_what_is_under_way.
- A stop or a pause waits a second at most, unless a single slice takes longer. Held by:
  tests/engine/kv/test_run_ahead.py::test_a_stop_waits_a_second_at_most.
- A slice that fails leaves nothing behind: it ends the process at the next wait (CUDA) or is the next call's error.
  Held by: tests/engine/kv/test_reading_ahead.py::test_a_slice_that_fails_leaves_nothing_behind.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

from app.engine.llama.llama import LlamaContext
from app.engine.protocol import LoadSpec

_PLACES = 4
"""ggml-backend.cpp: GGML_SCHED_MAX_COPIES."""

_STOP_S = 1.0
"""A stop or a pause takes no longer than this, unless a single slice does."""


def slices_at_once(spec: LoadSpec, layers: int, cards: int) -> int:
    """Return the number of slices that llama.cpp keeps under way, for a model of `layers` layers on so many cards; 0 if
    it computes each to its end.

    One on a card; several where it hands each slice on from card to card, for which all layers and all tensors must be
    on them (`llama_context`, `pipeline_parallel`).
    """
    if not cards or not spec.gpu_layers:
        return 0
    whole = not 0 <= spec.gpu_layers <= layers and not spec.cpu_tensors
    return _PLACES if cards > 1 and whole else 1


class RunAhead:
    """One reading's slices in `context`. `on_done` is called with the position up to which all is evaluated."""

    def __init__(
        self, context: LlamaContext, on_done: Callable[[int], None], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._context = context
        self._on_done = on_done
        self._clock = clock
        self._ends: deque[int] = deque()
        self._done: int | None = None
        self._since: float | None = None
        self._slice_s = 0.0

    def decoded(self, end: int) -> None:
        """Note that the slice up to position `end` was given to the context.

        A stop that is asked for during the next call waits for one slice more than what is under way now. Where that
        could take too long, what is under way is waited for here.
        """
        self._ends.append(end)
        if self._since is None:
            self._since = self._clock()
        self._look()
        if (1 + self._context.under_way) * self._slice_s > _STOP_S:
            self._context.synchronize()
        self._report()

    def wait(self) -> None:
        """Return when all is evaluated. The time until the next slice counts for none."""
        self._context.synchronize()
        self._report()
        self._since = None

    def _look(self) -> None:
        """Find out what is evaluated, and how long a slice took."""
        found = len(self._ends) - self._context.under_way
        if found <= 0:
            return
        for _ in range(found):
            self._done = self._ends.popleft()
        now = self._clock()
        if self._since is not None:
            self._slice_s = (now - self._since) / found
        self._since = now

    def _report(self) -> None:
        self._look()
        if self._done is not None:
            self._on_done(self._done)
            self._done = None
