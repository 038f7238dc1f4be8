"""Printed page numbers are the labels of a PDF that has none, where they are sure; else the index stays."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from app.core.documents.document import Document
from app.documents.formats.contract import Content
from app.documents.worker import parse
from tests.documents.pdf_writer import lines, show, write_pdf

_HEAD, _FOOT = 750.0, 40.0
_BODY = (
    "The ferry crosses at six in the morning and then at every full hour until the evening",
    "bell, and whoever comes later may ring for it, but has to pay the double fare then.",
)


def _page(number: int, head: str = "", foot: str = "") -> str:
    body = lines(f"Day {number} of the journal, as the keeper of the ferry wrote it.", *_BODY, y=690)
    return body + show(head, 72, _HEAD) + show(foot, 72, _FOOT)


def _document(pages: Sequence[str], labels: str = "") -> Document:
    return parse(Content("a.pdf", write_pdf(pages, labels=labels), "0" * 64), lambda done, total: None)


def _labels(pages: Sequence[str], labels: str = "") -> list[str]:
    return [page.label for page in _document(pages, labels).pages]


def _feet(*feet: str) -> list[str]:
    return _labels([_page(n, foot=foot) for n, foot in enumerate(feet, 1)])


_COUNTED = [str(n) for n in range(1, 9)]


@pytest.mark.parametrize("form", ["{}", "- {} -", "Page {} of 240", "{} | P a g e", "Seite {}", "The Ferry | {}"])
def test_what_is_printed_is_the_label(form: str) -> None:
    numbers = [str(n) for n in range(117, 125)]
    assert _feet(*map(form.format, numbers)) == numbers


def test_numbers_on_either_side_of_a_running_head() -> None:
    name = "Ferry Register / Vol. 85, No. 152"
    heads = [f"{n} {name}" if n % 2 else f"{name} {n}" for n in range(47698, 47706)]
    assert _labels([_page(n, head) for n, head in enumerate(heads, 1)]) == [str(n) for n in range(47698, 47706)]


def test_roman_numbers_and_then_others() -> None:
    romans = ["", "ii", "iii", "iv", "v", "vi"]
    assert _feet(*romans, *"123456") == ["i", *romans[1:], *"123456"]


def test_a_page_without_its_number_is_counted() -> None:
    assert _feet("11", "12", "13", "14", "", "16", "17", "18", "19", "")[4:] == ["15", "16", "17", "18", "19", "20"]


def test_pages_before_the_first_one_that_is_counted_are_named_apart() -> None:
    document = _document([_page(n, foot=str(n - 3) if n > 3 else "") for n in range(1, 13)])
    assert [page.label for page in document.pages] == ["front-1", "front-2", "front-3", *map(str, range(1, 10))]
    assert document.page_names.find("2") == (5,)
    assert document.page_names.find("#2") == (2,)


def test_two_numbers_that_count_leave_the_index() -> None:
    pages = [_page(n, head=f"Sheet {n + 100}" if n % 2 else f"{n + 100} Sheet", foot=str(n + 7)) for n in range(1, 9)]
    assert _labels(pages) == _COUNTED


@pytest.mark.parametrize(
    "feet",
    [
        ["17", "4", "120", "33", "8", "54", "2", "61"],
        ["117", "", "", "120", "", "", "", "124"],
        [f"Invoice {n}" for n in range(117, 125)],
        ["117", "118", "119", "", "", "", "", ""],
        [f"10:{n}" for n in (30, 32, 34, 36, 38, 40, 42, 44)],
    ],
    ids=["sums", "too few", "the number of something else", "a short run", "times"],
)
def test_what_is_not_sure_leaves_the_index(feet: list[str]) -> None:
    assert _feet(*feet) == _COUNTED


def test_the_labels_of_the_file_come_first() -> None:
    pages = [_page(n, foot=str(n + 116)) for n in range(1, 9)]
    assert _labels(pages, "0 << /S /r >>") == ["i", "ii", "iii", "iv", "v", "vi", "vii", "viii"]


def test_a_number_with_that_of_its_part() -> None:
    assert _feet(*(f"A-{n}" for n in range(5, 13))) == [f"A-{n}" for n in range(5, 13)]
