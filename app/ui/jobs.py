"""A piece of work as the window sees it: its events wait here until the GUI thread takes them."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeAlias

import shiboken6
from PySide6.QtCore import QObject

from app.core.errors import Problem
from app.core.events import (
    Cancelled,
    Copying,
    Done,
    Failed,
    Fetching,
    Hashing,
    Loading,
    Opening,
    Reading,
    Token,
)
from app.core.work import Cancel

EventHandler: TypeAlias = Callable[[Any], None]
ResultHandler: TypeAlias = Callable[[Any], None]
ProblemHandler: TypeAlias = Callable[[Problem], None]


@dataclass(frozen=True)
class Result:
    """How a plain call ended well, on its way to the GUI thread."""

    value: Any


_PROGRESS = (Loading, Opening, Reading, Fetching, Hashing, Copying)
"""Of neighbours of one kind only the newest is worth telling."""


class Job:
    """A piece of work under way. `cancel` is a wish: a stream still delivers its ending, a call delivers nothing."""

    def __init__(self, on_event: EventHandler, *, answers_cancel: bool) -> None:
        self.token = Cancel()
        self._on_event = on_event
        self._answers_cancel = answers_cancel
        self._arrived: deque[Any] = deque()
        self._lock = threading.Lock()
        self._posted = False
        self._ended = False

    @property
    def running(self) -> bool:
        """True until the ending was delivered; GUI thread only."""
        return not self._ended

    def cancel(self) -> None:
        self.token.request()

    def end(self) -> None:
        """Nothing will be delivered; GUI thread only."""
        self._ended = True

    # ---- the worker's side

    def put(self, event: Any) -> bool:
        """Queue an event; True when the GUI thread must be told that there is something."""
        with self._lock:
            self._arrived.append(event)
            tell, self._posted = not self._posted, True
            return tell

    # ---- the GUI thread's side

    def only_text_waits(self) -> bool:
        """Nothing has arrived that could not wait for more of its kind."""
        with self._lock:
            return all(isinstance(event, Token) for event in self._arrived)

    def _take(self) -> list[Any]:
        with self._lock:
            events, self._posted = list(self._arrived), False
            self._arrived.clear()
        return _coalesce(events)

    def deliver(self) -> None:
        """Give what has arrived to the handler, while the handler's object lives."""
        for event in self._take():
            ending = is_ending(event)
            if ending:
                self._ended = True
            if not (ending and self.token.requested and not self._answers_cancel) and is_alive(self._on_event):
                self._on_event(event)


def route(on_result: ResultHandler, on_problem: ProblemHandler, ending: Any) -> None:
    """Hand the ending of a plain call to the one or the other."""
    match ending:
        case Result(value) if is_alive(on_result):
            on_result(value)
        case Failed(problem) if is_alive(on_problem):
            on_problem(problem)


def is_ending(event: Any) -> bool:
    return isinstance(event, Done | Cancelled | Failed | Result)


def _coalesce(events: list[Any]) -> list[Any]:
    """Join neighbouring texts; of neighbouring progress events of one kind keep the newest."""
    joined: list[Any] = []
    for event in events:
        last = joined[-1] if joined else None
        if isinstance(event, Token) and isinstance(last, list):
            last.append(event.text)
        elif isinstance(event, Token):
            joined.append([event.text])
        elif isinstance(event, _PROGRESS) and type(event) is type(last):
            joined[-1] = event
        else:
            joined.append(event)
    return [Token("".join(event)) if isinstance(event, list) else event for event in joined]


def _receiver(handler: Callable[..., None]) -> object:
    while isinstance(handler, partial):
        handler = handler.func
    return getattr(handler, "__self__", None)


def require_receiver(handler: Callable[..., None]) -> None:
    """Raises TypeError for what cannot be tied to the life of an object of the window."""
    if not isinstance(_receiver(handler), QObject):
        raise TypeError("a handler is a bound method of a QObject")


def is_alive(handler: Callable[..., None]) -> bool:
    receiver = _receiver(handler)
    return not isinstance(receiver, QObject) or shiboken6.isValid(receiver)
