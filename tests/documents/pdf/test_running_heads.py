"""Running heads, running feet and page numbers go; nothing else does."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from app.documents.formats.contract import Content
from app.documents.pdf.running_heads import MIN_PAGES
from app.documents.worker import parse
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


def test_a_number_on_either_side_takes_its_words_along_though_they_are_larger() -> None:
    name = "Ferry Register / Vol. 85, No. 152"
    heads = [f"{n} {name}" if n % 2 else f"{name} {n}" for n in range(47698, 47706)]
    pages = _read([_page(n, head, size=15) for n, head in enumerate(heads, 1)])
    assert pages[1:] == [_body(n) for n in range(2, 9)]


def test_numbers_behind_that_of_the_article() -> None:
    heads = [f"111:{n} Trovato et al." if n % 2 else f"The Name of the Title 111:{n}" for n in range(1, 9)]
    pages = _read([_page(n, head) for n, head in enumerate(heads, 1)])
    assert pages[1:] == [_body(n) for n in range(2, 9)]


def test_a_page_number_is_larger_than_the_small_print_of_a_table() -> None:
    rows = "".join(show(f"Ferry {n}   {n * 17}   {n * 31}", 72, 690 - 10 * n, size=8) for n in range(12))
    pages = _read([rows + show(str(n), 300, _FOOT, size=11) for n in range(1, 9)])
    assert all(page.split("\n")[-1].startswith("Ferry 11") for page in pages)


def test_a_head_that_stands_higher_on_left_pages() -> None:
    pages = [
        lines(f"Day {n} of the journal, as the keeper of the ferry wrote it.", *_BODY, y=690)
        + show("The Ferry Book", 72, 745 + 10 * (n % 2))
        for n in range(1, 13)
    ]
    assert _read(pages)[1:] == [_body(n) for n in range(2, 13)]


def test_a_foot_above_which_the_number_stands() -> None:
    pages = [
        _page(n, foot="Final report") + show(str(n), 300, _FOOT + 16) + show("The last line of the text.", 72, 100)
        for n in range(1, 9)
    ]
    assert not any("Final report" in page for page in _read(pages)[1:])


_SECTIONS = ("The Winter", "The Flood", "The New Boat", "The Fare", "The Bell", "The Strike")


def test_heads_that_change_with_the_sections() -> None:
    """Two pages a section, whose title stands on the first of them, and stays."""
    pages = []
    for n in range(1, 13):
        head = f"{(n + 1) // 2}. {_SECTIONS[(n - 1) // 2]}"
        title = show(head, 72, 640) if n % 2 else ""
        pages.append(_page(n, head) + title + show("And so it went on.", 72, 600))
    read = [page.split("\n") for page in _read(pages)]
    assert all(page[0].startswith("Day ") for page in read[1:])
    titled = [n for n, page in enumerate(read, 1) if any(line.endswith(_SECTIONS) for line in page)]
    assert titled == [1, 3, 5, 7, 9, 11]


def test_a_section_on_every_page_keeps_its_title() -> None:
    """Named elsewhere in a table of contents alone."""
    names = [f"The {word} Crossing" for word in ("First", "Second", "Third", "Fourth", "Fifth", "Sixth", "Seventh")]
    contents = lines(*[f"{name} . . . . . . . {n}" for n, name in enumerate(names, 2)], y=690)
    pages = _read([contents, *(_page(n, name) for n, name in enumerate(names, 2))])
    assert all(name in page.split("\n") for name, page in zip(names, pages[1:], strict=True))


def test_lines_of_code_at_the_top_of_every_second_page_stay() -> None:
    pages = _read([_page(n, "\\makeatletter" if n % 2 else f"The value is {n * n}.{n}e-31") for n in range(1, 13)])
    assert all(f"The value is {n * n}.{n}e-31" in pages[n - 1] for n in range(2, 13, 2))


def test_the_head_of_a_table_that_goes_on_stays() -> None:
    rows = [[f"Ferry {n}{row}   {n * row * 17}" for row in range(12)] for n in range(1, 9)]
    pages = _read(
        [show("The Ferry Book", 72, _HEAD) + show("Identifier   Fare", 72, 710) + lines(*each, y=680) for each in rows]
    )
    assert all(page.startswith("Identifier") for page in pages[1:])
