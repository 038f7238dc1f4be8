"""Joins lines of cells into the rows of a table: a cell may have several lines."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from statistics import median
from typing import NamedTuple, TypeAlias

from app.documents.pdf.columns import LinePiece
from app.documents.pdf.hyphenation import SOFT_HYPHEN

Cells: TypeAlias = list[list[LinePiece]]  # the words of each column
Extent: TypeAlias = tuple[float, float]  # of a column: from the left and to the right, in points

_NUMBER = re.compile(r"[\W_]*(?:\d[\d.,'\u2019\s/:%\u2013-]*)?[\W_]*(?:[A-Za-z%\u20ac]{1,3})?[\W_]*")
_SPACE = 0.25  # times a line's height
_TIGHT = 1.2  # times the least step between two lines
_CLOSE = 0.8  # times the usual step
_SAME_LINE = 0.4  # times a line's height
_ROWS_SHARE = 0.7  # of the lines between two rules that fill several cells, where each is a row
_FIT_SHARE = 0.5
_MIN_WRAPPED = 2  # words of a line that continues in the next, and where the next fills as many cells:
_MIN_FULL = 3
_HYPHENS = ("-", SOFT_HYPHEN)
_UNIFIED = "\u2e80"  # from this character on, lines may break within words


class CellLine(NamedTuple):
    cells: Cells
    baseline: float
    height: float
    spans: bool = False  # one of its cells spans the next column, too

    @property
    def filled(self) -> list[int]:
        return [column for column, words in enumerate(self.cells) if words]


def is_number(text: str) -> bool:
    """Return whether the text is a number, or what may replace one in a table, such as a dash or 12 kg."""
    return bool(text) and _NUMBER.fullmatch(text) is not None


def lines_of(words: Sequence[LinePiece]) -> list[list[LinePiece]]:
    """Return the words grouped by height, from above; those in a line from the left."""
    lines: list[list[LinePiece]] = []
    for word in sorted(words, key=lambda word: -word.baseline):
        if lines and lines[-1][0].baseline - word.baseline <= _SAME_LINE * max(word.height, lines[-1][0].height):
            lines[-1].append(word)
        else:
            lines.append([word])
    return [sorted(line, key=lambda word: word.left) for line in lines]


def divide(lines: Sequence[CellLine], extents: Sequence[Extent], is_only: bool) -> list[Cells]:
    """Divide the lines between two rules into rows: one, unless they are clearly several. `is_only` tells that no other
    rule divides rows."""
    if len(lines) < 2:
        return [_united(lines)] if lines else []
    breaks = [
        (before.cells[column], after.cells[column], extents[column])
        for before, after in pairwise(lines)
        for column in before.filled
        if after.cells[column]
    ]
    several = sum(len(line.filled) > 1 for line in lines) >= _ROWS_SHARE * len(lines)
    numbers = sum(is_number(_text(before)) and is_number(_text(after)) for before, after, _ in breaks)
    fits = sum(_fits(*each) for each in breaks)
    if several and (
        numbers >= len(lines) - 1 or (len(lines) > (1 if is_only else 2) and fits >= max(1.0, _FIT_SHARE * len(breaks)))
    ):
        return gather(lines, extents)
    return [_united(lines)]


def gather(lines: Sequence[CellLine], extents: Sequence[Extent]) -> list[Cells]:
    """Gather the rows of lines without rules: each line is one, unless it continues the cells of the line above."""
    if not lines:
        return []
    steps = [before.baseline - after.baseline for before, after in pairwise(lines)]
    tight = min(steps, default=0.0)
    several = [step for step, line in zip(steps, lines[1:], strict=True) if len(line.filled) > 1]
    usual = median(several) if several else 0.0
    rows: list[list[CellLine]] = [[lines[0]]]
    for step, line in zip(steps, lines[1:], strict=True):
        if step <= _TIGHT * tight and _goes_on(rows[-1], line, extents, step < _CLOSE * usual):
            rows[-1].append(line)
        else:
            rows.append([line])
    return [_united(row) for row in rows]


def _goes_on(row: Sequence[CellLine], line: CellLine, extents: Sequence[Extent], is_close: bool) -> bool:
    if line.spans or any(each.spans for each in row):
        return False
    above: Cells = [[] for _ in extents]
    for each in row:
        for column in each.filled:
            above[column] = each.cells[column]
    filled, before = line.filled, [column for column, words in enumerate(above) if words]
    if before == [0] and filled[0] == 0 and len(filled) > 1:  # a long label whose figures are beside its last line
        return line.cells[0][0].text[0].islower() and not _fits(above[0], line.cells[0], extents[0])
    if not set(filled) <= set(before):
        return False
    if any(is_number(_text(line.cells[column])) or is_number(_text(above[column])) for column in filled):
        return False
    if (is_close and 0 not in filled) or all(above[column][-1].text.endswith(_HYPHENS) for column in filled):
        return True
    least = _MIN_WRAPPED if len(filled) < len(before) else _MIN_FULL
    if any(len(above[column]) < least for column in filled) or (len(filled) == len(before) and len(filled) < 2):
        return False
    return not any(_fits(above[column], line.cells[column], extents[column]) for column in filled)


def _fits(before: Sequence[LinePiece], after: Sequence[LinePiece], extent: Extent) -> bool:
    """Return whether the next line's first word would have fitted on the line before."""
    if not before or not after:
        return False
    first = after[0]
    width = first.height if first.text[0] >= _UNIFIED else first.right - first.left
    used = before[-1].right - before[0].left
    return used + _SPACE * first.height + width <= extent[1] - extent[0]


def _united(lines: Sequence[CellLine]) -> Cells:
    return [[word for line in lines for word in line.cells[column]] for column in range(len(lines[0].cells))]


def _text(words: Sequence[LinePiece]) -> str:
    return " ".join(word.text for word in words)
