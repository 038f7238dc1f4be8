"""Following a use-case to its one ending."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from app.core.errors import AppError
from app.core.events import Asking, Cancelled, Copying, Done, Failed, Fetching, Hashing, Loading, Opening
from app.core.work import Stopped


def result_of(events: Iterator[Any], on_progress: Callable[[Any], None]) -> Any:
    """The result of a use-case. Raises AppError, Stopped."""
    while True:
        try:
            event = next(events)
        except StopIteration as end:
            return end.value
        match event:
            case Loading() | Opening() | Asking() | Fetching() | Hashing() | Copying():
                on_progress(event)
            case Done(result):
                return result
            case Cancelled():
                raise Stopped
            case Failed(problem):
                raise AppError.of(problem)
