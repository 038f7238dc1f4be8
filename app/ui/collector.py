"""Keeps Python's garbage collection on the GUI thread.

A cycle may hold objects of Qt, and those must be destroyed on the thread they belong to; the collector, left alone,
runs on whichever thread happens to allocate. (Qt: "QObject::~QObject: Timers cannot be stopped from another thread".)
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer, Slot

_INTERVAL_MS = 2_000
_OLD_EVERY = 15
"""Young objects are looked at in every round, the old ones in each fifteenth."""


class Collector(QObject):
    """From its making until `close`, cycles are collected on this object's thread, and nowhere else."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        gc.disable()
        self._rounds = 0
        self._timer = QTimer(self, interval=_INTERVAL_MS)
        self._timer.timeout.connect(self.collect)
        self._timer.start()

    @Slot()
    def collect(self) -> None:
        self._rounds += 1
        gc.collect(2 if self._rounds % _OLD_EVERY == 0 else 1)

    def close(self) -> None:
        """Collect everything, and leave it to Python again; no other thread should be at work by now."""
        self._timer.stop()
        gc.collect()
        gc.enable()
