"""Marked words are the same on the drawing of a page and in its text, of several places the one that was marked."""

from __future__ import annotations

import pytest

from app.documents.formats.contract import Content
from app.documents.layer import Layer
from app.documents.marked_words import around, in_text, on_drawing
from app.documents.worker import page_layer, parse
from tests.documents.pdf_writer import lines, write_pdf

TEXT = lines(
    "First, the Tenant shall pay the rent to the Land-",
    "lord each month of the year that follows.",
    "Second, the Tenant shall pay the rent of the crane",
    "and of the slip. Third, the Tenant shall pay the rent",
    "of the Harbour Office.",
)
WORDS = "the Tenant shall pay the rent"


@pytest.fixture(scope="module")
def layer() -> Layer:
    return Layer(page_layer(Content("a.pdf", write_pdf([TEXT]), ""), 1))


@pytest.fixture(scope="module")
def text() -> str:
    return parse(Content("a.pdf", write_pdf([TEXT]), "0" * 64), lambda _done, _total: None).pages[0].text


@pytest.mark.parametrize("nth", [0, 1, 2])
def test_each_of_several_places_is_told_from_the_others(layer: Layer, text: str, nth: int) -> None:
    starts = [at for at in range(len(text)) if text.startswith(WORDS, at)]
    span = (starts[nth], starts[nth] + len(WORDS))
    drawn = on_drawing(layer, WORDS, around(text, span))
    assert drawn == layer.find_words(WORDS)[nth]
    assert in_text(text, layer, drawn) == span


def test_a_hyphen_at_a_lines_end_is_bridged(layer: Layer, text: str) -> None:
    start = layer.text.index("to the Land-")
    span = in_text(text, layer, (start, layer.text.index("each month")))
    assert span is not None
    assert text[slice(*span)].strip() == "to the Landlord"


def test_what_the_text_does_not_say_has_no_place_there(layer: Layer) -> None:
    assert in_text("Another page altogether.", layer, (0, 20)) is None
