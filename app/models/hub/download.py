"""Downloads files from the hub: several at once, hashed while they arrive, continued after an interruption."""

from __future__ import annotations

import errno
import hashlib
import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from typing import Any

from app.core.errors import AppError, Code
from app.core.paths import machine_error
from app.models.hub.protocol import DownloadProgress, HubTimeouts, WantedFile
from app.models.hub.session import HubSession, RetryLater
from app.models.hub.staging import Staging

FILES_AT_ONCE = 4
"""One connection seldom fills a fast line, and more than a few are a burden to the hub."""

SYNC_BYTES = 256 << 20
"""After so many bytes they are written to disk, so that not a whole model is left to write at the end."""

TRIES = 2
"""How often a file is fetched whose hash is wrong: a cache between here and the hub may have been damaged once."""

_REPORT_S = 0.1
_BLOCK_BYTES = 4 << 20


class _Arrival:
    """How far a file is. Written by one thread, read by another."""

    def __init__(self, file: WantedFile, done: int) -> None:
        self.file = file
        self.done = done
        self.verified = False
        self.started = False
        self.hashing = 0  # bytes of an earlier time, while they are being hashed


class Fetcher:
    """Fetches the files of one order; made for one use."""

    def __init__(
        self,
        session: HubSession,
        staging: Staging,
        files: Sequence[WantedFile],
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
        self._arrivals = [_Arrival(file, staging.present_bytes(file.name, file.remote.size_bytes)) for file in files]

    def run(self, report: Callable[[DownloadProgress], None]) -> None:
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

    def progress(self) -> DownloadProgress:
        under_way = [arrival for arrival in self._arrivals if arrival.started and not arrival.verified]
        first = under_way[0] if under_way else self._arrivals[-1]
        only_hashing = bool(under_way) and all(arrival.hashing for arrival in under_way)
        return DownloadProgress(
            done=sum(arrival.done for arrival in self._arrivals),
            hashed=sum(arrival.done for arrival in self._arrivals if arrival.verified),
            host=self._host,
            name=first.file.name,
            hashing=sum(arrival.hashing for arrival in under_way) if only_hashing else 0,
        )

    def _fetch(self, arrival: _Arrival) -> None:
        """Raises AppError."""
        file, size = arrival.file, arrival.file.remote.size_bytes
        arrival.started = True
        try:
            if not self._staging.is_verified(file.name, size, file.sha256) and not any(
                self._is_right(arrival) for _ in range(TRIES)
            ):
                raise AppError(Code.HUB_HASH_WRONG, file=file.name)
        except OSError as error:
            path = self._staging.path(file.name)
            if error.errno == errno.EFBIG:
                raise AppError(Code.DISK_FILE_LIMIT, path=str(path), size_bytes=size) from error
            raise machine_error(error, path) from error
        arrival.verified = True

    def _is_right(self, arrival: _Arrival) -> bool:
        """Have the file, and keep it if its hash is right, else remove it. Raises AppError and OSError."""
        file = arrival.file
        fd = self._staging.open_draft(file.name, file.remote.size_bytes)
        try:
            digest = hashlib.sha256()
            self._hash_present(fd, digest, arrival)
            self._receive(fd, digest, arrival)
            os.fsync(fd)
        finally:
            os.close(fd)
        if digest.hexdigest() != file.sha256:
            self._staging.discard(file.name)
            arrival.done = 0
            return False
        self._staging.keep(file.name, file.sha256)
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
        """All that is still missing, in as many tries as it takes while they bring something."""
        size = arrival.file.remote.size_bytes
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
        with self._session.ranged(arrival.file.remote, arrival.done, end) as (host, contents):
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
        """Raises AppError where another file has failed: then this one need not go on."""
        self._beat()
        if self._stop.is_set():
            raise AppError(Code.HUB_INTERRUPTED, host=self._session.host)


def _write(fd: int, content: bytes) -> None:
    view = memoryview(content)
    while view:
        view = view[os.write(fd, view) :]
