"""Lines of a page joined into paragraphs."""

from __future__ import annotations

import pytest

from app.documents.formats.pdf_lines import SOFT_HYPHEN, join_lines

_FULL = "This line runs up to the right margin of the page that it is on, as its"


def _join(*lines: str) -> list[str]:
    return join_lines(lines).split("\n")


def test_a_full_line_goes_on_and_a_short_one_ends() -> None:
    assert _join(_FULL, _FULL, "end.", _FULL, "end.") == [f"{_FULL} {_FULL} end.", f"{_FULL} end."]


@pytest.mark.parametrize(
    "item", ["• point", "12. point", "(a) point", "3.1 Point", "3.1.2 Point", "– point", "b) point"]
)
def test_an_item_begins_a_line(item: str) -> None:
    assert _join(_FULL, item, _FULL) == [_FULL, item, _FULL]


def test_a_table_of_contents_stays_a_table() -> None:
    entries = [
        f"Chapter the number {number} . . . . . . . . . . . . . . . . . . . . . . {number}" for number in range(9)
    ]
    assert _join(*entries) == entries


def test_narrow_lines_stay() -> None:
    verse = ["So much depends", "upon a red wheel", "barrow glazed with", "rain water"]
    assert _join(*verse) == verse


def test_japanese_lines_join_without_a_space() -> None:
    line = "吾輩は猫である。名前はまだ無い。どこで生れたかとんと見当がつかぬ。"
    assert _join(line, line, "何でも") == [line + line + "何でも"]


@pytest.mark.parametrize(
    ("before", "after", "joined"),
    [
        (f"reintroduc{SOFT_HYPHEN}", "ing", "reintroducing"),
        (f"Non{SOFT_HYPHEN}", "Maintainer", "Non-Maintainer"),
        (f"pages 10{SOFT_HYPHEN}", "12", "pages 10-12"),
        (f"sam{SOFT_HYPHEN}", "ſt", "samſt"),
        (f"alone {SOFT_HYPHEN}", "", "alone -"),
    ],
)
def test_hyphens_that_pdfium_marks(before: str, after: str, joined: str) -> None:
    """PDFium puts no line end behind its mark."""
    assert join_lines([before, after]) == joined


def test_hyphens_that_pdfium_leaves() -> None:
    full = _FULL[:-3] + "hy\u2010"
    assert _join(full, "phenated") == [full[:-1] + "phenated"]
    assert _join(full, "Phenated") == [f"{full} Phenated"]
    assert _join(_FULL + " -", "phenated") == [f"{_FULL} - phenated"]


@pytest.mark.parametrize("text", ["", "\r\n", "\r\n\r\n \r\n", SOFT_HYPHEN * 3, "-", "-\r\n-"])
def test_next_to_nothing_is_no_trouble(text: str) -> None:
    assert SOFT_HYPHEN not in join_lines([text])
