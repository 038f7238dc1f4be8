"""`octavo cite`: prints references of documents."""

from __future__ import annotations

import argparse
import sys

from app.cli.opening import books_of
from app.core.documents.citation_style import CitationStyle
from app.core.documents.facts import NO_FACTS
from app.core.work import Cancel
from app.export.bibliography import cite as write_references
from app.services.services import Services
from app.wording.i18n import _


def run(options: argparse.Namespace, desk: Services, cancel: Cancel) -> None:
    """Print the references of the documents that are named, or of all on the shelf whose files say who
    wrote them, or when. Raises AppError, Stopped."""
    options.pages = None
    if options.document:
        books = [desk.documents.library.book(ref.book_id) for ref in books_of(options, desk, cancel)]
    else:
        books = [book for book in desk.documents.library.books() if book.facts != NO_FACTS]
    style = CitationStyle.CSL if options.json else CitationStyle(options.style)
    if not books:
        print(f"octavo: {_('No document says who wrote it, or when.')}", file=sys.stderr)
    elif text := write_references(books, style):
        print(text)
