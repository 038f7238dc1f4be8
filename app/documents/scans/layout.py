"""Recognised lines in the order in which a person reads them: turned upright, straightened, column after column."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple, TypeAlias

from app.documents.pdf.paragraphs import join_lines
from app.documents.scans.straightening import Segment, straighten

Point: TypeAlias = tuple[float, float]

TALL = 1.5
"""The height by width from which on a line runs downwards, and is turned to be read."""

_SAME_ROW = 0.5  # heights of a line between the middles of two lines of one row, at most
_COLUMN_GAP = 0.35  # heights of a line that stay free between two columns; boxes are larger than what is in them
_MIN_COLUMN_ROWS = 3
_MIN_COLUMN_WIDTH = 6.0  # heights of a line; narrower columns are those of a table, which is read row by row
_PARAGRAPH_GAP = 1.6  # usual distances of two lines


class RecognisedLine(NamedTuple):
    """A line as it was found. `corners` are x and y in pixels, clockwise from the upper left."""

    corners: tuple[Point, ...]
    text: str
    confidence: float


class _Box(NamedTuple):
    left: float
    top: float
    right: float
    bottom: float
    text: str

    @property
    def height(self) -> float:
        return self.bottom - self.top

    @property
    def middle(self) -> float:
        return (self.top + self.bottom) / 2


def set_text(lines: Sequence[RecognisedLine], upside_down: bool = False) -> str:
    """Set the page's text: paragraphs joined, an empty line between blocks. `upside_down` tells that the lines had to
    be turned so.

    A page on its side or upside down is read as if it were upright, and so is one written in columns from right to
    left, whose lines run downwards.
    """
    if not lines:
        return ""
    boxes = _straighten(_turn_upright(lines, upside_down))
    height = statistics.median(box.height for box in boxes)
    return "\n\n".join(map(_set_block, _blocks(boxes, height)))


def _turn_upright(lines: Sequence[RecognisedLine], upside_down: bool) -> list[RecognisedLine]:
    """Turn the whole page as most of its text was turned to read it."""
    characters = sum(len(line.text) for line in lines)
    on_side = 2 * sum(len(line.text) for line in lines if _is_tall(line)) > characters
    turned = []
    for line in lines:
        corners = line.corners
        if on_side:  # a quarter to the left: what was at the right is at the top
            corners = tuple((y, -x) for x, y in corners)
        if upside_down:
            corners = tuple((-x, -y) for x, y in corners)
        turned.append(line._replace(corners=corners))
    return turned


def _is_tall(line: RecognisedLine) -> bool:
    first, second, _, last = line.corners
    return math.dist(first, last) >= TALL * math.dist(first, second)


def _straighten(lines: Sequence[RecognisedLine]) -> list[_Box]:
    """Return boxes around the lines as they would be on paper that lies flat."""
    segments = []
    for line in lines:
        middles = sorted(line.corners)
        left, right = _between(*middles[:2]), _between(*middles[2:])
        first, second, _, last = line.corners
        segments.append(Segment(left, right, min(math.dist(first, last), math.dist(first, second))))
    return [
        _Box(
            min(flat.left, flat.right),
            flat.middle - flat.height / 2,
            max(flat.left, flat.right),
            flat.middle + flat.height / 2,
            line.text,
        )
        for line, flat in zip(lines, straighten(segments), strict=True)
    ]


def _between(one: Point, other: Point) -> Point:
    return (one[0] + other[0]) / 2, (one[1] + other[1]) / 2


class _Block(NamedTuple):
    boxes: list[_Box]
    in_columns: bool


def _blocks(boxes: Sequence[_Box], height: float, in_columns: bool = False) -> list[_Block]:
    """Return the columns and what is above, between and below them, in reading order."""
    rows = _rows(boxes)
    found = max((_run(rows, strip, height) for strip in {box.right for box in boxes}), key=lambda run: len(run.rows))
    if not found.rows:
        return [_Block(list(boxes), in_columns)]
    above, below = rows[: found.rows.start], rows[found.rows.stop :]
    parts = ((_all(above), in_columns), (found.left, True), (found.right, True), (_all(below), in_columns))
    return [block for part, columns in parts if part for block in _blocks(part, height, columns)]


class _Run(NamedTuple):
    """Rows, one after the other, that a free strip divides into two columns."""

    rows: range
    left: list[_Box]
    right: list[_Box]


def _run(rows: Sequence[list[_Box]], strip: float, height: float) -> _Run:
    """Return the longest run of rows that leave `strip` free, from there to the right as wide as columns are apart."""
    end = strip + _COLUMN_GAP * height
    best, start = _Run(range(0), [], []), 0
    crossed = [any(box.left < end and box.right > strip for box in row) for row in rows]
    for stop, crosses in enumerate([*crossed, True]):
        if not crosses:
            continue
        if stop - start > len(best.rows):
            run = _all(rows[start:stop])
            left, right = [box for box in run if box.right <= strip], [box for box in run if box.right > strip]
            if _is_column(left, height) and _is_column(right, height):
                best = _Run(range(start, stop), left, right)
        start = stop + 1
    return best


def _all(rows: Sequence[list[_Box]]) -> list[_Box]:
    return [box for row in rows for box in row]


def _is_column(boxes: Sequence[_Box], height: float) -> bool:
    if len(_rows(boxes)) < _MIN_COLUMN_ROWS:
        return False
    return statistics.median(box.right - box.left for box in boxes) >= _MIN_COLUMN_WIDTH * height


def _rows(boxes: Sequence[_Box]) -> list[list[_Box]]:
    """Return the rows from top to bottom; the boxes within a row are from left to right."""
    rows: list[list[_Box]] = []
    for box in sorted(boxes, key=lambda box: box.middle):
        if rows and box.middle - rows[-1][0].middle <= _SAME_ROW * min(box.height, rows[-1][0].height):
            rows[-1].append(box)
        else:
            rows.append([box])
    return [sorted(row) for row in rows]


def _set_block(block: _Block) -> str:
    rows = _rows(block.boxes)
    middles = [statistics.fmean(box.middle for box in row) for row in rows]
    steps = [below - above for above, below in pairwise(middles)]
    usual = statistics.median_low(steps) if steps else 0.0
    lines = []
    for row, step in zip(rows, [0.0, *steps], strict=True):
        if step > _PARAGRAPH_GAP * usual:
            lines.append("")
        lines.append(" ".join(box.text for box in row))
    return join_lines(lines, in_columns=block.in_columns)
