"""Opens a file for a child that will look at its bytes, and refuses what is no ordinary file."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

import msgspec

from app.core.errors import AppError, Code

_ABSENT = frozenset({errno.ENOENT, errno.ENOTDIR, errno.ENAMETOOLONG})


class Version(msgspec.Struct, frozen=True):
    """Distinguishes one state of a file from the next, without reading it."""

    device: int
    inode: int
    size: int
    changed_ns: int


class OpenFile(msgspec.Struct, frozen=True):
    """A regular file, open for reading; whoever holds it closes `fd`."""

    fd: int
    version: Version


def open_regular(path: Path) -> OpenFile:
    """Open a regular file. Raises AppError FILE_MISSING, FILE_IS_FOLDER, FILE_NOT_REGULAR, FILE_UNREADABLE."""
    try:
        _check_kind(path, path.stat())  # before opening: to open a device can already do something
        # Not to wait for a writer, should a pipe have taken the file's place meanwhile.
        fd = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except (OSError, ValueError) as error:
        raise _absent(error, path) from error
    try:
        status = os.fstat(fd)
        _check_kind(path, status)
    except BaseException:
        os.close(fd)
        raise
    return OpenFile(fd, _version(status))


def look_at(path: Path) -> Version:
    """Return the file's present state. Raises AppError FILE_MISSING or FILE_UNREADABLE."""
    try:
        return _version(path.stat())
    except (OSError, ValueError) as error:
        raise _absent(error, path) from error


def printable(path: Path | str) -> str:
    """Return the path as text that can be stored and shown: bytes of a name that are no UTF-8 become question marks."""
    return str(path).encode("utf-8", "replace").decode("utf-8")


def _version(status: os.stat_result) -> Version:
    return Version(status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)


def _absent(error: OSError | ValueError, path: Path) -> AppError:
    number = error.errno if isinstance(error, OSError) else errno.ENOENT  # ValueError: a null character in the path
    return AppError(Code.FILE_MISSING if number in _ABSENT else Code.FILE_UNREADABLE, path=printable(path))


def _check_kind(path: Path, status: os.stat_result) -> None:
    if stat.S_ISDIR(status.st_mode):
        raise AppError(Code.FILE_IS_FOLDER, path=printable(path))
    if not stat.S_ISREG(status.st_mode):
        raise AppError(Code.FILE_NOT_REGULAR, path=printable(path))
