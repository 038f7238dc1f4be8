"""`octavo questions`: what the documents can answer, as the window suggests it."""

from __future__ import annotations

import argparse

from app.cli.opening import books_of
from app.cli.screen import print_json
from app.core.documents.document import Book
from app.core.errors import AppError, Code
from app.core.work import Cancel, finish
from app.features.suggestions.data import SuggestedQuestion
from app.features.suggestions.service import suggestions_of
from app.services.services import Services
from app.wording import units
from app.wording.i18n import _


def run(options: argparse.Namespace, desk: Services, cancel: Cancel) -> None:
    """Print the questions. Raises AppError, Stopped."""
    if not options.document:
        raise AppError(Code.USAGE, detail=_("name a document with --document"))
    refs = books_of(options, desk, cancel)
    found = finish(suggestions_of(desk).for_desk(refs, cancel))
    books = {ref.book_id: desk.documents.library.book(ref.book_id) for ref in refs}
    if options.json:
        print_json({"questions": [_described(one, books[one.book_id]) for one in found]})
    elif not found:
        print(_("No question is suggested for these documents."))
    for one in () if options.json else found:
        print(units.printable(one.text))


def _described(one: SuggestedQuestion, book: Book) -> dict[str, object]:
    place = {"page": book.page_names.of(one.page).plain, "page_index": one.page} if one.page else {}
    return {"question": one.text, "language": one.language, "document": book.title, **place}
