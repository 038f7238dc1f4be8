"""Measures what is left in Python's memory of what was shown and is gone again."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication

_WARM, _TIMES = 60, 20

MOST_LEFT = 20.0
"""The most blocks that may be left each time, since what Python keeps of what it freed comes to rest slowly. One thing
for each widget of an answer is twice as much."""


def blocks_left(show_and_close: Callable[[], object]) -> float:
    """Blocks of memory that are still in use for each time, on average. The first times fill what is kept on
    purpose."""
    for _ in range(_WARM):
        show_and_close()
    before = _blocks()
    for _ in range(_TIMES):
        show_and_close()
    return (_blocks() - before) / _TIMES


def _blocks() -> int:
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    gc.collect()
    return sys.getallocatedblocks()
