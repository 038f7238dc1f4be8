"""The process that speaks with a model hub: the only one of Octavo that opens a connection, and only when asked.

`python -P -m app.models.hub.worker FOLDER`: FOLDER is where files may be written, empty for nowhere. It starts with
the environment that `app.models.hub.client` builds for it. It fetches several files at once, hashes them while they
arrive, and goes on after an interruption.
"""

from __future__ import annotations

import errno
import hashlib
import os
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from pathlib import Path
from typing import Any

from app.core.conversations.events import Fetching, Hashing
from app.core.errors import AppError, Code, Problem
from app.core.machine.paths import machine_error
from app.isolation import limits, sandbox, worker_main
from app.isolation.heartbeat import Port, WireFailed
from app.models.hub.protocol import (
    Begin,
    Event,
    Fetch,
    Fetched,
    HubReady,
    HubTimeouts,
    List,
    Order,
    RangeRead,
    ReadRange,
)
from app.models.hub.session import HubSession, RetryLater, persistently
from app.models.incoming import Staging
from app.models.offers import RemoteFile, stored_name

MEMORY_BYTES = 1 << 30
"""Ten times what it takes; an answer that grows without end meets it."""

CPU_S = 7 * 24 * 3600
"""Processor time: a backstop, far above what the largest model takes on a slow machine."""

FILES_AT_ONCE = 4
"""One connection seldom fills a fast line, and more than a few are a burden to the hub."""

SYNC_BYTES = 256 << 20
"""After so many bytes they are written to disk, so that not a whole model is left to write at the end."""

TRIES = 2
"""The number of times that a file is fetched whose hash is wrong: a cache between here and the hub may have been
damaged once."""

RATE_WINDOW_S = 5.0
"""The speed that is reported is that of the last seconds."""

_RATE_LEAST_S = 0.5
_REPORT_S = 0.1
_BLOCK_BYTES = 4 << 20


class HubHandler:
    """One hub, and the orders that concern it."""

    def __init__(self, port: Port[Order], folder: Path | None) -> None:
        self._port = port
        self._staging = Staging(folder) if folder else None
        self._session: HubSession | None = None
        self._begin: Begin | None = None

    def carry_out(self, order: Order) -> Event | None:
        """Carry out an order; whatever happens becomes an event."""
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


def _reader(file: RemoteFile, offset: int, size: int) -> Callable[[HubSession], bytes]:
    def read(session: HubSession) -> bytes:
        with session.ranged(file, offset, offset + size) as (_host, contents):
            return b"".join(contents)

    return read


class _Arrival:
    """The state of a file that arrives. Written by one thread, read by another."""

    def __init__(self, file: RemoteFile, staging: Staging) -> None:
        self.file = file
        self.name = stored_name(file.path)
        self.done = staging.present_bytes(self.name, file.size_bytes)
        self.verified = False
        self.started = False
        self.hashing = 0  # bytes of an earlier time, while they are being hashed


