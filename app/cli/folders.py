"""The documents of the command line: of a folder, all that can be read in it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from app.core.document import Book
from app.core.errors import AppError, Blame, Code, blame
from app.core.work import Cancel, finish
from app.documents.folders import FolderReport, documents_in, problems
from app.wording import units
from app.wording.errors import sentence
from app.wording.folders import report_words


def open_all(paths: Iterable[Path], open_one: Callable[[Path], Book], cancel: Cancel) -> list[Book]:
    """The books of these files and folders, each once.

    What cannot be read in a folder is said on stderr, and the others are opened. Raises AppError as `open_one` and
    `documents_in` do, FOLDER_WITHOUT_DOCUMENTS; Stopped.
    """
    books: dict[str, Book] = {}
    for path in paths:
        opened = _open_folder(path, open_one, cancel) if path.is_dir() else [open_one(path)]
        books |= {book.id: book for book in opened}
    return list(books.values())


def _open_folder(folder: Path, open_one: Callable[[Path], Book], cancel: Cancel) -> list[Book]:
    found = finish(documents_in(folder, cancel))
    failed, books = list(problems(found)), list[Book]()
    for file in found.files:
        try:
            books.append(open_one(file))
        except AppError as error:
            if blame(error.code) is not Blame.INPUT:
                raise
            failed.append((file, error.problem))
    for _file, problem in failed:
        print(f"octavo: {sentence(problem)}", file=sys.stderr)
    report = FolderReport(folder.resolve().name, len(books), tuple(failed), found)
    print(f"octavo: {report_words(report)}", file=sys.stderr)
    if not books:
        raise AppError(Code.FOLDER_WITHOUT_DOCUMENTS, path=units.printable(str(folder)))
    return books
