"""What stands in columns on a PDF page and is no table: lists, indexes, code, formulas, texts side by side."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import pairwise
from statistics import median, median_low

from app.documents.formats.pdf_lines import has_leader
from app.documents.formats.pdf_rows import Extent, Line, is_number

_MIN_STRIP = 0.42  # times a line's height, and with few rows:
_MIN_WIDE_STRIP = 0.75
_FEW_ROWS = 5
_MIN_ROWS = 3
_MIN_RULED_ROWS = 2
_MIN_LINE_STEP = 0.6  # times a line's height: what stands closer was raised or lowered
_NUMERIC_SHARE = 0.6
_MULTIPLE_SHARE = 0.5
_MAX_COUNT_DIGITS = 5
_MAX_COUNT_STEP = 2
_MIN_FILLED = 0.45  # of the cells
_PROSE_FILL = 0.7
_MIN_PROSE_CHARACTERS = 14
_MARK = re.compile(r"(?:[^\w\s]{1,2}|\(?\d{1,3}[.)]|\(?[A-Za-z]{1,4}[.)]|\d+(?:\.\d+)+\.?|\[\w+\])")
_EQUATION = re.compile(r"\(\w{0,3}[.\d]+\w?\)")
_ENTRY = re.compile(r".*[^\W\d_].*[,\s]\s*[\divxlc]+(?:[\s,\u2013-]+[\divxlc]+)*")
_CODE = re.compile(r"[{}\\;]")


def is_table(lines: Sequence[Line], extents: Sequence[Extent], is_ruled: bool) -> bool:
    """Whether the lines are those of a table; `extents` are its columns, `is_ruled` tells of rules above and below."""
    multiple = [line for line in lines if len(line.filled) > 1]
    if len(multiple) < (_MIN_RULED_ROWS if is_ruled else _MIN_ROWS) or len(multiple) < _MULTIPLE_SHARE * len(lines):
        return False
    height = median(line.height for line in lines)
    if median_low(before.baseline - after.baseline for before, after in pairwise(lines)) < _MIN_LINE_STEP * max(
        line.height for line in lines
    ):
        return False  # a formula
    strips = [after[0] - before[1] for before, after in pairwise(extents)]
    if max(strips) < (_MIN_STRIP if is_ruled or len(multiple) >= _FEW_ROWS else _MIN_WIDE_STRIP) * height:
        return False
    texts = [
        [" ".join(word.text for word in line.cells[column]) for line in lines if line.cells[column]]
        for column in range(len(extents))
    ]
    if any(not column for column in texts):
        return False
    if any(has_leader(text) for column in texts for text in column):
        return False
    if (
        all(map(are_marks, texts[:-1]))
        or _share(texts[-1], lambda text: _EQUATION.fullmatch(text) is not None) > _NUMERIC_SHARE
    ):
        return False
    if is_ruled:
        return True
    if sum(map(len, texts)) < _MIN_FILLED * len(texts) * len(lines):
        return False
    if sum(_share(column, lambda text: _ENTRY.fullmatch(text) is not None) > _MULTIPLE_SHARE for column in texts) > 1:
        return False
    if sum(_is_prose(lines, column, extents[column]) for column in range(len(extents))) > 1:
        return False
    if (len(extents) == 2 and _is_counted(texts[0])) or _is_code(lines):
        return False
    numeric = [_share(column, is_number) >= _NUMERIC_SHARE for column in texts]
    return len(extents) > 2 or any(numeric)


def _is_code(lines: Sequence[Line]) -> bool:
    signs = [any(_CODE.search(word.text) for cell in line.cells for word in cell) for line in lines]
    return sum(signs) > _MULTIPLE_SHARE * len(signs)


def _is_counted(column: Sequence[str]) -> bool:
    """Whether these are the numbers of lines, or of a list."""
    numbers = [int(text) for text in column if text.isdecimal() and len(text) <= _MAX_COUNT_DIGITS]
    return len(numbers) >= _NUMERIC_SHARE * len(column) and all(
        0 < after - before <= _MAX_COUNT_STEP for before, after in pairwise(numbers)
    )


def _share(column: Sequence[str], holds: Callable[[str], bool]) -> float:
    return sum(map(holds, column)) / max(1, len(column))


def _is_prose(lines: Sequence[Line], column: int, extent: Extent) -> bool:
    """Whether its cells are as wide as it is, and long: lines of a text."""
    cells = [line.cells[column] for line in lines if line.cells[column]]
    return (
        len(cells) > 2
        and median(cell[-1].right - cell[0].left for cell in cells) >= _PROSE_FILL * (extent[1] - extent[0])
        and median(sum(len(word.text) + 1 for word in cell) for cell in cells) >= _MIN_PROSE_CHARACTERS
    )


def are_marks(column: Sequence[str]) -> bool:
    """Whether these are bullets, or the numbers of a list."""
    return _share(column, lambda text: _MARK.fullmatch(text) is not None) > _NUMERIC_SHARE
