"""Pausing and stopping the command that is running."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

_STEP_S = 1.0


class RunControl:
    """The pauses and stops of a run: set by the thread that takes orders, read by the one that computes.

    `waited_s` are all the seconds that commands have waited so far.
    """

    def __init__(self, step: Callable[[], None] = lambda: None) -> None:
        """`step` is called whenever the command looks here, and once a second while it waits: a sign of life."""
        self._step = step
        self.waited_s = 0.0
        self._stop = threading.Event()
        self._go = threading.Event()
        self._go.set()

    def begin(self) -> None:
        """Forget what was asked of the command before: a new one has arrived."""
        self._stop.clear()
        self._go.set()

    def pause(self) -> None:
        """Pause the command; nothing happens if it is being stopped: it would wait for ever, and never end."""
        if not self._stop.is_set():
            self._go.clear()

    def resume(self) -> None:
        self._go.set()

    def stop(self) -> None:
        self._stop.set()
        self._go.set()

    def pending(self) -> bool:
        """Return whether the command should wait or end; `wait` says which."""
        self._step()
        return self._stop.is_set() or not self._go.is_set()

    def stopping(self) -> bool:
        """Return whether the command should end."""
        return self._stop.is_set()

    def wait(self) -> bool:
        """Return when a pause, if there is one, is over: True when the command should end."""
        self._step()
        started = time.monotonic()
        while not self._go.wait(_STEP_S):
            self._step()
        self.waited_s += time.monotonic() - started
        return self._stop.is_set()
