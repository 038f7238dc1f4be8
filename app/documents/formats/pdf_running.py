"""Running heads, running feet and page numbers: what stands at the edges of many pages and is no part of the text."""

from __future__ import annotations

import math
import re
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import pairwise
from statistics import median
from typing import TypeAlias

import msgspec

from app.documents.formats.pdf_columns import Piece
from app.documents.formats.rows import BETWEEN_CELLS

MIN_PAGES = 4
"""A shorter document keeps every line: there is too little to tell a running head from a form's title by."""

MAX_TITLE_CHARACTERS = 150
"""What is longer is no running head, and no title that one repeats."""

_ROWS = 2  # that may run at either edge
_EDGE_SHARE = 0.2  # of the page's height
_MIN_REPEATS = 3
_MIN_DENSITY = 0.3  # of the pages from the first repeat to the last
_MIN_APART_SHARE = 0.6
_NEAR_PAGES = 8
_SAME_PLACE = 4.0  # points
_SAME_ROW = 3.0
_APART = 1.25  # times the usual distance of lines
_MAX_HEIGHT = 1.15  # times the usual height of lines: what is larger is a title
_MIN_KNOWN_LETTERS = 4
_MAX_PREFIX_WORDS = 2  # "Chapter 2." before a chapter's title

_Place: TypeAlias = tuple[int, int, int]  # a page, an edge (0 the top, 1 the bottom), a row from outside
_NUMBER = re.compile(r"(?<![\w.,:/])(\d{1,4}|[ivxlc]{1,8}|[IVXLC]{1,8})(?![\w,:/]|\.\d)")
_NO_LETTERS = re.compile(r"[\W\d_]+")
_ROMAN = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100}


class Row(msgspec.Struct, frozen=True):
    """All that stands at one height near an edge of a page; `lines` are its places among the page's lines."""

    lines: tuple[int, ...]
    text: str
    height: float  # where it stands, in points
    is_apart: bool  # from the next one inwards
    is_title: bool  # larger than the page's text

    @property
    def letters(self) -> str:
        return letters_of(self.text)


class Edges(msgspec.Struct, frozen=True):
    """The outermost rows of a page, from outside inwards."""

    top: tuple[Row, ...] = ()
    bottom: tuple[Row, ...] = ()
    line_count: int = 0


def letters_of(text: str) -> str:
    """What two forms of a title have in common."""
    return _NO_LETTERS.sub("", text).casefold()


