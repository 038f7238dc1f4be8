"""The desk's side of all locked-in readers: start one, keep one ready, ask it, and refuse unsound answers."""

from __future__ import annotations

import contextlib
import logging
import math
import os
import signal
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import Any, TypeVar

import msgspec

from app.core.conversations.events import Opening
from app.core.conversations.image import Raster
from app.core.errors import AppError, Code, Problem
from app.core.work import Cancel, Stopped, Work, finish
from app.isolation import fork_server, sandbox
from app.isolation.child import SILENCE_LIMIT_S, START_LIMIT_S, Cause, Child, ChildDied
from app.isolation.forks import ForkServer
from app.isolation.handover import FileSender
from app.isolation.heartbeat import SandboxReady, WireFailed
from app.isolation.limits import READER_CPU_S, READER_MEMORY_BYTES
from app.isolation.program import command
from app.isolation.sandbox import Step

PROGRESS_LIMIT_S = 60.0
"""Seconds that a reader may work without anything to show for it: the slowest sound page takes a few."""

DIED = frozenset({Code.READER_CRASHED, Code.READER_ENDED, Code.READER_OUT_OF_MEMORY, Code.READER_TIMEOUT, Code.BUG})
"""The codes with which a reader can end, and BUG, after which it is not trusted."""

_FROM_OUTSIDE = frozenset(
    int(getattr(signal, name, 0)) for name in ("SIGKILL", "SIGTERM", "SIGHUP", "SIGINT", "SIGQUIT")
) - {0}
"""A fault in a reader ends it by other signals, and so does the sandbox. Only one that does not heed SIGXCPU, as none
does by itself, gets SIGKILL for its processor time."""

_POLL_S = 0.05
_MOST_DEATHS = 3  # of readers that waited, since the last file: then none is kept ready until the next one

Wanted = TypeVar("Wanted", bound=msgspec.Struct)
Result = TypeVar("Result")
Findings = Mapping[Code, Mapping[str, type[str] | type[int]]]


class ReaderLimits(msgspec.Struct, frozen=True):
    """The time and memory that one file may cost before it is given up."""

    progress_s: float = PROGRESS_LIMIT_S
    silence_s: float = SILENCE_LIMIT_S
    memory_bytes: int = READER_MEMORY_BYTES
    cpu_s: int = READER_CPU_S


class ReaderKind(msgspec.Struct, frozen=True):
    """The module that one kind of reader runs, and the messages that it may send."""

    module: str
    events: Any  # the (union) type of all that it says
    findings: Findings  # what it may say went wrong, and the parameters that come with each
    unstarted: Code = Code.READER_OUT_OF_MEMORY  # the code, with `path`, for a process that could not be started
    harmless: frozenset[Code] = frozenset()  # findings after which it may be asked again
    forks: bool = False  # many files are read in a row: a fork server makes their processes


