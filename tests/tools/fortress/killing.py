"""The program as a process that may be killed: with its children, what it has printed, and its desk afterwards."""

from __future__ import annotations

import contextlib
import json
import random
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil

from app.core.errors import AppError
from app.core.machine.paths import Paths
from app.store.db import Database
from app.store.keys import obtain
from tests.tools.fortress.program import Program

PATIENCE_S = 300
_GONE_S = 15.0  # a child looks for its desk every second; on a busy machine it may still be importing
_LOOK_S = 0.02


class Running:
    """One command under way; its lines are read as they come."""

    def __init__(self, program: Program, *words: object, typed: str = "") -> None:
        self.lines: list[str] = []
        self.errors: list[str] = []
        self.process = subprocess.Popen(
            program.words(*words), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            text=True, errors="replace", cwd=program.cwd,
        )  # fmt: skip
        assert self.process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.write(typed)
            self.process.stdin.close()
        self._readers = [
            threading.Thread(target=_gather, args=(stream, into), daemon=True)
            for stream, into in ((self.process.stdout, self.lines), (self.process.stderr, self.errors))
        ]
        for reader in self._readers:
            reader.start()

    @property
    def over(self) -> bool:
        return self.process.poll() is not None

    def children(self, module: str = "") -> list[psutil.Process]:
        """Return the children whose command line names the module."""
        with contextlib.suppress(psutil.Error):
            found = psutil.Process(self.process.pid).children(recursive=True)
            return [each for each in found if module in " ".join(_command(each))]
        return []

    def until(self, seen: Any) -> bool:
        """Wait until `seen()`; False if the command ended before."""
        end = time.monotonic() + PATIENCE_S
        while not seen():
            if self.over or time.monotonic() > end:
                return bool(seen())
            time.sleep(_LOOK_S)
        return True

    def kill(self, after_s: float, line: int = 0) -> list[str]:
        """End it by SIGKILL after so many lines, and then so long, if it still runs; which of its children are left
        some seconds later."""
        self.until(lambda: len(self.lines) >= line)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(after_s)
        family = {child: " ".join(_command(child)) for child in self.children()}
        self.process.kill()
        self.end()
        _gone, left = psutil.wait_procs(list(family), timeout=_GONE_S)
        return [family[child] for child in left]

    def end(self) -> int:
        code = self.process.wait(PATIENCE_S)
        for reader in self._readers:
            reader.join(PATIENCE_S)
        return code

    def events(self, kind: str = "") -> list[dict[str, Any]]:
        """Return the events that it printed as JSON; a line that was cut off by a kill is none."""
        found = []
        for line in list(self.lines):
            with contextlib.suppress(json.JSONDecodeError):
                found.append(json.loads(line))
        return [event for event in found if not kind or event.get("event") == kind]


def _gather(stream: Any, into: list[str]) -> None:
    with stream:
        for line in stream:
            into.append(line)


def _command(process: psutil.Process) -> list[str]:
    with contextlib.suppress(psutil.Error):
        return list(process.cmdline())
    return []


@contextlib.contextmanager
def opened(data: Path, *passphrases: str | None) -> Iterator[Database]:
    """The desk, whole, with the first of these that opens it. Raises AssertionError."""
    paths, database = Paths(data), None
    for passphrase in passphrases or (None,):
        with contextlib.suppress(AppError):
            database = database or Database.open(paths.database, obtain(paths, passphrase))
    assert database is not None, "the desk does not open"
    with contextlib.closing(database):
        with database.read() as connection:
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        yield database


def moment(rng: random.Random, lasting_s: float, lines: int) -> tuple[float, int]:
    """When to kill: at any time, or soon after any line."""
    if rng.random() < 0.5 or not lines:
        return rng.uniform(0, lasting_s), 0
    return rng.expovariate(20), rng.randint(1, lines)


def bound(failures: int, tries: int) -> str:
    """The 95 % upper bound of a rate of which nothing was seen (rule of three)."""
    assert failures == 0
    return f"below {300 / max(tries, 1):.1f} % (95 %)"


def send(process: psutil.Process, number: signal.Signals) -> None:
    with contextlib.suppress(psutil.Error):
        process.send_signal(number)
