"""The files of one download: how much of each is there, and which were found right.

A file is there under its name with `.part` until its SHA-256 was found right, then under its name. What was verified
is remembered with size and time of change, so that it is neither fetched nor hashed again.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from pathlib import Path

import msgspec

from app.core.files import DRAFT_SUFFIX, open_private, remove_private, rename_private, write_private
from app.models.offers import Offer, stored_name

VERIFIED_NAME = ".verified.json"
"""The memory: a list of `Verified`."""


class Verified(msgspec.Struct, frozen=True):
    name: str
    size_bytes: int
    changed_ns: int
    sha256: str


class Staging:
    """Used by one process at a time; by any of its threads."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._verified = _read(folder / VERIFIED_NAME)

    def path(self, name: str) -> Path:
        return self._folder / name

    def draft(self, name: str) -> Path:
        return self._folder / f"{name}{DRAFT_SUFFIX}"

    def is_verified(self, name: str, size_bytes: int, sha256: str) -> bool:
        """Whether the file is there, and unchanged since it had this hash."""
        known = self._verified.get(name)
        try:
            status = self.path(name).stat()
        except OSError:
            return False
        state = Verified(name, status.st_size, status.st_mtime_ns, sha256)
        return known == state and status.st_size == size_bytes

    def present_bytes(self, name: str, size_bytes: int) -> int:
        """How much of the file is there, verified or not; at most `size_bytes`."""
        for path in (self.path(name), self.draft(name)):
            try:
                return min(path.stat().st_size, size_bytes)
            except OSError:
                continue
        return 0

    def open_draft(self, name: str, size_bytes: int) -> int:
        """A descriptor to read and write what is there of the file; the caller closes it. What is longer than
        `size_bytes` is cut. A file that has its name already, but is not remembered, becomes a draft again.

        Raises OSError.
        """
        draft = self.draft(name)
        if self.path(name).exists():
            self.path(name).replace(draft)
        fd = open_private(draft, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0))
        if os.fstat(fd).st_size > size_bytes:
            os.ftruncate(fd, size_bytes)
        return fd

    def keep(self, name: str, sha256: str) -> None:
        """The draft has this hash, and is on disk: give it its name, and remember it.

        Raises AppError FOLDER_READ_ONLY or DISK_FULL.
        """
        rename_private(self.draft(name), self.path(name))
        status = self.path(name).stat()
        with self._lock:
            self._verified[name] = Verified(name, status.st_size, status.st_mtime_ns, sha256)
            content = msgspec.json.encode(list(self._verified.values()))
            write_private(self._folder / VERIFIED_NAME, lambda file: file.write(content))

    def discard(self, name: str) -> None:
        """Remove the draft. Raises AppError FOLDER_READ_ONLY."""
        remove_private(self.draft(name))


def present_bytes(offer: Offer, folder: Path) -> int:
    """How much of an offer's files is in its staging folder."""
    staging = Staging(folder)
    return sum(staging.present_bytes(stored_name(file.path), file.size_bytes) for file in offer.all_files)


def are_verified(offer: Offer, folder: Path) -> bool:
    """Whether all files of an offer are there, and unchanged since their hashes were found right."""
    staging = Staging(folder)
    names: Sequence[str] = [stored_name(file.path) for file in offer.all_files]
    return all(
        staging.is_verified(name, file.size_bytes, file.sha256)
        for name, file in zip(names, offer.all_files, strict=True)
    )


def _read(path: Path) -> dict[str, Verified]:
    """An unreadable memory is none: then everything is hashed again."""
    try:
        known = msgspec.json.decode(path.read_bytes(), type=list[Verified])
    except (OSError, msgspec.MsgspecError):
        return {}
    return {verified.name: verified for verified in known}
