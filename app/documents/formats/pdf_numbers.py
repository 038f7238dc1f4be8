"""Numbers at the edges of pages, and which of them count along with the pages."""

from __future__ import annotations

import math
import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

SAME_PLACE = 4.0  # points
_MIN_REPEATS = 3
_NEAR_PAGES = 8
_NUMBER = re.compile(
    r"(?<![\w.,:/])(?P<prefix>(?:\d{1,4}|[A-Z]{1,3})[:\-–])?"
    r"(?P<number>\d{1,6}|[ivxlc]{1,8}|[IVXLC]{1,8})(?![\w,:/]|\.\d)"
)
_ROMAN = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100}
_ROMAN_STEPS = ((100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))


class Number(NamedTuple):
    """`style` is what two numbers of one count share: `decimal`, `roman`, and what stands before, as in `A-7`."""

    start: int
    end: int
    style: str
    value: int
    prefix: str
    is_upper: bool

    @property
    def is_decimal(self) -> bool:
        return self.style.startswith("decimal")


def find_numbers(text: str) -> Iterator[Number]:
    for match in _NUMBER.finditer(text):
        prefix, word = match["prefix"] or "", match["number"]
        if word.isdecimal():
            yield Number(*match.span(), f"decimal {prefix}", int(word), prefix, False)
        else:
            yield Number(*match.span(), f"roman {prefix}", _roman(word), prefix, word.isupper())


def write_number(value: int, like: Number) -> str:
    """`value` as the book writes it, empty where it cannot be written."""
    if like.is_decimal:
        return f"{like.prefix}{value}"
    letters, rest = "", value
    for step, sign in _ROMAN_STEPS:
        letters += sign * (rest // step)
        rest %= step
    return f"{like.prefix}{letters.upper() if like.is_upper else letters}" if 0 < value < 400 else ""


class Counts:
    """Where numbers stand at an edge (0 the top, 1 the bottom), by their style and how far they are ahead of the page's
    index; `add` in the order of the pages."""

    def __init__(self) -> None:
        self._found: dict[tuple[int, str, int], list[tuple[int, float]]] = defaultdict(list)

    def add(self, index: int, edge: int, number: Number, height: float) -> None:
        self._found[edge, number.style, number.value - index].append((index, height))

    def counts_on(self, index: int, edge: int, number: Number, height: float) -> bool:
        """Whether at least two other pages near it have at the same place what counts on with it."""
        found: Sequence[tuple[int, float]] = self._found.get((edge, number.style, number.value - index), ())
        first = bisect_left(found, (index - _NEAR_PAGES, -math.inf))
        last = bisect_right(found, (index + _NEAR_PAGES, math.inf))
        near = {other for other, place in found[first:last] if abs(place - height) <= SAME_PLACE}
        return len(near) >= _MIN_REPEATS


def _roman(word: str) -> int:
    values = [_ROMAN[letter] for letter in word.lower()]
    return sum(-one if one < after else one for one, after in zip(values, [*values[1:], 0], strict=True))
