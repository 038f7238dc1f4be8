"""Lanes to a server: processes beside the one that answers, so that several questions are under way at once.

Each is loaded with what the first one was loaded with, so all that holds for one request holds for all.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

import msgspec

from app.core.errors import AppError, Code
from app.core.work import Cancel, Progress, Result, Work, finish
from app.engine.order_transport import carry, error_of, result_of
from app.engine.protocol import EngineOrder, Event, Load, LoadSpec, ModelInfo
from app.isolation.child import Child, ChildDied


class _Here(threading.local):
    lane: int | None = None


class Lanes:
    """Lane 0 is the engine's own process. The others are started when they are needed, connect to the same server, or
    in turn to the addresses that it has, and live until `close`. Each is used by a thread of its own; one of these goes
    on at a time, while others wait for what the server says."""

    def __init__(self, start: Callable[[], Child[Event]]) -> None:
        """`start` starts another process of the kind that speaks with a server."""
        self._start = start
        self._here, self._turn = _Here(), threading.Lock()
        self._lock = threading.Lock()
        self._children: dict[int, Child[Event]] = {}

    @contextmanager
    def on(self, number: int) -> Iterator[None]:
        """Send this thread's orders by this lane while the block runs."""
        with self._turn:
            self._here.lane = number
            try:
                yield
            finally:
                self._here.lane = None

    @property
    def number(self) -> int | None:
        """The lane that this thread is on."""
        return self._here.lane

    def run(
        self,
        order: EngineOrder[Progress, Result],
        first: Child[Event],
        spec: LoadSpec,
        model: ModelInfo,
        cancel: Cancel,
    ) -> Work[Progress, Result]:
        """Have an order carried out by this thread's lane; `first` is lane 0, and `model` what it is connected with.

        Raises AppError, REMOTE_MODEL_CHANGED where the server has another model meanwhile; Stopped.
        """
        number = self.number or 0
        child = first if number == 0 else self._children.get(number)
        try:
            if child is None or child.death is not None:
                child = self._connected(number, spec, model, cancel)
            return result_of(order, (yield from carry(child, partial(self._receive, child), order, cancel)))
        except ChildDied as death:
            raise error_of(death) from death

    def each(self) -> list[Child[Event]]:
        with self._lock:
            return list(self._children.values())

    def close(self) -> None:
        """End their processes. May be called from any thread."""
        with self._lock:
            children, self._children = self._children, {}
        for child in children.values():
            child.kill()

    def _connected(self, number: int, spec: LoadSpec, model: ModelInfo, cancel: Cancel) -> Child[Event]:
        self._end(number)
        if spec.remote is not None:
            spec = msgspec.structs.replace(spec, remote=spec.remote.turned(number))
        load = Load(spec)
        with self._lock:  # so that `close` comes before it is started, or ends it
            child = self._children[number] = self._start()
        try:
            ended = finish(carry(child, partial(self._receive, child), load, cancel))
            found = result_of(load, ended)
            if found.vocabulary != model.vocabulary:
                raise AppError(Code.REMOTE_MODEL_CHANGED, host=found.host)
        except BaseException:
            self._end(number)
            raise
        return child

    def _receive(self, child: Child[Event]) -> Event | None:
        """Wait for the next event of a lane; until it comes, the thread of another lane has its turn."""
        self._turn.release()
        try:
            return child.receive()
        finally:
            self._turn.acquire()

    def _end(self, number: int) -> None:
        with self._lock:
            child = self._children.pop(number, None)
        if child is not None:
            child.kill()
