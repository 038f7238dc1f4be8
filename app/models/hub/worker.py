"""The process that speaks with a model hub: the only one of Octavo that opens a connection, and only when asked.

`python -P -m app.models.hub.worker FOLDER`: FOLDER is where files may be written, empty for nowhere. It starts with
the environment that `app.models.hub.client` builds for it.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

from app.core.errors import Code, Problem
from app.isolation import limits, sandbox, worker_main
from app.isolation.heartbeat import Port, WireFailed
from app.models.hub.download import Fetcher
from app.models.hub.protocol import Begin, Event, Fetch, Fetched, HubFile, HubReady, List, Order, RangeRead, ReadRange
from app.models.hub.session import HubSession, persistently
from app.models.hub.staging import Staging

MEMORY_BYTES = 1 << 30
"""Ten times what it takes; an answer that grows without end meets it."""

CPU_S = 7 * 24 * 3600
"""Processor time: a backstop, far above what the largest model takes on a slow machine."""


class HubHandler:
    """One hub, and the orders that concern it."""

    def __init__(self, port: Port[Order], folder: Path | None) -> None:
        self._port = port
        self._staging = Staging(folder) if folder else None
        self._session: HubSession | None = None
        self._begin: Begin | None = None

    def carry_out(self, order: Order) -> Event | None:
        """Whatever happens becomes an event."""
        host = self._session.host if self._session else ""
        too_large = WireFailed(Problem(Code.HUB_ANSWER_STRANGE, {"host": host}))
        event: Event | None = worker_main.attempt(lambda: self._answer(order), too_large)
        return event

    def _answer(self, order: Order) -> Event | None:
        if isinstance(order, Begin):
            self._session, self._begin = HubSession(order), order
            return None
        session, begin = self._session, self._begin
        assert session is not None
        assert begin is not None
        match order:
            case List(repository, revision):
                return session.listing(repository, revision)
            case ReadRange(file, offset, size):
                read = _reader(file, offset, size)
                return RangeRead(persistently(read, session, begin.patience.waits_s, time.sleep))
            case Fetch(files):
                assert self._staging is not None
                Fetcher(session, self._staging, files, begin.patience, self._port.step).run(self._port.send)
                return Fetched()


def _reader(file: HubFile, offset: int, size: int) -> Callable[[HubSession], bytes]:
    def read(session: HubSession) -> bytes:
        with session.ranged(file, offset, offset + size) as (_host, contents):
            return b"".join(contents)

    return read


def _certificates() -> list[Path]:
    """Where a person's system says that its own are."""
    return [Path(os.environ[name]) for name in ("SSL_CERT_FILE", "SSL_CERT_DIR") if os.environ.get(name)]


def main(folder: str) -> None:
    limits.confine(limits.Limits(memory_bytes=MEMORY_BYTES, cpu_s=CPU_S))
    writable = Path(folder) if folder else None
    confined = sandbox.lock_to_network(writable, _certificates())
    port: Port[Order] = Port(Order)  # starts a thread, so that it comes after the lock
    port.send(HubReady(confined))
    handler = HubHandler(port, writable)
    while (order := port.receive()) is not None:
        port.step()
        if (event := handler.carry_out(order)) is not None:
            port.send(event)
        port.rest()


if __name__ == "__main__":
    main(*sys.argv[1:])
