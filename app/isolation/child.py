"""A child process seen from the desk: start it, speak with it, learn how it died.

A child may crash, hang or be killed for memory at any moment. Whoever waits for its messages then gets a `ChildDied`
that says which of these it was; nothing of the desk is lost.
"""

from __future__ import annotations

import contextlib
import math
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from enum import StrEnum
from pathlib import Path
from typing import IO, Any, Generic, Protocol, TypeVar

import msgspec

from app.isolation.heartbeat import Alive, BrokenFrame, CutFrame, Decoder, Encoder

Incoming = TypeVar("Incoming")

SILENCE_LIMIT_S = 20.0
"""A child sends a sign of life every second, from a thread of its own; after this long without one it hangs."""

START_LIMIT_S = 120.0
"""Seconds until a child's first sign of life, which comes once its libraries are loaded: a slow disk and a busy machine
delay it."""

PIPE_BYTES = 1 << 16
"""The size of the buffers at the desk's ends of a child's pipes."""

_POLL_S = 0.25
_STOPPED_S = 2.0
_EXIT_WAIT_S = 5.0
_SIGNAL_BASE = 128  # bubblewrap passes a signal that ended the child on as a shell does


class Cause(StrEnum):
    EXITED = "exited"  # of its own accord; `detail` is the exit status
    SIGNAL = "signal"  # `detail` is the signal's number
    HUNG = "hung"  # `detail` is the seconds it was silent
    OUT_OF_MEMORY = "out_of_memory"  # the system ended it to get memory back
    PROTOCOL = "protocol"  # it sent something that is not a message


class ChildDied(Exception):
    def __init__(self, cause: Cause, detail: int = 0) -> None:
        super().__init__(cause.value, detail)
        self.cause = cause
        self.detail = detail


class Process(Protocol):
    """The process of a child, however it was started. Its members are those of `subprocess.Popen`, but for `end`."""

    stdin: IO[bytes] | None
    stdout: IO[bytes] | None
    returncode: int | None

    @property
    def pid(self) -> int: ...

    def wait(self, timeout: float | None = None) -> int:
        """Raises subprocess.TimeoutExpired."""

    def end(self) -> None:
        """Kill it, with all that it started. Does not wait."""


class Program(subprocess.Popen[bytes]):
    """A program that the desk started, in a session of its own: Ctrl+C in a terminal is the desk's to handle."""

    def __init__(
        self,
        argv: Sequence[str],
        *,
        speaks: bool = True,
        pass_fds: Sequence[int] = (),
        env: dict[str, str] | None = None,
    ) -> None:
        """`speaks`: it has a pipe to the desk. Raises OSError when it cannot be started."""
        super().__init__(
            list(argv),
            stdin=subprocess.PIPE if speaks else subprocess.DEVNULL,
            stdout=subprocess.PIPE if speaks else subprocess.DEVNULL,
            stderr=None if os.environ.get("OCTAVO_DEBUG") else subprocess.DEVNULL,
            pass_fds=tuple(pass_fds),
            env=env,
            start_new_session=True,
            bufsize=PIPE_BYTES,
        )

    def end(self) -> None:
        """Kill the program with all that it started: a sandbox that has just begun may not yet pass its death on, and
        would keep the pipe open after it. As long as nobody asked how it ended, its group is its own."""
        if self.returncode is not None:
            return
        if sys.platform == "win32":
            self.kill()
        else:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.pid, signal.SIGKILL)


