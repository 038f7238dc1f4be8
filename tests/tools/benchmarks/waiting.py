"""Waits in the event loop, as a program does."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QEventLoop, QTimer

_TIMEOUT_S = 120.0


def run_until(condition: Callable[[], bool], *, every_ms: int) -> None:
    """Sleep in the event loop until the condition holds; it is looked at once in `every_ms` milliseconds."""
    loop = QEventLoop()
    started = time.monotonic()
    watch = QTimer(interval=every_ms)

    def look() -> None:
        if condition() or time.monotonic() - started > _TIMEOUT_S:
            loop.quit()

    watch.timeout.connect(look)
    watch.start()
    loop.exec()
    watch.stop()
    assert condition()
