"""When a reading is saved, and saving it while the engine goes on."""

from __future__ import annotations

import logging
import mmap
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

from app.core.errors import AppError, Code, Problem
from app.engine.kv.encrypted_file import SealBroken
from app.engine.kv.reuse import Tokens
from app.engine.kv.saved_states import GoesOn, SavedState, SavedStates, StateKey
from app.engine.llama.hardware import free_memory
from app.engine.protocol import BookSpan

MIN_TOKENS = 512
"""A reading of fewer tokens is not worth a file, nor is a restored one that was continued by so few."""

_CHECKPOINT_SHARE = 1 / 32
"""An unfinished book is saved again when it has grown by this part; what a crash costs is no more."""

_CHECKPOINT_BYTES = 32 << 30
"""About as many bytes all checkpoints of one book write: with large states they come less often."""

_AGAIN_BYTES = 1 << 30
"""The same, of what checkpoints write again where only rows that are new are written: the local layers. For Scout that
is little where a chunk begins, so checkpoints of a long book come there, and a reading is written about once."""

_CHECKPOINT_COST = 10
"""The factor between two checkpoints: reading goes on for so many times as long as saving the last one took."""

_log = logging.getLogger("octavo.engine")


@dataclass(frozen=True)
class SaveTarget:
    """The place and the key with which readings are saved. For `kernels` see `SavedState`."""

    readings: SavedStates
    key: StateKey
    model_name: str
    kernels: str = ""


@dataclass
class _OnDisk:
    """The reading that was saved or loaded last, None until it is on disk; and how many of its tokens, from the first,
    the context has held ever since."""

    reading: SavedState | None
    tokens: int


