"""Finds the documents in a folder and in the folders in it. Looks at names alone: what a file is, its reader says."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from app.core.documents.document import RefusedKind
from app.core.errors import AppError, Code
from app.core.work import Cancel, Stopped, Work
from app.documents.formats.detect import is_zip, may_be_read
from app.documents.formats.refused import refused_by_name
from app.isolation.files import printable

MAX_ENTRIES = 200_000
"""The most files and folders that are looked at: nobody has so many documents in one folder, but disks have."""


@dataclass(frozen=True)
class FolderFiles:
    """The files in a folder. `files` may be documents, in the order of their names. Left out are so many `hidden` files
    and folders, `links` that lead out of the folder, and files of `others` kinds. `refused` are those that people take
    for documents, by their names, with what they are. `closed` are folders that Octavo may not look into."""

    files: tuple[Path, ...] = ()
    hidden: int = 0
    links: int = 0
    others: int = 0
    refused: tuple[tuple[Path, RefusedKind], ...] = ()
    closed: tuple[Path, ...] = ()

    @staticmethod
    def joined(parts: Iterable[FolderFiles]) -> FolderFiles:
        """Return the contents of several folders together, each file once."""
        known = tuple(parts)
        return FolderFiles(
            tuple(dict.fromkeys(file for part in known for file in part.files)),
            sum(part.hidden for part in known),
            sum(part.links for part in known),
            sum(part.others for part in known),
            tuple(dict.fromkeys(each for part in known for each in part.refused)),
            tuple(folder for part in known for folder in part.closed),
        )


def holds_documents(path: Path) -> bool:
    """Return whether a path is added as a folder is: one, or a ZIP."""
    return path.is_dir() or is_zip(path.name)


def documents_in(folder: Path, cancel: Cancel) -> Work[int, FolderFiles]:
    """Find the documents in a folder; yields how many files and folders were looked at.

    Links are not followed: what they lead to is found in its own place, if that is in the folder. Raises AppError
    FILE_MISSING, FILE_UNREADABLE, FOLDER_TOO_LARGE; Stopped.
    """
    if not folder.is_dir():
        raise AppError(Code.FILE_MISSING, path=printable(folder))
    root, seen = folder.resolve(), 0
    found, closed = list[FolderFiles](), list[Path]()
    for base, folders, names in os.walk(folder, onerror=lambda error: closed.append(Path(error.filename))):
        entries = sorted((*folders, *names), key=str.casefold)
        found.append(_sorted(Path(base), root, entries, frozenset(folders)))
        folders[:] = sorted((name for name in folders if not _is_hidden(Path(base, name))), key=str.casefold)
        seen += len(entries)
        if cancel.requested:
            raise Stopped
        if seen > MAX_ENTRIES:
            raise AppError(Code.FOLDER_TOO_LARGE, path=printable(folder), limit=MAX_ENTRIES)
        yield seen
    if folder in closed:
        raise AppError(Code.FILE_UNREADABLE, path=printable(folder))
    return FolderFiles.joined((*found, FolderFiles(closed=tuple(closed))))


def _sorted(base: Path, root: Path, entries: Sequence[str], folders: frozenset[str]) -> FolderFiles:
    """Return the contents of one folder, sorted by kind, without the folders in it."""
    files, refused = list[Path](), list[tuple[Path, RefusedKind]]()
    hidden = links = others = 0
    for path in (base / name for name in entries):
        if _is_hidden(path):
            hidden += 1
        elif path.is_symlink():
            links += not path.resolve().is_relative_to(root)
        elif path.name in folders:
            continue
        elif may_be_read(path.name):
            files.append(path)
        elif (kind := refused_by_name(path.name)) is not None:
            refused.append((path, kind))
        else:
            others += 1
    return FolderFiles(tuple(files), hidden, links, others, tuple(refused))


def _is_hidden(path: Path) -> bool:
    if path.name.startswith((".", "~$")):  # the second: what Office keeps of a file that is open
        return True
    hidden = getattr(stat, "FILE_ATTRIBUTE_HIDDEN", 0)
    return os.name == "nt" and bool(getattr(path.lstat(), "st_file_attributes", 0) & hidden)
