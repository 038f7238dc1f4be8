"""Folders and files that were added as a whole: what is recorded of them, and the progress while they are added."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

import msgspec

from app.core.conversations.events import Advance, Opening
from app.core.documents.document import Book
from app.core.errors import Problem


class PlaceState(StrEnum):
    WAITING = "waiting"  # it is new or has changed, and was not read yet
    READ = "read"
    FAILED = "failed"
    GONE = "gone"  # the file is no longer there; its book stays


class Source(msgspec.Struct, frozen=True):
    """A folder that was added with all that is in it, or a single file. `watched` tells that it is looked through now
    and then. Times are in seconds since the epoch, UTC; `scanned_at` is 0 before the first time."""

    id: int
    path: Path
    added_at: float
    watched: bool = False
    scanned_at: float = 0.0

    @property
    def name(self) -> str:
        return self.path.name or str(self.path)


class SourcePlace(msgspec.Struct, frozen=True):
    """The place of a document: a file, by its path below a source ("." if the source is the file itself), or the member
    of that file with the key `member`, whose `name` there only is a label. Size, time and hash are those of the file
    when it was last read. `book_id` is the book that was made of it, or of an earlier version while this one waits;
    empty if there is none, as for a ZIP that was read."""

    source_id: int
    path: Path
    member: str = ""
    name: str = ""
    size: int = 0
    mtime_ns: int = 0
    sha256: str = ""
    book_id: str = ""
    state: PlaceState = PlaceState.WAITING
    problem: Problem | None = None

    @property
    def key(self) -> tuple[int, Path, str]:
        return self.source_id, self.path, self.member


class SourceCounts(msgspec.Struct, frozen=True):
    """The number of a source's documents in each state. `alone` tells that the source is a file that holds no other
    document."""

    source: Source
    read: int = 0
    waiting: int = 0
    failed: int = 0
    gone: int = 0
    alone: bool = False


class Shelved(msgspec.Struct, frozen=True):
    """The place of a book on the shelf: the `folder` of a source ("." for the source itself), or None for a book that
    came in by itself. `newer_id` is the book that its file has become since, `versions` the number of versions of its
    document up to this one, and `places` all files that have its content now."""

    source_id: int = 0
    folder: Path | None = None
    newer_id: str = ""
    versions: int = 1
    places: tuple[Path, ...] = ()


# ---- progress


class Scanning(Advance, frozen=True, tag=True):
    """A folder is being looked through: so many files and folders so far."""

    seen: int


class FilesFound(msgspec.Struct, frozen=True, tag=True):
    """These will be read, in this order."""

    paths: tuple[Path, ...]


class FileBegun(msgspec.Struct, frozen=True, tag=True):
    """A file is being read."""

    path: Path


class FileOpening(Advance, frozen=True, tag=True):
    """A report of how far the opening of a file is that a person named, or of a document in it."""

    path: Path
    opening: Opening


class FileEnded(msgspec.Struct, frozen=True, tag=True):
    """A file was read, or failed. `place` is as it is recorded now. `book` is what was made of it; `known` tells that
    it was there already, from `others`, files with the same content, or as it is; `older` is the book of the earlier
    version of this file. `members` counts the documents that were found in it."""

    path: Path
    place: SourcePlace
    book: Book | None = None
    known: bool = False
    older: Book | None = None
    others: tuple[Path, ...] = ()
    members: int = 0


class Adding(Advance, frozen=True, tag=True):
    """Files are being added: `done` of `total`, also in bytes; `share` is that of all work, from 0 to 1; `left_s` are
    the seconds that are left at the speed so far, None while nobody can know."""

    done: int
    total: int
    done_bytes: int
    total_bytes: int
    share: float = 0.0
    left_s: float | None = None
    paused: bool = False
