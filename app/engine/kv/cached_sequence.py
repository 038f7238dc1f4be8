"""The one token sequence in a context: brought to what is wanted with as little evaluation as is sound.

What may be kept is decided in `kv.reuse`; here it is done. Three things spare evaluation: what the context holds,
snapshots of its local layers (main memory), and saved readings (disk).

Invariants:

- The last token of the books is evaluated alone, so that the comparison after a restore is fair. Where a model has
  local layers or a state, so is the last token of the prompt, where a regenerated answer begins; with full attention it
  is not, so there the first logits may be rounded otherwise. Held by:
  tests/engine/kv/test_saved.py::test_a_stopped_reading_goes_on_where_it_was,
  tests/engine/kv/test_attending.py::test_a_prompt_that_is_asked_again_gives_the_same_logits.
- A recurrent or hybrid model (Mamba, Granite 4 H, Qwen 3.5, LFM2) keeps one state in place of keys, which cannot be
  brought back by a token. Its saved reading holds the state before the last token, and its slices are never broken off.
  Held by: tests/engine/kv/test_attending.py::test_a_slice_that_changes_a_state_is_not_broken_off,
  tests/engine/kv/test_attending.py::test_only_what_is_new_is_evaluated.
- A reading that is saved before its end has one token more, evaluated alone, which is taken back at once. Held by:
  tests/engine/kv/test_saved.py::test_what_is_saved_on_the_way_changes_no_logit.
"""

from __future__ import annotations

import logging
import mmap
import time
from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from app.core.conversations.conversation import Usage
from app.core.errors import AppError, Code, Problem
from app.core.work import Stopped
from app.engine.architectures import Attention, Geometry
from app.engine.control import RunControl
from app.engine.kv import reuse
from app.engine.kv.checkpoints import MIN_TOKENS, Checkpoints, SaveTarget
from app.engine.kv.encrypted_file import SealBroken
from app.engine.kv.held_sequence import EmbeddingsOf, HeldSequence
from app.engine.kv.restore_check import deviation
from app.engine.kv.reuse import Tokens
from app.engine.kv.run_ahead import RunAhead
from app.engine.kv.saved_states import SavedState
from app.engine.llama.llama import LlamaContext
from app.engine.protocol import BookSpan, EngineCounts, ImageSpan

_log = logging.getLogger("octavo.engine")

OnProgress = Callable[[int, int, int], None]
"""Called with tokens: done, total, reused."""


@dataclass(frozen=True)
class _Copy:
    """A state, the oldest position of which it has all keys, and the seconds that copying took."""

    state: mmap.mmap
    position_min: int
    seconds: float


