"""Opens a file for the reader, and refuses what cannot be a document before any byte of it is looked at."""

from __future__ import annotations

import os
from pathlib import Path

from app.core.errors import AppError, Code
from app.isolation.files import OpenFile, open_regular, printable

TEXT_LIMIT_BYTES = 64 << 20
"""A text is held in memory whole, several times over; the longest novels have 6 MB."""

PACKED_LIMIT_BYTES = 2 << 30
"""What is packed, or read from the file piece by piece, may be larger."""


def open_document(path: Path, limit_bytes: int = TEXT_LIMIT_BYTES) -> OpenFile:
    """Raises AppError as `open_regular` does, FILE_EMPTY, FILE_TOO_LARGE."""
    file = open_regular(path)
    try:
        _check_size(path, file.version.size, limit_bytes)
    except AppError:
        os.close(file.fd)
        raise
    return file


def _check_size(path: Path, size: int, limit: int) -> None:
    if size == 0:
        raise AppError(Code.FILE_EMPTY, path=printable(path))
    if size > limit:
        raise AppError(Code.FILE_TOO_LARGE, path=printable(path), size_bytes=size, limit_bytes=limit)