class ReaderProcess:
    """A process that carries out one order at a time; `kill` may come from any thread."""

    def __init__(
        self,
        kind: ReaderKind,
        step: Step,
        limits: ReaderLimits,
        on_death: Callable[[ChildDied], None],
        server: ForkServer | None = None,
    ) -> None:
        """Start it, or have `server` fork it, which was started with the same; it ends with this thread, or with that
        of the server. Raises OSError when no process could be started."""
        self.reached: Step | None = None
        self._findings = kind.findings
        self._limits = limits
        self._files = FileSender()
        fd = self._files.inherited
        try:
            self._forked = server.fork(fd) if server is not None else None
            self._child: Child[msgspec.Struct] = Child(
                _command_line(kind, step, limits, fd),
                kind.events,
                stall_limit_s=limits.progress_s,
                silence_limit_s=limits.silence_s,
                pass_fds=(fd,),
                env=sandbox.environment(),
                on_death=on_death,
                process=self._forked,
            )
        except BaseException:
            self._files.close()
            raise
        finally:
            self._files.started()

    @property
    def alive(self) -> bool:
        return self._child.death is None

    @property
    def is_lost(self) -> bool:
        """True if it ended because its fork server did."""
        return self._forked is not None and self._forked.is_lost

    @property
    def is_beside_a_crash(self) -> bool:
        """True if the last file of a process with the same layout of memory ended that one: this one gets no file."""
        return self._forked is not None and self._forked.is_beside_a_crash

    def give(self, fds: Sequence[int]) -> bool:
        """Hand over its open files, once, before it is asked anything; whether it was there to take them."""
        with contextlib.suppress(OSError):
            self._files.send(fds)
            return self.alive
        return False

    def kill(self) -> None:
        """End the process at once; its memory is back when this returns."""
        self._child.kill()
        self._files.close()

    def ask(
        self,
        order: msgspec.Struct,
        path: str,
        wanted: type[Wanted],
        is_sound: Callable[[Wanted], bool] = lambda _said: True,
        cancel: Cancel | None = None,
    ) -> Wanted:
        """Give an order that is carried out at once; return the answer, and raise, as `converse` does."""
        return finish(self.converse(order, path, wanted, is_sound, cancel))

    def converse(
        self,
        order: msgspec.Struct,
        path: str,
        wanted: type[Wanted],
        is_sound: Callable[[Wanted], bool] = lambda _said: True,
        cancel: Cancel | None = None,
    ) -> Work[Opening, Wanted]:
        """Yield the progress, then return the answer, which is believed if it is `wanted` and sound. Once `cancel` is
        asked, the process ends.

        Raises AppError: what the reader found, or how it died; `path` names the file in it. Stopped.
        """
        try:
            if self.reached is None:  # what is sent before might fill the pipe, and hold up whoever cancels
                self._get_ready(path, cancel)
            self._child.send(order)
            while isinstance(event := self._next(path, cancel, self._limits.progress_s), Opening):
                yield Opening(max(0, min(event.done, event.total or event.done)), max(0, event.total))
        except ChildDied as died:
            raise self._explain(died, path) from died
        if isinstance(event, WireFailed):
            raise self._finding(event.problem, path)
        if not isinstance(event, wanted) or not is_sound(event):
            raise unbelievable(path)
        return event

    def gets_ready(self) -> bool:
        """Wait until it is locked in; whether it came to that."""
        if self.reached is None:
            with contextlib.suppress(ChildDied, AppError):
                self._get_ready("", None)
        return self.reached is not None

    def _get_ready(self, path: str, cancel: Cancel | None) -> None:
        ready = self._next(path, cancel, START_LIMIT_S)
        if not isinstance(ready, SandboxReady):
            raise unbelievable(path)
        self.reached = ready.step

    def _finding(self, problem: Problem, path: str) -> AppError:
        if {name: type(value) for name, value in problem.params.items()} != self._findings.get(problem.code):
            return unbelievable(path)
        named = {"path": path} if "path" in problem.params else {}  # it knows the file's name only
        return AppError(problem.code, **{**problem.params, **named})

    def _next(self, path: str, cancel: Cancel | None, patience_s: float) -> msgspec.Struct:
        """Return the next message of the process. Raises ChildDied, Stopped, AppError READER_TIMEOUT."""
        since = time.monotonic()
        while cancel is None or not cancel.requested:
            event = self._child.receive(_POLL_S)
            if event is not None:
                return event
            if time.monotonic() - since > patience_s:
                self.kill()
                raise AppError(Code.READER_TIMEOUT, path=path, seconds=math.ceil(patience_s))
        self.kill()
        raise Stopped

    def _explain(self, died: ChildDied, path: str) -> AppError:
        ended_by = died.detail if died.cause is Cause.SIGNAL else 0
        match died.cause:
            case Cause.OUT_OF_MEMORY:
                return AppError(Code.READER_OUT_OF_MEMORY, path=path)
            case Cause.HUNG:
                return AppError(Code.READER_TIMEOUT, path=path, seconds=died.detail)
            case Cause.EXITED:
                return AppError(Code.BUG, where=f"reader exited with {died.detail}")
        if ended_by == getattr(signal, "SIGXCPU", -1):
            return AppError(Code.READER_TIMEOUT, path=path, seconds=self._limits.cpu_s)
        if ended_by in _FROM_OUTSIDE:
            return AppError(Code.READER_ENDED, path=path)
        return AppError(Code.READER_CRASHED, path=path, signal=ended_by)


def _command_line(kind: ReaderKind, step: Step, limits: ReaderLimits, fd: int, *mode: str) -> list[str]:
    """Return the command line of `worker_main.enter`, in the sandbox."""
    arguments = (step.value, str(fd), str(limits.memory_bytes), str(limits.cpu_s), *mode)
    return sandbox.wrap(command(kind.module, *arguments), step)


