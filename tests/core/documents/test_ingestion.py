"""The ingestion report: the state of each page, what is missing, and what asks for a look."""

from __future__ import annotations

import pytest

from app.core.documents.document import Flag, Page
from app.core.documents.ingestion import MAX_BEGINNING_CHARACTERS, PageState, examine


def _page(number: int, text: str = "Text", *flags: Flag, label: str = "") -> Page:
    return Page(number, label or str(number), text, flags=flags)


@pytest.mark.parametrize(
    ("page", "state", "needs_look"),
    [
        (_page(1), PageState.TEXT, False),
        (_page(1, "", Flag.EMPTY), PageState.EMPTY, False),
        (_page(1, "", Flag.NO_TEXT), PageState.EMPTY, True),
        (_page(1, "Text", Flag.TEXT_LAYER), PageState.RECOGNISED, False),
        (_page(1, "Text", Flag.RECOGNISED), PageState.RECOGNISED, False),
        (_page(1, "Text", Flag.RECOGNISED, Flag.ODD_CHARACTERS), PageState.SUSPICIOUS, True),
        (_page(1, "", Flag.HIDDEN_TEXT), PageState.SUSPICIOUS, True),
        (_page(1, "", Flag.DAMAGED), PageState.SUSPICIOUS, True),
        (_page(1, "Text", Flag.WRONG_ENCODING), PageState.SUSPICIOUS, True),
        (_page(1, "Text", Flag.INVISIBLE_CHARACTERS), PageState.SUSPICIOUS, True),
    ],
)
def test_a_page_has_one_state(page: Page, state: PageState, needs_look: bool) -> None:
    (found,) = examine([page]).pages
    assert (found.state, found.needs_look) == (state, needs_look)


def test_every_page_is_counted_in_one_state() -> None:
    pages = [_page(1), _page(2, "", Flag.EMPTY), _page(3, "a" * 70, Flag.DAMAGED), _page(4), _page(5)]
    report = examine(pages)
    assert report.states == {PageState.TEXT: 3, PageState.RECOGNISED: 0, PageState.EMPTY: 1, PageState.SUSPICIOUS: 1}
    assert [page.number for page in report.to_look_at] == [3]
    assert (report.characters, report.tokens) == (82, None)
    counted = report.counted([2, 0, 9, 2, 2])
    assert ([page.tokens for page in counted.pages], counted.tokens) == ([2, 0, 9, 2, 2], 15)
    assert examine([]).tokens is None


@pytest.mark.parametrize(
    ("labels", "missing"),
    [
        (("40", "43"), 2),
        (("40", "41"), 0),
        (("xii", "1"), 0),
        (("ii", "v"), 2),
        (("XII", "XIV"), 1),
        (("ii", "IV"), 0),
        (("A-1", "A-3"), 1),
        (("A-9", "B-1"), 0),
        (("43", "40"), 0),
        (("7", "7"), 0),
        (("b", "c"), 0),
        (("c", "d"), 0),
        (("cover", "3"), 0),
        (("mild", "mix"), 0),
    ],
)
def test_missing_pages_show_in_the_books_own_numbers(labels: tuple[str, str], missing: int) -> None:
    first, second = examine([_page(n, label=label) for n, label in enumerate(labels, 1)]).pages
    assert (first.missing_before, second.missing_before) == (0, missing)
    assert second.label_before == (labels[0] if missing else "")
    assert second.needs_look is (missing > 0)


def test_the_first_page_misses_none() -> None:
    assert examine([_page(1, label="17")]).pages[0].missing_before == 0


def test_a_page_is_recognised_by_its_beginning() -> None:
    (page,) = examine([_page(1, "  Call me\n\nIshmael. " + "Some years ago " * 30)]).pages
    assert page.beginning.startswith("  Call me\n\nIshmael. Some")
    assert len(page.beginning) <= MAX_BEGINNING_CHARACTERS