def find_edges(pieces: Sequence[Piece], bottom: float, top: float, inner: Sequence[float] = ()) -> Edges:
    """`pieces` are the page's lines, in any order; the page reaches from `bottom` to `top`. `inner` are the base lines
    of what is drawn in several lines and was made one, the rows of a table."""
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
    usual = _usual_height(pieces)
    depth = _EDGE_SHARE * (top - bottom)

    def row(place: int, inwards: int) -> Row:
        parts = sorted(rows[place], key=lambda index: pieces[index].left)
        following = place + inwards
        return Row(
            tuple(parts),
            " ".join(" ".join(pieces[index].text for index in parts).split()),
            heights[place],
            not 0 <= following < len(rows) or abs(heights[place] - heights[following]) >= _APART * pitch,
            max(pieces[index].height for index in parts) > _MAX_HEIGHT * usual,
        )

    count = min(_ROWS, len(rows) // 2)
    upper = [row(place, 1) for place in range(max(1, count)) if top - heights[place] <= depth]
    lower = [
        row(place, -1) for place in range(len(rows) - 1, len(rows) - 1 - count, -1) if heights[place] - bottom <= depth
    ]
    return Edges(tuple(upper), tuple(lower), len(pieces))


def find_running(pages: Sequence[Edges], titles: Iterable[str]) -> list[frozenset[int]]:
    """For each page, which of its lines run along with the pages.

    A page number goes where it counts on with those of at least two other pages near it, at the same place. What stands
    beside it goes if it is said elsewhere too, as a chapter's title is: `titles` are all other lines and the outline,
    and looked at only if need be. A line without a number goes if the same words stand at the same place of many pages.
    Nothing goes that is larger than the page's text; the first page keeps all but its number, a page that has nothing
    else all of it.
    """
    if len(pages) < MIN_PAGES:
        return [frozenset()] * len(pages)
    finder = _Finder(pages, titles)
    return [finder.running_of(index) for index in range(len(pages))]


class _Finder:
    def __init__(self, pages: Sequence[Edges], titles: Iterable[str]) -> None:
        self._pages = pages
        self._titles = titles
        self._words: dict[tuple[int, str], int] = Counter()
        self._numbers: dict[tuple[int, str, int], list[tuple[int, float]]] = defaultdict(list)
        repeats: dict[tuple[int, str], list[tuple[int, Row]]] = defaultdict(list)
        for (index, edge, _), row in self._rows():
            if row.letters:
                self._words[edge, row.letters] += 1
            for match in _NUMBER.finditer(row.text):
                self._numbers[edge, *_offset(match[1], index)].append((index, row.height))
            repeats[edge, row.text].append((index, row))
        self._running = {key: place for key, found in repeats.items() if (place := _running_place(found)) is not None}

    @cached_property
    def _known(self) -> set[str]:
        return set(map(letters_of, self._titles))

    def _rows(self) -> Iterator[tuple[_Place, Row]]:
        for index, page in enumerate(self._pages):
            for edge, rows in enumerate((page.top, page.bottom)):
                for depth, row in enumerate(rows):
                    if not row.is_title and len(row.text) <= MAX_TITLE_CHARACTERS:
                        yield (index, edge, depth), row

    def running_of(self, index: int) -> frozenset[int]:
        page = self._pages[index]
        lines: set[int] = set()
        for edge, rows in enumerate((page.top, page.bottom)):
            for row in rows:
                if row.is_title or len(row.text) > MAX_TITLE_CHARACTERS or not self._runs(index, edge, row):
                    break
                lines.update(row.lines)
        return frozenset(lines) if len(lines) < page.line_count else frozenset()

    def _runs(self, index: int, edge: int, row: Row) -> bool:
        def is_content(match: re.Match[str]) -> bool:
            return not self._counts_on(index, edge, row, *_offset(match[1], index))

        rest = _NUMBER.sub(lambda match: match[0] if is_content(match) else " ", row.text)
        numbered = rest != row.text
        if numbered and not any(map(str.isalnum, rest)):
            return True
        if index == 0:
            return False
        place = self._running.get((edge, row.text))
        if place is not None and abs(row.height - place) <= _SAME_PLACE:
            return True
        return numbered and row.is_apart and (self._words[edge, row.letters] > 1 or self._is_known(row.text))

    def _counts_on(self, index: int, edge: int, row: Row, kind: str, offset: int) -> bool:
        found = self._numbers[edge, kind, offset]
        first = bisect_left(found, (index - _NEAR_PAGES, -math.inf))
        last = bisect_right(found, (index + _NEAR_PAGES, math.inf))
        near = {other for other, height in found[first:last] if abs(height - row.height) <= _SAME_PLACE}
        return len(near) >= _MIN_REPEATS

    def _is_known(self, text: str) -> bool:
        words = text.split()
        tails = (letters_of(" ".join(words[start:])) for start in range(min(len(words), 2 + _MAX_PREFIX_WORDS)))
        return any(len(tail) >= _MIN_KNOWN_LETTERS and tail in self._known for tail in tails)


def _running_place(found: list[tuple[int, Row]]) -> float | None:
    """The height at which the same words run along, None where they do not."""
    usual = median(row.height for _, row in found)
    same = sum(abs(row.height - usual) <= _SAME_PLACE for _, row in found)
    runs = (
        same >= _MIN_REPEATS
        and same >= _MIN_DENSITY * (found[-1][0] - found[0][0] + 1)
        and sum(row.is_apart for _, row in found) >= _MIN_APART_SHARE * len(found)
    )
    return usual if runs else None


def _offset(word: str, index: int) -> tuple[str, int]:
    """The kind of a number, and how far it is ahead of the page's index."""
    return ("decimal", int(word) - index) if word.isdecimal() else ("roman", _roman(word) - index)


def _roman(word: str) -> int:
    values = [_ROMAN[letter] for letter in word.lower()]
    return sum(-one if one < after else one for one, after in zip(values, [*values[1:], 0], strict=True))


def _usual_height(pieces: Sequence[Piece]) -> float:
    """Of a line, weighed by how much it says."""
    heights = sorted((piece.height, len(piece.text.replace(BETWEEN_CELLS, " "))) for piece in pieces)
    half, said = sum(weight for _, weight in heights) / 2, 0
    for height, weight in heights:
        said += weight
        if said >= half:
            return height
    return 0.0
