"""Measures how fast a model's file can be read from its disk, and how much of it the system keeps in memory."""

from __future__ import annotations

import contextlib
import mmap
import os
import time
from pathlib import Path

PROBE_S = 0.15

_BYTES = 256 << 10
"""The bytes of one read, about as many as the system reads at once where a mapped file is used from one place to the
next."""

_STRIDE = 1_000_003
"""A prime, so that each place comes once and none is near the one before."""

_LEAST_FILE_BYTES = 64 << 20

_SAMPLES, _SAMPLE_BYTES = 64, 4096


def measure_disk(path: Path) -> float:
    """Return the bytes a second that are read in places all over the file, one after the other, past the system's
    cache.

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


def cached_share(path: Path) -> float | None:
    """Return how much of a file the system keeps in memory, from 0 to 1, by samples; None if that cannot be found
    out."""
    flag = getattr(os, "RWF_NOWAIT", 0)
    if not flag:
        return None
    try:
        fd = os.open(path, os.O_RDONLY)
    except OSError:
        return None
    with contextlib.ExitStack() as stack:
        stack.callback(os.close, fd)
        last = max(0, os.fstat(fd).st_size - _SAMPLE_BYTES)
        kept, room = 0, bytearray(_SAMPLE_BYTES)
        for sample in range(_SAMPLES):
            try:
                kept += os.preadv(fd, [room], last * sample // (_SAMPLES - 1), flag) > 0
            except BlockingIOError:
                continue
            except OSError:
                return None
        return kept / _SAMPLES


def drop_cached(path: Path) -> None:
    """Have the system forget what it keeps of a file, where it knows how; what other programs use stays."""
    if not hasattr(os, "posix_fadvise"):
        return
    with contextlib.suppress(OSError), path.open("rb") as file:
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
