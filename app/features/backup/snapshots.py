"""Several databases as they were at one moment, to be read at leisure while they are written to."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from app.core.errors import AppError, Code
from app.core.machine.secret import Key
from app.store.db import Database

_TRY_MS = 50
"""The time for which a database is waited for: whoever writes waits a hundred times as long for us before giving up."""
_PATIENCE_S = 60.0


def freeze(databases: Iterable[Database]) -> None:
    """Have all of them show the same moment: one at which nobody is writing to any of them. They were opened with
    `Database.look`, and show it until they are frozen anew or closed.

    Raises AppError DATABASE_LOCKED if others never stop writing, and as `Database.read` does.
    """
    wanted = tuple(databases)
    end = time.monotonic() + _PATIENCE_S
    while True:
        try:
            with _nobody_writing([(each.path, each.key) for each in wanted]):
                for each in wanted:
                    each.hold()
            return
        except AppError as error:
            if error.code is not Code.DATABASE_LOCKED or time.monotonic() > end:
                raise


@contextlib.contextmanager
def _nobody_writing(files: Sequence[tuple[Path, Key]]) -> Iterator[None]:
    """Keep anybody from writing until the block is left. If somebody writes, nobody is kept waiting for him: it fails
    at once."""
    with contextlib.ExitStack() as held:
        for path, key in files:
            database = held.enter_context(contextlib.closing(Database.look(path, key, busy_ms=_TRY_MS)))
            held.enter_context(database.write())
        yield
