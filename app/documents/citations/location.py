"""Finds a quotation on the books' pages, or across two of them, and the book that a title names."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from rapidfuzz import fuzz

from app.core.documents.document import CitedBook, Page
from app.documents.citations.cuts import fuller
from app.documents.citations.normal_form import Normal
from app.documents.citations.quotation import WantedQuotation
from app.language.terms import is_unspaced

MAX_FULLER_CHARACTERS = 600
"""The most characters of a page's wording that are shown with a quotation that is cut."""

MIN_WORD_LIKENESS = 85.0
"""The likeness from which on two words of titles are one with a typing error, from 0 to 100."""

MIN_TITLE_WORDS = 2
"""The number of words of a title that no other book shares which must be in a sentence that means this book; all, if it
has fewer."""

_FILE_ENDING = re.compile(
    r"\.(?:pdf|epub|docx|odt|rtf|html?|mht(?:ml)?|eml|xls[xm]|[ct]sv|md|markdown|txt)$", re.IGNORECASE
)


@dataclass(frozen=True)
class QuotationLocation:
    """A place of a quotation. `fuller` is the page's wording with the words that the quotation cuts, if these change
    its sense; else empty.
    """

    fuller: str = ""


class QuotationFinder:
    """Finds quotations on the books' pages; normal forms and results are kept."""

    def __init__(self, books: Sequence[CitedBook]) -> None:
        self._books = books
        self._normals: dict[tuple[str, int], Normal] = {}
        self._wanted = cache(WantedQuotation)
        self._everywhere: dict[str, list[tuple[CitedBook, Page, QuotationLocation]]] = {}
        self._following = {
            (book.book_id, page.number): following
            for book in books
            for page, following in pairwise(book.pages)
            if following.number == page.number + 1
        }

    def everywhere(self, quote: str) -> Sequence[tuple[CitedBook, Page, QuotationLocation]]:
        """Return all pages with the quotation, those first that have it uncut."""
        if quote not in self._everywhere:
            pages = [(book, (page,)) for book in self._books for page in book.pages]
            self._everywhere[quote] = list(self.look(pages, quote, ends=False))
        return self._everywhere[quote]

    def look(
        self, runs: Sequence[tuple[CitedBook, Sequence[Page]]], quote: str, *, ends: bool = True
    ) -> Iterator[tuple[CitedBook, Page, QuotationLocation]]:
        """Yield the pages that hold the quotation; then those on which it begins and runs on to the next, and, if
        `ends`, those on which it ends that began on the page before."""
        wanted = self._wanted(quote)
        for book, pages in runs:
            for page in pages:
                if (location := _best(self.normal(book, page), wanted)) is not None:
                    yield book, page, location
        for book, pages in runs:
            for page in pages:
                begins = [page, *(other for other in book.pages if ends and self._follower(book, other) is page)]
                for first in begins:
                    if (location := self._over_border(book, first, wanted)) is not None:
                        yield book, page, location

    def normal(self, book: CitedBook, page: Page) -> Normal:
        key = (book.book_id, page.number)
        if key not in self._normals:
            self._normals[key] = Normal(page.text)
        return self._normals[key]

    def _over_border(self, book: CitedBook, page: Page, wanted: WantedQuotation) -> QuotationLocation | None:
        """Return the place of the quotation if it begins on this page and ends on the next; else None."""
        following = self._follower(book, page)
        if following is None or not wanted.may_stand(self.normal(book, page), self.normal(book, following)):
            return None
        return _best(Normal(f"{page.text}\n{following.text}"), wanted, border=len(page.text))

    def _follower(self, book: CitedBook, page: Page) -> Page | None:
        return self._following.get((book.book_id, page.number))


def _best(text: Normal, wanted: WantedQuotation, border: int = -1) -> QuotationLocation | None:
    """Return the quotation's best place in the text; None for none. `border` is an offset that it must run across."""
    cut: QuotationLocation | None = None
    for found in wanted.places(text):
        begin, end = found.span
        if border >= 0 and not begin < border < end:
            continue
        whole = fuller(text.source, found)
        if whole is None:
            return QuotationLocation()
        cut = cut or QuotationLocation(_shortened(" ".join(text.source[slice(*whole)].split())))
    return cut


def _shortened(words: str) -> str:
    return words if len(words) <= MAX_FULLER_CHARACTERS else words[:MAX_FULLER_CHARACTERS].rpartition(" ")[0] + " …"


def rank_title(written: str, book: CitedBook) -> int:
    """Return how surely a written title means the book: 0 (not) to 4 (the same words), 1 for a chapter or a title that
    the book had before."""
    wanted, title = _plain(_FILE_ENDING.sub("", written)), _plain(book.title)
    words, own = _title_words(wanted), _title_words(title)
    if wanted == title:
        return 4
    if words and (words <= own or wanted in title):
        return 3
    if words and all(any(fuzz.ratio(word, other) >= MIN_WORD_LIKENESS for other in own) for word in words):
        return 2
    if wanted in map(_plain, book.former_titles):
        return 1
    chapters = {page.chapter for page in book.pages if page.chapter}
    return int(any(words and words <= own | _title_words(_plain(chapter)) for chapter in chapters))


def named_in(claim: str, books: Sequence[CitedBook]) -> CitedBook | None:
    """Return the one book whose title is in the claim; of similar titles only the words that differ count. None if it
    is not exactly one."""
    words = _title_words(_plain(claim))
    titles = [_title_words(_plain(book.title)) for book in books]
    named = []
    for index, (book, title) in enumerate(zip(books, titles, strict=True)):
        own = title.difference(*titles[:index], *titles[index + 1 :])
        if own and (own <= words or len(own & words) >= MIN_TITLE_WORDS):
            named.append(book)
    return named[0] if len(named) == 1 and len(books) > 1 else None


def _plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", unicodedata.normalize("NFKC", text).casefold()))


def _title_words(plain: str) -> set[str]:
    return {word for word in plain.split() if len(word) > 2 or word.isdigit() or is_unspaced(word[0])}
