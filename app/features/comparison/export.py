"""Writes a comparison into a file of the format that its name says."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from app.export import files
from app.features.comparison.data import ComparedBooks

ENDINGS = (".docx",)


def write(compared: ComparedBooks, path: Path) -> None:
    """Write the file as `app.export.files.write` does. Raises AppError EXPORT_FORMAT, EXPORT_NOT_WRITTEN,
    DISK_FULL."""
    files.check_ending(path, ENDINGS)
    from app.features.comparison import redline  # now: its library is for Word files alone

    files.write_bytes(redline.write(compared, datetime.now(UTC)), path)
