"""The tokens that a context holds, evaluated one slice after the other: cut, come back to, left for a moment.

What may be kept is decided in `kv.reuse`; here it is done, with copies of the local layers in main memory.
"""

from __future__ import annotations

import logging
import mmap
import time
from array import array
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from app.core.errors import AppError, Code
from app.core.work import Stopped
from app.engine.architectures import Attention, Geometry
from app.engine.control import RunControl
from app.engine.kv import reuse
from app.engine.kv.checkpoints import Checkpoints
from app.engine.kv.reuse import Tokens
from app.engine.llama.hardware import free_memory
from app.engine.llama.llama import LlamaContext
from app.engine.protocol import ImageSpan

_BUDGET_SHARE = 8
"""Snapshots may take this part of the memory that is free once the model is loaded, where no plan says how much."""

_log = logging.getLogger("octavo.engine")

EmbeddingsOf = Callable[[ImageSpan], "npt.NDArray[np.float32]"]
"""Gives the rows that a span takes. Raises AppError."""


@dataclass
class _Snapshot:
    state: mmap.mmap
    is_end_of_books: bool
    used_at: float = field(default_factory=time.monotonic)


class _Snapshots:
    """Copies of the local layers, with which one comes back to `points`, in main memory, under a budget.

    Only layers with local attention lose keys as the sequence goes on, so only they are copied: for Scout 0.64 GiB with
    a q8_0 cache, whatever the length of the book. All belong to the sequence that the context holds now, and so do the
    points: the books' end, and where turns begin and end. `copied_bytes` counts the bytes of all copies so far, there
    and back.
    """

    def __init__(self, context: LlamaContext, budget_bytes: int | None = None) -> None:
        """`budget_bytes` of None takes a share of the free memory."""
        self._context = context
        self._budget_bytes = free_memory() // _BUDGET_SHARE if budget_bytes is None else budget_bytes
        self._taken: dict[int, _Snapshot] = {}
        self.points: set[int] = set()
        self.copied_bytes = 0

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
        self.copied_bytes += size

    def restore(self, position: int) -> None:
        """Bring the local layers back to `position`, where they were copied; what the global layers hold beyond what
        is kept must be removed next."""
        snapshot = self._taken[position]
        self._context.set_state(snapshot.state, local_only=True)
        self.copied_bytes += len(snapshot.state)
        snapshot.used_at = time.monotonic()

    def forget_beyond(self, position: int) -> None:
        """Forget snapshots taken beyond `position`, where the sequence was cut: they belong to no sequence any more."""
        for taken in [taken for taken in self._taken if taken > position]:
            self._drop(taken)
        self.points = {point for point in self.points if point <= position}

    def _least_useful(self) -> int:
        """Return the position of the snapshot that is missed least. Every conversation over the same books comes back
        to the books' end; turns are left behind one by one."""
        return min(self._taken, key=lambda p: (self._taken[p].is_end_of_books, self._taken[p].used_at))

    def _drop(self, position: int) -> None:
        self._taken.pop(position).state.close()