class CachedSequence(HeldSequence):
    """The tokens that a context holds. `control` is looked at between slices; on a CPU the context looks at it inside
    slices too."""

    def __init__(
        self,
        context: LlamaContext,
        geometry: Geometry,
        control: RunControl,
        target: SaveTarget | None = None,
        snapshot_bytes: int | None = None,
        *,
        tiled: bool = False,
        embeddings_of: EmbeddingsOf | None = None,
    ) -> None:
        """`tiled` tells that short slices are filled up (see `reuse.TILE_TOKENS`). `embeddings_of` is None for text
        alone."""
        super().__init__(context, geometry, control, snapshot_bytes, tiled=tiled, embeddings_of=embeddings_of)
        self._checkpoints = Checkpoints(target) if target else None
        self._book_ids: frozenset[str] = frozenset()

    def read(
        self, wanted: Tokens, books: Sequence[BookSpan], on_progress: OnProgress, images: Sequence[ImageSpan] = ()
    ) -> Usage:
        """Bring the context to the end of `wanted`, evaluating only what it does not hold soundly.

        `images` say where embeddings are in it, in their order; the embeddings of what is evaluated must be at hand.
        Where the last of the `books` ends, the reading is saved; before that it is saved now and then, and when it is
        stopped. Raises AppError CONTEXT_FULL, MODEL_FAILED; Stopped.
        """
        if len(wanted) > self._context.size:
            raise AppError(Code.CONTEXT_FULL, context_tokens=self._context.size)
        total = len(wanted)
        plan = self._restore(self._plan(wanted), wanted, on_progress)
        self._book_ids |= {book.book_id for book in books}
        self._go_back(plan)
        end = self._books_end = books[-1].end if books else 0
        self._snapshots.points |= {end, max(end, plan.keep), total - 1}
        on_progress(plan.keep, total, plan.keep)
        self._evaluate(wanted, books, images, lambda done: on_progress(done, total, plan.keep))
        return Usage(total, plan.keep, total - plan.keep, 0)

    def reach(
        self, wanted: Tokens, books: Sequence[BookSpan], on_progress: OnProgress, images: Sequence[ImageSpan] = ()
    ) -> Usage:
        """Do as `read` does, but evaluate nothing where the context ends there already; it may have no logits then."""
        return Usage() if self._held == wanted else self.read(wanted, books, on_progress, images)

    def foresee(self, wanted: Tokens) -> int:
        """Return how many positions, of tokens and embeddings, `read` would evaluate; nothing is evaluated."""
        plan = self._plan(wanted)
        gain = max((self._gain(plan, saved, wanted) for saved in self._saved()), default=0)
        return plan.total - plan.keep - (gain if gain >= MIN_TOKENS else 0)

    def forget(self, book_id: str) -> None:
        """Keep nothing more of a book, in memory or on disk. Raises AppError FOLDER_READ_ONLY."""
        if book_id in self._book_ids:
            self._erase()
        self.flush_saved()
        if self._checkpoints is not None:
            self._checkpoints.delete_of_book(book_id)

    def forget_all(self) -> None:
        """Keep nothing in memory; what is saved stays."""
        self.flush_saved()
        self._erase()

    def _erase(self) -> None:
        self._cut(0)
        self._context.erase()
        self._book_ids = frozenset()

    def flush_saved(self) -> None:
        """Wait until all readings that are being saved are on disk."""
        if self._checkpoints is not None:
            self._checkpoints.flush_saved()

    def problems(self) -> list[Problem]:
        """Return the problems with saved readings since the last call."""
        return self._checkpoints.problems() if self._checkpoints is not None else []

    def take_counts(self) -> EngineCounts:
        """Return the counts of what was copied, sealed and waited for since the last call."""
        copied, self._snapshots.copied_bytes = self._snapshots.copied_bytes, 0
        sealed_bytes, sealing_s = self._checkpoints.take_sealed() if self._checkpoints is not None else (0, 0.0)
        return EngineCounts(copied, sealed_bytes, sealing_s, *self._context.take_counts())

    # ---- back to a sound point

    def _plan(self, wanted: Tokens) -> reuse.ReusePlan:
        return reuse.plan(self._held, wanted, self._context.position_min(), self._geometry, self._snapshots.positions)

    def _go_back(self, plan: reuse.ReusePlan) -> None:
        if plan.snapshot is not None:
            self._snapshots.restore(plan.snapshot)
        if plan.keep < len(self._held):
            self._cut(plan.keep)

    # ---- on to the end of what is wanted

    def _evaluate(
        self, wanted: Tokens, books: Sequence[BookSpan], images: Sequence[ImageSpan], on_progress: Callable[[int], None]
    ) -> None:
        """Evaluate what is wanted and not held. The last token of the books, and that of the prompt, are evaluated
        alone: a saved reading is probed by evaluating its last token again, and a regenerated answer begins with the
        prompt's."""
        total, books_end = len(wanted), self._books_end
        begun_again = () if self._geometry.attention is Attention.FULL else (total - 1,)
        cuts = [books_end - 1, books_end, *begun_again, *(image.start for image in images)]
        queue = RunAhead(self._context, on_progress)
        early: _Copy | None = None
        if self._checkpoints is not None:
            self._checkpoints.begin(len(self._held))
        while (start := len(self._held)) < total:
            if start < books_end - 1 and self._is_checkpoint_due():
                self._save_on_the_way(wanted, books)
                start = len(self._held)
            if start == books_end - 1 and self._is_new(wanted[:books_end]):
                early = self._copy_early()
            image = next((image for image in images if image.start <= start < image.end), None)
            end = reuse.slice_end(start, total, self._context.slice_tokens, cuts)
            try:
                if image is not None:
                    end = image.end if image.whole else min(end, image.end)
                    self._decode_image(image, wanted[start:end])
                else:
                    outputs = int(end in (books_end, total))
                    self._decode(wanted[start:end], outputs=outputs, stoppable=end - start > 1)
            except InterruptedError:
                self._give_way(wanted, books, queue)
                continue
            queue.decoded(end)
            if end == books_end:
                self._keep_local_keys(0)
                if self._is_new(self._held):
                    self._save(books, early, complete=True)
            if end < total and self._control.pending():
                self._give_way(wanted, books, queue)
        queue.wait()

    def _give_way(self, wanted: Tokens, books: Sequence[BookSpan], queue: RunAhead) -> None:
        """Finish and save what was read; then wait while paused, or raise Stopped."""
        queue.wait()
        self._save_before_stopping(wanted, books)
        if self._control.wait():
            raise Stopped

    # ---- saved readings

    def _restore(self, plan: reuse.ReusePlan, wanted: Tokens, on_progress: OnProgress) -> reuse.ReusePlan:
        """Load the saved reading that spares most, if one spares more than the context itself; of equals, one that
        the same kernels computed."""
        checkpoints = self._checkpoints
        if checkpoints is None:
            return plan

        def worth(saved: SavedState) -> tuple[int, bool]:
            return self._gain(plan, saved, wanted), checkpoints.is_of_these_kernels(saved)

        best = max(checkpoints.saved(), key=worth, default=None)
        if best is None or (gain := self._gain(plan, best, wanted)) < MIN_TOKENS:
            return plan

        def loading(fraction: float) -> None:
            if self._control.wait():
                raise Stopped
            kept = plan.keep + int(fraction * gain)
            on_progress(kept, len(wanted), kept)

        try:
            state = checkpoints.load(best, loading)
        except SealBroken:
            return self._restore(plan, wanted, on_progress)
        if state is None:
            return plan
        checkpoints.cut(0)
        try:
            self._use_state(best, state, same_kernels=checkpoints.is_of_these_kernels(best))
        except AppError as error:
            self._cut(0)
            checkpoints.pass_over(best, error)
            return self._restore(self._plan(wanted), wanted, on_progress)
        finally:
            state.close()
        checkpoints.continues(best, len(best.tokens) - 1)  # the last token was evaluated again
        if not best.complete:
            self._take_probe_back()
        return self._plan(wanted)

    def _use_state(self, saved: SavedState, state: mmap.mmap, *, same_kernels: bool) -> None:
        """Use the state of a saved reading. Raises AppError READING_PASSED_OVER if what comes out is not what was
        saved, but for rounding, or if llama.cpp refuses the state. The bytes are authentic all the same, and may be
        right where others compute."""
        tokens = saved.tokens
        self._snapshots.forget_beyond(reuse.common_prefix(self._held, tokens))
        self._held = array("i")
        self._context.remove_from(0)
        try:
            self._context.set_state(state)
        except AppError as error:
            raise AppError(Code.READING_PASSED_OVER) from error
        self._held = tokens
        last = tokens[-1:]
        self._context.remove_from(len(tokens) - 1)
        del self._held[-1]
        if not saved.complete:
            self._keep_early()
        self._decode(last, outputs=1)
        found = deviation(np.frombuffer(saved.logits, np.float32), self._context.logits())
        sound = found.is_rounding(same_kernels=same_kernels)
        _log.info(
            "a saved reading of %d tokens, %s kernels, %.5f nats and %.3f deviations off: %s",
            len(tokens),
            "same" if same_kernels else "other",
            found.divergence,
            found.best,
            "used" if sound else "passed over",
        )
        if not sound:
            raise AppError(Code.READING_PASSED_OVER)

    def _gain(self, plan: reuse.ReusePlan, saved: SavedState, wanted: Tokens) -> int:
        return reuse.saved_gain(plan, saved.tokens, saved.position_min, wanted, self._geometry)

    def _saved(self) -> tuple[SavedState, ...]:
        return self._checkpoints.saved() if self._checkpoints is not None else ()

    def _is_checkpoint_due(self) -> bool:
        due = self._checkpoints
        return due is not None and due.is_due(len(self._held), self._context.state_bytes, self._local_bytes)

    def _local_bytes(self) -> int:
        """Return about how many bytes a state has of local layers once one more token is evaluated."""
        geometry = self._geometry
        begins = geometry.attention is Attention.CHUNKED and len(self._held) % geometry.window == 0
        return 0 if begins or geometry.attention is Attention.FULL else self._context.state_bytes(local_only=True)

    def _save_before_stopping(self, wanted: Tokens, books: Sequence[BookSpan]) -> None:
        read, checkpoints = len(self._held), self._checkpoints
        if checkpoints is not None and read < self._books_end - 1 and checkpoints.grown(read) >= MIN_TOKENS:
            self._save_on_the_way(wanted, books)

    def _save_on_the_way(self, wanted: Tokens, books: Sequence[BookSpan]) -> None:
        """Save an unfinished reading, with one token more, evaluated alone, by which it is probed once restored."""
        start, points = len(self._held), set(self._snapshots.points)
        early = self._copy_early()
        self._keep_early()
        self._decode(wanted[start : start + 1], outputs=1)
        self._save(books, early, complete=False)
        self._take_probe_back()
        self._snapshots.points = points  # those further on are still on the way

    def _keep_early(self) -> None:
        """Make sure, before the token is evaluated by which a reading is probed, that it can be taken back."""
        if self._geometry.attention is Attention.RECURRENT:
            self._snapshots.take(len(self._held))

    def _take_probe_back(self) -> None:
        """Forget the last token, where that is sound: the text is then evaluated in the same slices, and gives the same
        logits, wherever it was saved on the way."""
        last = len(self._held) - 1
        sound = reuse.sound_point(last, last + 1, self._context.position_min(), self._geometry)
        if sound == last or last in self._snapshots.positions:
            self._come_back(last)

    def _is_new(self, tokens: Tokens) -> bool:
        """Return whether the books, which end with these tokens, are worth saving: no finished reading gives them
        back."""
        if self._checkpoints is None or len(tokens) < MIN_TOKENS:
            return False
        nothing = reuse.ReusePlan(0, len(tokens))
        return not any(
            saved.complete and len(tokens) - self._gain(nothing, saved, tokens) < MIN_TOKENS for saved in self._saved()
        )

    def _copy_early(self) -> _Copy | None:
        """Return the state before the token by which a reading is probed, if a state cannot be brought back to before
        it; such a reading has one token more than its state."""
        return self._copy() if self._geometry.attention is Attention.RECURRENT else None

    def _copy(self) -> _Copy | None:
        """Return the state as it is now, or None if memory is short, which is reported."""
        if self._checkpoints is None or not self._checkpoints.has_memory_for(self._context.state_bytes()):
            return None
        started = time.monotonic()
        return _Copy(self._context.state(), self._context.position_min(), time.monotonic() - started)

    def _save(self, books: Sequence[BookSpan], early: _Copy | None, *, complete: bool) -> None:
        """Write what was copied `early`, or a copy of now, in the background. The logits of the next token must be
        there."""
        position, position_min = len(self._held), self._context.position_min()
        if early is None and reuse.sound_point(position - 1, position, position_min, self._geometry) == position - 1:
            early = self._copy()
        if self._checkpoints is None or early is None:
            return  # it could not be probed, or there is no memory for it
        self._checkpoints.save(
            self._held,
            early.position_min,
            self._context.logits().tobytes(),
            tuple(book for book in books if book.start < position),
            early.state,
            complete=complete,
            copying_s=early.seconds,
        )