class Fetcher:
    """Fetches the files of one order; made for one use."""

    def __init__(
        self,
        session: HubSession,
        staging: Staging,
        files: Sequence[RemoteFile],
        patience: HubTimeouts,
        beat: Callable[[], None],
    ) -> None:
        """`beat` is called, from any thread, whenever a step of the work is done."""
        self._session = session
        self._staging = staging
        self._patience = patience
        self._beat = beat
        self._stop = threading.Event()
        self._host = session.host
        self._arrivals = [_Arrival(file, staging) for file in files]
        self._total = sum(file.size_bytes for file in files)
        self._seen: deque[tuple[float, int]] = deque()  # when there was how much

    def run(self, report: Callable[[Fetching | Hashing], None]) -> None:
        """Fetch and verify all; `report` is called a few times a second, on the calling thread.

        Raises the AppError of the first file that cannot be had: HUB_INTERRUPTED, HUB_HASH_WRONG, DISK_FULL,
        DISK_FILE_LIMIT, FOLDER_READ_ONLY and what `HubSession.ranged` raises. The others are left as they are.
        """
        executor = ThreadPoolExecutor(FILES_AT_ONCE, thread_name_prefix="fetch")
        try:
            waiting = {executor.submit(self._fetch, arrival) for arrival in self._arrivals}
            while waiting:
                ended, waiting = wait(waiting, _REPORT_S, FIRST_EXCEPTION)
                report(self.progress())
                for future in ended:
                    future.result()
        finally:
            self._stop.set()
            executor.shutdown(wait=False, cancel_futures=True)

    def progress(self) -> Fetching | Hashing:
        """Return how far the download is. Hashing if nothing arrives, since what is there from an earlier time is being
        hashed."""
        under_way = [arrival for arrival in self._arrivals if arrival.started and not arrival.verified]
        first = under_way[0] if under_way else self._arrivals[-1]
        done = sum(arrival.done for arrival in self._arrivals)
        hashed = sum(arrival.done for arrival in self._arrivals if arrival.verified)
        rate = self._rate(done)
        if under_way and all(arrival.hashing for arrival in under_way):
            return Hashing(sum(arrival.hashing for arrival in under_way), self._total - hashed, first.name)
        return Fetching(done, self._total, hashed, rate, self._host, first.name)

    def _rate(self, done: int) -> float:
        """Return the bytes a second of late; 0 while it is not known."""
        now = time.monotonic()
        self._seen.append((now, done))
        while now - self._seen[0][0] > RATE_WINDOW_S:
            self._seen.popleft()
        then, before = self._seen[0]
        return max(0.0, (done - before) / (now - then)) if now - then >= _RATE_LEAST_S else 0.0

    def _fetch(self, arrival: _Arrival) -> None:
        """Fetch a file, unless it is there. Raises AppError."""
        name, size = arrival.name, arrival.file.size_bytes
        arrival.started = True
        try:
            if not self._staging.is_verified(name, size, arrival.file.sha256) and not any(
                self._is_right(arrival) for _ in range(TRIES)
            ):
                raise AppError(Code.HUB_HASH_WRONG, file=name)
        except OSError as error:
            path = self._staging.path(name)
            if error.errno == errno.EFBIG:
                raise AppError(Code.DISK_FILE_LIMIT, path=str(path), size_bytes=size) from error
            raise machine_error(error, path) from error
        arrival.verified = True

    def _is_right(self, arrival: _Arrival) -> bool:
        """Have the file, and keep it if its hash is right, else remove it. Raises AppError and OSError."""
        name, sha256 = arrival.name, arrival.file.sha256
        fd = self._staging.open_draft(name, arrival.file.size_bytes)
        try:
            digest = hashlib.sha256()
            self._hash_present(fd, digest, arrival)
            self._receive(fd, digest, arrival)
            os.fsync(fd)
        finally:
            os.close(fd)
        if digest.hexdigest() != sha256:
            self._staging.discard(name)
            arrival.done = 0
            return False
        self._staging.keep(name, sha256)
        return True

    def _hash_present(self, fd: int, digest: Any, arrival: _Arrival) -> None:
        arrival.done = 0
        while content := os.read(fd, _BLOCK_BYTES):
            digest.update(content)
            arrival.hashing += len(content)
            arrival.done += len(content)
            self._pass()
        arrival.hashing = 0

    def _receive(self, fd: int, digest: Any, arrival: _Arrival) -> None:
        """Receive all that is still missing, in as many tries as it takes while they bring something."""
        size = arrival.file.size_bytes
        waits = iter(self._patience.waits_s)
        while arrival.done < size:
            before = arrival.done
            try:
                self._receive_range(fd, digest, arrival, min(size, before + self._patience.range_bytes))
            except RetryLater as cut:
                if arrival.done - before >= self._patience.slowest_bytes:
                    waits = iter(self._patience.waits_s)
                wait_s = next(waits, None)
                if wait_s is None:
                    raise AppError(Code.HUB_INTERRUPTED, host=self._session.host) from cut
                self._stop.wait(max(wait_s, cut.wait_s))
                self._pass()

    def _receive_range(self, fd: int, digest: Any, arrival: _Arrival, end: int) -> None:
        unsynced = 0
        with self._session.ranged(arrival.file, arrival.done, end) as (host, contents):
            self._host = host
            for content in contents:
                _write(fd, content)
                digest.update(content)
                arrival.done += len(content)
                unsynced += len(content)
                if unsynced >= SYNC_BYTES:
                    os.fsync(fd)
                    unsynced = 0
                self._pass()

    def _pass(self) -> None:
        """Say how far it is. Raises AppError if another file has failed: then this one need not go on."""
        self._beat()
        if self._stop.is_set():
            raise AppError(Code.HUB_INTERRUPTED, host=self._session.host)


def _write(fd: int, content: bytes) -> None:
    view = memoryview(content)
    while view:
        view = view[os.write(fd, view) :]


def _certificates() -> list[Path]:
    """Return where a person's system says that its own certificates are."""
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
