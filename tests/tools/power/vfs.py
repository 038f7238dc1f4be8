"""SQLite's way to the disk, recorded: a file system below the encryption that notes each write and each sync."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import apsw

from tests.tools.power.disk import Cut, Disk, FolderSynced, Synced, Unnamed, Written

_NUMBERS = itertools.count()
_COMPANIONS = apsw.SQLITE_OPEN_MAIN_JOURNAL | apsw.SQLITE_OPEN_WAL | apsw.SQLITE_OPEN_SUPER_JOURNAL

Disturb = Callable[[str, str], None]
"""Called before each operation with its name and the file's; what it raises is what SQLite sees."""


@contextlib.contextmanager
def below(folder: Path, disk: Disk | None = None, disturb: Disturb | None = None) -> Iterator[None]:
    """Until the block is left, every database that is opened with `apsw.Connection` goes through this."""
    name = f"recorded-{next(_NUMBERS)}"
    vfs = _Vfs(name, folder, disk, disturb or (lambda _operation, _file: None))
    real = apsw.Connection

    class Connection(real):  # type: ignore[misc, valid-type]
        def close(self, force: bool = False) -> None:
            """SQLite says nothing of what fails while it closes; only a VFS of Python's would."""
            try:
                super().close(force)
            except (apsw.FullError, apsw.IOError):
                super().close(True)

    def connect(path: str, flags: int = apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE) -> apsw.Connection:
        return real(path, flags) if path == ":memory:" else Connection(path, flags, vfs=f"multipleciphers-{name}")

    with mock.patch.object(apsw, "Connection", connect):
        yield
    del vfs


class _Vfs(apsw.VFS):
    def __init__(self, name: str, folder: Path, disk: Disk | None, disturb: Disturb) -> None:
        self._folder, self._disk, self._disturb = folder, disk, disturb
        super().__init__(name, "unix")

    def xOpen(self, name: str | apsw.URIFilename | None, flags: list[int]) -> _File:
        path = name.filename() if isinstance(name, apsw.URIFilename) else str(name or "")
        self._disturb("open", path)
        return _File(name, flags, path, self._known(path), self._disk, self._disturb)

    def xDelete(self, filename: str, syncdir: bool) -> None:
        self._disturb("delete", filename)
        super().xDelete(filename, syncdir)
        name = self._known(filename)
        if self._disk is not None and self._disk.has(name):
            self._disk.note(Unnamed(name))
            if syncdir:
                self._disk.note(FolderSynced(str(Path(name).parent)))

    def _known(self, path: str) -> str:
        ours = bool(path) and Path(path).is_relative_to(self._folder)
        return str(Path(path).relative_to(self._folder)) if ours else ""


class _File(apsw.VFSFile):
    def __init__(self, given: Any, flags: list[int], path: str, name: str, disk: Disk | None, disturb: Disturb) -> None:
        self._path, self._name, self._disk, self._disturb = path, name, disk, disturb
        self._new = bool(flags[0] & _COMPANIONS) and bool(flags[0] & apsw.SQLITE_OPEN_CREATE)
        super().__init__("unix", given, flags)
        if disk is not None:
            self._inode = disk.inode(name)

    def xWrite(self, data: bytes, offset: int) -> None:
        self._disturb("write", self._path)
        super().xWrite(data, offset)
        if self._disk is not None:
            self._disk.note(Written(self._inode, offset, bytes(data)))

    def xTruncate(self, newsize: int) -> None:
        self._disturb("truncate", self._path)
        super().xTruncate(newsize)
        if self._disk is not None:
            self._disk.note(Cut(self._inode, newsize))

    def xRead(self, amount: int, offset: int) -> bytes:
        self._disturb("read", self._path)
        return super().xRead(amount, offset)

    def xSync(self, flags: int) -> None:
        self._disturb("sync", self._path)
        super().xSync(flags)
        if self._disk is not None:
            self._disk.note(Synced(self._inode))
            if self._new:  # so does SQLite: os_unix.c, UNIXFILE_DIRSYNC
                self._disk.note(FolderSynced(str(Path(self._name).parent)))
                self._new = False
