"""`octavo find`: the passages of documents that belong to some words, best first, without a model that answers; those
of all of the desk, if no document is named."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Mapping, Sequence

from app.cli import arguments
from app.cli.bars import bar
from app.cli.opening import books_of, index
from app.cli.screen import print_json
from app.core.documents.document import Book
from app.core.errors import AppError, Code
from app.core.kept import TextSource
from app.core.search_query import SearchPlace
from app.core.work import Cancel, finish
from app.features.library_search.words import place_words
from app.services.finding.conversation_search import PassageQuery, QuestionKind, in_chapter
from app.services.library_search import LibraryFound, LibraryHit, library_search_of
from app.services.services import Services
from app.store.passages import Passage
from app.wording import units
from app.wording.i18n import _
from app.wording.search import nothing_found, undated_words, unindexed_words, without_words
from app.wording.support import searched_words

_QUOTED = re.compile(r"^(-?)([A-Za-z]{2,}:)?(.*)$", re.DOTALL)


def run(options: argparse.Namespace, desk: Services, cancel: Cancel) -> None:
    """Print the passages. Raises AppError, Stopped."""
    arguments.check_words([" ".join(options.words)])
    if options.limit < 1:
        raise AppError(Code.USAGE, detail=_("--limit must be 1 or more"))
    if options.pages and not options.document:
        raise AppError(Code.USAGE, detail=_("name a document with --document"))
    if options.document:
        desk.finding.search.embedder.prepare()
        _find_in_documents(options, desk, cancel)
    else:
        _find_everywhere(options, desk, cancel)


def _find_everywhere(options: argparse.Namespace, desk: Services, cancel: Cancel) -> None:
    library = library_search_of(desk)
    query = library.understand(_as_typed(options.words))
    if options.index:
        finish(desk.finding.indexer.index(desk.finding.indexer.unfinished(), cancel), bar(_("indexing")))
    desk.finding.search.prepare([book.id for book in desk.documents.library.books()])
    found = finish(library.find(query, cancel, limit=options.limit))
    if not found.hits and not desk.documents.library.books():
        raise AppError(Code.USAGE, detail=_("name a document with --document"))
    books = {hit.id: desk.documents.library.book(hit.id) for hit in found.of(SearchPlace.DOCUMENTS)}
    if options.json:
        print_json(_as_object(found, books))
        return
    if query.without:
        print(f"octavo: {without_words(query.without)}", file=sys.stderr)
    if not found.hits:
        print(nothing_found(found))
    for hit in found.hits:
        print(units.printable(f"[{_place(hit, books, library.sources.all)}]"))
        print(units.printable(hit.excerpt.text) + "\n")
    if found.undated:
        print(f"octavo: {undated_words(found.undated)}", file=sys.stderr)
    if found.unindexed:
        print(f"octavo: {unindexed_words(found.unindexed)}", file=sys.stderr)


def _as_typed(words: Sequence[str]) -> str:
    """Return the query as it was typed, if the shell took the quotation marks of a phrase, or of a filter's value,
    away."""
    if len(words) == 1:
        return words[0]
    return " ".join(_QUOTED.sub(r'\1\2"\3"', word) if " " in word and '"' not in word else word for word in words)


def _as_object(found: LibraryFound, books: Mapping[str, Book]) -> dict[str, object]:
    return {
        "passages": [_described_hit(hit, books[hit.id]) for hit in found.of(SearchPlace.DOCUMENTS)],
        "said": [
            {"in": hit.place, "title": hit.title, "text": hit.excerpt.text}
            for hit in found.hits
            if hit.place != SearchPlace.DOCUMENTS
        ],
        "documents_searched": found.documents,
        "documents_found": len(found.counts),
        "documents_undated": found.undated,
        "words_alone": found.unindexed > 0,
    }


def _described_hit(hit: LibraryHit, book: Book) -> dict[str, object]:
    assert hit.span is not None
    passage = hit.passage or Passage(hit.id, hit.span.page, hit.span.label, hit.excerpt.text, 0, 0)
    return {**_described(passage, book), "sentence": hit.excerpt.text, "by_meaning": hit.by_meaning}


def _place(hit: LibraryHit, books: Mapping[str, Book], sources: Sequence[TextSource]) -> str:
    if hit.place == SearchPlace.DOCUMENTS and hit.span is not None:
        name = _("p. {page}").format(page=books[hit.id].page_names.of(hit.span.page).plain)
        return f"{hit.title}, {name}"
    return place_words(hit.place, hit.title, sources)


def _find_in_documents(options: argparse.Namespace, desk: Services, cancel: Cancel) -> None:
    refs = books_of(options, desk, cancel)
    index(refs, desk, cancel)
    words = " ".join(options.words)
    query = in_chapter(words, refs, desk.documents.library.book) or PassageQuery(QuestionKind.ORDINARY, words, refs)
    found = desk.finding.search.passages_for(query, options.limit)
    books = {ref.book_id: desk.documents.library.book(ref.book_id) for ref in refs}
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
