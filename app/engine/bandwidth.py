"""Measures the speed of main memory, briefly. A module of its own, because only the engine's process loads numpy."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import numpy.typing as npt

PROBE_S = 0.1
"""Long enough for several copies on a slow machine; nobody notices it before a plan."""

_BYTES = 128 << 20
"""Of all arrays that are read, together: more than the caches of today's processors."""

_READ_AND_WRITTEN = 2


def measure_bandwidth(threads: int) -> float:
    """Bytes a second that `threads` together move between main memory and the processor, reading and writing; the best
    of several rounds, since other programs can only make it slower."""
    count = _BYTES // 8 // threads
    pairs = [(np.ones(count), np.ones(count)) for _ in range(threads)]
    best, ends = 0.0, time.monotonic() + PROBE_S

    def copy(pair: tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]) -> None:
        np.copyto(pair[1], pair[0])

    with ThreadPoolExecutor(threads, thread_name_prefix="bandwidth") as pool:
        while not best or time.monotonic() < ends:
            started = time.monotonic()
            list(pool.map(copy, pairs))
            passed = max(time.monotonic() - started, 1e-9)
            best = max(best, _READ_AND_WRITTEN * 8 * count * threads / passed)
    return best
