"""Reads several files at the same time, each in a process of its own, as many as cores and memory allow."""

from __future__ import annotations

import hashlib
import heapq
import os
import queue
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from app.core.conversations.events import Opening
from app.core.conversations.sources import Adding, FileBegun, FileOpening, SourcePlace
from app.core.documents.document import Book, Document, Format, Member
from app.core.errors import AppError, Blame, Code, Problem, blame
from app.core.machine.secret import Password
from app.core.work import Cancel, Stopped, Work, finish
from app.documents.formats.detect import is_zip, promised_by
from app.documents.reader import DocumentReader
from app.isolation.files import open_regular, printable
from app.isolation.limits import READER_MEMORY_BYTES

MOST_AT_ONCE = 4
_START_BYTES = 100_000
"""The cost of starting a process for a file, counted as so many more bytes of the file to read."""
_SURE_AFTER_S = 4.0
"""Seconds after which the speed says something about the time that is left."""
_HASH_BYTES = 1 << 20


def readers_at_once() -> int:
    """Return how many documents may be read at the same time on this machine as it is now."""
    import psutil  # now: to look at the processor and memory is seldom needed at the start

    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    room = psutil.virtual_memory().available // READER_MEMORY_BYTES
    return max(1, min(MOST_AT_ONCE, cores, room))


class AddingPause:
    """Set by a person, from any thread: no further file is begun while it is on."""

    def __init__(self) -> None:
        self._on = False
        self._hooks: list[Callable[[], None]] = []

    @property
    def on(self) -> bool:
        return self._on

    def set(self, on: bool) -> None:
        self._on = on
        for hook in tuple(self._hooks):
            hook()

    def on_change(self, hook: Callable[[], None]) -> None:
        self._hooks.append(hook)


@dataclass(frozen=True, eq=False)
class NamedFile:
    """A person's wish for one file, or for one that is inside a file: to try it again if it failed, with this
    `password`. If it is `opened`, its pages will be drawn soon, so it is read even if its book is known. `stop` ends
    the reading of it, and of what is inside it, and of no other."""

    password: Password | None = None
    opened: bool = False
    stop: Cancel = field(default_factory=Cancel)


@dataclass(frozen=True, eq=False)
class FileToRead:
    """A file, or a member of one, whose `path` is the file's; `shown` names it. `parent_id` is the book that it is a
    part of, such as the mail that it is attached to."""

    place: SourcePlace
    path: Path
    shown: Path
    parent_id: str = ""

    @property
    def order(self) -> tuple[bool, int, Path]:
        """Small ones first, and those last whose text has to be recognised."""
        return promised_by(self.shown.name) is Format.IMAGE, self.place.size, self.shown

    @property
    def cost(self) -> int:
        return self.place.size + _START_BYTES


@dataclass(frozen=True)
class FileRead:
    """The outcome of reading a file: a `document`, a `book` that has the same content, or a `problem`; and the
    `members` that are documents of their own. A ZIP has nothing but these."""

    file: FileToRead
    document: Document | None = None
    book: Book | None = None
    problem: Problem | None = None
    members: tuple[Member, ...] = ()


@dataclass(frozen=True)
class _Opened:
    """So much of a file is read."""

    file: FileToRead
    opening: Opening


@dataclass(frozen=True)
class _Ended:
    file: FileToRead
    outcome: FileRead | BaseException


