"""Engines without a process: what would run in it runs in a thread here, where a test is about what an engine does and
not about its process. Orders and events still cross as messages, each checked against its type."""

from __future__ import annotations

import queue
import threading
from collections.abc import Sequence
from typing import Any

import msgspec

from app.engine.client import HERE, REMOTE
from app.engine.order_loop import OrderLoop
from app.engine.protocol import Command
from app.engine.worker import Worker
from app.isolation.child import Cause, ChildDied
from app.isolation.program import command


def _server(argv: Sequence[str]) -> type[OrderLoop[Any]]:
    """What runs in the process that has this command line."""
    if list(argv) == command(REMOTE):
        from app.engine.remote.worker import RemoteWorker

        return RemoteWorker
    assert list(argv) == command(HERE)
    return Worker


class _Port:
    """As `isolation.heartbeat.Port` with the desk's end of it."""

    def __init__(self, events: Any) -> None:
        self.orders: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self.events: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._order, self._event = msgspec.msgpack.Decoder(Command), msgspec.msgpack.Decoder(events)

    def send(self, message: msgspec.Struct) -> None:
        self.events.put(self._event.decode(msgspec.msgpack.encode(message)))

    def receive(self) -> Any:
        content = self.orders.get()
        return None if content is None else self._order.decode(content)

    def step(self) -> None:
        """Nobody watches."""

    rest = step


class NearChild:
    """As `isolation.child.Child`, but with nothing to kill: it ends with the slice that it computes."""

    def __init__(self, argv: Sequence[str], events: Any, **_limits: float) -> None:
        self.death: ChildDied | None = None
        self._port = _Port(events)
        self._loop = _server(argv)(self._port)  # type: ignore[arg-type]
        self._thread = threading.Thread(target=self._serve, name="near engine", daemon=True)
        self._thread.start()

    def send(self, message: msgspec.Struct) -> None:
        if self.death is not None:
            raise self.death
        self._port.orders.put(msgspec.msgpack.encode(message))

    def receive(self, timeout_s: float | None = None) -> Any:
        event = self._port.events.get(timeout=timeout_s)
        if isinstance(event, ChildDied):
            self._port.events.put(event)
            raise event
        return event

    def kill(self) -> None:
        self._port.orders.put(None)
        self._thread.join()

    def _serve(self) -> None:
        try:
            self._loop.run()
        finally:
            self.death = ChildDied(Cause.EXITED)
            self._port.events.put(self.death)
            if self._loop._session is not None:
                self._loop._session.close()
            if isinstance(self._loop, Worker):
                self._loop._forget_vocabulary()
