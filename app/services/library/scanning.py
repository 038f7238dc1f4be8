"""Looks through a folder, or at a file, that was added, and finds what is new, changed or gone since the last time."""

from __future__ import annotations

import contextlib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from msgspec.structs import replace

from app.core.conversations.sources import PlaceState, Scanning, Source, SourcePlace
from app.core.errors import AppError, Blame, Code, blame
from app.core.work import Cancel, Work, relay
from app.documents.folders import FolderFiles, documents_in
from app.isolation.files import look_at

ITSELF = Path()
"""The path of a source's own file below it."""


@dataclass(frozen=True)
class Changes:
    """The files of a source, by how they differ from what is recorded. `new` and `changed` have the size and time that
    the file has now; `again` failed before and may do better now; `back` were gone and are there as they were; `gone`
    are there no longer. `failed` are as they were when they could not be read, `same` are as they were read, and so
    many were `deleted` by a person, who does not want them back."""

    source: Source
    found: FolderFiles
    new: tuple[SourcePlace, ...] = ()
    changed: tuple[SourcePlace, ...] = ()
    again: tuple[SourcePlace, ...] = ()
    back: tuple[SourcePlace, ...] = ()
    gone: tuple[SourcePlace, ...] = ()
    failed: tuple[SourcePlace, ...] = ()
    same: tuple[SourcePlace, ...] = ()
    deleted: int = 0

    @property
    def to_read(self) -> tuple[SourcePlace, ...]:
        return (*self.new, *self.changed, *self.again)

    @property
    def news(self) -> int:
        """The number of files that a person would want to hear of."""
        return len(self.new) + len(self.changed)


def scan(source: Source, cancel: Cancel) -> Work[Scanning, tuple[FolderFiles, dict[Path, SourcePlace]]]:
    """Return the files of a source with their size and time, by their paths below it. Raises AppError as `documents_in`
    and `look_at` do; Stopped."""
    if source.path.is_file():
        return FolderFiles((source.path,)), dict(_looked_at(source, (source.path,)))
    found = yield from relay(documents_in(source.path, cancel), lambda seen: (Scanning(seen),))
    return found, dict(_looked_at(source, found.files))


def _looked_at(source: Source, files: Iterable[Path]) -> Iterator[tuple[Path, SourcePlace]]:
    """Yield each file's path in its source, and its place there with size and time; files that went meanwhile are left
    out."""
    for file in files:
        with contextlib.suppress(AppError):
            version, inside = look_at(file), file.relative_to(source.path)
            yield inside, SourcePlace(source.id, inside, size=version.size, mtime_ns=version.changed_ns)


@dataclass
class _Sorted:
    new: list[SourcePlace] = field(default_factory=list)
    changed: list[SourcePlace] = field(default_factory=list)
    again: list[SourcePlace] = field(default_factory=list)
    back: list[SourcePlace] = field(default_factory=list)
    failed: list[SourcePlace] = field(default_factory=list)
    same: list[SourcePlace] = field(default_factory=list)

    def sort(self, now: SourcePlace, known: SourcePlace | None, *, retry: bool) -> None:
        """Sort a file as it is `now`, by what is known of it."""
        if known is None or (known.state is PlaceState.WAITING and not known.book_id):
            self.new.append(now)
            return
        as_read = (known.size, known.mtime_ns) == (now.size, now.mtime_ns)
        then = replace(known, size=now.size, mtime_ns=now.mtime_ns)
        if as_read:
            self.sort_as_read(then, retry=retry)
        else:
            (self.changed if known.book_id else self.again).append(then)

    def sort_as_read(self, known: SourcePlace, *, retry: bool) -> None:
        """Sort a file, or a member of one, that is as it was the last time."""
        match known.state:
            case PlaceState.FAILED:
                (self.again if retry or _may_pass(known) else self.failed).append(known)
            case PlaceState.WAITING:
                (self.changed if known.book_id else self.again).append(known)
            case PlaceState.GONE:
                self.back.append(known)
            case PlaceState.READ:
                self.same.append(known)


def compare(
    source: Source, found: FolderFiles, files: dict[Path, SourcePlace], known: Iterable[SourcePlace], *, retry: bool
) -> Changes:
    """Compare `files`, as `scan` gives them, with what is recorded. With `retry`, what failed is tried again. What is
    inside a file is as it was as long as that file is; else it is found when the file is read."""
    recorded, inside = dict[Path, SourcePlace](), defaultdict[Path, list[SourcePlace]](list)
    for place in known:
        if place.member:
            inside[place.path].append(place)
        else:
            recorded[place.path] = place
    kinds = _Sorted()
    for path, now in files.items():
        kinds.sort(now, recorded.get(path), retry=retry)
    unseen = [closed.relative_to(source.path) for closed in found.closed]
    gone = [
        place
        for path, place in recorded.items()
        if path not in files and place.state is not PlaceState.GONE and not any(map(path.is_relative_to, unseen))
    ]
    gone += [member for place in tuple(gone) for member in inside[place.path]]
    for member in [each for place in (*kinds.same, *kinds.back) for each in inside[place.path]]:
        kinds.sort_as_read(member, retry=retry)
    return Changes(
        source,
        found,
        tuple(kinds.new),
        tuple(kinds.changed),
        tuple(kinds.again),
        tuple(kinds.back),
        tuple(gone),
        tuple(kinds.failed),
        tuple(kinds.same),
    )


def _may_pass(failed: SourcePlace) -> bool:
    """Return whether the fault was not the document's, so that it may be read now."""
    if failed.problem is None:
        return True
    passing = (Code.FILE_UNREADABLE, Code.FILE_MISSING, Code.READER_OUT_OF_MEMORY, Code.READER_ENDED)
    return failed.problem.code in passing or blame(failed.problem.code) is not Blame.INPUT
