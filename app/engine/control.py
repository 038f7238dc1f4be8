"""What the desk wishes of the command that is running: that it goes on, waits, or ends."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

_STEP_S = 1.0


class RunControl:
    """Set by the thread that listens to the desk, looked at by the one that computes.

    `waited_s`: all the seconds that commands have waited so far.
    """

    def __init__(self, step: Callable[[], None] = lambda: None) -> None:
        """`step` is called whenever the command looks, and once a second while it waits: a sign that it lives."""
        self._step = step
        self.waited_s = 0.0
        self._stop = threading.Event()
        self._go = threading.Event()
        self._go.set()

    def begin(self) -> None:
        """A new command arrived: the wishes before were not meant for it."""
        self._stop.clear()
        self._go.set()

    def pause(self) -> None:
        """Nothing, where the command shall end already: else it would wait for ever, and never end."""
        if not self._stop.is_set():
            self._go.clear()

    def resume(self) -> None:
        self._go.set()

    def stop(self) -> None:
        self._stop.set()
        self._go.set()

    def any(self) -> bool:
        """Whether the command should wait or end; `wait` tells which."""
        self._step()
        return self._stop.is_set() or not self._go.is_set()

    def stopping(self) -> bool:
        """Whether the command should end."""
        return self._stop.is_set()

    def wait(self) -> bool:
        """Return when a pause, if there is one, is over: True when the command shall end."""
        started = time.monotonic()
        while not self._go.wait(_STEP_S):
            self._step()
        self.waited_s += time.monotonic() - started
        return self._stop.is_set()
