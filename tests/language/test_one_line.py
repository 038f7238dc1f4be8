"""A line of a page has no signs of Markdown and no bars of a table; what only looks like one stays."""

from __future__ import annotations

from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.documents.document import Format
from app.language.one_line import hide_signs, in_one_line

_TEXTS = st.text(st.sampled_from("ab1.#*`~- \n>|+)•港か😀\u3000\\"), max_size=200)
_TABLE = "| Quarter | Due | EUR |\n|---|---|---|\n| First | 2 January 2023 | 12,500.00 |\n| Second | | 0 |"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("# The Octavo handbook of 5 May 2023", "The Octavo handbook of 5 May 2023"),
        ("## Rent\n\n**Rent** is\n`due` *now*.", "Rent Rent is due now."),
        ("***Rent*** and **rent *of* May**", "Rent and rent of May"),
        ("* Rent\n* Notice", "• Rent • Notice"),
        (_TABLE, "Quarter · Due · EUR; First · 2 January 2023 · 12,500.00; Second · 0"),
        (
            f"Terms:\n\n{_TABLE}\n\nNotes",
            "Terms: Quarter · Due · EUR; First · 2 January 2023 · 12,500.00; Second · 0 Notes",
        ),
        ("| **First** quarter | 2 January 2023 | `a` |", "First quarter · 2 January 2023 · a"),
        ("| 1 | It was paid.", "1 · It was paid."),
        ("| Quarter | Due | |---|---| | First | 2 January |", "Quarter · Due · First · 2 January"),
        ("| Quarter | Due |\n| --- | :-: |", "Quarter · Due"),
        ("```sh\n# **all** of\na | b\n```\nruns", "# **all** of a | b runs"),
    ],
)
def test_signs_of_markdown_are_not_shown(text: str, shown: str) -> None:
    assert in_one_line(text, Format.MARKDOWN) == shown


@pytest.mark.parametrize(
    "text",
    [
        *("dpkg -l | grep x", "ps ax | grep x | wc -l", "x | y", "|x| + |y|", "a * b * c", "2 * 3", "snake_case"),
        *("C#", "#!/bin/sh", "#5", "#hashtag", "** kwargs", "f(**kwargs)", "it's `open", "P(A | B) = 1", "5 * 4* 3"),
    ],
)
@pytest.mark.parametrize("format", [Format.MARKDOWN, Format.TEXT, Format.PDF, Format.HTML, Format.DOCX])
def test_what_is_no_sign_stays(text: str, format: Format) -> None:
    assert in_one_line(text, format) == text


@pytest.mark.parametrize("format", [Format.DOCX, Format.HTML, Format.EPUB, Format.PDF, Format.XLSX])
def test_a_row_that_octavo_wrote_has_no_bars(format: Format) -> None:
    assert in_one_line("First quarter of it | 2 January 2023 |  | 12,500.00", format).endswith("2023 · 12,500.00")
    assert in_one_line("Rent | 12,500.00", format) == "Rent · 12,500.00"
    assert in_one_line("Quarter | Due\nFirst | January\nsecond | April", format) == (
        "Quarter · Due; First · January; second · April"
    )


def test_signs_of_other_formats_are_text() -> None:
    text = "# 5 of **them** and `one` | Two | 3"
    assert in_one_line(text, Format.TEXT) == text
    assert in_one_line("# 5 of **them**", Format.PDF) == "# 5 of **them**"


def test_a_part_of_a_text_is_cut_by_its_place() -> None:
    first = _TABLE.index("First")
    assert in_one_line(hide_signs(_TABLE, Format.MARKDOWN)[first - 2 : first + 22], Format.TEXT) == (
        "First · 2 January 2023"
    )


@given(_TEXTS, st.sampled_from([Format.MARKDOWN, Format.TEXT, Format.HTML, Format.CSV]))
def test_every_character_keeps_its_place(text: str, format: Format) -> None:
    hidden = hide_signs(text, format)
    assert len(hidden) == len(text)
    assert all(new == old or not new.isprintable() or new == "•" for old, new in zip(text, hidden, strict=True))
    assert "\n" not in in_one_line(text, format)


@pytest.mark.parametrize("text", ["|---" * 30_000 + "| x |", " " * 100_000 + "|", "| " + "-" * 100_000 + "x | a |"])
@pytest.mark.parametrize("format", [Format.MARKDOWN, Format.HTML])
def test_a_long_run_takes_no_long_time(text: str, format: Format) -> None:
    begin = process_time()
    assert len(in_one_line(text, format)) <= len(text) * 2
    assert process_time() - begin < 5
