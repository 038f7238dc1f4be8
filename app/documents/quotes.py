"""Citations in an answer, checked by program against the pages that the model saw."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

import msgspec
from rapidfuzz import fuzz

from app.core.conversation import Citation, CitationState
from app.core.document import Page
from app.documents.marks import Mark, Place, find_marks, find_quotations, is_evidence, pair
from app.documents.matching import find_near
from app.documents.normal import Normal
from app.documents.related import MAX_QUOTE_CHARACTERS, CitedBook, find_pages, last_sentence, statements_about
from app.documents.scripts import is_unspaced
from app.documents.standing import Standing, Standings
from app.documents.wanted import Wanted, find

__all__ = ["CitedBook", "check", "find_pages", "locate"]

MIN_WORD_LIKENESS = 85.0
"""Of a word in a title as written to one in a book's title, from 0 to 100, to be taken for a slip of the pen."""

MIN_LIKENESS = 80.0
"""Of a quotation to the words on a page, from 0 to 100, to be told as near: chance gives 50 to 65."""

MAX_RUN_PAGES = 50
"""Of a mark such as [pp. 1-300], this many pages are looked at."""

_FILE_ENDING = re.compile(
    r"\.(?:pdf|epub|docx|odt|rtf|html?|mht(?:ml)?|eml|xls[xm]|[ct]sv|md|markdown|txt)$", re.IGNORECASE
)


_STANDS_THERE = (CitationState.VERIFIED, CitationState.CUT)


def check(answer: str, books: Sequence[CitedBook]) -> tuple[Citation, ...]:
    """The citations of one whole answer; see `Checker.check`."""
    return Checker(books).check(answer)


class Checker:
    """Checks one answer, also while it is being written: pages are brought into their normal form only once."""

    def __init__(self, books: Sequence[CitedBook]) -> None:
        self._desk = _Desk(books)

    def check(self, answer: str) -> tuple[Citation, ...]:
        """Every page that the answer names, and every quotation in it that names none but stands on a page.

        In order of appearance. A quotation belongs to the mark that follows it in its sentence, and must stand on that
        page (or begin or end there, and run over its border); quotations too short to prove anything are not looked up.
        One that is cut so that its sense is another is CUT. One that stands on another page is REPAIRED and gets that
        one; one to which something on the named page comes near is NEAR. A page that is not on the desk is NOT_FOUND
        with page 0. A mark that names several pages gives one citation for each, with its share of the mark; a run of
        pages gives one, for the page where the quotation stands, or its first. A page without a quotation gets its
        sentence that has most in common with the claim.
        """
        desk = self._desk
        marks = [mark for mark in find_marks(answer, desk.labels) if not (mark.round and desk.is_foreign(mark))]
        quotations = [found for found in find_quotations(answer, marks) if is_evidence(found.text)]
        cited: list[tuple[int, Citation]] = []
        claimed: set[int] = set()
        verified: set[int] = set()
        for mark, quotation in pair(answer, marks, quotations):
            if quotation is not None:
                claimed.add(quotation.start)
            quote = "" if quotation is None or not is_evidence(quotation.text) else " ".join(quotation.text.split())
            citations = [desk.cite(place, quote, span) for place, span in zip(mark.places, mark.spans, strict=True)]
            if any(citation.state in _STANDS_THERE for citation in citations) and quotation is not None:
                verified.add(quotation.start)
            elif quote and quotation is not None and quotation.start not in verified:
                citations = desk.mend(citations)
            elif not quote:
                claim = last_sentence(answer[: mark.start])
                citations = [desk.illustrate(citation, claim) for citation in citations]
            cited += [(citation.start, citation) for citation in citations]
        unclaimed = {
            " ".join(found.text.split()): found.start for found in reversed(quotations) if found.start not in claimed
        }
        for quote, start in unclaimed.items():
            if (citation := desk.search(quote, [citation for _, citation in cited])) is not None:
                cited.append((start, citation))
        return tuple(citation for _, citation in sorted(cited, key=lambda entry: entry[0]))


def locate(page_text: str, quote: str) -> tuple[int, int] | None:
    """The range of characters of `page_text` where the quotation stands, None where it does not.

    Wording is compared in the form of `app.documents.normal.Normal`: line breaks, hyphens at a line's end, ligatures
    and kinds of dashes and quotation marks do not matter; words, numbers and the punctuation inside do. A quotation
    that cuts a word, a hyphenated compound or a number of the page in two does not stand there. What its writer left
    out and changed, and says so, is passed over as `app.documents.wanted` does.
    """
    return find(Normal(page_text), Wanted(quote))


