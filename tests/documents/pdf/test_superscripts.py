"""PDF: what is raised or lowered beside its line is read as a power, an index or a note's mark."""

from __future__ import annotations

import pytest

from app.core.documents.document import Document
from app.documents.formats.contract import Content
from app.documents.worker import parse
from tests.documents.pdf_writer import show, write_pdf

_Part = str | tuple[str, float, float]  # text, or text with its size and its rise in points


def _line(*parts: _Part, x: float = 72, y: float = 700, size: float = 12, scale: float = 1) -> str:
    operators = [f"BT {x / scale} {y / scale} Td"]
    for part in parts:
        text, size_here, rise = part if isinstance(part, tuple) else (part, size, 0)
        operators.append(f"/F {size_here / scale} Tf {rise / scale} Ts ({text}) Tj")
    return " ".join([*operators, "ET\n"])


def _parse(*pages: str, entries: str = "") -> Document:
    return parse(Content("file.pdf", write_pdf(pages, page_entries=entries), ""), lambda done, total: None)


def _text(page: str, entries: str = "") -> str:
    return _parse(page, entries=entries).pages[0].text


_UP, _DOWN = 4, -3
_VOLTS = ("about 10", ("6", 7, _UP), " volts")


@pytest.mark.parametrize("entries", ["", "/Rotate 90", "/Rotate 180", "/Rotate 270"])
@pytest.mark.parametrize(
    "before", ["", "0 1 -1 0 792 0 cm ", "-1 0 0 -1 700 792 cm ", "0 -1 1 0 -200 700 cm ", "2 0 0 2 -100 -800 cm "]
)
def test_a_power_is_read_however_its_page_and_text_are_turned_and_scaled(before: str, entries: str) -> None:
    assert _text(f"q {before}{_line(*_VOLTS)}Q", entries) == "about 10^6 volts"


def test_a_power_is_read_where_the_matrix_makes_the_size() -> None:
    assert _text(f"q 0.1 0 0 0.1 0 0 cm {_line(*_VOLTS, scale=0.1)}Q") == "about 10^6 volts"
    placed = (
        "BT /F 1 Tf 12 0 0 12 72 700 Tm (about 10) Tj 7 0 0 7 118.7 704 Tm (6) Tj 12 0 0 12 122.6 700 Tm ( volts) Tj ET"
    )
    assert _text(placed) == "about 10^6 volts"


@pytest.mark.parametrize(
    ("parts", "text"),
    [
        (("an area of 10 m", ("2", 7, _UP), " and 5 s", ("-1", 7, _UP), "."), "an area of 10 m^2 and 5 s^-1."),
        (("e", ("n+1", 8, _UP), " = x", ("i", 7, _DOWN), ("2", 7, _UP)), "e^{n+1} = x_i^2"),
        (("2", ("x", 8, 5), ("2", 5.5, 8), " grows"), "2^{x^2} grows"),
        (("101", ("2", 7, _DOWN), " and H", ("2", 7, _DOWN), "O"), "101_2 and H2O"),
        (("Kerala 24.91", ("2", 7, _UP), " 29.03"), "Kerala 24.91[2] 29.03"),
        (("the tenant", ("12", 7, _UP), " pays"), "the tenant[12] pays"),
        (("on the 21", ("st", 7, _UP), " of May"), "on the 21st of May"),
        (("at 20 ", ("\xb0", 7, _UP), "C"), "at 20 \xb0C"),
        (("Octavo", ("TM", 6, 5), " reads"), "OctavoTM reads"),
        (("10", ("6", 12, _UP), " volts"), "10^6 volts"),
    ],
)
def test_what_is_raised_or_lowered_is_written_so(parts: tuple[_Part, ...], text: str) -> None:
    assert _text(_line(*parts)) == text


@pytest.mark.parametrize(
    ("parts", "text"),
    [
        (("T", ("HE", 9, 0), " T", ("ENANT", 9, 0), " pays"), "THE TENANT pays"),
        (("by L", ("A", 8, 2.4), "T", ("E", 12, -2.5), "X and paper"), "by LATEX and paper"),
        ((("T", 36, 0), ("he tenant shall pay", 12, 13)), "The tenant shall pay"),
        (("a large", (" and a small word", 8, 0), " of it"), "a large and a small word of it"),
        (("\xb7 one", (" \xb7 ", 8, 1), "two"), "\xb7 one \xb7 two"),
    ],
)
def test_small_letters_on_the_base_line_and_large_ones_are_no_powers(parts: tuple[_Part, ...], text: str) -> None:
    """Small capitals, a logo, a drop cap, small words, a point in the middle."""
    assert _text(_line(*parts)) == text