class ReaderClient:
    """The processes of one kind. Every method may be called from any thread.

    Each file gets a process of its own, which may be kept for what is asked of this file later.
    """

    def __init__(self, kind: ReaderKind, limits: ReaderLimits, step: Step | None = None, keep: int = 1) -> None:
        """Take the limits. If `step` is None, the highest that this system offers is taken; at most `keep` files are
        kept."""
        self._kind = kind
        self._limits = limits
        self._asked = step
        self._reached: Step | None = None
        self._is_unused = True
        self._forks = kind.forks and step is not Step.RLIMITS
        self._server: ForkServer | None = None
        self._server_step = Step.RLIMITS
        self._keep = keep
        self._kept: OrderedDict[Hashable, tuple[object, ReaderProcess]] = OrderedDict()
        self._running: set[ReaderProcess] = set()
        self._waiting: Future[ReaderProcess] | None = None
        self._expected = 0.0
        self._deaths = 0
        self._state = threading.Lock()
        self._asking = threading.Lock()
        # A process ends with the thread that started it, so that none outlives the desk: this thread lives as long.
        self._starter = ThreadPoolExecutor(max_workers=1, thread_name_prefix="reader-starter")

    def step(self) -> Step:
        """Return the step in force: the one that the latest reader reported, or, before the first reader, the one found
        by trying.

        Trying takes a few tenths of a second, once per process.
        """
        return self._reached or self._asked or sandbox.probe()

    # ---- ready before it is needed

    def expect(self, files: float = math.inf) -> None:
        """Keep one process waiting for each of the next `files` files, locked in, from now on. Does not wait."""
        with self._state:
            self._expected = files
            self._prepare()

    def _prepare(self) -> None:
        """Start the process that waits for a file, if one is expected. The caller holds the state."""
        if self._waiting is None and self._expected > 0 and self._deaths < _MOST_DEATHS:
            with contextlib.suppress(RuntimeError):  # closed
                self._waiting = self._starter.submit(self._start, self._limits)

    def _take_waiting(self, fds: Sequence[int]) -> ReaderProcess | None:
        """Hand these files to the process that waited and return it; None if none is alive."""
        with self._state:
            waiting, self._waiting = self._waiting, None
            self._expected = max(0.0, self._expected - 1)
        if waiting is None:
            return None
        try:
            process = waiting.result()
        except OSError:
            return None
        if not process.is_beside_a_crash and process.give(fds):
            return process
        self.end(process)
        return None

    def _replace_waiting(self, died: ChildDied) -> None:
        """Start another one if it was the one that waits. That cannot be told of one that is just being started: its
        thread looks once it has it."""
        with self._state:
            waiting = self._waiting
            if waiting is not None and not waiting.done():
                with contextlib.suppress(RuntimeError):  # closed
                    self._starter.submit(self._replace_waiting, died)
                return
            if waiting is None or waiting.exception() or waiting.result().alive:
                return
            self._waiting = None
            self._deaths += 1
            self._prepare()
        self.end(waiting.result())

    # ---- one file each

    def open(self, fds: Sequence[int], path: str, limits: ReaderLimits | None = None) -> ReaderProcess:
        """Return a process for these open files, which are closed here whatever happens.

        `limits` are others than usual, for which no process waits. Raises AppError `kind.unstarted` with `path`.
        """
        try:
            process = None if limits else self._take_waiting(fds)
            if process is None:
                process = self._starter.submit(self._start, limits or self._limits).result()
                process.give(fds)  # if it has died, whoever asks it learns how
        except OSError as error:
            raise AppError(self._kind.unstarted, path=path) from error
        finally:
            for fd in fds:
                os.close(fd)
            with self._state:
                self._deaths = 0
                self._prepare()
        return process

    @contextlib.contextmanager
    def opened(self, fds: Sequence[int], path: str) -> Iterator[ReaderProcess]:
        """Open a process for these open files, as `open` does; it ends with the block."""
        process = self.open(fds, path)
        try:
            yield process
        finally:
            self.end(process)

    def end(self, process: ReaderProcess) -> None:
        """End it at once."""
        process.kill()
        self._reached = process.reached or self._reached
        self._running.discard(process)

    def _start(self, limits: ReaderLimits) -> ReaderProcess:
        """Start a process, on the starter's thread: by a fork, else as a program of its own."""
        process = self._fork() if limits is self._limits else None
        if process is not None:
            return process
        for step in self._steps():
            process = ReaderProcess(self._kind, step, limits, self._replace_waiting)
            self._running.add(process)
            if self._asked or self._reached or step is not Step.BUBBLEWRAP or process.gets_ready():
                break
            self.end(process)
        assert process is not None
        self._reached = process.reached or self._reached
        return process

    def _fork(self) -> ReaderProcess | None:
        """Have the fork server make a process, or another server once where that one forks no more; None where neither
        does, where this system has none, and for the first file if no other is expected: it would pay for both."""
        is_alone, self._is_unused = self._is_unused and self._expected <= 1, False
        for _attempt in range(2 if fork_server.POSSIBLE and not is_alone else 0):
            server = self._usable_server()
            if server is None:
                break
            with contextlib.suppress(OSError):
                process = ReaderProcess(self._kind, self._server_step, self._limits, self._replace_waiting, server)
                self._running.add(process)
                return process
        return None

    def _usable_server(self) -> ForkServer | None:
        if self._server is None or not self._server.may_fork:
            if self._server is not None:
                self._server.retire()
            self._server = self._start_server() if self._forks else None
            self._forks = self._server is not None
        return self._server

    def _start_server(self) -> ForkServer | None:
        """Start a fork server; None where this system does not let it lock itself in."""
        for step in self._steps():
            with contextlib.suppress(OSError):
                server = ForkServer(partial(self._server_command, step))
                self._server_step = step
                return server
        return None

    def _server_command(self, step: Step, fd: int) -> list[str]:
        return _command_line(self._kind, step, self._limits, fd, fork_server.MODE)

    def _steps(self) -> Iterator[Step]:
        """Yield the steps at which a process is tried, one after the other. With bubblewrap installed, the first is
        started in it at once: only if that fails, trying finds out what this system offers. A system that offers half
        of Landlock's step gets that half."""
        if self._asked is not None:
            yield self._asked
            return
        if self._reached is None and sandbox.has_bubblewrap():
            yield Step.BUBBLEWRAP
        step = self._reached or sandbox.probe()
        yield Step.LANDLOCK if step is Step.RLIMITS else step

    # ---- kept

    def ask(
        self, key: Hashable, version: object, start: Callable[[], ReaderProcess], ask: Callable[[ReaderProcess], Result]
    ) -> Result:
        """Ask the process that is kept for `key`; where there is none, or it died since, the one that `start` gives,
        which then is kept. One at a time. Raises AppError as `ask` and `start` do."""
        with self._asking:
            kept = self.take_out(key, version)
            if kept is not None:
                try:
                    return self._put(key, version, kept, ask)
                except AppError as error:
                    if error.code not in DIED:
                        raise
            return self._put(key, version, start(), ask)

    def _put(
        self, key: Hashable, version: object, process: ReaderProcess, ask: Callable[[ReaderProcess], Result]
    ) -> Result:
        try:
            result = ask(process)
        except AppError as error:
            if error.code in self._kind.harmless:
                self.put_back(key, version, process)
            else:
                self.end(process)
            raise
        self.put_back(key, version, process)
        return result

    def take_out(self, key: Hashable, version: object) -> ReaderProcess | None:
        """Take out the process that is kept for `key`, for the caller alone; one that holds another version ends."""
        with self._state:
            held, process = self._kept.pop(key, (None, None))
        if process is not None and (held != version or not process.alive):
            self.end(process)
            return None
        return process

    def put_back(self, key: Hashable, version: object, process: ReaderProcess) -> None:
        """Keep it for what is asked later, and end those that are now too many."""
        self._reached = process.reached or self._reached
        with self._state:
            surplus = [self._kept.pop(key)[1]] if key in self._kept else []
            self._kept[key] = version, process
            while len(self._kept) > self._keep:
                surplus.append(self._kept.popitem(last=False)[1][1])
        for other in surplus:
            self.end(other)

    def release(self) -> None:
        """End those that are kept."""
        with self._state:
            kept, self._kept = self._kept, OrderedDict()
        for _version, process in kept.values():
            self.end(process)

    def close(self) -> None:
        """End every process; may be called twice, and nothing can be read afterwards."""
        with self._state:
            self._expected, self._waiting = 0.0, None
        self._end_all()
        self._starter.shutdown()
        self._end_all()  # one that was just being started
        if self._server is not None:
            self._server.end()
        self._kept.clear()

    def _end_all(self) -> None:
        for process in list(self._running):
            self.end(process)


@contextlib.contextmanager
def logged(log: logging.Logger, what: str) -> Iterator[None]:
    """Log `what` and the code of an AppError that passes, but no names."""
    try:
        yield
    except AppError as error:
        log.warning("%s: %s", what, error.code.value)
        raise


# A reader that a file has taken over may say anything: nothing that later code relies on is taken on trust.


def unbelievable(path: str) -> AppError:
    """Return the error for an answer that no sound reader gives."""
    return AppError(Code.READER_CRASHED, path=path, signal=0)


def is_whole(image: Raster) -> bool:
    """Return whether an image has as many pixels as it claims."""
    return min(image.width, image.height) >= 1 and len(image.rgb) == image.width * image.height * 3
