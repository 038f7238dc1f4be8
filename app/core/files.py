"""Private files: written whole or not at all, 0600, and on disk when the function returns."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from app.core.paths import machine_error

DRAFT_SUFFIX = ".part"

_PRIVATE_FILE = 0o600


def create_private(path: Path, data: bytes) -> bool:
    """Write a new file; False, and nothing changed, when `path` is there already, whoever was first.

    Raises AppError FOLDER_READ_ONLY or DISK_FULL.
    """
    draft = path.with_name(f"{path.name}.{os.urandom(4).hex()}")
    try:
        try:
            _write(draft, lambda file: file.write(data))
            if not _publish(draft, path):
                return False
            sync_folder(path.parent)
        finally:
            draft.unlink(missing_ok=True)
    except OSError as error:
        raise machine_error(error, path) from error
    return True


def write_private(path: Path, write: Callable[[BinaryIO], object]) -> None:
    """Have `write` fill a draft beside `path`, then put it in the place of `path`, whether that was there or not.

    The draft's name ends in DRAFT_SUFFIX; one that lies there when nobody writes was left by a crash. What `write`
    raises goes through, and the draft is gone. Raises AppError FOLDER_READ_ONLY or DISK_FULL.
    """
    draft = path.with_name(f"{path.name}.{os.urandom(4).hex()}{DRAFT_SUFFIX}")
    try:
        try:
            _write(draft, write)
            draft.replace(path)
            sync_folder(path.parent)
        finally:
            draft.unlink(missing_ok=True)
    except OSError as error:
        raise machine_error(error, path) from error


def rename_private(source: Path, target: Path) -> None:
    """Put `source` in the place of `target`. Raises AppError FOLDER_READ_ONLY or DISK_FULL."""
    try:
        source.replace(target)
        sync_folder(target.parent)
    except OSError as error:
        raise machine_error(error, target) from error


def remove_private(path: Path) -> None:
    """Remove a file that may be there. Raises AppError FOLDER_READ_ONLY."""
    try:
        path.unlink(missing_ok=True)
        sync_folder(path.parent)
    except OSError as error:
        raise machine_error(error, path) from error


def _write(path: Path, write: Callable[[BinaryIO], object]) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _PRIVATE_FILE)
    with os.fdopen(descriptor, "wb") as file:
        if hasattr(os, "fchmod"):
            os.fchmod(descriptor, _PRIVATE_FILE)  # a umask may have taken bits away
        write(file)
        file.flush()
        os.fsync(descriptor)


def _publish(draft: Path, path: Path) -> bool:
    """Give a finished file its name unless the name is taken: a hard link refuses that in one step."""
    try:
        os.link(draft, path)
    except FileExistsError:
        return False
    except OSError:  # a file system without hard links
        if path.exists():
            return False
        draft.rename(path)
    return True


def sync_folder(folder: Path) -> None:
    """Have the names in a folder on disk. Raises OSError."""
    if os.name == "nt":
        return  # Windows has no such call; NTFS journals names by itself
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