@pytest.mark.parametrize(
    "parts",
    [
        ("Take 3 ", ("1", 7, _UP), "/", ("2", 7, 0), " cups"),
        ("Take 3", ("1", 7, _UP), ("/", 7, 0), ("2", 7, 0), " cups"),
        ("Take 3", ("1", 7, _UP), "/", ("2", 7, _DOWN), " cups"),
    ],
)
def test_a_fraction_is_one(parts: tuple[_Part, ...]) -> None:
    assert _text(_line(*parts)) == "Take 3 1/2 cups"
    assert _text(_line(*parts[1:])) == "1/2 cups"


def test_a_fraction_one_above_the_other_is_one() -> None:
    page = _line("Take 3") + _line(("1", 7, 5), x=109) + _line(("2", 7, -4), x=109) + _line("cups", x=116)
    assert _text(page) == "Take 3 1/2 cups"
    page = _line("z = ") + _line(("a+1", 7, 5), x=98) + _line(("b", 7, -4), x=102) + _line("+ c", x=116)
    assert _text(page) == "z = \\frac{a+1}{b} + c"
    page = _line("z = ") + _line(("1", 7, 5), x=102) + _line(("Ns", 7, -6), ("2", 5, -3.5), x=99) + _line("+ c", x=116)
    assert _text(page) == "z = \\frac{1}{Ns^2} + c"


def test_an_index_below_a_power_comes_first() -> None:
    page = _line("SO") + _line(("2-", 7, 5), x=90) + _line(("4", 7, -3), x=90) + _line("and more", x=101)
    assert _text(page) == "SO4^{2-} and more"


def test_a_note_on_the_page_makes_marks_of_its_number_wherever_it_stands() -> None:
    marked = _line("Article 5", ("2", 7, _UP), " has 24.91", ("3", 7, _UP), " of it")
    note = _line(("2", 6, 3), "Measured in the harbour.", y=80, size=9)
    assert _text(marked + note) == "Article 5[2] has 24.91[3] of it\n[2] Measured in the harbour."
    assert _text(marked) == "Article 5^2 has 24.91[3] of it"
    assert _text(marked + _line("2 Measured in the harbour.", y=80, size=9)).startswith("Article 5^2 has")


def test_a_power_is_one_whatever_notes_the_page_holds() -> None:
    page = _line("It has 10 m", ("2", 7, _UP), ", 24 km", ("2", 7, _UP), ", 10", ("2", 7, _UP), " and x", ("2", 7, _UP))
    note = _line(("2", 6, 3), "Measured in the harbour.", y=80, size=9)
    assert _text(page + note) == "It has 10 m^2, 24 km^2, 10^2 and x^2\n[2] Measured in the harbour."


def test_a_mark_that_the_page_shows_last_comes_to_its_place() -> None:
    """And one at the end of its line, and the note's own number."""
    page = (
        _line("about 10  volts, says the harbour")
        + _line("and the tenant of the berth", y=680)
        + _line("Measured in the harbour.", x=80, y=80, size=9)
        + _line(("6", 7, _UP), x=118.9)
        + _line(("1", 7, _UP), x=212.8, y=680)
        + _line(("1", 6, 3), x=75, y=80)
    )
    assert _text(page) == (
        "about 10^6 volts, says the harbour\nand the tenant of the berth[1]\n[1] Measured in the harbour."
    )


def test_what_stands_above_a_line_is_no_power_of_it() -> None:
    """Ruby, the limits of a sum, a smaller line above, line numbers in the margin."""
    above = _line(("reading", 6, 13), x=72) + _line("The berth is let")
    assert "^" not in _text(above)
    assert _text(show("7", x=50, size=8) + _line("The berth is let")).replace("\n", " ") == "7 The berth is let"
    small = _line("The berth is let to the tenant") + show("and this is small", x=72, y=691, size=8)
    assert "^" not in _text(small)
    assert "_" not in _text(small)


@pytest.mark.parametrize("size", [0, 0.0001, 1e9, -7, 1e-30])
@pytest.mark.parametrize("rise", [0, 4, -1e9, 1e30])
def test_hostile_sizes_are_no_trouble(size: float, rise: float) -> None:
    document = _parse(_line("about 10", (f"{6}", size, rise), " volts"), show("Sound"))
    assert document.pages[1].text == "Sound"
    assert "about 10" in document.pages[0].text


def test_very_many_of_them_are_no_trouble() -> None:
    parts = [
        part for index in range(3000) for part in (("x", 12.0, 0.0), (str(index % 10), 12 * 0.9 ** (index % 40), 4.0))
    ]
    assert "x" in _text(_line(*parts, x=0, size=1))
    scattered = "".join(_line(("1", 5, 3), x=index % 600, y=index % 790) for index in range(1500))
    assert _parse(scattered + _line("The text of it"), show("Sound")).pages[1].text == "Sound"