class ParallelReading:
    """Runs once. What goes wrong with a file is its `FileRead`; what goes wrong with the machine ends it all."""

    def __init__(
        self,
        reader: DocumentReader,
        known: Callable[[str], Book | None],
        named: Mapping[Path, NamedFile],
        pause: AddingPause,
        cancel: Cancel,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`known` gives the book that was made of the bytes with this SHA-256; `clock` counts seconds."""
        self._reader = reader
        self._known = known
        self._named = named
        self._pause = pause
        self._cancel = cancel
        self._waiting: list[tuple[bool, int, Path, int, FileToRead]] = []  # a heap
        self._begun = 0
        self._progress = _Speed(clock)
        self._events: queue.SimpleQueue[_Opened | _Ended | None] = queue.SimpleQueue()
        self._broken = Cancel()  # what is being read ends with the first fault of the machine, too
        cancel.on_request(self._broken.request)
        for changed in (cancel.on_request, pause.on_change):
            changed(lambda: self._events.put(None))

    def read(self, files: Iterable[FileToRead]) -> Work[FileBegun | FileOpening | FileRead | Adding, None]:
        """Read files. Raises AppError as the database does; Stopped."""
        self.more(files)
        at_once = readers_at_once()
        with ThreadPoolExecutor(at_once, thread_name_prefix="adding") as threads:
            try:
                while self._waiting or self._progress.shares:
                    while len(self._progress.shares) < at_once and self._may_begin():
                        file = heapq.heappop(self._waiting)[-1]
                        self._progress.begin(file)
                        threads.submit(self._read_one, file)
                        yield FileBegun(file.shown)
                    if self._cancel.requested and not self._progress.shares:
                        break
                    yield self._progress.now(self._pause.on)
                    yield from self._take(self._progress)
            finally:
                self._broken.request()
        if self._cancel.requested:
            raise Stopped
        yield self._progress.now(False)

    def more(self, files: Iterable[FileToRead]) -> None:
        """Read these too: what was found in a file that was read."""
        for file in files:
            self._begun += 1
            heapq.heappush(self._waiting, (*file.order, self._begun, file))
            self._progress.expect(file)
        self._reader.expect(len(self._waiting))

    def _may_begin(self) -> bool:
        return bool(self._waiting) and not self._pause.on and not self._cancel.requested

    def _take(self, progress: _Speed) -> Work[FileOpening | FileRead, None]:
        """Wait for the next event of the reading: note a file's progress, yield its outcome, or raise the error that
        ended it."""
        match self._events.get():
            case _Opened(file, opening):
                progress.shares[file] = opening.done / opening.total if opening.total else 0.0
                if self._wanted(file) is not None:
                    yield FileOpening(file.shown, opening)
            case _Ended(file, outcome):
                progress.end(file)
                if isinstance(outcome, FileRead):
                    yield outcome
                elif not isinstance(outcome, Stopped):
                    raise outcome

    def _read_one(self, file: FileToRead) -> None:
        """Read one file, on a thread of its own, and report what became of it."""
        try:
            outcome: FileRead | BaseException = self._outcome(file)
        except BaseException as error:
            outcome = error
        self._events.put(_Ended(file, outcome))

    def _outcome(self, file: FileToRead) -> FileRead:
        """Return what came of reading a file. Raises AppError of the machine; Stopped."""
        path, member, wanted = file.path, file.place.member, self._wanted(file) or NamedFile()
        cancel = self._cancel_of(file)
        try:
            if is_zip(file.shown.name):
                return FileRead(file, members=self._reader.members(path, cancel, member))
            book = None if member or wanted.opened else self._known(_digest(path, cancel))
            if book is not None:
                return FileRead(file, book=book)
            work = self._reader.read(path, cancel, wanted.password, keep=wanted.opened, member=member)
            document = finish(work, lambda opening: self._events.put(_Opened(file, opening)))
            return FileRead(file, document, members=document.members)
        except AppError as error:
            if blame(error.code) is Blame.MACHINE:
                raise
            return FileRead(file, problem=error.problem)

    def _wanted(self, file: FileToRead) -> NamedFile | None:
        """Return what a person wants of a file, or else of the file that it is inside; None where neither is named."""
        return self._named.get(file.shown) or self._named.get(file.path)

    def _cancel_of(self, file: FileToRead) -> Cancel:
        """Return a cancel for one file: it is asked when all are to end, and when a person stops this one alone."""
        if (wanted := self._wanted(file)) is None:
            return self._broken
        either = Cancel()
        for cancel in (self._broken, wanted.stop):
            cancel.on_request(either.request)
        return either


def _digest(path: Path, cancel: Cancel) -> str:
    """Return the SHA-256 of a file's bytes. Raises AppError as `open_regular`; Stopped."""
    digest = hashlib.sha256()
    try:
        with os.fdopen(open_regular(path).fd, "rb") as content:
            while piece := content.read(_HASH_BYTES):
                digest.update(piece)
                if cancel.requested:
                    raise Stopped
    except OSError as error:
        raise AppError(Code.FILE_UNREADABLE, path=printable(path)) from error
    return digest.hexdigest()


class _Speed:
    """The progress of all files, and how long the rest will take if it goes on so."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self.shares: dict[FileToRead, float] = {}
        self._clock = clock
        self._total = self._total_bytes = self._total_cost = 0
        self._done = self._done_bytes = self._done_cost = 0
        self._active_s, self._since = 0.0, clock()

    def expect(self, file: FileToRead) -> None:
        self._total += 1
        self._total_bytes += file.place.size
        self._total_cost += file.cost

    def begin(self, file: FileToRead) -> None:
        if not self.shares:  # nothing was read in between
            self._since = self._clock()
        self.shares[file] = 0.0

    def end(self, file: FileToRead) -> None:
        del self.shares[file]
        self._done += 1
        self._done_bytes += file.place.size
        self._done_cost += file.cost
        now = self._clock()
        self._active_s, self._since = self._active_s + now - self._since, now

    def now(self, paused: bool) -> Adding:
        partly = [(file, share) for file, share in self.shares.items() if share]
        size = self._done_bytes + sum(int(share * file.place.size) for file, share in partly)
        cost = self._done_cost + sum(share * file.cost for file, share in partly)
        took_s = self._active_s + (self._clock() - self._since if self.shares else 0.0)
        left_s = took_s * (self._total_cost - cost) / cost if cost and took_s >= _SURE_AFTER_S else None
        whole = cost / self._total_cost if self._total_cost else 1.0
        return Adding(self._done, self._total, size, self._total_bytes, whole, left_s, paused)
