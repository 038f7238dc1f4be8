"""The names of pages, in words: first the label that a page's book gives it, its number where that helps; for both
faces.

Labels come from books and are untrusted.
"""

from __future__ import annotations

from collections.abc import Mapping

from app.core.conversations.conversation import Citation, PassageRef
from app.core.conversations.verdict import Evidence, SentenceVerdict
from app.core.documents.document import Book
from app.core.documents.page_names import WITH_COUNT, PageName, PageNames
from app.core.documents.untrusted import disarm
from app.wording.i18n import _
from app.wording.units import count, counted


def cited_page(cited: Citation | PassageRef | SentenceVerdict | Evidence, books: Mapping[str, Book]) -> PageName:
    """Return the name of a page that an answer rests on; `books` by their ids. If the book is gone, or has no such
    page, the label is left, or else the number."""
    book = books.get(cited.book_id)
    if book is None or not 1 <= cited.page <= book.page_count:
        return PageName(cited.label or str(cited.page))
    return book.page_names.of(cited.page)


def name_words(name: PageName) -> str:
    """Return a page's name: `3`, or, if its book has other pages of that label, `1 (9 of 103)`."""
    return _with_count(name) if name.shared else name.label


def page_words(name: PageName) -> str:
    """Return a page's name among other words: `p. 3`, `p. 1 (9 of 103)`."""
    return _("p. {page}").format(page=name_words(name))


def place_words(name: PageName) -> str:
    """Return a page's name where it matters how far in it is: `p. 3 (11 of 103)`, in a book that counts its pages `p.
    11 of 103`."""
    if not name.pages:
        return page_words(name)
    if name.counted and not name.shared:
        return _("p. {page} of {pages}").format(page=name.label, pages=name.pages)
    return _("p. {page}").format(page=_with_count(name))


def rest_words(name: PageName) -> str:
    """Return the words after `name_words` where it matters how far in the page is: `of 412`, `(11 of 103)`."""
    if not name.pages or name.shared:
        return ""
    words = _("of {pages}") if name.counted else _("({number} of {pages})")
    return words.format(number=name.number, pages=name.pages)


def span_words(first: PageName, last: PageName) -> str:
    """Return the name of a span of pages: `iii–2`, or, if one of the two labels alone would not say which page it is,
    `1–4 (9–12 of 103)`."""
    if first.number == last.number:
        return name_words(first)
    if first.shared or last.shared:
        return _span_with_count(first, last)
    return f"{first.label}–{last.label}"


def range_words(first: PageName, last: PageName) -> str:
    """Return the name of a range of pages where it matters how far in it is: `p. iii–2 (5–10 of 103)`, in a book that
    counts its pages `p. 5–10 of 103`. For one page it is its place."""
    if first.number == last.number:
        return place_words(first)
    if first.counted and last.counted and not (first.shared or last.shared):
        return _("p. {page} of {pages}").format(page=span_words(first, last), pages=first.pages)
    return _("p. {page}").format(page=_span_with_count(first, last))


def shared_words(typed: str, names: PageNames, found: int) -> str:
    """Say that `found` pages are called what a person typed, and how to say which one is meant."""
    number = names.find(typed)[-1]
    words = _("This document has {n} pages called {page}. #{number} is the last of them, counted from the first page.")
    return words.format(n=count(found), page=typed, number=number)


def no_page_words(typed: str, names: PageNames) -> str:
    """Say that there is no page of the name that a person typed, and what pages there are."""
    if not names.labels:
        one = _("There is no page {page}: this document has 1 page.")
        return counted(names.pages, one, _("There is no page {page}: this document has {n} pages."), page=typed)
    one = _("No page of this document is called {page}. It has 1 page: #1.")
    several = _("No page of this document is called {page}. You can also count its {n} pages: #1 to #{n}.")
    return counted(names.pages, one, several, page=typed)


def unresolved_words(cited: Citation) -> str:
    """Say that an answer names a page that several books have."""
    words = _("Several documents have a page {page}, and the answer does not say which one it means: {title}.")
    return words.format(page=disarm(cited.label or str(cited.page)), title=" ".join(disarm(cited.document).split()))


def _with_count(name: PageName) -> str:
    return _(WITH_COUNT).format(label=name.label, number=name.number, pages=name.pages)


def _span_with_count(first: PageName, last: PageName) -> str:
    labels, numbers = f"{first.label}–{last.label}", f"{first.number}–{last.number}"
    return _(WITH_COUNT).format(label=labels, number=numbers, pages=first.pages)
