"""Checks the citations of an answer against the pages that the model saw."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from typing import TypeAlias

import msgspec

from app.core.conversations.conversation import Citation, CitationState
from app.core.documents.document import CitedBook, Page
from app.documents.citations.attribution import last_sentence, nearer
from app.documents.citations.location import QuotationFinder, QuotationLocation, named_in, rank_title
from app.documents.citations.matching import find_near
from app.documents.citations.normal_form import Normal
from app.documents.citations.page_marks import (
    MarkedPages,
    PageMark,
    Quotation,
    find_marks,
    find_quotations,
    is_evidence,
    pair,
)
from app.documents.citations.quotation import WantedQuotation, find

__all__ = ["CitedBook", "check", "locate"]

MIN_LIKENESS = 80.0
"""The least likeness of a quotation to a page's words, from 0 to 100, to be shown as near: chance gives 50 to 65."""

MAX_RUN_PAGES = 50
"""The number of pages of a mark such as [pp. 1-300] that are checked."""

_PageRun: TypeAlias = tuple[CitedBook, Sequence[Page]]
"""A book and the pages of it that a mark may mean."""


_FOUND = (CitationState.VERIFIED, CitationState.CUT)


def check(answer: str, books: Sequence[CitedBook]) -> tuple[Citation, ...]:
    """Return the citations of one whole answer; see `CitationChecker.check`."""
    return CitationChecker(books).check(answer)


class CitationChecker:
    """Checks one answer, also while it grows: normal forms of pages are made once."""

    def __init__(self, books: Sequence[CitedBook]) -> None:
        self._lookup = _Lookup(books)

    def check(self, answer: str) -> tuple[Citation, ...]:
        """Return a citation for every page that the answer names, and for every other quotation that is on a page, in
        order of appearance.

        A quotation belongs to the mark that follows it in its sentence, and must be on that page (or begin or end
        there); quotations too short to prove anything are not looked up. The states: CUT for a quotation that is cut so
        that its sense changes; REPAIRED for one that is on another page, which the citation then names; NEAR if
        something on the named page is like it; NOT_FOUND, with page 0, for a page that was not given to the model. A
        mark that names several pages gives one citation for each, with its share of the mark; a run of pages gives one,
        for the page with the quotation, or its first. If several books have a page of that name, it is taken from the
        book that the claim names, or whose page is nearer to the claim. Whether the page says what the sentence says is
        another question (`citations.verdict`).
        """
        lookup = self._lookup
        marks = [mark for mark in find_marks(answer, lookup.labels) if not (mark.round and lookup.is_foreign(mark))]
        quotations = [found for found in find_quotations(answer, marks) if is_evidence(found.text)]
        cited: list[tuple[int, Citation]] = []
        claimed: set[int] = set()
        verified: set[int] = set()
        for mark, claim, said in _said(answer, marks, quotations):
            quote = "" if said is None or not is_evidence(said.text) else " ".join(said.text.split())
            citations = [
                lookup.cite(place, quote, span, claim) for place, span in zip(mark.places, mark.spans, strict=True)
            ]
            if said is not None:
                claimed.add(said.start)
            if any(citation.state in _FOUND for citation in citations) and said is not None:
                verified.add(said.start)
            elif quote and said is not None and said.start not in verified:
                citations = lookup.mend(citations)
            cited += [(citation.start, citation) for citation in citations]
        known = [citation for _, citation in cited]
        unclaimed = {
            " ".join(found.text.split()): found for found in reversed(quotations) if found.start not in claimed
        }
        for quote, found in unclaimed.items():
            if (citation := lookup.search(quote, known)) is not None:
                cited.append((found.start, citation))
        return tuple(citation for _, citation in sorted(cited, key=lambda entry: entry[0]))


