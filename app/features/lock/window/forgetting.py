"""Forgets what was shown: pictures that Qt keeps, texts that were measured, freed memory that still has them.

What Python and Qt free keeps its content until it is used again. While the desk is locked, glibc is told to overwrite
what is freed (`mallopt`, M_PERTURB); what Python keeps free for small objects is used up once and freed again; then
whole pages that are free go back to the system. Something may be left where none of this reaches.
"""

from __future__ import annotations

import ctypes
import gc
import sys
from functools import _lru_cache_wrapper

from PySide6.QtGui import QPixmapCache

_OF_THE_PROGRAM = ("app.ui.", "app.documents.", "app.services.", "app.export.", "app.features.")
_PERTURB = -6  # malloc.h
_OVERWRITTEN_WITH = 0x5A
_LARGEST_SMALL, _STEP = 512, 16
"""The largest block of pymalloc in bytes, and the step between its sizes: it has blocks for each sixteen up to this."""
_LARGEST_KEPT = 1056
"""The largest block in bytes of which glibc keeps some of each sixteen for their thread, and does not overwrite
them."""
_LARGE = (2 << 10, 4 << 10, 8 << 10, 16 << 10, 32 << 10, 64 << 10)
_MOST_OBJECTS = 500
_EMPTY_BYTES = sys.getsizeof(b"")
_FILLED_BYTES = 4 << 20
"""The bytes that are filled of each size of block; more is rarely free."""


def overwrite_freed(on: bool) -> None:
    """Have memory that is freed from now on overwritten (or not, if not `on`), if the C library can do that."""
    if (library := _library()) is not None:
        library.mallopt(_PERTURB, _OVERWRITTEN_WITH if on else 0)


def forget_shown() -> None:
    """Drop caches of what was shown, and fill the memory they freed. Objects that the collector found must not be
    frozen (`Collector.renew`)."""
    QPixmapCache.clear()
    for kept in gc.get_objects():
        if isinstance(kept, _lru_cache_wrapper) and str(kept.__module__).startswith(_OF_THE_PROGRAM):
            kept.cache_clear()
    gc.collect()
    for size in range(3 * _STEP, _LARGEST_SMALL + 1, _STEP):
        filling = [bytes(size - _EMPTY_BYTES) for _ in range(_FILLED_BYTES // size)]
        del filling
    fill_freed()
    if (library := _library()) is not None:
        library.malloc_trim(0)


def fill_freed() -> None:
    """Use up once what the C library keeps free for this thread: it has a store of its own for each."""
    library = _library()
    if library is None:
        return
    for size in (*range(2 * _STEP, _LARGEST_KEPT, _STEP), *_LARGE):
        taken = [library.malloc(size) for _ in range(min(_MOST_OBJECTS, _FILLED_BYTES // size))]
        for place in filter(None, taken):
            ctypes.memset(place, 0, size)
            library.free(place)


def _library() -> ctypes.CDLL | None:
    """Return the C library, if it is glibc; else None."""
    if sys.platform != "linux":
        return None
    found = ctypes.CDLL(None)
    if not hasattr(found, "mallopt") or not hasattr(found, "malloc_trim"):
        return None
    found.malloc.argtypes, found.malloc.restype = [ctypes.c_size_t], ctypes.c_void_p
    found.free.argtypes = [ctypes.c_void_p]
    return found
