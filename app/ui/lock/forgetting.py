"""Forgets what was shown: pictures that Qt keeps, texts that were measured, freed memory that still holds them."""

from __future__ import annotations

import contextlib
import ctypes
import gc
import sys
from functools import _lru_cache_wrapper

from PySide6.QtGui import QPixmapCache

_OF_THE_PROGRAM = ("app.ui.", "app.documents.", "app.services.", "app.export.")


def forget_shown() -> None:
    """What is collected must not be frozen (`Collector.renew`)."""
    QPixmapCache.clear()
    for kept in gc.get_objects():
        if isinstance(kept, _lru_cache_wrapper) and str(kept.__module__).startswith(_OF_THE_PROGRAM):
            kept.cache_clear()
    gc.collect()
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):  # a C library other than glibc
            ctypes.CDLL(None).malloc_trim(0)
