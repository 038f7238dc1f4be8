"""Cells: readers that were taken over, each at one rung of the ladder, and what became of what they tried.

`python -m tests.isolation.cells` says, as JSON, what became of all harmless probes at every rung, for whoever runs it.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from unittest import mock

import msgspec
import psutil

from app.core.errors import AppError
from app.isolation import client, sandbox
from app.isolation.client import ReaderClient, ReaderKind, ReaderLimits, ReaderProcess
from app.isolation.sandbox import Step
from tests.isolation import escapee, probes
from tests.isolation.escapee import MAKER, Event, Tried, Try

ESCAPEE = Path(escapee.__file__)
_KIND = ReaderKind("escapee", Event, {})


class Rung(msgspec.Struct, frozen=True):
    """`abi`: see `escapee`. `reached`: what the reader must say that it reached. `forks`: a fork server makes it."""

    name: str
    step: Step
    abi: str
    reached: Step
    fonts: bool = False
    forks: bool = False


def offered() -> list[Rung]:
    """The rungs that this system has, from the highest; without Landlock, there is the filter alone. Each comes twice:
    for a reader that was started, and for one that was forked."""
    started = [
        *([BUBBLEWRAP] if sandbox.offers(Step.BUBBLEWRAP) else ()),
        *([LANDLOCK, older(5)] if sandbox.offers(Step.LANDLOCK) else ()),
        FILTER,
    ]
    return [*started, *map(forked, started)]


BUBBLEWRAP = Rung("bubblewrap", Step.BUBBLEWRAP, "own", Step.BUBBLEWRAP)
LANDLOCK = Rung("Landlock", Step.LANDLOCK, "own", Step.LANDLOCK, fonts=True)
FILTER = Rung("filter alone", Step.LANDLOCK, "none", Step.RLIMITS, fonts=False)
NOTHING = Rung("limits alone", Step.RLIMITS, "own", Step.RLIMITS)


def older(abi: int) -> Rung:
    """Landlock as kernels have it whose ABI is that number."""
    return Rung(f"Landlock ABI {abi}", Step.LANDLOCK, str(abi), Step.LANDLOCK, fonts=True)


def forked(rung: Rung) -> Rung:
    return msgspec.structs.replace(rung, name=f"{rung.name}, forked", forks=True)


REFUSED = frozenset({"EPERM", "EACCES", "ENOENT", "ENOSYS", "EAGAIN"})


class Tries(msgspec.Struct, frozen=True):
    """`capabilities`: of all readers and servers, each once; `signal`: what ended the reader, 0 where nothing did."""

    outcomes: dict[str, str]
    capabilities: set[str]
    signal: int

    @property
    def escapes(self) -> dict[str, str]:
        """The attempts that were not refused, by name."""
        return {name: how for name, how in self.outcomes.items() if how not in REFUSED}


DESK, SERVER, SIBLING = "", " (server)", " (sibling)"
"""The processes at which probes of another one are aimed, as they are added to the names of the probes."""


def aims(rung: Rung) -> tuple[str, ...]:
    return (DESK, SERVER, SIBLING) if rung.forks else (DESK,)


def attempt(rung: Rung, folder: Path, names: Iterable[str], *at: str) -> Tries:
    """Have one reader make these probes, one after the other, through the whole way a reader is started; each is aimed
    at every process of `at`, without any at all of `aims`. Another reader is there beside it, and outlives it."""
    secret, document = folder / "secret.txt", folder / "document.txt"
    secret.write_text("the secret", encoding="utf-8")
    document.write_text("the document", encoding="utf-8")
    before = _look(secret), _look(document)
    arguments = ("-P", str(ESCAPEE), rung.abi, "fonts" if rung.fonts else "nothing")
    names = tuple(names)
    outcomes: dict[str, str] = {}
    capabilities = set[str]()
    with (
        mock.patch.object(client, "command", lambda _module, *rest: [sys.executable, *arguments, *rest]),
        mock.patch.object(sandbox, "wrap", partial(sandbox.wrap, readable=[ESCAPEE.parent])),
    ):
        readers = ReaderClient(msgspec.structs.replace(_KIND, forks=rung.forks), ReaderLimits(), rung.step)
        readers._is_unused = False  # the first is forked, too
        try:
            with _opened(readers, document) as process, _opened(readers, document) as sibling:
                numbers = {DESK: os.getpid(), SERVER: MAKER, SIBLING: sibling._child.pid}
                assert (process._forked is not None) is rung.forks
                ended_by = 0
                try:
                    for aim in at or aims(rung):
                        order = Try(names, numbers[aim], str(Path.home()), str(secret), str(folder / "loot"))
                        tried = process.ask(order, "", Tried).outcomes
                        outcomes |= {name + aim: how for name, how in tried.items()}
                except AppError as error:
                    ended_by = int(error.params["signal"])
                assert process.reached is rung.reached
                assert sibling.ask(Try((), 0, "", "", ""), "", Tried).outcomes == {}
                capabilities = _capabilities()
        finally:
            readers.close()
    assert (_look(secret), _look(document)) == before
    assert not (folder / "loot").exists()
    return Tries(outcomes, capabilities, ended_by)


@contextmanager
def _opened(readers: ReaderClient, document: Path) -> Iterator[ReaderProcess]:
    with readers.opened((os.open(document, os.O_RDONLY),), "") as process:
        yield process


def _capabilities() -> set[str]:
    found = set()
    for each in psutil.Process().children(recursive=True):
        if str(ESCAPEE) in (line := each.cmdline()) and Path(line[0]).name != "bwrap":
            status = Path(f"/proc/{each.pid}/status").read_text(encoding="ascii")
            found.add(status.partition("CapEff:\t")[2].partition("\n")[0])
    return found


def _look(file: Path) -> tuple[str, int, int, float]:
    stat = file.stat()
    return file.read_text(encoding="utf-8"), stat.st_mode, stat.st_nlink, stat.st_mtime


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        found = {rung.name: attempt(rung, Path(folder), probes.HARMLESS) for rung in offered()}
    sys.stdout.buffer.write(msgspec.json.encode(found))


if __name__ == "__main__":
    main()
