"""Divides books that do not fit into the context: between chapters if there is one to end with."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby, pairwise

import msgspec

from app.core.conversations.chapters import chapters_of
from app.core.conversations.conversation import BookRef, PageRange
from app.core.documents.document import Book

_BOOK, _CHAPTER, _NONE = 0, 1, 99  # what begins with a page: a book, a chapter of level 1, 2 ..., nothing
_LEAST_FILLED = 0.5  # of what a part can hold, where it ends with a chapter


class PageSize(msgspec.Struct, frozen=True):
    """A page and its tokens. `heading` counts those before the first page of its book in a part. `begins` is the rank
    of what begins with it; the lower it is, the better a part ends before it."""

    book_id: str
    number: int
    tokens: int
    heading: int
    begins: int = _NONE


def pages_of(book: Book, ref: BookRef, heading: int, ends: Sequence[int]) -> list[PageSize]:
    """Return the pages of a book on the desk. `ends` are how many of its tokens come before the end of each page there,
    the `heading` included."""
    first = ref.pages.first if ref.pages else 1
    levels: dict[int, int] = {}
    for chapter in chapters_of(book.outline, book.page_count):
        begins = chapter.pages.first
        levels[begins] = min(levels.get(begins, _NONE), _CHAPTER + chapter.level)
    levels[first] = _BOOK
    return [
        PageSize(ref.book_id, number, end - start, heading, levels.get(number, _NONE))
        for number, (start, end) in enumerate(pairwise((heading, *ends)), first)
    ]


def tokens_of(pages: Sequence[PageSize]) -> int:
    """Return how many tokens pages that follow each other take as a part."""
    return sum(costs(pages))


def costs(pages: Sequence[PageSize]) -> list[int]:
    """Return how many tokens each page adds to a part that begins with the first one."""
    before = (None, *(page.book_id for page in pages))
    return [
        page.tokens + (page.heading if page.book_id != last else 0) for page, last in zip(pages, before, strict=False)
    ]


def divide(pages: Sequence[PageSize], room: int) -> list[Sequence[PageSize]]:
    """Divide the pages into parts of at most `room` tokens. A part ends before the best beginning in its second half,
    the last one of several; a page that is longer is a part of its own."""
    parts = []
    while pages:
        ends, taken = [0], 0
        for cost in costs(pages):
            taken += cost
            if taken > room:
                break
            ends.append(taken)
        end = len(ends) - 1
        if end < len(pages):
            places = [n for n in range(1, end + 1) if ends[n] >= _LEAST_FILLED * ends[-1]]
            end = min(places, key=lambda n: (pages[n].begins, -n), default=1)
        parts.append(pages[:end])
        pages = pages[end:]
    return parts


def refs_of(pages: Sequence[PageSize]) -> tuple[BookRef, ...]:
    """Return the books of a part, each with its pages."""
    books = [(book_id, [page.number for page in found]) for book_id, found in groupby(pages, lambda page: page.book_id)]
    return tuple(BookRef(book_id, PageRange(numbers[0], numbers[-1])) for book_id, numbers in books)