class Checkpoints:
    """The saved readings of one model. The caller copies the state, on the engine's thread; it is encrypted and written
    on a thread of its own. What goes wrong is kept for `problems`: reading goes on without."""

    def __init__(self, target: SaveTarget) -> None:
        self._target = target
        self._readings = target.readings
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="checkpoints")
        self._writing: Future[None] | None = None
        self._problems: list[Problem] = []
        self._last_position = 0
        self._last_at = time.monotonic()
        self._last_cost_s = 0.0
        self._on_disk = _OnDisk(None, 0)
        self._sealed: deque[tuple[int, float]] = deque()  # bytes and seconds, of each file that was written

    def begin(self, position: int) -> None:
        """Begin to count at `position`: a crash loses nothing up to there."""
        self._last_position, self._last_at = position, time.monotonic()

    def grown(self, position: int) -> int:
        """Return how many tokens were read since the last copy."""
        return position - self._last_position

    def continues(self, reading: SavedState, tokens: int) -> None:
        """Note that the context holds the first `tokens` of a reading that was loaded."""
        self._on_disk = _OnDisk(reading, tokens)

    def cut(self, position: int) -> None:
        """Note that the context holds nothing any more from `position` on."""
        self._on_disk.tokens = min(self._on_disk.tokens, position)

    def is_due(self, position: int, state_bytes: Callable[[], int], local_bytes: Callable[[], int]) -> bool:
        """Return whether an unfinished book should be saved at `position`, by what was read and by what saving costs:
        the bytes of the whole state there, or of its local layers if the others need not be written again."""
        grown = self.grown(position)
        if (
            grown < max(MIN_TOKENS, _CHECKPOINT_SHARE * position)
            or time.monotonic() - self._last_at < _CHECKPOINT_COST * self._last_cost_s
            or not (self._writing is None or self._writing.done())
        ):
            return False
        if self._on_disk.reading is not None and self._on_disk.reading.used:
            return grown >= position * local_bytes() / _AGAIN_BYTES
        return grown >= position * state_bytes() / _CHECKPOINT_BYTES

    def has_memory_for(self, state_bytes: int) -> bool:
        """Return whether there is memory for a copy; if not, that is reported like any other reason for not saving."""
        free = free_memory()
        if state_bytes < free:
            return True
        self._problems.append(AppError(Code.READING_NOT_SAVED, needed_bytes=state_bytes, free_bytes=free).problem)
        return False

    def save(
        self,
        tokens: Tokens,
        position_min: int,
        logits: bytes,
        books: tuple[BookSpan, ...],
        state: mmap.mmap,
        *,
        complete: bool,
        copying_s: float,
    ) -> None:
        """Write in the background; `state` is closed afterwards. `copying_s` are the seconds that the copy took. The
        rest is as in `SavedState`."""
        reading = SavedState(
            key=self._target.key,
            tokens_le32=tokens.tobytes(),
            position_min=position_min,
            logits=logits,
            state_bytes=len(state),
            books=books,
            model_name=self._target.model_name,
            complete=complete,
            saved_at=time.time(),
            kernels=self._target.kernels,
        )
        self.begin(len(tokens))
        before, made = self._on_disk, _OnDisk(None, len(tokens))
        shared_tokens = before.tokens  # cuts from here on are none of this copy

        def write() -> None:  # what came before may be on disk only then
            goes_on = None if before.reading is None else GoesOn(before.reading, shared_tokens)
            self._write(reading, state, copying_s, goes_on, made)

        self._on_disk = made
        self._writing = self._writer.submit(write)

    def saved(self) -> tuple[SavedState, ...]:
        """Return the readings that are on disk; none where the folder cannot be read."""
        try:
            found = self._readings.of(self._target.key)
        except AppError as error:
            if error.problem not in self._problems:  # every look at a prompt meets it
                self._problems.append(error.problem)
            return ()
        if self._readings.thrown_away:
            self._readings.thrown_away = 0
            self._problems.append(AppError(Code.READING_DAMAGED).problem)
        return found

    def is_of_these_kernels(self, saved: SavedState) -> bool:
        return saved.kernels == self._target.kernels

    def load(self, saved: SavedState, on_progress: Callable[[float], None]) -> mmap.mmap | None:
        """Return the state, which the caller closes, or None if it cannot be had. Raises SealBroken after one that is
        damaged was deleted, and whatever `on_progress` raises."""
        free = free_memory()
        try:
            if saved.state_bytes >= free:
                raise AppError(Code.READING_NO_MEMORY, needed_bytes=saved.state_bytes, free_bytes=free)
            return self._readings.load(saved, on_progress)
        except SealBroken:
            self._problems.append(AppError(Code.READING_DAMAGED).problem)
            try:
                self._readings.delete(saved)
            except AppError as error:
                self._problems.append(error.problem)
            raise
        except AppError as error:
            self._problems.append(error.problem)
            return None

    def pass_over(self, saved: SavedState, reason: AppError) -> None:
        """Do not use it again in this process."""
        self._readings.pass_over(saved)
        self._problems.append(reason.problem)

    def delete_of_book(self, book_id: str) -> None:
        """Delete the saved readings of a book. Raises AppError FOLDER_READ_ONLY."""
        self._readings.delete_of_book(book_id)

    def flush_saved(self) -> None:
        """Wait until all is written."""
        if self._writing is not None:
            self._writing.result()

    def problems(self) -> list[Problem]:
        """Return the problems with saved readings since the last call."""
        problems, self._problems = self._problems, []
        return problems

    def take_sealed(self) -> tuple[int, float]:
        """Return how many bytes were written since the last call, and the seconds that it took."""
        files = [self._sealed.popleft() for _ in range(len(self._sealed))]
        return sum(size for size, _ in files), sum(seconds for _, seconds in files)

    def _write(
        self, reading: SavedState, state: mmap.mmap, copying_s: float, goes_on: GoesOn | None, made: _OnDisk
    ) -> None:
        started = time.monotonic()
        try:
            saved = self._readings.save(reading, state, goes_on)
            made.reading = saved
            self._sealed.append((saved.size_bytes, time.monotonic() - started))
        except AppError as error:
            self._problems.append(error.problem)
        finally:
            state.close()
            self._last_cost_s = copying_s + time.monotonic() - started
            _log.info("a reading was saved in %.1f s", self._last_cost_s)
