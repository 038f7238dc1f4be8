"""Opens a file for the reader, and refuses what cannot be a document before any byte of it is looked at."""

from __future__ import annotations

import mmap
import os
import secrets
from pathlib import Path

from app.core.errors import AppError, Code
from app.isolation.files import OpenFile, open_regular, printable

TEXT_LIMIT_BYTES = 64_000_000
"""The most bytes of a text, which is held in memory whole, several times over; the longest novels have 6 MB."""

PACKED_LIMIT_BYTES = 2_000_000_000
"""The limit in bytes of a file that is packed, or read piece by piece, which may be larger than a text."""


def open_document(path: Path, limit_bytes: int = TEXT_LIMIT_BYTES) -> OpenFile:
    """Open a file that may be a document. Raises AppError as `open_regular` does, FILE_EMPTY, FILE_TOO_LARGE."""
    file = open_regular(path)
    try:
        check_size(printable(path), file.version.size, limit_bytes)
    except AppError:
        os.close(file.fd)
        raise
    return file


def check_size(path: str, size: int, limit: int) -> None:
    """Check the size of a file. Raises AppError FILE_EMPTY, FILE_TOO_LARGE."""
    if size == 0:
        raise AppError(Code.FILE_EMPTY, path=path)
    if size > limit:
        raise AppError(Code.FILE_TOO_LARGE, path=path, size_bytes=size, limit_bytes=limit)


def hold(untrusted_bytes: bytes) -> int:
    """Return the bytes as an open file that has no name and is in memory alone: its descriptor, from which it can be
    mapped.

    Linux has files for that (memfd_create); macOS and others have shared memory (POSIX shm_open), whose name is gone
    before anything is in it. Raises OSError if there is neither, or no room: nothing of it goes to a disk.
    """
    fd = _file_in_memory()
    try:
        os.ftruncate(fd, len(untrusted_bytes))
        with mmap.mmap(fd, len(untrusted_bytes)) as memory:
            memory[:] = untrusted_bytes
    except (OSError, ValueError) as error:
        os.close(fd)
        raise OSError(*error.args) from error
    return fd


def _file_in_memory() -> int:
    if hasattr(os, "memfd_create"):
        return os.memfd_create("document")
    try:
        from _posixshmem import shm_open, shm_unlink  # type: ignore[import-not-found]
    except ImportError as error:
        raise OSError("no files that are in memory alone") from error
    name = f"/octavo-{secrets.token_hex(8)}"
    fd = int(shm_open(name, os.O_RDWR | os.O_CREAT | os.O_EXCL, mode=0o600))
    shm_unlink(name)
    return fd
