"""`octavo find`: the passages of documents that belong to some words, best first, without a model that answers."""

from __future__ import annotations

import argparse
import sys

from app.cli import arguments
from app.cli.ask import books_of, index
from app.cli.screen import print_json
from app.core.document import Book
from app.core.errors import AppError, Code
from app.core.work import Cancel
from app.services.conversation_search import PassageQuery, QuestionKind, in_chapter
from app.services.services import Services
from app.store.passages import Passage
from app.wording import units
from app.wording.i18n import _
from app.wording.support import searched_words


def run(options: argparse.Namespace, desk: Services, cancel: Cancel) -> None:
    """Print the passages. Raises AppError, Stopped."""
    arguments.check_words([" ".join(options.words)])
    if not options.document:
        raise AppError(Code.USAGE, detail=_("name a document with --document"))
    if options.limit < 1:
        raise AppError(Code.USAGE, detail=_("--limit must be 1 or more"))
    desk.search.embedder.prepare()
    refs = books_of(options, desk, cancel)
    index(refs, desk, cancel)
    words = " ".join(options.words)
    query = in_chapter(words, refs, desk.library.book) or PassageQuery(QuestionKind.ORDINARY, words, refs)
    found = desk.search.passages_for(query, options.limit)
    books = {ref.book_id: desk.library.book(ref.book_id) for ref in refs}
    if options.json:
        described = [_described(passage, books[passage.book_id]) for passage in found.passages]
        print_json({"passages": described, "words_alone": found.words_alone})
        return
    if not found.passages:
        print(_("No passage belongs to these words."))
    for passage in found.passages:
        _print(passage, books[passage.book_id], several=len(books) > 1)
    if found.words_alone:
        print(f"octavo: {searched_words()}", file=sys.stderr)


def _described(passage: Passage, book: Book) -> dict[str, object]:
    return {
        "document": book.title,
        "page": book.page_names.of(passage.page).plain,
        "page_index": passage.page,
        "heading": passage.heading,
        "text": passage.text.strip(),
        "score": round(passage.score, 6),
    }


def _print(passage: Passage, book: Book, *, several: bool) -> None:
    name = _("p. {page}").format(page=book.page_names.of(passage.page).plain)
    place = f"{book.title}, {name}" if several else name
    print(units.printable(f"[{place}]"))
    print(passage.text.strip() + "\n")
