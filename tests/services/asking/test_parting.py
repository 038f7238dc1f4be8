"""Where books are divided that do not fit into the context."""

from __future__ import annotations

import pytest

from app.core.conversations.conversation import BookRef, PageRange
from app.core.documents.document import Book, Format, Section
from app.services.asking.parting import PageSize, divide, pages_of, refs_of, tokens_of


def book(pages: int, *outline: Section, id: str = "b") -> Book:
    return Book(id, id, Format.TEXT, "", "", 0.0, pages, 0, outline=outline)


def sizes(of: Book, *tokens: int, heading: int = 5, pages: PageRange | None = None) -> list[PageSize]:
    ends = [heading + sum(tokens[: n + 1]) for n in range(len(tokens))]
    return pages_of(of, BookRef(of.id, pages), heading, ends)


def ranges(pages: list[PageSize], room: int) -> list[tuple[tuple[str, int, int], ...]]:
    parts = divide(pages, room)
    assert [page for part in parts for page in part] == pages
    assert all(tokens_of(part) <= room or len(part) == 1 for part in parts)
    found = []
    for part in parts:
        named = [(ref.book_id, ref.pages) for ref in refs_of(part)]
        found.append(tuple((book_id, pages.first, pages.last) for book_id, pages in named if pages))
    return found


def test_without_chapters_a_part_is_as_long_as_has_room() -> None:
    assert ranges(sizes(book(5), 10, 10, 10, 10, 10), 25) == [(("b", 1, 2),), (("b", 3, 4),), (("b", 5, 5),)]


def test_what_fits_is_one_part() -> None:
    assert ranges(sizes(book(3), 10, 10, 10), 35) == [(("b", 1, 3),)]
    assert ranges([], 35) == []


def test_a_part_ends_with_a_chapter_of_its_second_half() -> None:
    outline = (Section("One", 1, 1), Section("Two", 4, 1), Section("Two, b", 5, 2), Section("Three", 9, 1))
    found = ranges(sizes(book(10, *outline), *[10] * 10), 55)
    assert found == [(("b", 1, 3),), (("b", 4, 8),), (("b", 9, 10),)]


def test_of_equal_chapters_the_last_one_ends_it_and_one_in_its_first_half_does_not() -> None:
    small = tuple(Section(str(n), n, 1) for n in range(1, 7))
    assert ranges(sizes(book(6, *small), *[10] * 6), 45) == [(("b", 1, 4),), (("b", 5, 6),)]
    early = (Section("One", 1, 1), Section("Two", 2, 1))
    assert ranges(sizes(book(6, *early), *[10] * 6), 45) == [(("b", 1, 4),), (("b", 5, 6),)]


@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_page_that_is_too_long_is_a_part_of_its_own(place: int) -> None:
    tokens = [10, 10, 10]
    tokens[place] = 90
    assert (("b", place + 1, place + 1),) in ranges(sizes(book(3), *tokens), 30)


def test_small_books_share_a_part_with_their_headings_and_pages_on_the_desk_alone_are_read() -> None:
    pages = [
        *sizes(book(2, id="a"), 10, 10),
        *sizes(book(9, id="b"), 10, 10, pages=PageRange(4, 5)),
        *sizes(book(2, id="c"), 10, 10),
    ]
    assert ranges(pages, 50) == [(("a", 1, 2), ("b", 4, 5)), (("c", 1, 2),)]
    assert ranges(pages, 49) == [(("a", 1, 2),), (("b", 4, 5),), (("c", 1, 2),)]
