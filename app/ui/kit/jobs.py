"""A piece of work as the window sees it: its events wait here until the GUI thread takes them."""

from __future__ import annotations

import sys
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from typing import Generic, TypeVar

import msgspec
import shiboken6
from PySide6.QtCore import QObject

from app.core.conversations.events import Advance, Thinking, Token
from app.core.errors import Problem
from app.core.work import Cancel

Result_co = TypeVar("Result_co", covariant=True)


@dataclass(frozen=True)
class Done(Generic[Result_co]):
    """The ending of work that gave a value."""

    result: Result_co


@dataclass(frozen=True)
class Cancelled:
    """The ending of work that the person stopped."""


@dataclass(frozen=True)
class Failed:
    """The ending of work that went wrong."""

    problem: Problem


class Job:
    """A piece of work under way. After `cancel` a stream still delivers its ending, a call delivers nothing."""

    def __init__(self, on_event: Callable[..., None], *, answers_cancel: bool) -> None:
        self.token = Cancel()
        self._on_event = on_event
        self.answers_cancel = answers_cancel
        self._arrived: deque[object] = deque()
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
        """Note that nothing will be delivered any more; GUI thread only."""
        self._ended = True

    # ---- the worker's side

    def put(self, event: object) -> bool:
        """Put an event into the queue, and return True if the GUI thread does not know yet that there is something."""
        with self._lock:
            self._arrived.append(event)
            is_news, self._posted = not self._posted, True
            return is_news

    # ---- the GUI thread's side

    def only_text_waits(self) -> bool:
        """Return whether nothing has arrived that could not wait for more of its kind."""
        with self._lock:
            return all(isinstance(event, Token | Thinking) for event in self._arrived)

    def _take(self) -> list[object]:
        with self._lock:
            events, self._posted = list(self._arrived), False
            self._arrived.clear()
        return _coalesce(events)

    def deliver(self) -> None:
        """Give what has arrived to the handler, while the handler's object lives. A fault in it is reported as Qt
        does that of a slot, and keeps back nothing of what comes after."""
        for event in self._take():
            ending = is_ending(event)
            if ending:
                self._ended = True
            if not (ending and self.token.requested and not self.answers_cancel) and is_alive(self._on_event):
                try:
                    self._on_event(event)
                except Exception:
                    sys.excepthook(*sys.exc_info())


def is_ending(event: object) -> bool:
    return isinstance(event, Done | Cancelled | Failed)


def _coalesce(events: list[object]) -> list[object]:
    """Join neighbouring texts; of neighbouring advances of one kind keep the newest."""
    joined: list[object] = []
    for kind, group in groupby(events, type):
        neighbours = list(group)
        if issubclass(kind, Token):
            joined.append(Token("".join(event.text for event in neighbours if isinstance(event, Token))))
        elif issubclass(kind, Thinking):
            thoughts = [event for event in neighbours if isinstance(event, Thinking)]
            joined.append(msgspec.structs.replace(thoughts[-1], text="".join(event.text for event in thoughts)))
        else:
            joined += neighbours[-1:] if issubclass(kind, Advance) else neighbours
    return joined


def _receiver(handler: Callable[..., None]) -> object:
    while isinstance(handler, partial):
        handler = handler.func
    return getattr(handler, "__self__", None)


def require_receiver(handler: Callable[..., None]) -> None:
    """Raise TypeError for a handler that cannot be tied to the life of an object of the window."""
    if not isinstance(_receiver(handler), QObject):
        raise TypeError("a handler is a bound method of a QObject")


def is_alive(handler: Callable[..., None]) -> bool:
    receiver = _receiver(handler)
    return not isinstance(receiver, QObject) or shiboken6.isValid(receiver)
