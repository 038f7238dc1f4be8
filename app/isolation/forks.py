"""The desk's side of the fork server: start one, have it fork, and see each fork as a process of the desk's own.

`isolation.fork_server` says what that is, and what it holds to.
"""

from __future__ import annotations

import contextlib
import math
import os
import select
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from typing import IO

from app.isolation import fork_server, sandbox
from app.isolation.child import PIPE_BYTES, START_LIMIT_S, Program
from app.isolation.handover import SocketEnd

_PATIENCE_S = 10.0
"""Seconds in which a server forks, or ends a child that it is to end, before it is ended itself."""

_POLL_S = 0.25


class ForkServer:
    """A server that runs. `fork` is for one thread at a time; the rest may be called from any. `has_lost_one`: a child
    ended of its own accord."""

    def __init__(self, command_line: Callable[[int], list[str]]) -> None:
        """Start the server, and wait until it is locked in: it ends with this thread. `command_line` gives its command
        line by the descriptor of its link.

        Raises OSError where no process could be started, or it could not lock itself in.
        """
        self._state = threading.Lock()
        self._left, self._running = fork_server.RENEWED_AFTER, 0
        self.has_lost_one = False
        self._link, theirs = SocketEnd.pair()
        try:
            with contextlib.closing(theirs):
                fd = theirs.fileno()
                self._process = Program(command_line(fd), speaks=False, pass_fds=(fd,), env=sandbox.environment())
        except BaseException:
            self._link.close()
            raise
        if _received(self._link, len(fork_server.READY), START_LIMIT_S) != fork_server.READY:
            self.end()
            raise OSError("no fork server")

    @property
    def may_fork(self) -> bool:
        """True if a fork of it may read one more file."""
        return self._left > 0

    def fork(self, files_fd: int) -> ForkedProcess:
        """Have it fork a reader whose files will come through `files_fd`. Raises OSError where the server is gone, or
        could not fork."""
        with self._state:
            self._left -= 1
            self._running += 1
        try:
            return self._fork(files_fd)
        except BaseException:
            self.buried(of_its_own_accord=True)
            raise

    def _fork(self, files_fd: int) -> ForkedProcess:
        with contextlib.ExitStack() as ours:
            with contextlib.ExitStack() as theirs:
                leash, their_leash = SocketEnd.pair()
                ours.callback(leash.close)
                theirs.callback(their_leash.close)
                their_in, in_ = os.pipe()
                theirs.callback(os.close, their_in)
                orders = ours.enter_context(os.fdopen(in_, "wb", PIPE_BYTES))
                out, their_out = os.pipe()
                theirs.callback(os.close, their_out)
                events = ours.enter_context(os.fdopen(out, "rb", PIPE_BYTES))
                self._link.send(fork_server.ORDER, (their_in, their_out, files_fd, their_leash.fileno()))
            number = _received(leash, fork_server.NUMBER.size, _PATIENCE_S)
            if not number:
                raise OSError("no fork")
            ours.pop_all()
        return ForkedProcess(self, leash, fork_server.NUMBER.unpack(number)[0], orders, events)

    def buried(self, *, of_its_own_accord: bool) -> None:
        """Note that a child has ended."""
        with self._state:
            self._running -= 1
            if of_its_own_accord:
                self._left, self.has_lost_one = 0, True
        self._end_if_idle()

    def retire(self) -> None:
        """Have it fork no more; it ends with its last child."""
        with self._state:
            self._left = 0
        self._end_if_idle()

    def _end_if_idle(self) -> None:
        with self._state:
            idle = self._left <= 0 and not self._running
        if idle:
            self.end()

    def end(self) -> None:
        """End it at once, with all its children; may be called twice."""
        self._process.end()
        self._process.wait()
        self._link.close()


class ForkedProcess:
    """A child of a server, as `subprocess.Popen` shows one of the desk's own. `wait` and `end` may be called from any
    thread. `is_lost`: its server ended before it could say how this child did."""

    def __init__(self, server: ForkServer, leash: SocketEnd, pid: int, stdin: IO[bytes], stdout: IO[bytes]) -> None:
        """`pid`: as the server numbers it."""
        self.pid = pid
        self.stdin: IO[bytes] | None = stdin
        self.stdout: IO[bytes] | None = stdout
        self.returncode: int | None = None
        self.is_lost = False
        self._server = server
        self._leash = leash
        self._looking = threading.Lock()
        self._ends_by = math.inf

    def wait(self, timeout: float | None = None) -> int:
        """Wait until it has ended, and return how: as `Popen.returncode`. Raises subprocess.TimeoutExpired."""
        until = math.inf if timeout is None else time.monotonic() + timeout
        while self.returncode is None:
            self._look(min(_POLL_S, max(0.0, until - time.monotonic())))
            if self.returncode is None and time.monotonic() >= until:
                raise subprocess.TimeoutExpired("fork", timeout or 0.0)
        return self.returncode

    @property
    def is_beside_a_crash(self) -> bool:
        """True if a child of the same server, with the same layout of memory, ended of its own accord."""
        return self._server.has_lost_one

    def end(self) -> None:
        """Have its server kill it. Does not wait."""
        if self._ends_by == math.inf:
            self._ends_by = time.monotonic() + _PATIENCE_S
            with contextlib.suppress(OSError):  # it has ended already
                self._leash.send(fork_server.END)

    def _look(self, seconds: float) -> None:
        """Wait so long for the server to say how it ended."""
        with self._looking:
            if self.returncode is not None:
                return
            number = _received(self._leash, fork_server.NUMBER.size, seconds)
            if number is None and time.monotonic() > self._ends_by:
                self._server.end()  # it does not do as it is told
                number = b""
            if number is None:
                return
            self.is_lost = not number
            self._leash.close()
            self._server.buried(of_its_own_accord=self._ends_by == math.inf)  # before anybody learns of it
            self.returncode = fork_server.NUMBER.unpack(number)[0] if number else -signal.SIGKILL


def _received(link: SocketEnd, size: int, seconds: float) -> bytes | None:
    """Return what has come within this time, None where nothing has; empty where the other end is gone, or was before
    all of it came."""
    waiting = select.poll()
    waiting.register(link.fileno(), select.POLLIN)
    if not waiting.poll(seconds * 1000):
        return None
    try:
        data, _files = link.receive(size)
    except OSError:
        return b""
    return data if len(data) == size else b""
