"""A text that a person pasted, as a file for as long as it takes to become a document."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from app.core.machine.paths import machine_error

_MEMORY = "XDG_RUNTIME_DIR"  # of this person alone, and on no disk


def write_pasted(text: str, name: str) -> Path:
    """Write a text file of this name into a folder of its own, which only its owner can read. Raises AppError
    DISK_FULL, FOLDER_READ_ONLY."""
    memory = os.environ.get(_MEMORY, "")
    place = memory if os.access(memory, os.W_OK) else tempfile.gettempdir()
    try:
        folder = Path(tempfile.mkdtemp(prefix="octavo-", dir=place))
        try:
            path = folder / f"{name}.txt"
            path.write_text(text, encoding="utf-8")
        except OSError:
            shutil.rmtree(folder, ignore_errors=True)
            raise
    except OSError as error:
        raise machine_error(error, Path(place)) from error
    return path


def discard_pasted(path: Path) -> None:
    """Delete a pasted text's file: the text is in the database now, or not wanted."""
    shutil.rmtree(path.parent, ignore_errors=True)
