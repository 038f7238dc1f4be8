"""Where a quotation stands in the books, on a page or over the border of two, and what is cut from it there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from app.core.document import CitedBook, Page
from app.documents.cuts import fuller
from app.documents.normal import Normal
from app.documents.wanted import Wanted

MAX_FULLER_CHARACTERS = 600
"""Of the page's wording that is shown with a quotation that is cut."""


@dataclass(frozen=True)
class Standing:
    """That a quotation stands somewhere. `fuller` is the page's wording with the words that turn the sense of what is
    cut from them; empty where the quotation reads as the page does."""

    fuller: str = ""


class Standings:
    """The books' pages, each brought into its normal form once, and what was found on them."""

    def __init__(self, books: Sequence[CitedBook]) -> None:
        self._books = books
        self._normals: dict[tuple[str, int], Normal] = {}
        self._wanted: dict[str, Wanted] = {}
        self._everywhere: dict[str, list[tuple[CitedBook, Page, Standing]]] = {}
        self._following = {
            (book.book_id, page.number): following
            for book in books
            for page, following in pairwise(book.pages)
            if following.number == page.number + 1
        }

    def everywhere(self, quote: str) -> Sequence[tuple[CitedBook, Page, Standing]]:
        """All the pages of the books where it stands, those first on which it stands whole."""
        if quote not in self._everywhere:
            pages = [(book, (page,)) for book in self._books for page in book.pages]
            self._everywhere[quote] = list(self.look(pages, quote, ends=False))
        return self._everywhere[quote]

    def look(
        self, runs: Sequence[tuple[CitedBook, Sequence[Page]]], quote: str, *, ends: bool = True
    ) -> Iterator[tuple[CitedBook, Page, Standing]]:
        """The pages of which a quotation stands on one, then those from which one runs on to the next or, if `ends`,
        on which one ends that began on the page before."""
        wanted = self._want(quote)
        for book, pages in runs:
            for page in pages:
                if (standing := _best(self.normal(book, page), wanted)) is not None:
                    yield book, page, standing
        for book, pages in runs:
            for page in pages:
                begins = [page, *(other for other in book.pages if ends and self._follower(book, other) is page)]
                for first in begins:
                    if (standing := self._over_border(book, first, wanted)) is not None:
                        yield book, page, standing

    def normal(self, book: CitedBook, page: Page) -> Normal:
        key = (book.book_id, page.number)
        if key not in self._normals:
            self._normals[key] = Normal(page.text)
        return self._normals[key]

    def _over_border(self, book: CitedBook, page: Page, wanted: Wanted) -> Standing | None:
        """How the quotation begins on the page and ends on the next."""
        following = self._follower(book, page)
        if following is None or not wanted.may_stand(self.normal(book, page), self.normal(book, following)):
            return None
        return _best(Normal(f"{page.text}\n{following.text}"), wanted, border=len(page.text))

    def _follower(self, book: CitedBook, page: Page) -> Page | None:
        return self._following.get((book.book_id, page.number))

    def _want(self, quote: str) -> Wanted:
        if quote not in self._wanted:
            self._wanted[quote] = Wanted(quote)
        return self._wanted[quote]


def _best(text: Normal, wanted: Wanted, border: int = -1) -> Standing | None:
    """How the quotation stands in the text, None if it does not; over the `border`, an offset, if there is one."""
    cut: Standing | None = None
    for found in wanted.places(text):
        begin, end = found.span
        if border >= 0 and not begin < border < end:
            continue
        whole = fuller(text.source, found)
        if whole is None:
            return Standing()
        cut = cut or Standing(_shortened(" ".join(text.source[slice(*whole)].split())))
    return cut


def _shortened(words: str) -> str:
    return words if len(words) <= MAX_FULLER_CHARACTERS else words[:MAX_FULLER_CHARACTERS].rpartition(" ")[0] + " …"
