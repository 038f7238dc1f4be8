"""The machine as the engine sees it."""

from __future__ import annotations

import os
from pathlib import Path

import psutil

_GROUP = Path("/sys/fs/cgroup")


def physical_cores() -> int:
    """Cores that this process may use, without hyper-threads: more threads than these slow llama.cpp down."""
    physical = psutil.cpu_count(logical=False) or os.cpu_count() or 1
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else physical
    return max(1, min(physical, allowed))


def free_memory() -> int:
    """Bytes of main memory that can be had without swapping, within this process's control group."""
    return min(int(psutil.virtual_memory().available), _group_room())


def _group_room() -> int:
    """What the control group (v2) of this process still grants, in bytes; enormous where there is no limit."""
    unlimited = 1 << 62
    try:
        limit = (_GROUP / "memory.max").read_text(encoding="ascii").strip()
        used = (_GROUP / "memory.current").read_text(encoding="ascii")
        return unlimited if limit == "max" else max(0, int(limit) - int(used))
    except (OSError, ValueError):
        return unlimited
