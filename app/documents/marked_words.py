"""Words that a person marked on a page: from its text to its drawing and back, even if the same words stand there more
than once."""

from __future__ import annotations

from collections.abc import Sequence

from rapidfuzz import fuzz

from app.documents.citations.checker import locate
from app.documents.citations.matching import find_all
from app.documents.citations.normal_form import Normal
from app.documents.layer import Layer

AROUND = 80
"""The number of characters before and behind the words by which one place of them is told from another."""

Span = tuple[int, int]


def around(text: str, span: Span) -> str:
    """Return the words with what stands around them."""
    return text[max(0, span[0] - AROUND) : span[1] + AROUND]


def on_drawing(layer: Layer, words: str, surroundings: str) -> Span | None:
    """Return the characters of a drawing that are these words, None if there are none; `surroundings` are those of the
    page's text (`around`)."""
    places = layer.find_words(words)
    return _most_alike(layer.text, places, surroundings) or layer.find_quotation(words)


def in_text(page_text: str, layer: Layer, selected: Span) -> Span | None:
    """Return the characters of the page's text that were selected on its drawing; None if it says them otherwise."""
    words = layer.text[slice(*selected)]
    places = find_all(Normal(page_text), Normal(words))
    return _most_alike(page_text, places, around(layer.text, selected)) or locate(page_text, words)


def _most_alike(text: str, places: Sequence[Span], surroundings: str) -> Span | None:
    if len(places) < 2:
        return places[0] if places else None
    wanted = " ".join(surroundings.split())
    return max(places, key=lambda place: fuzz.ratio(" ".join(around(text, place).split()), wanted))
