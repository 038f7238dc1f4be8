"""`octavo notes`: lists notes and highlights, searches them, deletes one, writes them to a file."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence

from app.cli import arguments
from app.cli.bars import Bar
from app.cli.opening import open_documents
from app.cli.screen import print_json
from app.core.documents.document import Book
from app.core.documents.note import Note
from app.core.errors import AppError, Code
from app.core.work import Cancel, finish
from app.features.notes.data import Annotating
from app.features.notes.export import COPY_ENDINGS, books_of_notes, check_copy, write_copy, write_notes
from app.features.notes.service import note_keeping_of
from app.features.notes.words import origin_words, unplaced_words
from app.services.services import Services
from app.wording.i18n import _
from app.wording.notes import lost_words
from app.wording.units import count, printable

_NAME_CHARACTERS = 8
"""The characters of a note's id that are enough to name it by."""


def run(options: argparse.Namespace, desk: Services, cancel: Cancel) -> None:
    """Carry out the command. Raises AppError, Stopped."""
    arguments.check_apart(options, "delete", "export")
    arguments.check_apart(options, "delete", "find")
    if options.delete is not None:
        _delete(options, desk)
        return
    book = None
    if options.document is not None:
        book, *_inside = open_documents((options.document,), desk, cancel, read_again=False)
    if options.export is not None and options.export.suffix.lower() in COPY_ENDINGS:
        _write_copy(options, desk, book, cancel)
        return
    notes = desk.documents.notes.store.all() if book is None else desk.documents.notes.store.of_book(book.id)
    if options.find is not None:
        found = {note.id for note in desk.documents.notes.store.find(options.find)}
        notes = tuple(note for note in notes if note.id in found)
    books = {each.id: each for each in desk.documents.library.books()}
    if options.export is not None:
        write_notes(notes, books, options.export)
        desk.record.exported("notes", options.export, books=books_of_notes(notes))
        _said(options, len(notes), 0)
    elif options.json:
        print_json({"event": "notes", "notes": [_described(note, books) for note in notes]})
    else:
        _print(notes, books)


def _delete(options: argparse.Namespace, desk: Services) -> None:
    found = [note for note in desk.documents.notes.store.all() if options.delete and note.id.startswith(options.delete)]
    if len(found) != 1:
        raise AppError(Code.NOTE_UNKNOWN, name=options.delete)
    desk.documents.notes.store.delete(found[0].id)
    if options.json:
        print_json({"event": "deleted", "id": found[0].id})
    else:
        print(_("The note was deleted permanently."))


def _write_copy(options: argparse.Namespace, desk: Services, book: Book | None, cancel: Cancel) -> None:
    if book is None:
        raise AppError(Code.USAGE, detail=_("name a document with --document"))
    if options.find is not None:
        raise AppError(Code.USAGE, detail=_("a copy has all notes of its document: leave out --find"))
    check_copy(options.export, book)
    shown = Bar()

    def show(event: Annotating) -> None:
        shown.show(_("placing notes"), event.done, event.total)

    copy = finish(note_keeping_of(desk).annotated_copy(book.id, cancel), show)
    shown.close()
    write_copy(copy.pdf, options.export, book)
    desk.record.exported("document", options.export, item=book.id, books=(book.id,))
    _said(options, copy.written, copy.unplaced)


def _said(options: argparse.Namespace, written: int, unplaced: int) -> None:
    if options.json:
        print_json({"event": "exported", "path": str(options.export), "notes": written, "unplaced": unplaced})
        return
    words = _("1 note was written to {path}.") if written == 1 else _("{n} notes were written to {path}.")
    print(words.format(n=count(written), path=options.export))
    if unplaced:
        print(f"octavo: {unplaced_words(unplaced)}", file=sys.stderr)


def _print(notes: Sequence[Note], books: Mapping[str, Book]) -> None:
    if not notes:
        print(f"octavo: {_('There are no notes.')}", file=sys.stderr)
    for note in notes:
        print(printable(f"{note.id[:_NAME_CHARACTERS]}  {origin_words(note, books)}"))
        if note.words:
            words = " ".join(note.words.split()) if note.place else note.words
            print(f"“{words}”")
        if note.place is not None and note.place.lost:
            print(lost_words())
        if note.text:
            print(note.text)
        print()


def _described(note: Note, books: Mapping[str, Book]) -> dict[str, object]:
    book = books.get(note.place.book_id) if note.place is not None else None
    described: dict[str, object] = {"id": note.id, "words": note.words, "text": note.text, "source": note.source}
    if note.place is not None and book is not None:
        described |= {
            "document": book.title,
            "page": book.page_names.of(note.place.page).plain if note.place.page <= book.page_count else "",
            "page_index": note.place.page,
            "start": note.place.start,
            "end": note.place.end,
            "lost": note.place.lost,
            "marker": note.marker,
        }
    return described | {"created_at": note.created_at, "changed_at": note.changed_at}
