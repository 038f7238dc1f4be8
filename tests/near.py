"""Children without a process: what would run in it runs in a thread here, where a test is about what it does and not
about its process. Orders and events still cross as messages, each checked against its type."""

from __future__ import annotations

import itertools
import queue
import threading
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, ClassVar

import msgspec

from app.isolation.child import Cause, ChildDied

_NUMBERS = itertools.count(1)


class Port:
    """A stand-in for `isolation.heartbeat.Port`, with the desk's end of it."""

    def __init__(self, orders: Any, events: Any) -> None:
        self.orders: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self.events: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._order, self._event = msgspec.msgpack.Decoder(orders), msgspec.msgpack.Decoder(events)

    def send(self, message: msgspec.Struct) -> None:
        self.events.put(self._event.decode(msgspec.msgpack.encode(message)))

    def receive(self) -> Any:
        content = self.orders.get()
        return None if content is None else self._order.decode(content)

    def step(self) -> None:
        """Nobody watches."""

    rest = step


class NearChild(ABC):
    """A stand-in for `isolation.child.Child` without a process to kill: it ends once it looks for orders."""

    orders: ClassVar[Any]

    def __init__(self, argv: Sequence[str], events: Any, **_limits: object) -> None:
        self.death: ChildDied | None = None
        self.pid = next(_NUMBERS)  # each its own, as processes have
        self.port = Port(self.orders, events)
        self._thread = threading.Thread(target=self._live, args=(argv,), name="near child", daemon=True)
        self._thread.start()

    def __class_getitem__(cls, _events: object) -> type[NearChild]:
        return cls

    @abstractmethod
    def work(self, argv: Sequence[str]) -> None:
        """Do what the process with this command line does, until `port` gives None."""

    def send(self, message: msgspec.Struct) -> None:
        if self.death is not None:
            raise self.death
        self.port.orders.put(msgspec.msgpack.encode(message))

    def receive(self, timeout_s: float | None = None) -> Any:
        try:
            event = self.port.events.get(timeout=timeout_s)
        except queue.Empty:
            return None
        if isinstance(event, ChildDied):
            self.port.events.put(event)
            raise event
        return event

    def kill(self) -> None:
        self.port.orders.put(None)
        self._thread.join()

    def _live(self, argv: Sequence[str]) -> None:
        try:
            self.work(argv)
        finally:
            self.death = ChildDied(Cause.EXITED)
            self.port.events.put(self.death)