class _Desk:
    """The books, with the normal forms of the pages that were looked at."""

    def __init__(self, books: Sequence[CitedBook]) -> None:
        self._books = books
        self._standings = Standings(books)
        self.labels = frozenset(_label(page) for book in books for page in book.pages)

    def is_foreign(self, mark: Mark) -> bool:
        """Whether it names a book that is not on the desk: then, in round brackets, it is no mark of the model's."""
        return any(place.title and not place.vague and not self._named(place.title) for place in mark.places)

    def cite(self, place: Place, quote: str, span: tuple[int, int]) -> Citation:
        books = self._named(place.title) if place.title else list(self._books)
        if not books and place.vague:
            books = list(self._books)
        runs = _runs(books, place)
        cut: Citation | None = None
        for book, page, standing in self._standings.look(runs, quote) if quote else ():
            if not standing.fuller:
                return _citation(book, page, quote, CitationState.VERIFIED, span)
            cut = cut or _cut(_citation(book, page, quote, CitationState.CUT, span), standing)
        if cut is not None:
            return cut
        if runs:
            book, pages = runs[0]
            return _citation(book, pages[0], quote, CitationState.NOT_FOUND if quote else CitationState.PAGE, span)
        book_id, title = (books[0].book_id, books[0].title) if books else ("", place.title)
        return Citation(book_id, title, 0, place.written, quote, CitationState.NOT_FOUND, *span)

    def mend(self, citations: Sequence[Citation]) -> list[Citation]:
        """Citations of one quotation that stands on none of their pages: with the page where it does stand, else with
        what comes near to it on theirs."""
        elsewhere = self.search(citations[0].quote, citations)
        if elsewhere is not None:
            first = citations[0]
            state = CitationState.REPAIRED if elsewhere.state is CitationState.FOUND else elsewhere.state
            mended = msgspec.structs.replace(
                elsewhere, state=state, start=first.start, end=first.end, named=first.label
            )
            return [mended, *citations[1:]]
        wanted = Wanted(citations[0].quote).whole
        return [self._bring_near(citation, wanted) for citation in citations]

    def illustrate(self, citation: Citation, claim: str) -> Citation:
        """A citation without a quotation, with the page's sentence that has most in common with `claim`: of the pages
        with that label it is the one that holds the sentence."""
        pages = self._pages_meant(citation)
        if citation.state is not CitationState.PAGE or not pages:
            return citation
        best = statements_about(claim, [page.text for _, page in pages], 1)
        index, sentence = best[0] if best else (0, "")
        on_page = " ".join(sentence.split())[:MAX_QUOTE_CHARACTERS]
        page = pages[index][1]
        return msgspec.structs.replace(citation, page=page.number, label=page.label, on_page=on_page)

    def _bring_near(self, citation: Citation, wanted: Normal) -> Citation:
        for book, page in self._pages_meant(citation):
            span = find_near(self._standings.normal(book, page), wanted, MIN_LIKENESS)
            if span is not None:
                on_page = " ".join(page.text[slice(*span)].split()).strip(" ,;:")
                place = {"page": page.number, "label": page.label}
                return msgspec.structs.replace(citation, state=CitationState.NEAR, on_page=on_page, **place)
        return citation

    def _pages_meant(self, citation: Citation) -> list[tuple[CitedBook, Page]]:
        """The page that was cited, then those of the same book with the same label: a mark may mean any of them."""
        book = next((book for book in self._books if book.book_id == citation.book_id), None)
        cited = next((page for page in book.pages if page.number == citation.page), None) if book else None
        if book is None or cited is None:
            return []
        alike = (page for page in book.pages if page is not cited and _label(page) == _label(cited))
        return [(book, page) for page in (cited, *alike)]

    def search(self, quote: str, cited: Sequence[Citation]) -> Citation | None:
        """A page, one that the answer cites if possible, on which the quotation stands; one on which it is not cut, if
        there is one."""
        known = {(citation.book_id, citation.page) for citation in cited}
        found = min(
            self._standings.everywhere(quote),
            key=lambda entry: (bool(entry[2].fuller), (entry[0].book_id, entry[1].number) not in known),
            default=None,
        )
        if found is None:
            return None
        book, page, standing = found
        state = CitationState.CUT if standing.fuller else CitationState.FOUND
        return _cut(_citation(book, page, quote, state), standing)

    def _named(self, title: str) -> list[CitedBook]:
        """The books that a title names best; more than one if they are called the same."""
        ranks = [_rank(title, book) for book in self._books]
        best = max(ranks, default=0)
        return [book for book, rank in zip(self._books, ranks, strict=True) if rank == best > 0]


def _cut(citation: Citation, standing: Standing) -> Citation:
    return msgspec.structs.replace(citation, on_page=standing.fuller)


def _citation(
    book: CitedBook, page: Page, quote: str, state: CitationState, span: tuple[int, int] = (-1, -1)
) -> Citation:
    return Citation(book.book_id, book.title, page.number, page.label, quote, state, *span)


def _runs(books: Sequence[CitedBook], place: Place) -> list[tuple[CitedBook, Sequence[Page]]]:
    """What the place may mean, the likeliest first: a page of that label before a page of that number."""
    labelled: list[tuple[CitedBook, Sequence[Page]]] = []
    numbered: list[tuple[CitedBook, Sequence[Page]]] = []
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


def _rank(written: str, book: CitedBook) -> int:
    """How surely a title as written means the book; 0: it does not."""
    wanted, title = _plain(_FILE_ENDING.sub("", written)), _plain(book.title)
    words, own = _telling_words(wanted), _telling_words(title)
    if wanted == title:
        return 4
    if words and (words <= own or wanted in title):
        return 3
    if words and all(any(fuzz.ratio(word, other) >= MIN_WORD_LIKENESS for other in own) for word in words):
        return 2
    chapters = {page.chapter for page in book.pages if page.chapter}
    return int(any(words and words <= own | _telling_words(_plain(chapter)) for chapter in chapters))


def _plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", unicodedata.normalize("NFKC", text).casefold()))


def _telling_words(plain: str) -> set[str]:
    return {word for word in plain.split() if len(word) > 2 or word.isdigit() or is_unspaced(word[0])}
