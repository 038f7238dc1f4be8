"""Long work: a generator that yields its progress and returns its result.

Below the faces work calls work with `yield from`, raises `AppError` where it goes wrong, and `Stopped` where a person
stopped it. Only the faces turn that into events: the terminal with `finish`, the window with `ui.bridge`.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Iterable
from typing import TypeAlias, TypeVar

Progress = TypeVar("Progress")
Shown = TypeVar("Shown")
Result = TypeVar("Result")

Work: TypeAlias = Generator[Progress, None, Result]
"""Yields any number of progress events, returns its result. Raises AppError; Stopped."""


class Stopped(Exception):
    """The work was stopped: by the person, or because Octavo closes. Nothing went wrong."""


def finish(work: Work[Progress, Result], on_progress: Callable[[Progress], None] = lambda _: None) -> Result:
    """Run `work` to its end on this thread, and return its result. Raises what it raises, and what `on_progress`
    raises: then the work ends at once."""
    try:
        while True:
            try:
                progress = next(work)
            except StopIteration as end:
                result: Result = end.value
                return result
            on_progress(progress)
    finally:
        work.close()


def relay(work: Work[Progress, Result], show: Callable[[Progress], Iterable[Shown]]) -> Work[Shown, Result]:
    """Do `work`, with each of its progress events replaced by those that `show` makes of it."""
    try:
        while True:
            try:
                progress = next(work)
            except StopIteration as end:
                result: Result = end.value
                return result
            yield from show(progress)
    finally:
        work.close()


class Cancel:
    """Passed into every long task. Cancelling is a request, not an error: the task raises `Stopped`."""

    def __init__(self) -> None:
        self._event = threading.Event()
        self._lock = threading.Lock()
        self._hooks: list[Callable[[], None]] = []
        self._leaving = False

    @property
    def leaving(self) -> bool:
        """True if the work was cancelled because Octavo is being closed, not because a person stopped it."""
        return self._leaving

    @property
    def requested(self) -> bool:
        return self._event.is_set()

    def wait(self, seconds: float) -> bool:
        """Let so much time go by, or less if cancelling is asked for; whether it was."""
        return self._event.wait(seconds)

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
        """Run `hook` once, when cancelling is asked for or at once if it already was: to pass this on to a child."""
        with self._lock:
            if not self._event.is_set():
                self._hooks.append(hook)
                return
        hook()
