"""Running heads, running feet and page numbers go; nothing else does."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from app.documents.formats import Content, parse
from app.documents.formats.pdf_running import MIN_PAGES
from tests.documents.pdf_writer import lines, show, write_pdf

_HEAD, _FOOT = 750.0, 40.0
_BODY = (
    "The ferry crosses at six in the morning and then at every full hour until the evening",
    "bell, and whoever comes later may ring for it, but has to pay the double fare then.",
)


def _read(pages: Sequence[str], outline: Sequence[tuple[str, int, int]] = ()) -> list[str]:
    content = Content("a.pdf", write_pdf(pages, outline=outline), "0" * 64)
    return [page.text for page in parse(content, lambda done, total: None).pages]


def _page(number: int, head: str = "", foot: str = "", *, size: float = 12) -> str:
    body = lines(f"Day {number} of the journal, as the keeper of the ferry wrote it.", *_BODY, y=690)
    return body + show(head, 72, _HEAD, size=size) + show(foot, 72, _FOOT, size=size)


def _body(number: int) -> str:
    return f"Day {number} of the journal, as the keeper of the ferry wrote it.\n{' '.join(_BODY)}"


def test_page_numbers_go_wherever_they_begin() -> None:
    pages = _read([_page(n, foot=str(n + 16)) for n in range(1, 9)])
    assert pages == [_body(n) for n in range(1, 9)]


@pytest.mark.parametrize("form", ["- {} -", "Page {} of 12", "{} | The Ferry", "Seite {}"])
def test_forms_of_page_numbers(form: str) -> None:
    pages = _read([_page(n, foot=form.format(n)) for n in range(1, 9)])
    assert pages[1:] == [_body(n) for n in range(2, 9)]


def test_roman_numbers_and_then_others() -> None:
    numbers = ["i", "ii", "iii", "iv", "v", "1", "2", "3", "4", "5"]
    pages = _read([_page(n, foot=number) for n, number in enumerate(numbers, 1)])
    assert pages == [_body(n) for n in range(1, 11)]


def test_a_repeated_head_goes_from_all_pages_but_the_first() -> None:
    pages = _read([_page(n, head="The Ferry Book") for n in range(1, 9)])
    assert pages[0].split("\n") == [*_body(1).split("\n"), "The Ferry Book"]
    assert pages[1:] == [_body(n) for n in range(2, 9)]


def test_heads_of_left_and_right_pages() -> None:
    heads = ["", *("The Ferry Book" if n % 2 else "The Second Year" for n in range(2, 11))]
    assert _read([_page(n, head) for n, head in enumerate(heads, 1)]) == [_body(n) for n in range(1, 11)]


def test_a_section_named_beside_a_number_goes_if_it_is_named_elsewhere_too() -> None:
    feet = [f"{n} Chapter {n}. The Winter of {1700 + n}" for n in range(1, 9)]
    outline = [(f"The Winter of {1700 + n}", n - 1, 1) for n in range(1, 9)]
    pages = _read([_page(n, foot=foot) for n, foot in enumerate(feet, 1)], outline)
    assert pages[1:] == [_body(n) for n in range(2, 9)]


def test_what_stands_beside_a_number_and_nowhere_else_stays() -> None:
    notes = ("in ink", "by hand", "much later", "twice over", "in pencil", "and crossed out", "on a slip", "at the end")
    pages = _read([_page(n, foot=f"{n} written {note}") for n, note in enumerate(notes, 1)])
    assert all(f"written {note}" in page for page, note in zip(pages, notes, strict=True))


def test_numbers_that_do_not_count_along_stay() -> None:
    sums = (17, 4, 120, 33, 8, 54, 2, 61)
    pages = _read([_page(n, foot=str(total)) for n, total in enumerate(sums, 1)])
    assert all(page.endswith(str(total)) for page, total in zip(pages, sums, strict=True))


def test_a_title_on_every_page_stays() -> None:
    pages = _read([_page(n, head=f"Exercise {n}", size=18) for n in range(1, 9)])
    assert all(f"Exercise {n}" in page.split("\n") for n, page in enumerate(pages, 1))


def test_a_short_document_keeps_every_line() -> None:
    pages = _read([_page(n, "The Ferry Book", str(n)) for n in range(1, MIN_PAGES)])
    assert all("The Ferry Book" in page and page.endswith(str(n)) for n, page in enumerate(pages, 1))


def test_a_form_filled_in_many_times_keeps_its_lines() -> None:
    names = ("Ada", "Ben", "Cai", "Dee", "Eve", "Fay", "Gus", "Hal")
    labels = ("Statement of the passenger", "Name", "From which bank", "Fare in full", "Signed by")
    pages = _read([lines(labels[0], f"{labels[1]}: {name}", *labels[2:], y=_HEAD) for name in names])
    assert all(all(label in page for label in labels) for page in pages)


def test_a_page_with_nothing_else_keeps_them() -> None:
    pages = _read([show("The Ferry Book", 72, _HEAD) if n == 4 else _page(n, "The Ferry Book") for n in range(1, 9)])
    assert pages[3] == "The Ferry Book"
    assert pages[4] == _body(5)


def test_a_word_that_the_foot_cuts_in_two_keeps_its_hyphen() -> None:
    broken = "The boat that was built in that year had room for two carts and was the larg-"
    pages = _read([_page(n, foot=f"{n}") + show(broken, 72, 600) for n in range(1, 9)])
    assert all(page.endswith("was the larg-") for page in pages)
