"""Writes a report into a file of the format that its name says."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from app.core.errors import AppError, Code
from app.core.files import write_private
from app.export import docx, html, markdown
from app.export.report import Report

_WRITERS: dict[str, Callable[[Report], bytes]] = {
    ".md": lambda report: markdown.write(report).encode(),
    ".html": lambda report: html.write(report).encode(),
    ".docx": docx.write,
}
ENDINGS = tuple(_WRITERS)


def check_ending(path: Path) -> None:
    """Raises AppError USAGE where the name says no format that can be written."""
    if path.suffix.lower() not in _WRITERS:
        raise AppError(Code.EXPORT_FORMAT, path=str(path), known=", ".join(ENDINGS))


def write(report: Report, path: Path) -> None:
    """For its owner's eyes only (0600), whole or not at all. Raises AppError EXPORT_FORMAT, EXPORT_NOT_WRITTEN,
    DISK_FULL."""
    check_ending(path)
    write_bytes(_WRITERS[path.suffix.lower()](report), path)


def write_bytes(data: bytes, path: Path) -> None:
    """As `write`, for what was made elsewhere."""
    try:
        write_private(path, lambda file: file.write(data))
    except AppError as error:
        if error.code is Code.FOLDER_READ_ONLY:
            raise AppError(Code.EXPORT_NOT_WRITTEN, path=str(path)) from error
        raise
