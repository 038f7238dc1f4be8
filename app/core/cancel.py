"""A flag that one thread sets and long work polls; work is never ended from outside."""

from __future__ import annotations

import threading
from collections.abc import Callable


class Cancel:
    """Passed into every long task. Cancelling is a wish, not an error: the task raises `Stopped`."""

    def __init__(self) -> None:
        self._event = threading.Event()
        self._lock = threading.Lock()
        self._hooks: list[Callable[[], None]] = []
        self._leaving = False

    @property
    def leaving(self) -> bool:
        """It was asked for because Octavo is being closed, not because a person stopped this."""
        return self._leaving

    @property
    def requested(self) -> bool:
        return self._event.is_set()

    def request(self, *, leaving: bool = False) -> None:
        """Ask the task to stop; may be called from any thread, any number of times, of which the first counts."""
        with self._lock:
            if self._event.is_set():
                return
            self._leaving = leaving
            self._event.set()
            hooks, self._hooks = self._hooks, []
        for hook in hooks:
            hook()

    def on_request(self, hook: Callable[[], None]) -> None:
        """Run `hook` once when cancelling is asked for (at once if it already was): to pass the wish on to a child."""
        with self._lock:
            if not self._event.is_set():
                self._hooks.append(hook)
                return
        hook()
