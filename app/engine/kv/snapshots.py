"""Copies of the local layers at positions that one may come back to, in main memory, under a budget.

Only layers with local attention lose keys as the sequence goes on, so only they are copied: for Scout 0.64 GiB with a
q8_0 cache, whatever the length of the book.
"""

from __future__ import annotations

import logging
import mmap
import time
from dataclasses import dataclass, field

from app.engine.hardware import free_memory
from app.engine.llama import LlamaContext

_BUDGET_SHARE = 8
"""Snapshots may take this part of the memory that is free once the model is loaded."""

_log = logging.getLogger("octavo.engine")


@dataclass
class _Snapshot:
    state: mmap.mmap
    is_end_of_books: bool
    used_at: float = field(default_factory=time.monotonic)


class Snapshots:
    """By position; all belong to the sequence that the context holds now (`forget_beyond`)."""

    def __init__(self, context: LlamaContext, budget_bytes: int = 0) -> None:
        """`budget_bytes`: 0 takes a share of the free memory."""
        self._context = context
        self._budget_bytes = budget_bytes or free_memory() // _BUDGET_SHARE
        self._taken: dict[int, _Snapshot] = {}

    @property
    def positions(self) -> tuple[int, ...]:
        return tuple(self._taken)

    @property
    def bytes(self) -> int:
        return sum(len(snapshot.state) for snapshot in self._taken.values())

    def take(self, position: int, *, is_end_of_books: bool = False) -> None:
        """Copy the local layers as they are now, at the end of the sequence. Does without where memory is short."""
        if position in self._taken:
            self._taken[position].used_at = time.monotonic()
            return
        size = self._context.state_bytes(local_only=True)
        if size > self._budget_bytes:
            _log.info("no room for snapshots of %d bytes", size)
            return
        while self.bytes + size > self._budget_bytes:
            self._drop(self._least_useful())
        self._taken[position] = _Snapshot(self._context.state(local_only=True), is_end_of_books)

    def restore(self, position: int) -> None:
        """Bring the local layers back to `position`; what the global layers hold beyond it must be removed next."""
        snapshot = self._taken[position]
        self._context.set_state(snapshot.state, local_only=True)
        snapshot.used_at = time.monotonic()

    def forget_beyond(self, position: int) -> None:
        """The sequence was cut at `position`: what was taken further on belongs to no sequence any more."""
        for taken in [taken for taken in self._taken if taken > position]:
            self._drop(taken)

    def _least_useful(self) -> int:
        """Every conversation over the same books comes back to the books' end; turns are left behind one by one."""
        return min(self._taken, key=lambda p: (self._taken[p].is_end_of_books, self._taken[p].used_at))

    def _drop(self, position: int) -> None:
        self._taken.pop(position).state.close()
