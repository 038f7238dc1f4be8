"""Rows of cells among lines of words: columns are told by the strips that stay empty between them."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterator, Sequence
from itertools import islice, pairwise, takewhile
from statistics import median
from typing import NamedTuple, TypeAlias

from app.documents.formats.pdf_columns import Piece
from app.documents.formats.pdf_lines import WIDE
from app.documents.formats.pdf_lookalikes import are_marks, is_table
from app.documents.formats.pdf_rows import Cells, Extent, Line, divide, gather, is_number
from app.documents.formats.pdf_rules import Rule

Segment: TypeAlias = list[Piece]  # words that stand close together

_WORD_GAP = 0.35  # times a line's height: what stands closer belongs together
_WIDE_GAP = 0.2  # likewise, between characters of scripts that have no spaces
_MIN_GAPS = 3
_MAX_SPACE = 0.75  # times a line's height: the widest of a justified line
_WIDER = 1.6
_SAME_WIDTH = 1.03
_TYPED_GAP = 1.3  # times the width of a character of a typewriter's
_MIN_STRIP = 0.42  # times a line's height, and with few rows:
_SEED = 3
_MAX_SEED_LINES = 7  # that three lines with several parts may lie apart
_MAX_LINES = 1_000
_MAX_SEGMENTS = 200  # of a line
_CROSSING_SHARE = 0.2  # of the lines may run across a strip: headers and titles that span columns
_MAX_PENDING = 3
_NEAR = 2.2  # times a line's height: a rule this far from a table's first or last line is its own
_NUMERIC_SHARE = 0.6
_MULTIPLE_SHARE = 0.5
_RULE_SHARE = 0.8  # of a table's width that a rule must run along


class _Row(NamedTuple):
    segments: list[Segment]
    baseline: float
    height: float

    @property
    def is_multiple(self) -> bool:
        return len(self.segments) > 1


def find_in(lines: Sequence[Sequence[Piece]], lying: Sequence[Rule]) -> Iterator[list[Cells]]:
    """The rows of each table; `lines` from above, their words from the left."""
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
        if table := _table(rows[used.start : used.stop], columns, lying):
            yield table
        first, last = bisect_left(several, used.start), bisect_left(several, used.stop)
        spans += [range(span.start, max(first, span.start)), range(min(last, span.stop), span.stop)]


def find_strips(lines: Sequence[Sequence[Piece]]) -> list[float]:
    """The middles of the empty strips that part what stands in one column of rules."""
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
    if are_marks(first):
        return []
    return [(before[1] + after[0]) / 2 for before, after in pairwise(extents)]


def segments_of(line: Sequence[Piece]) -> list[Segment]:
    """The spaces of a justified line are one as wide as the other, and part nothing."""
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
    """Where the columns stand, from the left; none closer to the next than a strip is wide."""

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
        """The columns that it lies in or close to."""
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
        """Widen the columns by what crosses none."""
        for segment in row.segments:
            left, right = _extent(segment)
            near = self.among(segment)
            if not near:
                insort(self.extents, (left, right))
            elif len(near) == 1:
                start, stop = self.extents[near[0]]
                self.extents[near[0]] = (min(start, left), max(stop, right))


def _rows_of(lines: Sequence[Sequence[Piece]]) -> list[_Row]:
    """None where there are too many of them, or of their parts: that is no table."""
    if len(lines) > _MAX_LINES:
        return []
    rows = [_Row(segments_of(line), line[0].baseline, max(word.height for word in line)) for line in lines]
    return rows if all(len(row.segments) <= _MAX_SEGMENTS for row in rows) else []


def _counts(rows: Sequence[_Row]) -> list[int]:
    """For each of these lines, how many columns it has together with those right below it."""
    return [len(_Columns(rows[start : start + _SEED]).extents) for start in range(len(rows) - _SEED + 1)]


def _seed(counts: Sequence[int], span: range) -> range | None:
    """The few lines with the most columns."""
    starts = range(span.start, span.stop - _SEED + 1)
    best = max(starts, key=lambda start: counts[start], default=None)
    return None if best is None or counts[best] < 2 else range(best, best + _SEED)


def _grow(rows: Sequence[_Row], columns: _Columns, seed: range) -> range:
    """The lines, around those of `seed`, that keep to the columns, which get wider by them."""
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
    """Whether a line with one segment goes on with a cell of the last row."""
    among = columns.among(row.segments[0])
    steps = [before.baseline - after.baseline for before, after in pairwise(rows)]
    return (
        not row.is_multiple
        and len(among) == 1
        and among[0] > 0
        and bool(steps)
        and rows[-1].baseline - row.baseline <= 1.2 * min(steps)
    )


def _table(rows: Sequence[_Row], columns: _Columns, lying: Sequence[Rule]) -> list[Cells] | None:
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
        lines.append(Line(cells, row.baseline, row.height, spans))
    left, right = extents[0][0], extents[-1][1]
    heights = sorted(
        (
            rule.at
            for rule in lying
            if min(rule.stop, right) - max(rule.start, left) >= _RULE_SHARE * (right - left)
            and lines[-1].baseline - _NEAR * lines[-1].height
            <= rule.at
            <= lines[0].baseline + _NEAR * lines[0].height + lines[0].height
        ),
        reverse=True,
    )
    if not is_table(lines, extents, len(heights) >= 2):
        return None
    return _rows(lines, extents, heights)


def _kept(rows: Sequence[_Row], columns: _Columns) -> list[Extent]:
    """Without the strips that too many lines run across."""
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


def _rows(lines: Sequence[Line], extents: Sequence[Extent], heights: Sequence[float]) -> list[Cells]:
    bands: list[list[Line]] = [[]]
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
