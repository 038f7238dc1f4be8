"""Rows with the hits of a search of the library: under their documents, or one after the other, the best first."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from app.core.documents.document import Book
from app.core.kept import TextSource
from app.core.search_query import SearchPlace
from app.services.library_search import LibraryFound, LibraryHit
from app.ui.kit.rows import RowsModel
from app.wording.i18n import _
from app.wording.page_flags import pages_words
from app.wording.page_names import page_words
from app.wording.units import counted, printable

FEW = 3
"""The number of passages of a document that are shown until a person wants more."""


@dataclass(frozen=True)
class PlaceRow:
    """A heading: where the rows below it were found."""

    text: str


@dataclass(frozen=True)
class DocumentRow:
    """A heading: the document that the rows below it are in, and what is said about it."""

    book: Book | None
    title: str
    detail: str


@dataclass(frozen=True)
class HitRow:
    """A hit. `page` is what its page is called; `place` is that and the name of its document, or what else it is in."""

    hit: LibraryHit
    page: str
    place: str
    below_document: bool


@dataclass(frozen=True)
class MoreRow:
    """A row for so many more passages of a document that are found; nothing is known of `beyond` more but their
    number."""

    book_id: str
    hidden: int
    beyond: int = 0


ResultRow: TypeAlias = PlaceRow | DocumentRow | HitRow | MoreRow


def arrange(
    found: LibraryFound,
    books: Mapping[str, Book],
    sources: Sequence[TextSource],
    *,
    by_document: bool,
    opened: Collection[str] = (),
) -> tuple[ResultRow, ...]:
    """Arrange what was found. `books` are given by their ids; `sources` are those of what is found beside documents and
    conversations; `opened` are the documents of which all passages are shown."""
    documents, rows = found.of(SearchPlace.DOCUMENTS), list[ResultRow]()
    if by_document:
        by_id: dict[str, list[LibraryHit]] = {}
        for hit in documents:
            by_id.setdefault(hit.id, []).append(hit)
        for book_id, hits in by_id.items():
            passages = found.counts.get(book_id, 0)
            rows += _of_document(books.get(book_id), hits, passages, whole=book_id in opened, listed=found.listed)
    else:
        rows += [_row(hit, books, below_document=False) for hit in documents]
    for place, heading in (
        (SearchPlace.CONVERSATIONS, _("Conversations")),
        *((source.id, source.heading()) for source in sources),
    ):
        if others := found.of(place):
            rows += [PlaceRow(heading), *(_row(hit, books, below_document=False) for hit in others)]
    return tuple(rows)


def _of_document(
    book: Book | None, hits: Sequence[LibraryHit], passages: int, *, whole: bool, listed: bool
) -> list[ResultRow]:
    hits = sorted(hits, key=lambda hit: hit.by_meaning)
    shown = hits if whole or len(hits) == FEW + 1 else hits[:FEW]
    books = {book.id: book} if book is not None else {}
    detail = pages_words(book.page_count) if listed and book is not None else _passages(passages)
    rows: list[ResultRow] = [DocumentRow(book, hits[0].title, detail)]
    rows += [_row(hit, books, below_document=True) for hit in shown]
    hidden, beyond = len(hits) - len(shown), max(0, passages - len(hits))
    if hidden or beyond:
        rows.append(MoreRow(hits[0].id, hidden, beyond))
    return rows


def _passages(passages: int) -> str:
    if not passages:
        return other_words()
    return counted(passages, _("1 passage"), _("{n} passages"))


def _row(hit: LibraryHit, books: Mapping[str, Book], *, below_document: bool) -> HitRow:
    book = books.get(hit.book_id)
    page = page_words(book.page_names.of(hit.span.page)) if hit.span is not None and book is not None else ""
    parts = [printable(hit.title) or _("New conversation"), page, other_words() if hit.by_meaning else ""]
    return HitRow(hit, page, " · ".join(filter(None, parts)), below_document)


class ResultList(RowsModel[ResultRow]):
    """The list of the rows that show what a search found."""

    def words(self, row: ResultRow) -> str:
        match row:
            case HitRow():
                return row.hit.excerpt.text
            case DocumentRow():
                return f"{row.title}, {row.detail}"
            case MoreRow():
                return more_words(row)
            case PlaceRow():
                return row.text

    def description(self, row: ResultRow) -> str:
        return row.place if isinstance(row, HitRow) else ""

    def tip(self, row: ResultRow) -> str:
        return self.description(row)

    def can_choose(self, row: ResultRow) -> bool:
        return isinstance(row, HitRow) or (isinstance(row, MoreRow) and row.hidden > 0)


def other_words() -> str:
    return _("in other words")


def more_words(row: MoreRow) -> str:
    if not row.hidden:
        one = _("1 more is not shown. Add words to find it.")
        return counted(row.beyond, one, _("{n} more are not shown. Add words to find them."))
    return counted(row.hidden, _("Show 1 more passage"), _("Show {n} more passages"))
