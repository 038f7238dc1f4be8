"""Finds rows of cells among lines of words, by the strips that stay empty between columns."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Iterator, Sequence
from itertools import islice, pairwise, takewhile
from statistics import median, median_low
from typing import NamedTuple, TypeAlias

from app.documents.pdf.columns import LinePiece
from app.documents.pdf.paragraphs import WIDE, has_leader
from app.documents.pdf.rulings import Ruling
from app.documents.pdf.table_rows import CellLine, Cells, Extent, divide, gather, is_number

Segment: TypeAlias = list[LinePiece]  # words close together

_WORD_GAP = 0.35  # times a line's height: a narrower gap divides nothing
_WIDE_GAP = 0.2  # likewise, between characters of scripts that have no spaces
_MIN_GAPS = 3
_MAX_SPACE = 0.75  # times a line's height: the widest of a justified line
_WIDER = 1.6
_SAME_WIDTH = 1.03
_TYPED_GAP = 1.3  # times the width of a character of a typewriter's
_MIN_STRIP = 0.42  # times a line's height, and with few rows:
_MIN_WIDE_STRIP = 0.75
_SEED = 3
_MAX_SEED_LINES = 7  # between three lines with several parts
_MAX_LINES = 1_000
_MAX_SEGMENTS = 200  # of a line
_CROSSING_SHARE = 0.2  # of the lines may cross a strip: headers and titles that span columns
_MAX_PENDING = 3
_NEAR = 2.2  # times a line's height: a rule this near to a table's first or last line belongs to it
_NUMERIC_SHARE = 0.6
_MULTIPLE_SHARE = 0.5
_RULE_SHARE = 0.8  # of a table's width that a rule must cover
_FEW_ROWS = 5
_MIN_ROWS = 3
_MIN_RULED_ROWS = 2
_MIN_LINE_STEP = 0.6  # times a line's height: a closer line is raised or lowered
_MAX_COUNT_DIGITS = 5
_MAX_COUNT_STEP = 2
_MIN_FILLED = 0.45  # of the cells
_PROSE_FILL = 0.7
_MIN_PROSE_CHARACTERS = 14
_MARK = re.compile(r"(?:[^\w\s]{1,2}|\(?\d{1,3}[.)]|\(?[A-Za-z]{1,4}[.)]|\d+(?:\.\d+)+\.?|\[\w+\])")
_EQUATION = re.compile(r"\(\w{0,3}[.\d]+\w?\)")
_ENTRY = re.compile(r".*[^\W\d_].*[,\s]\s*[\divxlc]+(?:[\s,\u2013-]+[\divxlc]+)*")
_CODE = re.compile(r"[{}\\;]")


class _Row(NamedTuple):
    segments: list[Segment]
    baseline: float
    height: float

    @property
    def is_multiple(self) -> bool:
        return len(self.segments) > 1


def find_in(lines: Sequence[Sequence[LinePiece]], horizontal: Sequence[Ruling]) -> Iterator[list[Cells]]:
    """Yield the rows of each table; `lines` are from above, their words from the left."""
    rows = _rows_of(lines)
    several = [place for place, row in enumerate(rows) if row.is_multiple]
    counts = _counts([rows[place] for place in several])
    spans = [range(len(several))]
    while spans:
        span = spans.pop()
        found = _seed(counts, span)
        if found is None or several[found[-1]] - several[found[0]] > _MAX_SEED_LINES:
            continue
        columns = _Columns([rows[several[index]] for index in found])
        used = _grow(rows, columns, range(several[found[0]], several[found[-1]] + 1))
        if table := _table(rows[used.start : used.stop], columns, horizontal):
            yield table
        first, last = bisect_left(several, used.start), bisect_left(several, used.stop)
        spans += [range(span.start, max(first, span.start)), range(min(last, span.stop), span.stop)]


def find_strips(lines: Sequence[Sequence[LinePiece]]) -> list[float]:
    """Return the middles of the empty strips that divide the content of one column of rules."""
    rows = _rows_of(lines)
    multiple = [row for row in rows if row.is_multiple]
    if len(multiple) < max(_SEED, _MULTIPLE_SHARE * len(rows)):
        return []
    found = _seed(_counts(multiple), range(len(multiple)))
    if found is None:
        return []
    columns = _Columns(multiple[found.start : found.stop])
    used = _grow(multiple, columns, found)
    if len(used) < _MULTIPLE_SHARE * len(rows):
        return []
    extents = _kept(multiple[used.start : used.stop], columns)
    first = [row.segments[0][0].text for row in multiple if len(row.segments[0]) == 1]
    if _are_marks(first):
        return []
    return [(before[1] + after[0]) / 2 for before, after in pairwise(extents)]


def segments_of(line: Sequence[LinePiece]) -> list[Segment]:
    """Divide a line at its gaps. The spaces of a justified line are equally wide, and divide nothing."""
    height = max(word.height for word in line)
    if height <= 0:
        return [list(line)]
    gaps = [(after.left - before.right) / height for before, after in pairwise(line)]
    usual = median(gaps) if len(gaps) >= _MIN_GAPS else 0.0
    least = _WORD_GAP
    if usual < _MAX_SPACE and sum(is_number(word.text) for word in line) < _NUMERIC_SHARE * len(line):
        least = max(least, _WIDER * usual)
    widths = [(word.right - word.left) / len(word.text) for word in line if len(word.text) > 1]
    is_said = any(len(word.text) > 1 and not is_number(word.text) for word in line)  # figures are always equally wide
    if is_said and len(widths) > 1 and max(widths) <= _SAME_WIDTH * min(widths):  # so is the space
        least = max(least, _TYPED_GAP * widths[0] / height)
    segments: list[Segment] = [[line[0]]]
    for word, gap in zip(line[1:], gaps, strict=True):
        is_wide = WIDE.match(word.text) and WIDE.match(segments[-1][-1].text[-1])
        if gap <= (_WIDE_GAP if is_wide else least):
            segments[-1].append(word)
        else:
            segments.append([word])
    return segments


def _extent(segment: Segment) -> Extent:
    return segment[0].left, max(word.right for word in segment)


class _Columns:
    """The extents of columns, from the left; gaps are at least as wide as a strip."""

    def __init__(self, rows: Sequence[_Row]) -> None:
        self.extents: list[Extent] = []
        for left, right in sorted(_extent(segment) for row in rows for segment in row.segments):
            if self.extents and left - self.extents[-1][1] < self._least(rows[0].height):
                self.extents[-1] = (self.extents[-1][0], max(self.extents[-1][1], right))
            else:
                self.extents.append((left, right))

    @staticmethod
    def _least(height: float) -> float:
        return _MIN_STRIP * height

    def among(self, segment: Segment) -> range:
        """Return the columns that the segment is in or close to."""
        left, right = _extent(segment)
        least = self._least(segment[0].height)
        first = bisect_right(self.extents, left - least, key=lambda extent: extent[1])
        near = [
            first + place
            for place, _ in enumerate(
                takewhile(lambda extent: extent[0] < right + least, islice(self.extents, first, None))
            )
        ]
        if len(near) > 1:  # it may be as close to its neighbour as words are
            within = [index for index in near if left < self.extents[index][1] and right > self.extents[index][0]]
            near = within or near[:1]
        return range(near[0], near[-1] + 1) if near else range(0)

    def crosses(self, row: _Row) -> int:
        return sum(len(self.among(segment)) > 1 for segment in row.segments)

    def add(self, row: _Row) -> None:
        """Widen the columns by segments that cross none."""
        for segment in row.segments:
            left, right = _extent(segment)
            near = self.among(segment)
            if not near:
                insort(self.extents, (left, right))
            elif len(near) == 1:
                start, stop = self.extents[near[0]]
                self.extents[near[0]] = (min(start, left), max(stop, right))


def _rows_of(lines: Sequence[Sequence[LinePiece]]) -> list[_Row]:
    """Return the rows; none if they, or their parts, are too many: that is no table."""
    if len(lines) > _MAX_LINES:
        return []
    rows = [_Row(segments_of(line), line[0].baseline, max(word.height for word in line)) for line in lines]
    return rows if all(len(row.segments) <= _MAX_SEGMENTS for row in rows) else []


def _counts(rows: Sequence[_Row]) -> list[int]:
    """Return for each line how many columns it has together with those right below it."""
    return [len(_Columns(rows[start : start + _SEED]).extents) for start in range(len(rows) - _SEED + 1)]


def _seed(counts: Sequence[int], span: range) -> range | None:
    """Return the few lines with the most columns; None if there are none with two."""
    starts = range(span.start, span.stop - _SEED + 1)
    best = max(starts, key=lambda start: counts[start], default=None)
    return None if best is None or counts[best] < 2 else range(best, best + _SEED)


def _grow(rows: Sequence[_Row], columns: _Columns, seed: range) -> range:
    """Return the lines around `seed` that keep to the columns, which get wider by them."""
    start, stop = seed.start, seed.stop
    for places, is_down in ((range(seed.stop, len(rows)), True), (range(seed.start - 1, -1, -1), False)):
        pending = 0
        for place in places:
            row = rows[place]
            crossing = columns.crosses(row)
            widest = max(len(columns.among(segment)) for segment in row.segments)
            if row.is_multiple and (not crossing or (not is_down and widest <= max(2, len(columns.extents) // 2))):
                columns.add(row)
                pending = 0
                start, stop = min(start, place), max(stop, place + 1)
                continue
            pending += 2 if widest > 2 else 1
            if pending > _MAX_PENDING or (row.is_multiple and crossing > 1):
                break
    while stop < len(rows) and _continues(rows[start:stop], rows[stop], columns):
        stop += 1
    return range(start, stop)


def _continues(rows: Sequence[_Row], row: _Row, columns: _Columns) -> bool:
    """Return whether a line with one segment continues a cell of the last row."""
    among = columns.among(row.segments[0])
    steps = [before.baseline - after.baseline for before, after in pairwise(rows)]
    return (
        not row.is_multiple
        and len(among) == 1
        and among[0] > 0
        and bool(steps)
        and rows[-1].baseline - row.baseline <= 1.2 * min(steps)
    )


def _table(rows: Sequence[_Row], columns: _Columns, horizontal: Sequence[Ruling]) -> list[Cells] | None:
    extents = _kept(rows, columns)
    if len(extents) < 2:
        return None
    final = _Columns([])
    final.extents = extents
    lines = []
    for row in rows:
        cells: Cells = [[] for _ in extents]
        spans = False
        for segment in row.segments:
            near = final.among(segment)
            spans = spans or len(near) > 1
            cells[near[0] if near else 0] += segment
        lines.append(CellLine(cells, row.baseline, row.height, spans))
    left, right = extents[0][0], extents[-1][1]
    heights = sorted(
        (
            rule.at
            for rule in horizontal
            if min(rule.stop, right) - max(rule.start, left) >= _RULE_SHARE * (right - left)
            and lines[-1].baseline - _NEAR * lines[-1].height
            <= rule.at
            <= lines[0].baseline + _NEAR * lines[0].height + lines[0].height
        ),
        reverse=True,
    )
    if not _is_table(lines, extents, len(heights) >= 2):
        return None
    return _rows(lines, extents, heights)


def _kept(rows: Sequence[_Row], columns: _Columns) -> list[Extent]:
    """Return the columns without the strips that too many lines cross."""
    crossing = [0] * len(columns.extents)
    for row in rows:
        for segment in row.segments:
            for column in list(columns.among(segment))[1:]:
                crossing[column] += 1
    most = max(1, int(_CROSSING_SHARE * len(rows)))
    kept: list[Extent] = []
    for column, (left, right) in enumerate(columns.extents):
        if kept and crossing[column] > most:
            kept[-1] = (kept[-1][0], right)
        else:
            kept.append((left, right))
    return kept


def _rows(lines: Sequence[CellLine], extents: Sequence[Extent], heights: Sequence[float]) -> list[Cells]:
    bands: list[list[CellLine]] = [[]]
    rest = list(heights)
    for line in lines:
        while rest and rest[0] > line.baseline + line.height / 2:
            rest.pop(0)
            if bands[-1]:
                bands.append([])
        bands[-1].append(line)
    if len(bands) == 1:
        return gather(lines, extents)
    is_ruled = len(bands) > 3 and median(map(len, bands)) <= 3
    return [
        row
        for place, band in enumerate(bands)
        for row in (
            divide(band, extents, False)
            if (is_ruled or place == 0) and not any(line.spans for line in band)
            else gather(band, extents)
        )
    ]


def _is_table(lines: Sequence[CellLine], extents: Sequence[Extent], is_ruled: bool) -> bool:
    """Return whether the lines are a table; `extents` are its columns; `is_ruled` tells that it has rules above and
    below."""
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
        all(map(_are_marks, texts[:-1]))
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


def _is_code(lines: Sequence[CellLine]) -> bool:
    signs = [any(_CODE.search(word.text) for cell in line.cells for word in cell) for line in lines]
    return sum(signs) > _MULTIPLE_SHARE * len(signs)


def _is_counted(column: Sequence[str]) -> bool:
    """Return whether the texts of a column are numbers of lines or of a list."""
    numbers = [int(text) for text in column if text.isdecimal() and len(text) <= _MAX_COUNT_DIGITS]
    return len(numbers) >= _NUMERIC_SHARE * len(column) and all(
        0 < after - before <= _MAX_COUNT_STEP for before, after in pairwise(numbers)
    )


def _share(column: Sequence[str], holds: Callable[[str], bool]) -> float:
    return sum(map(holds, column)) / max(1, len(column))


def _is_prose(lines: Sequence[CellLine], column: int, extent: Extent) -> bool:
    """Return whether the column's cells are full and long: lines of a text."""
    cells = [line.cells[column] for line in lines if line.cells[column]]
    return (
        len(cells) > 2
        and median(cell[-1].right - cell[0].left for cell in cells) >= _PROSE_FILL * (extent[1] - extent[0])
        and median(sum(len(word.text) + 1 for word in cell) for cell in cells) >= _MIN_PROSE_CHARACTERS
    )


def _are_marks(column: Sequence[str]) -> bool:
    """Return whether the texts of a column are bullets or the numbers of a list."""
    return _share(column, lambda text: _MARK.fullmatch(text) is not None) > _NUMERIC_SHARE
