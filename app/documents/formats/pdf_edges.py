"""The outermost rows of a PDF page, which may be running heads, running feet and page numbers."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from itertools import pairwise
from statistics import median

import msgspec

from app.documents.formats.pdf_columns import Piece
from app.documents.formats.pdf_numbers import Number, find_numbers
from app.documents.formats.rows import BETWEEN_CELLS

_ROWS = 2  # that may run at either edge
_EDGE_SHARE = 0.2  # of the page's height
_SAME_ROW = 3.0
_NO_LETTERS = re.compile(r"[\W\d_]+")


class Row(msgspec.Struct, frozen=True):
    """All that stands at one height near an edge of a page; `lines` are its places among the page's lines."""

    lines: tuple[int, ...]
    text: str
    height: float  # where it stands, in points
    gap: float  # to the next one inwards
    size: float  # of its largest letters
    letters: str
    numbers: tuple[Number, ...]
    is_kept: bool = False  # says more than a running head, whatever it looks like


class Edges(msgspec.Struct, frozen=True):
    """The outermost rows of a page, from outside inwards; `pitch` and `size` are the usual ones of its lines."""

    top: tuple[Row, ...] = ()
    bottom: tuple[Row, ...] = ()
    line_count: int = 0
    pitch: float = 0.0
    size: float = 0.0

    @property
    def both(self) -> tuple[tuple[Row, ...], tuple[Row, ...]]:
        return self.top, self.bottom


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
    depth = _EDGE_SHARE * (top - bottom)

    def row(place: int, inwards: int) -> Row:
        parts = sorted(rows[place], key=lambda index: pieces[index].left)
        following = place + inwards
        text = " ".join(" ".join(pieces[index].text for index in parts).split())
        return Row(
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
    """The same where lines moved as `moved` says. A row with a line that is `touched` says more than a running head."""

    def row_now(row: Row) -> Row:
        lines = tuple(moved[line] for line in row.lines)
        return msgspec.structs.replace(row, lines=lines, is_kept=not touched.isdisjoint(lines))

    if not touched:
        return edges
    top, bottom = (tuple(map(row_now, rows)) for rows in edges.both)
    count = edges.line_count + len(touched.difference(moved))
    return msgspec.structs.replace(edges, top=top, bottom=bottom, line_count=count)


def _usual_height(pieces: Sequence[Piece]) -> float:
    """Of a line, weighed by how much it says."""
    heights = sorted((piece.height, len(piece.text.replace(BETWEEN_CELLS, " "))) for piece in pieces)
    half, said = sum(weight for _, weight in heights) / 2, 0
    for height, weight in heights:
        said += weight
        if said >= half:
            return height
    return 0.0
