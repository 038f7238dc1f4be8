"""Cells: readers that were taken over, each at one rung of the ladder, and what became of what they tried.

`python -m tests.isolation.cells` says, as JSON, what became of all harmless probes at every rung, for whoever runs it.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from unittest import mock

import msgspec

from app.core.errors import AppError
from app.isolation import client, sandbox
from app.isolation.client import ReaderClient, ReaderKind, ReaderLimits
from app.isolation.sandbox import Step
from tests.isolation import escapee, probes
from tests.isolation.escapee import Event, Tried, Try

ESCAPEE = Path(escapee.__file__)
_KIND = ReaderKind("escapee", Event, {})


class Rung(msgspec.Struct, frozen=True):
    """`abi`: see `escapee`. `reached`: what the reader must say that it reached."""

    name: str
    step: Step
    abi: str
    reached: Step
    fonts: bool = False


def offered() -> list[Rung]:
    """The rungs that this system has, from the highest; without Landlock, there is the filter alone."""
    return [
        *([BUBBLEWRAP] if sandbox.offers(Step.BUBBLEWRAP) else ()),
        *([LANDLOCK, older(5)] if sandbox.offers(Step.LANDLOCK) else ()),
        FILTER,
    ]


BUBBLEWRAP = Rung("bubblewrap", Step.BUBBLEWRAP, "own", Step.BUBBLEWRAP)
LANDLOCK = Rung("Landlock", Step.LANDLOCK, "own", Step.LANDLOCK, fonts=True)
FILTER = Rung("filter alone", Step.LANDLOCK, "none", Step.RLIMITS, fonts=False)
NOTHING = Rung("limits alone", Step.RLIMITS, "own", Step.RLIMITS)


def older(abi: int) -> Rung:
    """Landlock as kernels have it whose ABI is that number."""
    return Rung(f"Landlock ABI {abi}", Step.LANDLOCK, str(abi), Step.LANDLOCK, fonts=True)


REFUSED = frozenset({"EPERM", "EACCES", "ENOENT", "ENOSYS", "EAGAIN"})


class Tries(msgspec.Struct, frozen=True):
    """`signal`: what ended the reader; 0 where nothing did."""

    outcomes: dict[str, str]
    capabilities: str
    signal: int

    @property
    def escapes(self) -> dict[str, str]:
        """The attempts that were not refused, by name."""
        return {name: how for name, how in self.outcomes.items() if how not in REFUSED}


def attempt(rung: Rung, folder: Path, names: Iterable[str]) -> Tries:
    """Have one reader make these probes, one after the other, through the whole way a reader is started."""
    secret, document = folder / "secret.txt", folder / "document.txt"
    secret.write_text("the secret", encoding="utf-8")
    document.write_text("the document", encoding="utf-8")
    before = _look(secret), _look(document)
    arguments = ("-P", str(ESCAPEE), rung.abi, "fonts" if rung.fonts else "nothing")
    with (
        mock.patch.object(client, "command", lambda _module, *rest: [sys.executable, *arguments, *rest]),
        mock.patch.object(sandbox, "wrap", partial(sandbox.wrap, readable=[ESCAPEE.parent])),
    ):
        readers = ReaderClient(_KIND, ReaderLimits(), rung.step)
        try:
            with readers.opened((os.open(document, os.O_RDONLY),), "") as process:
                order = Try(tuple(names), os.getpid(), str(Path.home()), str(secret), str(folder / "loot"))
                try:
                    tried = process.ask(order, "", Tried)
                except AppError as error:
                    assert process.reached is rung.reached
                    return Tries({}, "", int(error.params["signal"]))
                assert process.reached is rung.reached
        finally:
            readers.close()
    assert (_look(secret), _look(document)) == before
    assert not (folder / "loot").exists()
    return Tries(tried.outcomes, tried.capabilities, 0)


def _look(file: Path) -> tuple[str, int, int, float]:
    stat = file.stat()
    return file.read_text(encoding="utf-8"), stat.st_mode, stat.st_nlink, stat.st_mtime


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        found = {rung.name: attempt(rung, Path(folder), probes.HARMLESS) for rung in offered()}
    sys.stdout.buffer.write(msgspec.json.encode(found))


if __name__ == "__main__":
    main()