class HeldSequence:
    """The sequence of tokens that is held in a context: the base of `CachedSequence`, below what is read and saved."""

    _checkpoints: Checkpoints | None = None

    def __init__(
        self,
        context: LlamaContext,
        geometry: Geometry,
        control: RunControl,
        snapshot_bytes: int | None,
        *,
        tiled: bool,
        embeddings_of: EmbeddingsOf | None,
    ) -> None:
        self._context = context
        self._geometry = geometry
        self._control = control
        self._snapshots = _Snapshots(context, snapshot_bytes)
        self._tiled = tiled
        self._embeddings_of = embeddings_of
        self._held: Tokens = array("i")
        self._books_end = 0

    def __len__(self) -> int:
        return len(self._held)

    def extend(self, tokens: Tokens) -> None:
        """Evaluate a few more tokens; there are logits after each. Raises AppError CONTEXT_FULL, MODEL_FAILED."""
        self._decode(tokens, outputs=len(tokens))

    def take_back(self, position: int) -> None:
        """Forget tokens from `position` on that `extend` was just given, within one chunk: nothing else is lost."""
        self._cut(position)

    @contextmanager
    def aside(self, tokens: Tokens, more: int = 0) -> Iterator[bool]:
        """Evaluate tokens, with logits after the last one, and let `extend` evaluate up to `more` after them. All are
        forgotten in the end, whatever happens: the context is then what it was, and what follows is evaluated as if
        they had never been there.

        False, and nothing is evaluated, where they do not fit, or where memory is too short to come back from them.
        Raises AppError MODEL_FAILED; Stopped.
        """
        position, count = len(self._held), len(tokens) + more
        fits = position + count <= self._context.size and self._comes_back_after(count)
        try:
            if fits:
                self._evaluate_aside(tokens)
            yield fits
        finally:
            self._come_back(position)

    def _comes_back_after(self, count: int) -> bool:
        """Copy the local layers if that is needed to come back to the end of the sequence; say whether one can."""
        position, snapshots = len(self._held), self._snapshots
        snapshots.points.add(position)
        self._keep_local_keys(count)
        if self._geometry.attention is not Attention.CHUNKED and not self._is_kept(count):
            snapshots.take(position)
        return self._is_kept(count)

    def _is_kept(self, count: int) -> bool:
        return reuse.comes_back(len(self._held), count, self._geometry, self._snapshots.positions)

    def _evaluate_aside(self, tokens: Tokens) -> None:
        first, size = len(self._held), self._context.slice_tokens
        total = first + len(tokens)
        while (start := len(self._held)) < total:
            end = reuse.slice_end(start, total, size)
            try:
                self._decode(tokens[start - first : end - first], outputs=int(end == total), stoppable=True)
            except InterruptedError:
                if self._control.wait():
                    raise Stopped from None

    def _come_back(self, position: int) -> None:
        """Come back to the end of what there was before tokens were evaluated aside; a context that failed becomes
        empty."""
        held = len(self._held)
        if held <= position:
            return
        sound = reuse.sound_point(position, held, self._context.position_min(), self._geometry)
        if sound < position and position in self._snapshots.positions:
            self._snapshots.restore(position)
            sound = position
        self._cut(sound)

    def _cut(self, position: int) -> None:
        self._context.remove_from(position)
        del self._held[position:]
        if self._checkpoints is not None:
            self._checkpoints.cut(position)
        self._snapshots.forget_beyond(position)

    def _keep_local_keys(self, count: int) -> None:
        """Copy what the next `count` tokens may overwrite and somebody may come back to, before they are evaluated."""
        position, snapshots = len(self._held), self._snapshots
        position_min, points = self._context.position_min(), snapshots.points
        if reuse.is_snapshot_due(position, count, position_min, self._geometry, points, snapshots.positions):
            served = reuse.served(position, self._books_end, self._geometry)
            snapshots.take(position, is_end_of_books=0 < self._books_end == served)

    @property
    def _survives_a_stop(self) -> bool:
        """True if a slice may be broken off: llama.cpp then takes back its keys, but not what it did to a state."""
        return self._geometry.attention is not Attention.RECURRENT

    def _decode(self, tokens: Tokens, *, outputs: int, stoppable: bool = False) -> None:
        self._keep_local_keys(len(tokens))
        position, room = len(self._held), self._context.size
        filling = reuse.filling(position, len(tokens), room, self._geometry) if self._tiled else 0
        try:
            stoppable = stoppable and self._survives_a_stop
            self._context.decode(tokens, position, outputs=outputs, stoppable=stoppable, filling=filling)
        except AppError:
            self._cut(0)  # llama.cpp may have kept a part: begin again rather than guess which
            raise
        self._held.extend(tokens)

    def _decode_image(self, image: ImageSpan, numbers: Tokens) -> None:
        """Evaluate the embeddings of an image, whose places in the sequence have `numbers`."""
        if self._embeddings_of is None:
            raise AppError(Code.BUG, where="sequence.images")
        self._keep_local_keys(len(numbers))
        first = len(self._held) - image.start
        rows = self._embeddings_of(image)[first : first + len(numbers)]
        # llama.cpp takes back a broken slice by its positions: with columns, all of the image has the same ones
        stoppable = self._survives_a_stop and not (image.columns and first)
        try:
            self._context.decode_embeddings(
                rows, len(self._held), causal=not image.whole, stoppable=stoppable, columns=image.columns, first=first
            )
        except AppError:
            self._cut(0)
            raise
        self._held.extend(numbers)
