"""Names of pages: a label first, its number where the label is not enough; finding what a person means."""

from __future__ import annotations

import pytest

from app.core.documents.page_names import PageName, PageNames, labels_to_keep
from app.wording.page_names import name_words, page_words, place_words, range_words, span_words
from tests.documents import labelled

NAMES = PageNames(103, labelled.LABELS)
COUNTED = PageNames(412)


@pytest.mark.parametrize(
    ("names", "number", "short", "whole"),
    [
        (NAMES, 11, "p. 3", "p. 3 (11 of 103)"),
        (NAMES, 5, "p. iii", "p. iii (5 of 103)"),
        (NAMES, 9, "p. 1 (9 of 103)", "p. 1 (9 of 103)"),
        (NAMES, 1, "p. 1 (1 of 103)", "p. 1 (1 of 103)"),
        (COUNTED, 11, "p. 11", "p. 11 of 412"),
        (PageNames(3, ("A-1", "A-2", "3")), 3, "p. 3", "p. 3 of 3"),
    ],
)
def test_a_page_is_named_by_its_label_and_counted_where_that_helps(
    names: PageNames, number: int, short: str, whole: str
) -> None:
    assert page_words(names.of(number)) == short == f"p. {name_words(names.of(number))}"
    assert place_words(names.of(number)) == whole


@pytest.mark.parametrize(
    ("names", "first", "last", "short", "whole"),
    [
        (NAMES, 5, 13, "iii–5", "p. iii–5 (5–13 of 103)"),
        (NAMES, 9, 12, "1–4 (9–12 of 103)", "p. 1–4 (9–12 of 103)"),
        (NAMES, 11, 11, "3", "p. 3 (11 of 103)"),
        (COUNTED, 3, 40, "3–40", "p. 3–40 of 412"),
    ],
)
def test_so_are_several(names: PageNames, first: int, last: int, short: str, whole: str) -> None:
    assert span_words(names.of(first), names.of(last)) == short
    assert range_words(names.of(first), names.of(last)) == whole


@pytest.mark.parametrize(
    ("names", "typed", "found"),
    [
        (NAMES, "3", (11,)),
        (NAMES, "1", (1, 9)),
        (NAMES, " III ", (5,)),
        (NAMES, "３", (11,)),
        (NAMES, "#11", (11,)),
        (NAMES, "＃１１", (11,)),
        (NAMES, "# 1", (1,)),
        (NAMES, "103", (103,)),
        (NAMES, "104", ()),
        (NAMES, "#104", ()),
        (NAMES, "#iii", ()),
        (NAMES, "0", ()),
        (NAMES, "", ()),
        (NAMES, "٣", ()),
        (NAMES, "9" * 5_000, ()),
        (COUNTED, "12", (12,)),
        (COUNTED, "#12", (12,)),
        (COUNTED, "413", ()),
    ],
)
def test_a_page_is_found_by_its_label_else_by_its_number(names: PageNames, typed: str, found: tuple[int, ...]) -> None:
    assert names.find(typed) == found


def test_a_book_that_counts_its_pages_keeps_no_labels() -> None:
    assert labels_to_keep(["1", "2", "", "4"]) == ()
    assert labels_to_keep(["i", "", "1"]) == ("i", "2", "1")
    assert labels_to_keep([]) == ()
    assert PageNames(3, labels_to_keep(["2", "", "3"])).of(2) == PageName("2", 2, 3, shared=True)
