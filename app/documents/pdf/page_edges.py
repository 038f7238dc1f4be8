"""Finds the outermost rows of a PDF page, which may be running heads and feet, and the numbers in them."""

from __future__ import annotations

import math
import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise
from statistics import median
from typing import NamedTuple

import msgspec

from app.documents.pdf.columns import LinePiece
from app.documents.text.notation import roman
from app.language.tables import BETWEEN_CELLS

_ROWS = 2  # at either edge
_EDGE_SHARE = 0.2  # of the page's height
_SAME_ROW = 3.0
_NO_LETTERS = re.compile(r"[\W\d_]+")
SAME_PLACE = 4.0  # points
_MIN_REPEATS = 3
_NEAR_PAGES = 8
_NUMBER = re.compile(
    r"(?<![\w.,:/])(?P<prefix>(?:\d{1,4}|[A-Z]{1,3})[:\-–])?"
    r"(?P<number>\d{1,6}|[ivxlc]{1,8}|[IVXLC]{1,8})(?![\w,:/]|\.\d)"
)
_ROMAN = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100}


class Number(NamedTuple):
    """A number at a page's edge. `style` is what two numbers of one sequence share: `decimal` or `roman`, and what is
    before it, as in `A-7`."""

    start: int
    end: int
    style: str
    value: int
    prefix: str
    is_upper: bool

    @property
    def is_decimal(self) -> bool:
        return self.style.startswith("decimal")


class EdgeRow(msgspec.Struct, frozen=True):
    """All text at one height near a page's edge; `lines` are its indices among the page's lines."""

    lines: tuple[int, ...]
    text: str
    height: float  # its place, in points
    gap: float  # to the next one inwards
    size: float  # of its largest letters
    letters: str
    numbers: tuple[Number, ...]
    is_kept: bool = False  # says more than a running head, though it may look like one


class Edges(msgspec.Struct, frozen=True):
    """The outermost rows of a page, from outside inwards; `pitch` and `size` are the usual distance and height of its
    lines."""

    top: tuple[EdgeRow, ...] = ()
    bottom: tuple[EdgeRow, ...] = ()
    line_count: int = 0
    pitch: float = 0.0
    size: float = 0.0

    @property
    def both(self) -> tuple[tuple[EdgeRow, ...], tuple[EdgeRow, ...]]:
        return self.top, self.bottom


def letters_of(text: str) -> str:
    """Return the letters of a text, case-folded: equal for two forms of a title."""
    return _NO_LETTERS.sub("", text).casefold()


def find_edges(pieces: Sequence[LinePiece], bottom: float, top: float, inner: Sequence[float] = ()) -> Edges:
    """Find the rows. `pieces` are the page's lines, in any order; the page reaches from `bottom` to `top`. `inner` are
    the base lines of text that became one line, the rows of tables."""
    if not pieces:
        return Edges()
    order = sorted(range(len(pieces)), key=lambda index: -pieces[index].baseline)
    rows: list[list[int]] = []
    for index in order:
        if rows and pieces[rows[-1][0]].baseline - pieces[index].baseline <= _SAME_ROW:
            rows[-1].append(index)
        else:
            rows.append([index])
    heights = [pieces[row[0]].baseline for row in rows]
    steps = [above - below for above, below in pairwise(sorted((*heights, *inner), reverse=True))]
    steps = [step for step in steps if step > _SAME_ROW] if inner else steps
    pitch = median(steps) if steps else 0.0
    depth = _EDGE_SHARE * (top - bottom)

    def row(place: int, inwards: int) -> EdgeRow:
        parts = sorted(rows[place], key=lambda index: pieces[index].left)
        following = place + inwards
        text = " ".join(" ".join(pieces[index].text for index in parts).split())
        return EdgeRow(
            tuple(parts),
            text,
            heights[place],
            abs(heights[place] - heights[following]) if 0 <= following < len(rows) else math.inf,
            max(pieces[index].height for index in parts),
            letters_of(text),
            tuple(find_numbers(text)),
        )

    count = min(_ROWS, len(rows) // 2)
    upper = [row(place, 1) for place in range(max(1, count)) if top - heights[place] <= depth]
    lower = [
        row(place, -1) for place in range(len(rows) - 1, len(rows) - 1 - count, -1) if heights[place] - bottom <= depth
    ]
    return Edges(tuple(upper), tuple(lower), len(pieces), pitch, _usual_height(pieces))


def with_moved(edges: Edges, moved: Sequence[int], touched: frozenset[int]) -> Edges:
    """Return the edges after lines moved as `moved` says. A row with a `touched` line says more than a running head."""

    def row_now(row: EdgeRow) -> EdgeRow:
        lines = tuple(moved[line] for line in row.lines)
        return msgspec.structs.replace(row, lines=lines, is_kept=not touched.isdisjoint(lines))

    if not touched:
        return edges
    top, bottom = (tuple(map(row_now, rows)) for rows in edges.both)
    count = edges.line_count + len(touched.difference(moved))
    return msgspec.structs.replace(edges, top=top, bottom=bottom, line_count=count)


def _usual_height(pieces: Sequence[LinePiece]) -> float:
    """Return the usual height of a line, weighted by its length."""
    heights = sorted((piece.height, len(piece.text.replace(BETWEEN_CELLS, " "))) for piece in pieces)
    half, said = sum(weight for _, weight in heights) / 2, 0
    for height, weight in heights:
        said += weight
        if said >= half:
            return height
    return 0.0


def find_numbers(text: str) -> Iterator[Number]:
    for match in _NUMBER.finditer(text):
        prefix, word = match["prefix"] or "", match["number"]
        if word.isdecimal():
            yield Number(*match.span(), f"decimal {prefix}", int(word), prefix, False)
        else:
            yield Number(*match.span(), f"roman {prefix}", _roman(word), prefix, word.isupper())


def write_number(value: int, like: Number) -> str:
    """Write `value` in the book's style; empty if it cannot be written so."""
    if like.is_decimal:
        return f"{like.prefix}{value}"
    if not 0 < value < 400:
        return ""
    return like.prefix + (roman(value).upper() if like.is_upper else roman(value))


class Counts:
    """The numbers at each edge (0 the top, 1 the bottom), by style and by distance from the page's index; `add` them in
    the order of the pages.
    """

    def __init__(self) -> None:
        self._found: dict[tuple[int, str, int], list[tuple[int, float]]] = defaultdict(list)

    def add(self, index: int, edge: int, number: Number, height: float) -> None:
        self._found[edge, number.style, number.value - index].append((index, height))

    def counts_on(self, index: int, edge: int, number: Number, height: float) -> bool:
        """Return whether at least two other pages nearby continue this number at the same place."""
        found: Sequence[tuple[int, float]] = self._found.get((edge, number.style, number.value - index), ())
        first = bisect_left(found, (index - _NEAR_PAGES, -math.inf))
        last = bisect_right(found, (index + _NEAR_PAGES, math.inf))
        near = {other for other, place in found[first:last] if abs(place - height) <= SAME_PLACE}
        return len(near) >= _MIN_REPEATS


def _roman(word: str) -> int:
    values = [_ROMAN[letter] for letter in word.lower()]
    return sum(-one if one < after else one for one, after in zip(values, [*values[1:], 0], strict=True))
