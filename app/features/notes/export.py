"""Notes as Markdown, and copies of PDFs that carry them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path

from app.core.documents.document import Book
from app.core.documents.note import Note
from app.core.errors import AppError, Code
from app.export.files import check, write_bytes
from app.export.markdown import harmless, plain
from app.export.references import cleaned
from app.wording.i18n import _
from app.wording.notes import lost_words
from app.wording.page_names import page_words

NOTE_ENDINGS = (".md",)
COPY_ENDINGS = (".pdf",)


def write_notes(notes: Sequence[Note], books: Mapping[str, Book], path: Path) -> None:
    """Write notes as Markdown into a file. Raises AppError as `app.export.files.write` does."""
    check(path, NOTE_ENDINGS)
    write_bytes(as_markdown(notes, books).encode(), path)


def books_of_notes(notes: Iterable[Note]) -> frozenset[str]:
    """Return the ids of the books that the notes are on."""
    return frozenset(filter(None, map(_book_id, notes)))


def check_copy(path: Path, book: Book) -> None:
    """Check that a copy of a book can be written there. Raises AppError as `app.export.files.write` does, and
    COPY_IN_PLACE."""
    check(path, COPY_ENDINGS)
    if path.resolve() == Path(book.path).resolve() or (path.exists() and _is_same(path, Path(book.path))):
        raise AppError(Code.COPY_IN_PLACE, path=str(path))


def write_copy(pdf: bytes, path: Path, book: Book) -> None:
    """Write a copy of a book with its highlights. Raises AppError as `check_copy` does."""
    check_copy(path, book)
    write_bytes(pdf, path)


def as_markdown(notes: Sequence[Note], books: Mapping[str, Book]) -> str:
    """Return the notes as Markdown, by books and their pages; what was kept of answers follows. `books` are given by
    their ids: they name their pages."""
    of_books = [note for note in notes if note.place is not None and note.place.book_id in books]
    lines = [f"# {_('Notes')}"]
    for book in sorted(map(books.__getitem__, {_book_id(note) for note in of_books}), key=lambda book: book.title):
        mine = sorted((note for note in of_books if _book_id(note) == book.id), key=_place)
        lines += ["", f"## {plain(_line(book.title))}"]
        for number, on_page in groupby(mine, lambda note: note.place.page if note.place else 0):
            lines += ["", f"### {plain(cleaned(page_words(book.page_names.of(number))))}"]
            lines += _paragraphs(on_page)
    others = [note for note in notes if note.place is None]
    if others:
        lines += ["", f"## {_('Kept from answers')}", *_paragraphs(others)]
    return "\n".join(lines) + "\n"


def _paragraphs(notes: Iterable[Note]) -> Iterator[str]:
    for note in notes:
        if note.words:
            words = harmless(cleaned(note.words)) if note.place is None else plain(_line(note.words))
            yield from ("", *(f"> {line}".rstrip() for line in words.split("\n")))
        if note.place is not None and note.place.lost:
            yield from ("", f"*{lost_words()}*")
        if note.text:
            yield from ("", harmless(cleaned(note.text)))


def _line(untrusted_text: str) -> str:
    return " ".join(cleaned(untrusted_text).split())


def _book_id(note: Note) -> str:
    return note.place.book_id if note.place is not None else ""


def _place(note: Note) -> tuple[int, int, float]:
    return (note.place.page, note.place.start, note.created_at) if note.place else (0, 0, note.created_at)


def _is_same(path: Path, other: Path) -> bool:
    try:
        return path.samefile(other)
    except OSError:
        return False
