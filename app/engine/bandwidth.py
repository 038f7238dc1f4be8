"""Measures how fast this machine reads and writes main memory."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from operator import attrgetter

import numpy as np
import numpy.typing as npt

from app.engine import protocol

_PROBE_S = 0.1
"""Long enough for a few hundred copies on a fast machine, short enough for a person who waits for a plan."""

_PROBED_BYTES = 128 << 20
"""The bytes of all arrays that are read, together: more than the caches of today's processors hold."""

_READ_AND_WRITTEN = 2

_UNDISTURBED = 0.9
"""The share of its time for which each thread has a processor to itself, where no other program computes."""


def measure_bandwidth(threads: int) -> protocol.Bandwidth:
    """Measure what `threads` together move between main memory and the processor, reading and writing: the best of
    several rounds, since other programs can only make it slower."""
    count = _PROBED_BYTES // 8 // threads
    pairs = [(np.ones(count), np.ones(count)) for _ in range(threads)]
    best, ends = protocol.Bandwidth(0.0, False), time.monotonic() + _PROBE_S

    def copy(pair: tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]) -> None:
        np.copyto(pair[1], pair[0])

    with ThreadPoolExecutor(threads, thread_name_prefix="bandwidth") as pool:
        while not best.bytes_a_second or time.monotonic() < ends:
            started, computed = time.monotonic(), time.process_time()
            list(pool.map(copy, pairs))
            passed = max(time.monotonic() - started, 1e-9)
            undisturbed = time.process_time() - computed >= _UNDISTURBED * passed * threads
            bytes_a_second = _READ_AND_WRITTEN * 8 * count * threads / passed
            best = max(best, protocol.Bandwidth(bytes_a_second, undisturbed), key=attrgetter("bytes_a_second"))
    return best
