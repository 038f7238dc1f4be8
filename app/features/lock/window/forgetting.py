"""Forgets what was shown: pictures that Qt keeps, texts that were measured, freed memory that still has them.

What Python and Qt free keeps its content until it is used again. While the desk is locked, glibc is told to overwrite
what is freed (`mallopt`, M_PERTURB); what Python keeps free for small objects is used up once and freed again; then
whole pages that are free go back to the system. Something may be left where none of this reaches. All of it takes some
tenths of a second of a thread’s time, and is done in steps, between which the lock screen answers.
"""

from __future__ import annotations

import ctypes
import gc
import sys
from collections.abc import Callable, Iterator
from functools import _lru_cache_wrapper

from PySide6.QtCore import QObject, QTimer, Slot
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


class Forgetting(QObject):
    """Drops caches of what was shown, collects what only those had, and fills the memory that is freed so.

    `collect` is to look through all objects of Python. One step is done in each round of the event loop.
    """

    def __init__(self, collect: Callable[[], None], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._collect = collect
        self._steps: Iterator[None] = iter(())
        self._timer = QTimer(self, interval=0)
        self._timer.timeout.connect(self._go_on)

    @property
    def is_under_way(self) -> bool:
        return self._timer.isActive()

    def begin(self) -> None:
        """Begin, or begin anew where it is under way."""
        self._steps = self._forget()
        self._timer.start()

    def stop(self) -> None:
        self._timer.stop()

    @Slot()
    def _go_on(self) -> None:
        try:
            next(self._steps)
        except StopIteration:
            self._timer.stop()

    def _forget(self) -> Iterator[None]:
        drop_caches()
        yield
        self._collect()
        yield
        for size in range(3 * _STEP, _LARGEST_SMALL + 1, _STEP):
            filling = [bytes(size - _EMPTY_BYTES) for _ in range(_FILLED_BYTES // size)]
            del filling
            yield
        yield from _filled()
        if (library := _library()) is not None:
            library.malloc_trim(0)


def drop_caches() -> None:
    """Drop what was computed of what is shown, and kept. Objects that were frozen for the collector are so no more."""
    gc.unfreeze()
    QPixmapCache.clear()
    for kept in gc.get_objects():
        if isinstance(kept, _lru_cache_wrapper) and str(kept.__module__).startswith(_OF_THE_PROGRAM):
            kept.cache_clear()


def fill_freed() -> None:
    """Use up once what the C library keeps free for this thread: it has a store of its own for each."""
    for _size in _filled():
        pass


def _filled() -> Iterator[None]:
    """Fill what is free, one size of block at each step."""
    library = _library()
    if library is None:
        return
    malloc, fill, free = library.malloc, library.memset, library.free
    for size in (*range(2 * _STEP, _LARGEST_KEPT, _STEP), *_LARGE):
        taken = [malloc(size) for _ in range(min(_MOST_OBJECTS, _FILLED_BYTES // size))]
        for place in filter(None, taken):
            fill(place, 0, size)
            free(place)
        yield


def _library() -> ctypes.PyDLL | None:
    """Return the C library, if it is glibc. Its functions are called with Python’s lock held: they take less time than
    handing it on, and in a hundred thousand calls each other thread would get it as often."""
    if sys.platform != "linux":
        return None
    found = ctypes.PyDLL(None)
    if not hasattr(found, "mallopt") or not hasattr(found, "malloc_trim"):
        return None
    found.malloc.argtypes, found.malloc.restype = [ctypes.c_size_t], ctypes.c_void_p
    found.memset.argtypes = [ctypes.c_void_p, ctypes.c_int, ctypes.c_size_t]
    found.memset.restype = found.free.restype = None
    found.free.argtypes = [ctypes.c_void_p]
    return found
