"""Passages are whole paragraphs or rows with their heading; nothing of a page is left out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.conversations.headings import is_listing
from app.core.documents.document import Page, Section
from app.store.passage_cutting import MOST, Cutter, PassageCut

SENTENCE = "The tenant pays the rent on the first day of each month. "
WIDE_SENTENCE = "賃借人は毎月一日に家賃を支払わなければならない。"


def cut(text: str, *outline: Section) -> list[tuple[str, str]]:
    """Headings and texts."""
    return [(piece.heading, text[piece.start : piece.end]) for piece in pieces(text, *outline)]


def pieces(text: str, *outline: Section) -> list[PassageCut]:
    return list(Cutter(outline).cut(Page(1, "1", text)))


@given(st.text(st.sampled_from("ab .\n|#1。！é海\u0301\0"), max_size=4000) | st.text(max_size=3000))
def test_every_character_belongs_to_one_passage(text: str) -> None:
    ends = [0]
    for piece in pieces(text):
        assert piece.start == ends[-1] < piece.end
        assert piece.end - piece.start < 2 * MOST
        ends.append(piece.end)
    assert ends[-1] == len(text)


def test_paragraphs_stay_whole() -> None:
    one, two, three = SENTENCE * 8, SENTENCE * 9, SENTENCE * 3
    assert [text for _, text in cut(f"{one}\n\n{two}\n\n{three}")] == [f"{one}\n\n", f"{two}\n\n{three}"]


def test_short_ones_stay_together_and_a_hard_line_end_is_none() -> None:
    text = "The rent is due\non the first\nof the month.\n\nIt is paid in cash.\n"
    assert cut(text) == [("", text)]


@pytest.mark.parametrize(("sentence", "end"), [(SENTENCE, ". "), (WIDE_SENTENCE, "。")])
def test_a_long_paragraph_is_cut_at_sentences(sentence: str, end: str) -> None:
    found = cut(sentence * 60)
    assert len(found) > 3
    assert all(text.endswith(end) for _, text in found)


def test_a_heading_begins_a_passage_and_holds_until_the_next() -> None:
    outline = Section("Payment", 1, 2)
    text = f"{SENTENCE * 3}\n3 Payment\n{SENTENCE * 11}\n{SENTENCE * 11}\n3.2 Notice\n{SENTENCE}"
    assert [(heading, text[:9]) for heading, text in cut(text, outline)] == [
        ("", SENTENCE[:9]),
        ("3 Payment", "3 Payment"),
        ("3 Payment", SENTENCE[:9]),
        ("3.2 Notice", "3.2 Notic"),
    ]


def test_a_heading_holds_on_the_next_page() -> None:
    cutter = Cutter()
    list(cutter.cut(Page(1, "1", f"# Deposits\n{SENTENCE}")))
    assert [piece.heading for piece in cutter.cut(Page(2, "2", SENTENCE))] == ["Deposits"]


def test_rows_have_the_first_row_of_their_table() -> None:
    rows = "\n".join(f"{number} | the rent of flat {number} | {number}00 euros" for number in range(40))
    text = f"{SENTENCE}\nFlat | What | How much\n{rows}\n{SENTENCE}"
    found = cut(text)
    assert len(found) > 2
    assert all(heading == "Flat | What | How much" for heading, _ in found[1:-1])
    assert all(text.endswith("\n") for _, text in found[:-1])


CONTENTS = "Contents\n" + "\n".join(f"{number} Rent and more . . . . . . . {number * 3}" for number in range(1, 9))
PLAIN_CONTENTS = "\n".join(f"{number} Rent and more {number * 3}" for number in range(1, 12))
INDEX = "\n".join(f"rent, {number}, {number + 4}-{number + 6}" for number in range(1, 12))
PRICES = "\n".join(f"Flat {number} | {900 - number * 10}" for number in range(1, 12))
YEARS = "\n".join(f"It was sold in {year}" for year in (1999, 1870, 2003, 1950, 1940, 1930, 1920, 1910))


@pytest.mark.parametrize("text", [CONTENTS, PLAIN_CONTENTS, INDEX])
def test_contents_and_indexes_are_known(text: str) -> None:
    assert is_listing(text)
    assert all(piece.listed for piece in pieces(text))


@pytest.mark.parametrize("text", [PRICES, YEARS, SENTENCE * 9, "", "12\n13\n"])
def test_other_lines_that_end_in_numbers_are_text(text: str) -> None:
    assert not is_listing(text)
