"""Records what became of each file that was read, and finds what is inside it: its book on the shelf, an earlier
version of that, and documents of their own."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from pathlib import Path

from msgspec.structs import replace

from app.core.conversations.sources import (
    Adding,
    FileBegun,
    FileEnded,
    FileOpening,
    FilesFound,
    PlaceState,
    SourcePlace,
)
from app.core.documents.document import Book, Member
from app.services.library.parallel_reading import FileRead, FileToRead
from app.store.books import Books
from app.store.sources import Sources


class FileRecording:
    """Killed at any point, a file is read again, and found to be known."""

    def __init__(self, books: Books, sources: Sources) -> None:
        self._books = books
        self._sources = sources

    def known(self, sha256: str) -> Book | None:
        """Return the book of these bytes, if a file with them need not be read: one that holds others was opened by
        itself, perhaps, without them."""
        book = self._books.of_content(sha256)
        if book is None or (book.format.holds_others and not self._sources.of_book(book.id)):
            return None
        return book

    def note(
        self, event: FileBegun | FileOpening | FileRead | Adding, more: Callable[[Iterable[FileToRead]], None]
    ) -> Iterator[FileBegun | FileOpening | FileEnded | FilesFound | Adding]:
        """Record an event of the reading and yield what a person is told of it; `more` gets the files inside a file."""
        if not isinstance(event, FileRead):
            yield event
            return
        place = event.file.place
        if event.problem is not None:
            ended = FileEnded(event.file.shown, replace(place, state=PlaceState.FAILED, problem=event.problem))
        elif event.document is None and event.book is None:
            ended = FileEnded(event.file.shown, replace(place, state=PlaceState.READ, problem=None))
        else:
            ended = self._with_book(event)
        inside = self._members(event, ended.book)
        self._sources.put((ended.place,), time.time())
        if ended.older is not None and ended.book is not None and not self._sources.of_book(ended.older.id):
            self._sources.link(ended.older.id, ended.book.id)
        if inside:
            yield FilesFound(tuple(file.shown for file in inside))
            more(inside)
        yield replace(ended, members=len(inside))

    def _with_book(self, read: FileRead) -> FileEnded:
        place = read.file.place
        older = self._books.get(place.book_id) if place.book_id else None
        book, known = self._book(read, has_older=older is not None)
        if older is not None and older.id == book.id:  # only the time of the file is another
            older = None
        kept = replace(place, state=PlaceState.READ, problem=None, sha256=book.sha256, book_id=book.id)
        places = (*self._sources.of_book(book.id), *(() if book.member else (Path(book.path),))) if known else ()
        others = tuple(dict.fromkeys(other for other in places if other != read.file.shown))
        return FileEnded(read.file.shown, kept, book, known, older, others)

    def _book(self, read: FileRead, *, has_older: bool) -> tuple[Book, bool]:
        """Return the book of a file, and whether it was there before. A file that `has_older` is a new version of
        another."""
        file, document = read.file, read.document
        inside = file.place.member, file.parent_id
        known = read.book if document is None else self._books.of_content(document.sha256)
        if known is not None:
            if not Path(known.path).exists():  # it has moved
                self._books.set_path(known.id, file.path, *inside)
                known = replace(known, path=str(file.path), member=inside[0], parent_id=inside[1])
            return known, True
        assert document is not None
        day = datetime.fromtimestamp(file.place.mtime_ns / 1e9).astimezone().date().isoformat()
        return self._books.add(document, file.path, day if has_older else "", *inside), False

    def _members(self, read: FileRead, book: Book | None) -> tuple[FileToRead, ...]:
        """Record the documents inside a file as waiting, and return them; one of the same name in the file as it was
        before is the earlier version."""
        container = read.file.place
        if read.problem is not None or read.book is not None:
            return ()
        before = self._before(container)
        now = tuple(self._member(container, member, before) for member in read.members)
        deleted = self._sources.deleted_among(now)
        now = tuple(place for place in now if place.key not in deleted)
        if now or before:
            self._sources.replace_members(container, now, time.time())
        parent = book.id if book is not None else ""
        return tuple(FileToRead(each, read.file.path, read.file.path / each.name, parent) for each in now)

    def _before(self, container: SourcePlace) -> dict[str, SourcePlace]:
        """Return the documents that a container had the last time, by name."""
        return {place.name: place for place in self._sources.members(container.source_id, container.path)}

    def _member(self, container: SourcePlace, member: Member, before: dict[str, SourcePlace]) -> SourcePlace:
        name = "/".join(filter(None, (container.name, member.folder, member.name)))
        earlier = before.get(name)
        return SourcePlace(
            container.source_id,
            container.path,
            member.key,
            name,
            member.size_bytes,
            container.mtime_ns,
            book_id="" if earlier is None else earlier.book_id,
        )
