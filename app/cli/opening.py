"""The documents of the command line, taken in as those that are dropped on the window: of a folder all that can be read
in it, of a mail its attachments too."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Collection, Sequence
from pathlib import Path

from app.cli import arguments
from app.cli.bars import Bar, bar
from app.cli.reading import with_password
from app.core.conversations.conversation import BookRef
from app.core.conversations.sources import Adding, PlaceState, Source
from app.core.documents.document import Book
from app.core.errors import AppError, Code, Problem
from app.core.machine.secret import Password
from app.core.work import Cancel, Stopped, finish
from app.services.library.folder_adding import AddingReport, FolderProgress
from app.services.library.library import Library
from app.services.library.parallel_reading import NamedFile
from app.services.services import Services
from app.wording import units
from app.wording.errors import sentence
from app.wording.folders import report_words
from app.wording.i18n import _
from app.wording.page_flags import outdated_sentence
from app.wording.units import printable


def books_of(options: argparse.Namespace, desk: Services, cancel: Cancel) -> tuple[BookRef, ...]:
    """Return the books of the command line, or their pages. Raises AppError, Stopped."""
    pages = arguments.page_range(options.pages)
    opened = open_documents(options.document, desk, cancel, read_again=options.read_again)
    for book in opened:
        desk.documents.library.pages(book.id, pages)  # raises for a wrong range, before the model is loaded
    return tuple(BookRef(book.id, pages) for book in opened)


def index(books: Sequence[BookRef], desk: Services, cancel: Cancel) -> None:
    """Index what these books lack, so that they can be searched by what they mean. Raises AppError, Stopped."""
    finish(desk.finding.indexer.index([book.book_id for book in books], cancel), bar(_("indexing")))


def shelf_of(refs: Sequence[BookRef], library: Library) -> dict[str, Book]:
    """Return the books by their ids."""
    return {ref.book_id: library.book(ref.book_id) for ref in refs}


def open_documents(paths: Sequence[Path], desk: Services, cancel: Cancel, *, read_again: bool) -> list[Book]:
    """Open these files and folders and return their books, in their order, each once. A file that is on the shelf
    already is found again; with `read_again` one that an earlier version of Octavo has read is read once more.

    What cannot be read inside a folder or a mail is said on stderr, and the others are opened. Raises AppError why a
    file that was named cannot be read, FOLDER_WITHOUT_DOCUMENTS; Stopped.
    """
    opening = _Opening(desk, cancel)
    sources = opening.add(dict.fromkeys(path.resolve() for path in paths))
    kept = {book.id: book for book in desk.documents.library.books()}
    books: dict[str, Book] = {}
    for source in sources:
        places = desk.documents.adding.sources.places(source.id, PlaceState.READ)
        found = [kept[place.book_id] for place in places if place.book_id in kept]
        if not found:
            raise AppError(Code.FOLDER_WITHOUT_DOCUMENTS, path=printable(str(source.path)))
        books |= {book.id: book for book in found}
    return [_renewed(book, desk, cancel, read_again=read_again) for book in books.values()]


class _Opening:
    def __init__(self, desk: Services, cancel: Cancel) -> None:
        self._desk, self._cancel = desk, cancel
        self._bar = Bar()

    def add(self, paths: Collection[Path]) -> list[Source]:
        """Take all of them in; asks for the passwords that files among them need. Raises AppError; Stopped."""
        report = self._add(paths)
        sources = {source.path: source for source in report.sources}
        problems = dict(report.failed)
        for path in paths:
            if (problem := problems.pop(path, None)) is not None:
                self._unlock(path, problem)
        for problem in problems.values():
            print(f"octavo: {sentence(problem)}", file=sys.stderr)
        if (report.ended or report.failed) and any(path.is_dir() for path in paths):
            print(f"octavo: {report_words(report, list(paths))}", file=sys.stderr)
        return [sources[path] for path in paths]

    def _unlock(self, path: Path, problem: Problem) -> None:
        """Ask for the password of a file that needs one. Raises AppError any other problem."""

        def read(password: Password | None) -> None:
            failed = {path: problem} if password is None else dict(self._add((path,), password).failed)
            if (wrong := failed.get(path)) is not None:
                raise AppError.of(wrong)

        with_password(read, path)

    def _add(self, paths: Collection[Path], password: Password | None = None) -> AddingReport:
        """Try the named files again where they failed before. Raises AppError, Stopped."""
        try:
            named = {path: NamedFile(password) for path in paths}
            report = finish(self._desk.documents.adding.add(paths, self._cancel, named=named), self._show)
        finally:
            self._bar.close()
        if report.stopped:
            raise Stopped
        return report

    def _show(self, event: FolderProgress) -> None:
        if isinstance(event, Adding):
            self._bar.show(_("importing"), round(event.share * event.total_bytes), event.total_bytes)


def _renewed(book: Book, desk: Services, cancel: Cancel, *, read_again: bool) -> Book:
    """Return the book, read again if that is wanted. Raises AppError, Stopped."""
    if not book.is_outdated:
        return book
    if not read_again:
        words = _("“{title}”: {sentence} Use --read-again for that.")
        words = words.format(title=book.title, sentence=outdated_sentence())
        print(units.printable(f"octavo: {words}"), file=sys.stderr)
        return book

    def read(password: Password | None) -> Book:
        return finish(desk.documents.library.read_again(book.id, cancel, password), bar(_("importing")))

    return with_password(read, Path(book.path))
