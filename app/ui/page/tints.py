"""Passages of a page on a coloured ground: all that a list beside the page tells of, in the colours of that list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias


class Ground(Enum):
    """A colour of the ground under words, by day and by night, as #RRGGBB. Text keeps a contrast of 4.5 to it
    (tests/ui/look/test_look.py)."""

    GREEN = ("#DDEDE4", "#22382E")
    RED = ("#F7E0DE", "#472A2A")
    AMBER = ("#F7ECD3", "#40361F")
    BLUE = ("#DFE9F1", "#273642")

    def fill(self, *, dark: bool) -> str:
        day, night = self.value
        return night if dark else day


@dataclass(frozen=True)
class Tint:
    """Characters [start, end) of a page's text on a coloured ground. On the drawing of the page they are found by
    their `words`, and told from the same words elsewhere by their `surroundings`, as
    `app.documents.marked_words.around` gives them."""

    start: int
    end: int
    ground: Ground
    words: str
    surroundings: str


PageTints: TypeAlias = Mapping[int, Sequence[Tint]]
"""The tints of a document, by the numbers of its pages, from 1. What comes later lies above."""
