"""Writes the report of a conversation or of a sheet into a file of the format that its name says."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from app.core.errors import AppError, Code
from app.core.files import write_private
from app.export import docx, html, markdown, sheet_docx, sheet_text, sheet_xlsx
from app.export.report import Report
from app.export.sheet import SheetReport

_WRITERS: dict[str, Callable[[Report], bytes]] = {
    ".md": lambda report: markdown.write(report).encode(),
    ".html": lambda report: html.write(report).encode(),
    ".docx": docx.write,
}
ENDINGS = tuple(_WRITERS)

_SHEET_WRITERS: dict[str, Callable[[SheetReport], bytes]] = {
    ".docx": sheet_docx.write,
    ".xlsx": sheet_xlsx.write,
    ".md": lambda report: sheet_text.write_markdown(report).encode(),
    ".html": lambda report: sheet_text.write_html(report).encode(),
}
SHEET_ENDINGS = tuple(_SHEET_WRITERS)


def check_ending(path: Path, endings: Sequence[str] = ENDINGS) -> None:
    """Raises AppError EXPORT_FORMAT where the name says no format that can be written."""
    if path.suffix.lower() not in endings:
        raise AppError(Code.EXPORT_FORMAT, path=str(path), known=", ".join(endings))


def write(report: Report, path: Path) -> None:
    """For its owner's eyes only (0600), whole or not at all. Raises AppError EXPORT_FORMAT, EXPORT_NOT_WRITTEN,
    DISK_FULL."""
    check_ending(path)
    write_bytes(_WRITERS[path.suffix.lower()](report), path)


def write_sheet(report: SheetReport, path: Path) -> None:
    """As `write`."""
    check_ending(path, SHEET_ENDINGS)
    write_bytes(_SHEET_WRITERS[path.suffix.lower()](report), path)


def write_bytes(data: bytes, path: Path) -> None:
    """As `write`, for what was made elsewhere."""
    try:
        write_private(path, lambda file: file.write(data))
    except AppError as error:
        if error.code is Code.FOLDER_READ_ONLY:
            raise AppError(Code.EXPORT_NOT_WRITTEN, path=str(path)) from error
        raise
