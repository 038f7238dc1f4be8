"""Columns of a page are read one after the other; tables stay tables."""

from __future__ import annotations

import pytest

from app.documents.formats.contract import Content
from app.documents.worker import parse
from tests.documents.pdf_writer import show, write_pdf

_LEFT = (
    "The river rises in the hills above",
    "the town and runs past the old mill",
    "before it turns to the south where",
    "the meadows are under water every",
    "spring. In the year of the long rain",
    "the bridge was carried away, and no",
    "other was built for a generation.",
)
_RIGHT = (
    "Those who lived on the far bank had",
    "a ferry, which a single family kept",
    "for all that time. Their book of ac-",
    "counts is still there to be seen, in",
    "the same clear hand from beginning",
    "to end, and it has no entry at all",
    "for the first week of any January.",
)
_THIRD = (
    "What the keeper earned was his own",
    "affair. The parish let him have the",
    "meadow, two cows and the right to a",
    "load of wood. In return he took the",
    "priest across without being paid for",
    "it, and the midwife, and whoever had",
    "come to fetch one or the other here.",
)


def _read(page: str, entries: str = "") -> str:
    return (
        parse(Content("a.pdf", write_pdf([page], page_entries=entries), "0" * 64), lambda done, total: None)
        .pages[0]
        .text
    )


def _rows(*columns: tuple[str, ...], y: float = 680, width: float = 250, size: float = 12) -> str:
    """Row by row, as some programs write their columns."""
    return "".join(
        show(text, 40 + width * place, y - 15 * row, size=size)
        for row, texts in enumerate(zip(*columns, strict=True))
        for place, text in enumerate(texts)
    )


def _columns(*columns: tuple[str, ...]) -> str:
    return "".join(
        show(text, 40 + 250 * place, 680 - 15 * row)
        for place, texts in enumerate(columns)
        for row, text in enumerate(texts)
    )


def _words(*columns: tuple[str, ...]) -> str:
    return " ".join(" ".join(column) for column in columns).replace("ac- counts", "accounts")


def test_two_columns_are_read_one_after_the_other() -> None:
    assert " ".join(_read(_rows(_LEFT, _RIGHT)).split()) == _words(_LEFT, _RIGHT)


def test_a_title_across_the_columns_comes_first_and_a_note_across_them_last() -> None:
    title = "A history of the ferry, of those who kept it and of the river that it crossed"
    note = "From the papers of the parish, which are kept in the tower, and from those of the mill"
    page = show(title, 40, 720, size=14) + _rows(_LEFT, _RIGHT) + show(note, 40, 550)
    assert " ".join(_read(page).split()) == f"{title} {_words(_LEFT, _RIGHT)} {note}"


def test_columns_above_and_below_a_heading_across_them() -> None:
    heading = "The second part, in which the bridge is built again and the ferry sold for its wood"
    page = _rows(_LEFT, _RIGHT) + show(heading, 40, 550) + _rows(_RIGHT, _THIRD, y=520)
    assert " ".join(_read(page).split()) == f"{_words(_LEFT, _RIGHT)} {heading} {_words(_RIGHT, _THIRD)}"


def test_three_columns() -> None:
    page = _rows(_LEFT, _RIGHT, _THIRD, width=185, size=10)
    assert " ".join(_read(page).split()) == _words(_LEFT, _RIGHT, _THIRD)


def test_columns_that_the_stream_keeps_apart_stay_as_they_are() -> None:
    assert " ".join(_read(_columns(_LEFT, _RIGHT)).split()) == _words(_LEFT, _RIGHT)


def test_a_stream_that_begins_with_the_right_column() -> None:
    parts = _columns(_LEFT, _RIGHT).splitlines(keepends=True)
    page = "".join(parts[len(_LEFT) :] + parts[: len(_LEFT)])
    assert " ".join(_read(page).split()) == _words(_LEFT, _RIGHT)


def test_a_sentence_goes_on_in_the_next_line_of_its_column() -> None:
    lines = _read(_rows(_LEFT, _RIGHT)).split("\n")
    assert "before it turns to the south where the meadows are under water every" in lines[0]


def test_a_table_is_read_row_by_row() -> None:
    names = ("Apples", "Pears", "Plums and damsons", "Quinces", "Medlars", "Cherries", "Walnuts")
    prices = ("1.20", "2.30", "0.80", "4.00", "5.10", "3.30", "7.25")
    lines = _read(_rows(names, prices, prices)).split("\n")
    assert lines == [f"{name} | {price} | {price}" for name, price in zip(names, prices, strict=True)]


def test_a_form_is_read_row_by_row() -> None:
    labels = ("Name", "Date of birth", "Place of birth", "Address", "Profession", "Signature")
    values = ("Ada Lovelace", "10 December 1815", "London", "St James's Square", "Mathematician", "A. L.")
    lines = _read(_rows(labels, values)).split("\n")
    assert lines == [f"{label} {value}" for label, value in zip(labels, values, strict=True)]


@pytest.mark.parametrize("turned", [90, 180, 270])
@pytest.mark.parametrize("upright", [True, False])
def test_turned_pages(turned: int, upright: bool) -> None:
    """Whether the page is shown so that its text stands upright, or lies on its side."""
    matrix = {90: "0 1 -1 0 612 0", 180: "-1 0 0 -1 612 792", 270: "0 -1 1 0 0 792"}[turned]
    page = f"q {matrix} cm\n{_rows(_LEFT, _RIGHT, y=500)}Q\n"
    entries = f"/Rotate {turned}" if upright else ""
    assert " ".join(_read(page, entries).split()) == _words(_LEFT, _RIGHT)
    assert " ".join(_read(_columns(_LEFT), f"/Rotate {turned}").split()) == _words(_LEFT)