def _said(
    answer: str, marks: Sequence[PageMark], quotations: Sequence[Quotation]
) -> Iterator[tuple[PageMark, str, Quotation | None]]:
    """Yield every mark with the claim before it, and its quotation."""
    begin = 0
    for mark, quotation in pair(answer, marks, quotations):
        claim = last_sentence(answer[begin : mark.start]) or last_sentence(answer[: mark.start])
        yield mark, claim, quotation
        begin = mark.end


def locate(page_text: str, quote: str) -> tuple[int, int] | None:
    """Return the range of characters of `page_text` that holds the quotation; None for none.

    Wording is compared as `app.documents.citations.normal_form.Normal`: line breaks, hyphens at a line's end, ligatures
    and kinds of dashes and quotation marks do not matter; words, numbers and inner punctuation do. A quotation must not
    cut a word, a hyphenated compound or a number. Omissions and changes that its writer marks are allowed (see
    `quotation`).
    """
    return find(Normal(page_text), WantedQuotation(quote))


class _Lookup:
    """Looks up marks and quotations in the books, and keeps what it found."""

    def __init__(self, books: Sequence[CitedBook]) -> None:
        self._books = books
        self._pages = [(book, page) for book in books for page in book.pages]
        self._finder = QuotationFinder(books)
        self.labels = frozenset(_label(page) for _, page in self._pages)

    def is_foreign(self, mark: PageMark) -> bool:
        """Return whether a mark names a book that is not among these: in round brackets, it is then no mark of the
        model's."""
        return any(place.title and not place.vague and not self._named(place.title) for place in mark.places)

    def cite(self, place: MarkedPages, quote: str, span: tuple[int, int], claim: str) -> Citation:
        books = self._named(place.title) if place.title else list(self._books)
        if not books and place.vague:
            books = list(self._books)
        runs = _runs(books, place)
        named = named_in(claim, books)
        runs = [run for run in runs if run[0] is named] or runs
        if quote:
            cut: Citation | None = None
            for book, page, location in self._finder.look(runs, quote):
                if not location.fuller:
                    return _citation(book, page, quote, CitationState.VERIFIED, span)
                cut = cut or _cut(_citation(book, page, quote, CitationState.CUT, span), location)
            if cut is not None:
                return cut
            if len(runs) > 1:
                wanted = WantedQuotation(quote).whole
                runs.sort(key=lambda run: not any(self._is_near(run[0], page, wanted) for page in run[1]))
        else:
            runs = self._meant(runs, place, claim)
        if not runs:
            book_id, title = (books[0].book_id, books[0].title) if books else ("", place.title)
            return Citation(book_id, title, 0, place.written, quote, CitationState.NOT_FOUND, *span)
        if not quote and len({book.book_id for book, _ in runs}) > 1:
            titles = " / ".join(dict.fromkeys(book.title for book, _ in runs))
            return Citation("", titles, 0, place.written, "", CitationState.PAGE, *span)
        book, pages = runs[0]
        return _citation(book, pages[0], quote, CitationState.NOT_FOUND if quote else CitationState.PAGE, span)

    def _meant(self, runs: list[_PageRun], place: MarkedPages, claim: str) -> list[_PageRun]:
        """Return the one nearest to the claim among pages of the same name, in several books or in one; all if none is
        nearest."""
        labelled = [run for run in runs if place.last or _label(run[1][0]) == place.written.casefold()] or runs
        if len(labelled) < 2:
            return labelled
        nearest = nearer(claim, ["\n".join(page.text for page in pages) for _, pages in labelled])
        return labelled if nearest is None else [labelled[nearest]]

    def _is_near(self, book: CitedBook, page: Page, wanted: Normal) -> bool:
        return find_near(self._finder.normal(book, page), wanted, MIN_LIKENESS) is not None

    def mend(self, citations: Sequence[Citation]) -> list[Citation]:
        """Return the citations of a quotation that is on none of their pages: with the page that has it, else with what
        is like it on theirs."""
        elsewhere = self.search(citations[0].quote, citations)
        if elsewhere is not None:
            first = citations[0]
            state = CitationState.REPAIRED if elsewhere.state is CitationState.VERIFIED else elsewhere.state
            mended = msgspec.structs.replace(
                elsewhere, state=state, start=first.start, end=first.end, named=first.label
            )
            return [mended, *citations[1:]]
        wanted = WantedQuotation(citations[0].quote).whole
        return [self._bring_near(citation, wanted) for citation in citations]

    def _bring_near(self, citation: Citation, wanted: Normal) -> Citation:
        for book, page in self._pages_meant(citation):
            span = find_near(self._finder.normal(book, page), wanted, MIN_LIKENESS)
            if span is not None:
                on_page = " ".join(page.text[slice(*span)].split()).strip(" ,;:")
                place = {"page": page.number, "label": page.label}
                return msgspec.structs.replace(citation, state=CitationState.NEAR, on_page=on_page, **place)
        return citation

    def _pages_meant(self, citation: Citation) -> list[tuple[CitedBook, Page]]:
        """Return the cited page, then those of the book with the same label, which the mark may mean as well."""
        book = next((book for book in self._books if book.book_id == citation.book_id), None)
        cited = next((page for page in book.pages if page.number == citation.page), None) if book else None
        if book is None or cited is None:
            return []
        alike = (page for page in book.pages if page is not cited and _label(page) == _label(cited))
        return [(book, page) for page in (cited, *alike)]

    def search(self, quote: str, cited: Sequence[Citation]) -> Citation | None:
        """Return a page with the quotation: one that has it uncut, and one that the answer cites, if possible; None if
        no page has it."""
        known = {(citation.book_id, citation.page) for citation in cited}

        def rank(entry: tuple[CitedBook, Page, QuotationLocation]) -> tuple[bool, bool]:
            book, page, location = entry
            return bool(location.fuller), (book.book_id, page.number) not in known

        found = min(self._finder.everywhere(quote), key=rank, default=None)
        if found is None:
            return None
        book, page, location = found
        state = CitationState.CUT if location.fuller else CitationState.VERIFIED
        return _cut(_citation(book, page, quote, state), location)

    def _named(self, title: str) -> list[CitedBook]:
        """Return the books that a title names best; several if they have the same title."""
        ranks = [rank_title(title, book) for book in self._books]
        best = max(ranks, default=0)
        return [book for book, rank in zip(self._books, ranks, strict=True) if rank == best > 0]


