"""Finds the columns of a page by the empty strips between them, and reads them one after the other."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, groupby, pairwise
from statistics import median

import msgspec

_BINS = 240  # into which a page's width is divided
_EMPTY_SHARE = 0.5  # of what is in columns: titles and pictures may run across a gutter
_UNEVEN_SHARE = 0.05
_MIN_GUTTER = 6.0  # points
_MIN_COLUMN_SHARE = 0.15  # of the text's width
_MIN_COLUMN_LINES = 5
_MIN_FILL = 0.6  # lines of a column are as wide as it is; those of a table seldom
_MIN_LINE_CHARACTERS = 12
_MAX_DIGIT_SHARE = 0.4
_MERGED_SHARE = 0.5  # of the lines of the shortest column
_ROW_POINTS = 2.0
_CROSSING_SHARE = 0.15  # of a page's lines


class LinePiece(msgspec.Struct, frozen=True):
    """A line or a part of one: its place in points, and its range of PDFium's characters."""

    text: str
    left: float
    right: float
    baseline: float  # the lower edge of its first character, which is the same all along a line
    height: float
    begin: int = 0
    end: int = 0


class Gutter(msgspec.Struct, frozen=True):
    left: float
    right: float

    @property
    def middle(self) -> float:
        return (self.left + self.right) / 2

    @property
    def least(self) -> float:
        """The least width of a gap here that divides columns."""
        return max(_MIN_GUTTER, 0.6 * (self.right - self.left))


def find_gutters(rectangles: Sequence[tuple[float, float, float, float]]) -> list[Gutter]:
    """Find strips from top to bottom with little in them and much beside them. `rectangles` are left, bottom, right,
    top."""
    shown = [box for box in rectangles if box[2] > box[0] and box[3] > box[1]]
    if not shown:
        return []
    start, stop = min(box[0] for box in shown), max(box[2] for box in shown)
    bin_width = (stop - start) / _BINS
    if bin_width <= 0:
        return []
    changes = [0.0] * (_BINS + 2)
    for left, bottom, right, top in shown:
        changes[int((left - start) / bin_width)] += top - bottom
        changes[min(int((right - start) / bin_width), _BINS) + 1] -= top - bottom
    cover = list(accumulate(changes))[: _BINS + 1]
    full = sorted(cover)[len(cover) * 3 // 4]
    gutters = [
        Gutter(start + begin * bin_width, start + end * bin_width)
        for strip in _runs(cover, 0, len(cover), _EMPTY_SHARE * full)
        for begin, end in [_emptiest(cover, *strip, full)]
    ]
    least = _MIN_COLUMN_SHARE * (stop - start)
    gutters = [
        each for each in gutters if each.right - each.left >= _MIN_GUTTER and start < each.left < each.right < stop
    ]
    edges = [start, *(edge for each in gutters for edge in (each.left, each.right)), stop]
    columns = list(zip(edges[::2], edges[1::2], strict=True))
    return gutters if all(right - left >= least for left, right in columns) else []


def _emptiest(cover: Sequence[float], begin: int, end: int, full: float) -> tuple[int, int]:
    """Return the widest part of a strip that is nearly as empty as its emptiest place: uneven lines end before it."""
    bare = min(cover[begin:end]) + _UNEVEN_SHARE * full
    return max(_runs(cover, begin, end, bare), key=lambda run: run[1] - run[0])


def _runs(cover: Sequence[float], begin: int, end: int, limit: float) -> list[tuple[int, int]]:
    """Return the ranges in which all values are at most `limit`."""
    runs: list[tuple[int, int]] = []
    for index in range(begin, end):
        if cover[index] > limit:
            continue
        if runs and runs[-1][1] == index:
            runs[-1] = (runs[-1][0], index + 1)
        else:
            runs.append((index, index + 1))
    return runs


def in_reading_order(
    pieces: Sequence[LinePiece], gutters: Sequence[Gutter], merged: int
) -> tuple[list[LinePiece], bool]:
    """Return the pieces column by column, between those that run across, if they are columns of text that are not in
    order yet; and whether they are columns of text. `merged` is how many lines of the stream ran across a gutter."""
    places = [_column(piece, gutters) for piece in pieces]
    columns = [
        [piece for piece, place in zip(pieces, places, strict=True) if place == column]
        for column in range(len(gutters) + 1)
    ]
    if not all(map(_is_text, columns)):
        return list(pieces), False
    inside = [place for place in places if place is not None]
    changes = sum(before != after for before, after in pairwise(inside))
    least = min(map(len, columns))
    backwards = changes < least and inside[0] > inside[-1]
    if merged < _MERGED_SHARE * least and changes < least and not backwards:
        return list(pieces), True
    return list(_arranged(pieces, places, len(columns))), True


def beside_text(pieces: Sequence[LinePiece], gutters: Sequence[Gutter]) -> list[list[LinePiece]]:
    """Divide what is beside a column of text from it, if hardly a line runs across."""
    free = [
        gutter
        for gutter in gutters
        if sum(piece.left < gutter.middle < piece.right for piece in pieces) <= _CROSSING_SHARE * len(pieces)
    ]
    columns: dict[int, list[LinePiece]] = {}
    for piece in pieces:
        columns.setdefault(_column(piece, free) or 0, []).append(piece)
    parts: list[tuple[bool, list[LinePiece]]] = []
    for place in sorted(columns):
        is_text = _is_text(columns[place])
        if parts and not is_text and not parts[-1][0]:
            parts[-1][1].extend(columns[place])
        else:
            parts.append((is_text, columns[place]))
    return [part for _, part in parts]


def in_parts(pieces: Sequence[LinePiece], gutters: Sequence[Gutter]) -> list[list[LinePiece]]:
    """Divide what is in one column, or across columns, one after the other."""
    return [list(part) for _, part in groupby(pieces, lambda piece: _column(piece, gutters))]


def _column(piece: LinePiece, gutters: Sequence[Gutter]) -> int | None:
    """Return the piece's column; None for what runs across a gutter."""
    if any(piece.left < gutter.middle < piece.right for gutter in gutters):
        return None
    return sum(gutter.middle <= piece.left for gutter in gutters)


def _is_text(column: Sequence[LinePiece]) -> bool:
    if len(column) < _MIN_COLUMN_LINES:
        return False
    width = max(piece.right for piece in column) - min(piece.left for piece in column)
    letters = "".join(piece.text for piece in column)
    return (
        median(piece.right - piece.left for piece in column) >= _MIN_FILL * width
        and median(len(piece.text) for piece in column) >= _MIN_LINE_CHARACTERS
        and sum(map(str.isdigit, letters)) <= _MAX_DIGIT_SHARE * len(letters)
    )


def _arranged(pieces: Sequence[LinePiece], places: Sequence[int | None], count: int) -> list[LinePiece]:
    arranged: list[LinePiece] = []
    open_columns: list[list[LinePiece]] = [[] for _ in range(count)]
    order = sorted(
        zip(pieces, places, strict=True), key=lambda each: (-round(each[0].baseline / _ROW_POINTS), each[0].left)
    )
    for piece, place in order:
        if place is not None:
            open_columns[place].append(piece)
            continue
        for column in open_columns:
            arranged += column
            column.clear()
        arranged.append(piece)
    for column in open_columns:
        arranged += column
    return arranged
