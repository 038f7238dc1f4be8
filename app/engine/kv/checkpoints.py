"""When a reading is saved, and saving it while the engine goes on."""

from __future__ import annotations

import logging
import mmap
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

from app.core.errors import AppError, Code, Problem
from app.engine.hardware import free_memory
from app.engine.kv.saved_states import Readings, SavedReading

MIN_TOKENS = 512
"""A reading of fewer tokens is not worth a file, nor is a restored one that was continued by so few."""

_CHECKPOINT_SHARE = 1 / 32
"""An unfinished book is saved again when it has grown by this part; what a crash costs is no more."""

_CHECKPOINT_BYTES = 32 << 30
"""About as many bytes all checkpoints of one book write: with large states they come less often."""

_CHECKPOINT_COST = 10
"""Between two checkpoints reading goes on for this many times as long as saving the last one took."""

_log = logging.getLogger("octavo.engine")


class Keeper:
    """Copies are made by the caller, on the engine's thread; encrypting and writing happen on a thread of its own."""

    def __init__(self, readings: Readings) -> None:
        self._readings = readings
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="keeper")
        self._writing: Future[None] | None = None
        self._problems: list[Problem] = []
        self._last_position = 0
        self._last_at = time.monotonic()
        self._last_cost_s = 0.0

    def begin(self, position: int) -> None:
        """Reading begins at `position`: up to there nothing is lost by a crash."""
        self._last_position, self._last_at = position, time.monotonic()

    def grown(self, position: int) -> int:
        """Tokens read since the last copy."""
        return position - self._last_position

    def is_due(self, position: int, state_bytes: Callable[[], int]) -> bool:
        """Whether an unfinished book should be saved at `position`, by what was read and by what saving costs."""
        grown = self.grown(position)
        return (
            grown >= max(MIN_TOKENS, _CHECKPOINT_SHARE * position)
            and time.monotonic() - self._last_at >= _CHECKPOINT_COST * self._last_cost_s
            and (self._writing is None or self._writing.done())
            and grown >= position * state_bytes() / _CHECKPOINT_BYTES
        )

    def has_memory_for(self, state_bytes: int) -> bool:
        """Whether a copy can be made; if not, that is told like any other reason for not saving."""
        free = free_memory()
        if state_bytes < free:
            return True
        self._problems.append(AppError(Code.READING_NOT_SAVED, needed_bytes=state_bytes, free_bytes=free).problem)
        return False

    def save(self, reading: SavedReading, state: mmap.mmap, position: int, copying_s: float) -> None:
        """Write in the background; `state` is closed afterwards. `copying_s`: what making the copy took."""
        self._last_position, self._last_at = position, time.monotonic()
        self._writing = self._writer.submit(self._write, reading, state, copying_s)

    def settle(self) -> None:
        """Wait until all is written."""
        if self._writing is not None:
            self._writing.result()

    def problems(self) -> list[Problem]:
        """What went wrong since the last call, to be told."""
        problems, self._problems = self._problems, []
        return problems

    def _write(self, reading: SavedReading, state: mmap.mmap, copying_s: float) -> None:
        started = time.monotonic()
        try:
            self._readings.save(reading, state)
        except AppError as error:
            self._problems.append(error.problem)
        finally:
            state.close()
            self._last_cost_s = copying_s + time.monotonic() - started
            _log.info("a reading was saved in %.1f s", self._last_cost_s)