def _cut(citation: Citation, location: QuotationLocation) -> Citation:
    return msgspec.structs.replace(citation, on_page=location.fuller)


def _citation(
    book: CitedBook, page: Page, quote: str, state: CitationState, span: tuple[int, int] = (-1, -1)
) -> Citation:
    return Citation(book.book_id, book.title, page.number, page.label, quote, state, *span)


def _runs(books: Sequence[CitedBook], place: MarkedPages) -> list[_PageRun]:
    """Return the pages that a place may mean, the likeliest first: a page with that label before a page with that
    number."""
    labelled: list[_PageRun] = []
    numbered: list[_PageRun] = []
    for book in books:
        written = place.written.casefold()
        exact = [page for page in book.pages if _label(page) == written]
        if exact:
            labelled += [(book, (page,)) for page in exact]
        elif not place.last:
            numbered += [(book, (page,)) for page in book.pages if str(page.number) == written]
        else:
            first, last = _index(book, place.first), _index(book, place.last)
            if first is not None and last is not None and first <= last:
                labelled.append((book, book.pages[first : last + 1][:MAX_RUN_PAGES]))
    return labelled + numbered


def _index(book: CitedBook, name: str) -> int | None:
    by_label = (index for index, page in enumerate(book.pages) if _label(page) == name.casefold())
    by_number = (index for index, page in enumerate(book.pages) if str(page.number) == name)
    return next(by_label, next(by_number, None))


def _label(page: Page) -> str:
    return unicodedata.normalize("NFKC", page.label).strip().casefold()
