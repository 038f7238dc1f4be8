"""A disk that fails at the n-th write: below SQLite, and where Python writes files."""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import apsw

from tests.tools.power.vfs import below

WRITING = ("write", "truncate", "sync", "open", "delete")
"""The operations of SQLite that may fail on a disk that is full or broken."""

_OF_FILES = ("open", "fsync", "link", "replace")


class Trouble:
    """From the `at`-th write on (counted from 1; 0: never) all fail, or that one alone, until it is `over`.

    `number`: an errno. `count`: writes so far.
    """

    def __init__(self, at: int, number: int = errno.ENOSPC, *, lasting: bool = True) -> None:
        self.at, self.number, self.lasting = at, number, lasting
        self.count, self.over = 0, False

    @property
    def hit(self) -> bool:
        return 0 < self.at <= self.count

    def _fails(self) -> bool:
        self.count += 1
        due = self.count == self.at or (self.lasting and self.hit)
        return due and not self.over

    def of_database(self, operation: str, _path: str) -> None:
        """Raises what SQLite takes for an error of the disk."""
        if operation in WRITING and self._fails():
            raise apsw.FullError("full") if self.number == errno.ENOSPC else apsw.IOError("broken")

    def of_files(self) -> None:
        """Raises OSError."""
        if self._fails():
            raise OSError(self.number, os.strerror(self.number))


@contextlib.contextmanager
def troubled(folder: Path, trouble: Trouble) -> Iterator[None]:
    """Whatever is written by the database, and by `app.core.machine.files`."""
    with contextlib.ExitStack() as patches:
        patches.enter_context(below(folder, disturb=trouble.of_database))
        for name in _OF_FILES:
            real = getattr(os, name)
            patches.enter_context(mock.patch.object(os, name, _failing(real, trouble, folder, name)))
        patches.enter_context(mock.patch.object(os, "fdopen", _failing_file(os.fdopen, trouble)))
        yield


def _failing(real: Callable[..., Any], trouble: Trouble, folder: Path, name: str) -> Callable[..., Any]:
    def call(*args: Any, **options: Any) -> Any:
        ours = name == "fsync" or (isinstance(args[0], (str, os.PathLike)) and Path(args[0]).is_relative_to(folder))
        if ours and (name != "open" or args[1] & os.O_CREAT):
            trouble.of_files()
        return real(*args, **options)

    return call


def _failing_file(real: Callable[..., Any], trouble: Trouble) -> Callable[..., Any]:
    def fdopen(*args: Any, **options: Any) -> Any:
        file = real(*args, **options)
        if "w" not in (args[1] if len(args) > 1 else options.get("mode", "r")):
            return file
        wrapped = mock.Mock(wraps=file)
        wrapped.__enter__ = lambda _self: wrapped
        wrapped.__exit__ = lambda _self, *error: file.__exit__(*error)

        def write(data: bytes) -> int:
            trouble.of_files()
            return int(file.write(data))

        wrapped.write = write
        return wrapped

    return fdopen
