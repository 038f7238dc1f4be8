"""Measures how fast a model's file can be read from its disk, briefly."""

from __future__ import annotations

import contextlib
import mmap
import os
import time
from pathlib import Path

PROBE_S = 0.15

_BYTES = 256 << 10
"""Of one read, about what the system reads at once where a mapped file is used from one place to the next."""

_STRIDE = 1_000_003
"""A prime, so that each place comes once and none is near the one before."""

_LEAST_FILE_BYTES = 64 << 20


def measure_disk(path: Path) -> float:
    """Bytes a second that are read in places all over the file, one after the other, past the system's cache.

    0 where that cannot be measured: this system or this kind of disk has no such reads, or the file is small.
    """
    flag = getattr(os, "O_DIRECT", 0)
    if not flag:
        return 0.0
    try:
        fd = os.open(path, os.O_RDONLY | flag)
    except OSError:
        return 0.0
    # Direct reads want an aligned place in memory, which a mapping is.
    with contextlib.closing(mmap.mmap(-1, _BYTES)) as room, contextlib.ExitStack() as stack:
        stack.callback(os.close, fd)
        places = os.fstat(fd).st_size // _BYTES
        if places * _BYTES < _LEAST_FILE_BYTES:
            return 0.0
        step, read, started = 0, 0, time.monotonic()
        while (passed := time.monotonic() - started) < PROBE_S or not read:
            try:
                read += os.preadv(fd, [room], step * _STRIDE % places * _BYTES)
            except OSError:
                return 0.0
            step += 1
        return read / passed
