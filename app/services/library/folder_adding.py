"""Adds whole folders and files to the shelf: finds what is new or changed in them, reads it, and records what came of
each file, so that it can go on after any interruption and later finds only what is otherwise."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TypeAlias

from msgspec.structs import replace

from app.core.conversations.sources import (
    Adding,
    FileBegun,
    FileEnded,
    FileOpening,
    FilesFound,
    PlaceState,
    Scanning,
    Shelved,
    Source,
    SourceCounts,
    SourcePlace,
)
from app.core.errors import AppError, Blame, Code, Problem, blame
from app.core.work import Cancel, Stopped, Work, relay
from app.documents.folders import FolderFiles
from app.documents.reader import DocumentReader
from app.isolation.files import look_at, printable
from app.services.audit_log import AuditLog
from app.services.library.file_recording import FileRecording
from app.services.library.parallel_reading import AddingPause, FileToRead, NamedFile, ParallelReading
from app.services.library.scanning import Changes, compare, scan
from app.store.books import Books
from app.store.sources import Sources

_SETTLED_S = 2.0
"""After so long without a change, a file is taken to be whole."""

ReadingProgress: TypeAlias = FilesFound | FileBegun | FileOpening | FileEnded | Adding
FolderProgress: TypeAlias = Scanning | ReadingProgress


@dataclass
class AddingReport:
    """The result of adding folders and files. `ended` are the files that were read or failed, `unchanged` those that
    were read before, `failed` all that cannot be read with their reason, from earlier times too. So many were left out
    because a person `deleted` their books. `left` were not tried because it was `stopped`."""

    sources: tuple[Source, ...] = ()
    found: FolderFiles = field(default_factory=FolderFiles)
    ended: list[FileEnded] = field(default_factory=list)
    unchanged: list[SourcePlace] = field(default_factory=list)
    gone: list[Path] = field(default_factory=list)
    failed: list[tuple[Path, Problem]] = field(default_factory=list)
    deleted: int = 0
    left: int = 0
    stopped: bool = False

    @property
    def added(self) -> tuple[FileEnded, ...]:
        return tuple(end for end in self.ended if end.book is not None and not end.known and end.older is None)

    @property
    def changed(self) -> tuple[FileEnded, ...]:
        """New versions of documents."""
        return tuple(end for end in self.ended if end.book is not None and end.older is not None)

    @property
    def doubles(self) -> tuple[FileEnded, ...]:
        """Files whose content is on the shelf from elsewhere."""
        return tuple(end for end in self.ended if end.others and end.older is None)


@dataclass(frozen=True)
class News:
    """The files that would be added if a folder were scanned now."""

    changes: Changes

    @property
    def source(self) -> Source:
        return self.changes.source


@dataclass(frozen=True)
class FolderAdding:
    """May be used from any thread, and by several at the same time."""

    reader: DocumentReader
    books: Books
    sources: Sources
    recording: AuditLog

    def all(self) -> tuple[SourceCounts, ...]:
        """Return the folders, and the files that hold others, the last first."""
        return tuple(counts for counts in self.sources.all() if not counts.alone)

    def shelf(self) -> dict[str, Shelved]:
        """Return where each book belongs on the shelf; those are left out that came in by themselves, once, from one
        file."""
        return self.sources.shelf()

    def unfinished(self) -> tuple[SourceCounts, ...]:
        """Return the sources of which files were still to be read when Octavo ended."""
        return tuple(counts for counts in self.sources.all() if counts.waiting)

    def look(self, cancel: Cancel) -> Work[Scanning, tuple[News, ...]]:
        """Look for new and changed files in the watched folders; nothing is read or recorded. A folder that cannot be
        looked through, or is just being written, has no news. Raises AppError as the database does; Stopped."""
        found = list[News]()
        for counts in self.all():
            if counts.source.watched:
                try:
                    changes = yield from self._changes(counts.source, cancel, retry=False)
                except AppError as error:
                    if blame(error.code) is Blame.MACHINE:
                        raise
                    continue
                if changes.news and _is_quiet(changes):
                    found.append(News(changes))
        return tuple(found)

    def add(
        self,
        paths: Iterable[Path],
        cancel: Cancel,
        *,
        retry: bool = False,
        named: Mapping[Path, NamedFile] | None = None,
        pause: AddingPause | None = None,
    ) -> Work[FolderProgress, AddingReport]:
        """Read all that is new or changed in these folders and files, with `retry` also all that failed before, else
        those of them that are `named`. What is read is on the shelf at once.

        It returns however it ends for the person: a file or folder that cannot be read is in the report, and so is that
        it was stopped. What is left then is forgotten, and found again by the next scan; but where Octavo is closed, or
        is killed, it is recorded as waiting. Raises AppError as the database does.
        """
        report, named = AddingReport(), named or {}
        try:
            files = yield from self._plan(dict.fromkeys(map(Path.resolve, paths)), report, cancel, named, retry=retry)
            yield FilesFound(tuple(file.shown for file in sorted(files, key=lambda file: file.order)))
            yield from self._read(files, report, cancel, pause or AddingPause(), named)
        except Stopped:
            report.stopped = True
        finally:
            ended = (*report.added, *report.changed)
            self.recording.documents_added([end.book for end in ended if end.book is not None])
        for source in report.sources:
            one = named.get(source.path, NamedFile())
            if one.stop.requested or (report.stopped and not cancel.leaving):
                self.sources.forget_waiting(source.id)
            if one.opened:  # whoever opened it was told why it could not be read
                self.sources.forget_unread(source.id)
        return report

    def forget_waiting(self, sources: Iterable[Source]) -> None:
        """Stop offering the files of these sources that were not read; the next scan finds them."""
        for source in sources:
            self.sources.forget_waiting(source.id)

    # ---- what there is

    def _plan(
        self,
        paths: Iterable[Path],
        report: AddingReport,
        cancel: Cancel,
        named: Mapping[Path, NamedFile],
        *,
        retry: bool,
    ) -> Work[Scanning, list[FileToRead]]:
        """Record what is to be read, as waiting."""
        files = list[FileToRead]()
        for path in paths:
            try:
                changes = yield from self._begin(path, cancel, retry=retry)
            except AppError as error:
                if blame(error.code) is Blame.MACHINE:
                    raise
                report.failed.append((path, error.problem))
                continue
            self._record(changes, report)
            source, wanted = changes.source, list(changes.to_read)
            for place in (*changes.failed, *changes.same, *changes.back):
                one = named.get(shown := _shown(source, place))
                if one is not None and (one.opened or place.problem is not None):
                    wanted.append(place)
                elif place.problem is not None:
                    report.failed.append((shown, place.problem))
            parents = {place.key: place.book_id for place in changes.same}
            for place in wanted:
                parent = parents.get((source.id, place.path, place.member.rpartition("/")[0]), "")
                files.append(FileToRead(place, source.path / place.path, _shown(source, place), parent))
        report.left = len(files)
        return files

    def _begin(self, path: Path, cancel: Cancel, *, retry: bool) -> Work[Scanning, Changes]:
        look_at(path)
        return (yield from self._changes(self.sources.add(path, time.time()), cancel, retry=retry))

    def _changes(self, source: Source, cancel: Cancel, *, retry: bool) -> Work[Scanning, Changes]:
        found, files = yield from scan(source, cancel)
        changes = compare(source, found, files, self.sources.places(source.id), retry=retry)
        deleted = self.sources.deleted_among(changes.new)
        new = tuple(place for place in changes.new if place.key not in deleted)
        return dataclasses.replace(changes, new=new, deleted=len(deleted))

    def _record(self, changes: Changes, report: AddingReport) -> None:
        source, now = changes.source, time.time()
        stay = [place for place in changes.gone if place.book_id]
        back = [replace(place, state=PlaceState.READ) for place in changes.back]
        gone = [replace(place, state=PlaceState.GONE, problem=None) for place in stay]
        self.sources.put((*changes.new, *back, *gone), now)
        self.sources.wait((*changes.changed, *changes.again))
        self.sources.take_away(place for place in changes.gone if not place.book_id)
        self.sources.note_scan(source.id, now)
        report.sources = (*report.sources, source)
        report.deleted += changes.deleted
        report.found = FolderFiles.joined((report.found, changes.found))
        report.unchanged += [place for place in (*changes.same, *changes.back) if place.book_id]
        report.gone += [_shown(source, place) for place in stay]
        for place in stay:
            self._find_elsewhere(place.book_id, source.path / place.path)
        report.failed += _not_read(changes.found)

    def _find_elsewhere(self, book_id: str, gone: Path) -> None:
        """Find another file for a book whose file is gone: its pages are drawn from one with the same content, if there
        is one."""
        book, others = self.books.get(book_id), self.sources.of_book(book_id)
        if others and book is not None and Path(book.path) == gone:
            self.books.set_path(book_id, others[0])

    # ---- reading

    def _read(
        self,
        files: Sequence[FileToRead],
        report: AddingReport,
        cancel: Cancel,
        pause: AddingPause,
        named: Mapping[Path, NamedFile],
    ) -> Work[ReadingProgress, None]:
        recording = FileRecording(self.books, self.sources)
        reading = ParallelReading(self.reader, recording.known, named, pause, cancel)
        work = relay(reading.read(files), partial(recording.note, more=reading.more))
        yield from relay(work, partial(_counted, report))


def _counted(report: AddingReport, event: ReadingProgress) -> Iterator[ReadingProgress]:
    """Enter an event of the adding in the report, and pass the event on."""
    if isinstance(event, FilesFound):
        report.left += len(event.paths)
    elif isinstance(event, FileEnded):
        report.left -= 1
        report.ended.append(event)
        if event.place.problem is not None:
            report.failed.append((event.path, event.place.problem))
    yield event


def _shown(source: Source, place: SourcePlace) -> Path:
    """Return the file of a document, or how the document is named in it."""
    return source.path / place.path / place.name


def _is_quiet(changes: Changes) -> bool:
    """Return whether nobody is writing what is new any more, as far as its times tell."""
    newest_s = max(place.mtime_ns for place in changes.to_read) / 1e9
    return not 0 <= time.time() - newest_s < _SETTLED_S


def _not_read(found: FolderFiles) -> Iterator[tuple[Path, Problem]]:
    """Yield the files that are known to be unreadable before they are tried, with the reason."""
    for path in found.closed:
        yield path, Problem(Code.FILE_UNREADABLE, {"path": printable(path)})
    for path, kind in found.refused:
        yield path, Problem(Code.FORMAT_REFUSED, {"path": printable(path), "kind": kind})