class Child(Generic[Incoming]):
    """One running child. `send`, `receive` and `kill` may be used from different threads."""

    def __init__(
        self,
        argv: Sequence[str],
        incoming: Any,
        *,
        stall_limit_s: float = 900.0,
        silence_limit_s: float = SILENCE_LIMIT_S,
        pass_fds: Sequence[int] = (),
        env: dict[str, str] | None = None,
        on_death: Callable[[ChildDied], None] | None = None,
        process: Process | None = None,
    ) -> None:
        """Start `argv`, unless `process` already runs what that names. `incoming` is the (union) type of the messages
        it sends.

        `stall_limit_s` are the seconds that one step of its work may take before it counts as hung. `on_death` is
        called once, on a thread of this object, when the child ends without having been asked to. Raises OSError if the
        program cannot be started.
        """
        self._oom_kills = _oom_kills()
        self._stall_limit_s = stall_limit_s
        self._silence_limit_s = silence_limit_s
        self._on_death = on_death
        self._closing, self._hung_s = False, 0
        self._process: Process = process or Program(argv, pass_fds=pass_fds, env=env)
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._encoder = Encoder(self._process.stdin)  # type: ignore[arg-type]
        self._decoder: Decoder[Any] = Decoder(self._process.stdout, incoming | Alive)  # type: ignore[arg-type]
        self._sending = threading.Lock()
        self._arrived: queue.SimpleQueue[Incoming | ChildDied] = queue.SimpleQueue()
        self._last_sign = time.monotonic()
        self._heard = False
        self._died: ChildDied | None = None
        self._listener = threading.Thread(target=self._listen, name=f"listen-{self.pid}", daemon=True)
        self._listener.start()
        self._watcher = threading.Thread(target=self._watch, name=f"watch-{self.pid}", daemon=True)
        self._watcher.start()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def death(self) -> ChildDied | None:
        """The way in which the child died, or None while it lives."""
        return self._died

    def send(self, message: msgspec.Struct) -> None:
        """Send a message. Raises ChildDied if the child is gone."""
        try:
            with self._sending:
                self._encoder.send(message)
        except (BrokenPipeError, OSError, ValueError) as error:
            self._listener.join(_EXIT_WAIT_S)
            raise self._died or ChildDied(Cause.EXITED) from error

    def receive(self, timeout_s: float | None = None) -> Incoming | None:
        """Wait for the next message and return it; None if none came in time. Raises ChildDied, again at every later
        call."""
        try:
            item = self._arrived.get(timeout=timeout_s)
        except queue.Empty:
            return None
        if isinstance(item, ChildDied):
            self._arrived.put(item)
            raise item
        return item

    def kill(self) -> None:
        """End the child at once. Waits until its memory is back."""
        self._closing = True
        self._process.end()
        self._finish()

    def close(self) -> None:
        """Let the child end on its own (its stdin closes); kill it if it does not within a few seconds."""
        self._closing = True
        with self._sending, contextlib.suppress(OSError, ValueError):
            assert self._process.stdin is not None
            self._process.stdin.close()
        if not self._ends_within(_EXIT_WAIT_S):
            self._process.end()
        self._finish()

    def _ends_within(self, seconds: float) -> bool:
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True

    def _finish(self) -> None:
        self._process.wait()
        for thread in (self._listener, self._watcher):
            if thread is not threading.current_thread():
                thread.join()
        for pipe in (self._process.stdin, self._process.stdout):
            with contextlib.suppress(OSError, ValueError):
                assert pipe is not None
                pipe.close()

    def _listen(self) -> None:
        broken = False
        try:
            while (message := self._decoder.receive()) is not None:
                self._last_sign = time.monotonic()
                self._heard = True
                if not isinstance(message, Alive):
                    self._arrived.put(message)
                elif message.stuck_s > self._stall_limit_s:
                    self._hung_s = math.ceil(message.stuck_s)
                    self._process.end()
        except CutFrame:
            # It died while it wrote. The pipe closes a moment before the system says how.
            broken = not self._ends_within(_EXIT_WAIT_S)
            self._process.end()
        except BrokenFrame:
            broken = True
            self._process.end()
        except (OSError, ValueError):
            pass  # the pipe was closed under us: the child is ending
        self._died = self._post_mortem(self._process.wait(), broken)
        self._arrived.put(self._died)
        if self._on_death is not None and not self._closing:
            self._on_death(self._died)

    def _watch(self) -> None:
        while self._died is None and self._listener.is_alive():
            silent_s = time.monotonic() - self._last_sign
            if silent_s > (self._silence_limit_s if self._heard else max(self._silence_limit_s, START_LIMIT_S)):
                self._hung_s = math.ceil(silent_s)
                self._process.end()
                return
            before = time.monotonic()
            self._listener.join(_POLL_S)
            if time.monotonic() - before > _STOPPED_S:
                self._last_sign = time.monotonic()  # it was the desk that was paused (Ctrl+Z), not the child

    def _post_mortem(self, status: int, broken: bool) -> ChildDied:
        if self._hung_s:
            return ChildDied(Cause.HUNG, self._hung_s)
        if broken:
            return ChildDied(Cause.PROTOCOL)
        if status > _SIGNAL_BASE:
            status = _SIGNAL_BASE - status
        if status >= 0:
            return ChildDied(Cause.EXITED, status)
        if status == -9 and not self._closing and _oom_kills() > self._oom_kills:
            return ChildDied(Cause.OUT_OF_MEMORY)
        return ChildDied(Cause.SIGNAL, -status)


def _oom_kills() -> int:
    """Return how often this system, or this control group, has ended a process for memory (Linux; 0 elsewhere).

    Source: /proc/vmstat `oom_kill`, and `oom_kill` in memory.events (kernel docs, cgroup-v2).
    """
    kills = 0
    for file in _oom_counters():
        with contextlib.suppress(OSError, ValueError, StopIteration):
            text = file.read_text(encoding="ascii")
            kills += int(next(line.split()[1] for line in text.splitlines() if line.startswith("oom_kill ")))
    return kills


def _oom_counters() -> list[Path]:
    counters = [Path("/proc/vmstat")]
    with contextlib.suppress(OSError):
        for line in Path("/proc/self/cgroup").read_text(encoding="ascii").splitlines():
            if line.startswith("0::"):
                counters.append(Path("/sys/fs/cgroup") / line[3:].lstrip("/") / "memory.events")
    return counters
