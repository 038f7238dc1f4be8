"""Words that a drawn line strikes are marked; lines under, over, beside and far beyond words are not strikes."""

from __future__ import annotations

from collections.abc import Callable

import pypdfium2
import pytest

from app.documents.formats.contract import Content
from app.documents.worker import parse
from tests.documents.pdf_writer import show, write_pdf

TEXT = "The tenant pays four rents in cash to the landlord."


def _edges(words: str, text: str = TEXT) -> tuple[float, float]:
    """Where they begin and end on the page, in points."""
    with pypdfium2.PdfDocument(write_pdf([show(text)])) as pdf:
        textpage = pdf[0].get_textpage()
        start = text.index(words)
        return textpage.get_charbox(start)[0], textpage.get_charbox(start + len(words) - 1)[2]


LEFT, RIGHT = _edges("four")


def _line(left: float, right: float, y: float) -> str:
    return f"q 1 w {left} {y} m {right} {y} l S Q\n"


def _box(left: float, right: float, y: float) -> str:
    return f"q {left} {y - 0.4} {right - left} 0.8 re f Q\n"


def _read(drawn: str) -> str:
    page = show(TEXT) + show("And nothing else.", y=660) + drawn
    return parse(Content("a.pdf", write_pdf([page]), ""), lambda done, total: None).pages[0].text.split("\n")[0]


@pytest.mark.parametrize("draw", [_line, _box])
def test_a_line_through_words_strikes_them(draw: Callable[[float, float, float], str]) -> None:
    assert _read(draw(LEFT, RIGHT, 703.5)) == TEXT.replace("four", "[struck: four]")
    assert _read(draw(LEFT, _edges("rents")[1], 703.5)) == TEXT.replace("four rents", "[struck: four rents]")


def test_a_part_of_a_word_or_a_figure_may_be_struck() -> None:
    """Where a change is recorded, the words that take the place of struck ones stand right behind them."""
    assert _read(_line(*_edges("enant"), 703.5)) == TEXT.replace("tenant", "t[struck: enant]")
    page = show("The fee is 9 of them.") + _line(*_edges("9", "The fee is 9 of them."), 703.5)
    text = parse(Content("a.pdf", write_pdf([page]), ""), lambda done, total: None).pages[0].text
    assert text == "The fee is [struck: 9] of them."


@pytest.mark.parametrize(
    "drawn",
    [
        _line(LEFT, RIGHT, 698),  # underlined
        _line(LEFT, RIGHT, 711),  # a line over it
        _line(20, 590, 703.5),  # a rule of the page, or of a drawing
        _line(LEFT, 590, 703.5),
        _line(LEFT - 30, RIGHT + 8, 680),
        _line(LEFT + 11, LEFT + 11.5, 703.5),
        "q 1 w 165 690 m 165 715 l S Q\n",  # upright
        _line(*_edges("ou"), 703.5),  # of a drawing that happens to lie there
        _line(*_edges("our rents in"), 703.5),
    ],
)
def test_other_lines_strike_nothing(drawn: str) -> None:
    assert _read(drawn) == TEXT


def test_thousands_of_lines_are_looked_at_quickly_or_not_at_all() -> None:
    assert "tenant" in _read("".join(_line(LEFT, RIGHT, 100 + 0.1 * number) for number in range(6_000)))
