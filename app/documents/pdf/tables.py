"""Finds tables on a PDF page, by ruling lines or by the empty strips between aligned words."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise
from statistics import median

import msgspec

from app.documents.pdf.aligned_tables import find_in, find_strips, segments_of
from app.documents.pdf.characters import CharacterFinder
from app.documents.pdf.columns import LinePiece
from app.documents.pdf.grid import MAX_CELLS, Grid, find_grids
from app.documents.pdf.paragraphs import ITEM, has_leader
from app.documents.pdf.rulings import Box, Ruling
from app.documents.pdf.table_rows import CellLine, Cells, Extent, divide, lines_of

_LOOSE_GAP = 0.55  # times a line's height: the least gap between cells
_LOOSE_WIDTH = 1.25  # times the usual width of a character
_DIGIT_SHARE = 0.25
_MIN_ROWS = 3
_MIN_RULED_ROWS = 2
_MIN_LEADERS = 5
_MAX_PLAIN_LINES = 2  # between two lines with gaps
_MAX_STEP = 3.0  # times a line's height: a row farther away is not of the same table
_SPACER = 1.5  # times a line's height: an empty column so narrow is none
_MIN_OWN_ROWS = 3
_MAX_SKIPPED = 1.3
_MIN_SHOWN = 0.25  # of a grid's cells that have text


class Table(msgspec.Struct, frozen=True):
    """The words of each cell, row by row, in reading order; a cell that spans others is in its first place."""

    rows: list[Cells]

    @property
    def words(self) -> Iterator[LinePiece]:
        return (word for row in self.rows for cell in row for word in cell)


def find_ruled(
    pieces: Sequence[LinePiece], horizontal: Sequence[Ruling], vertical: Sequence[Ruling], finder: CharacterFinder
) -> list[Table]:
    """Find tables in grids of rules. `pieces` are the page's lines. What is in a grid within another belongs to the
    inner one."""
    tables = []
    taken: set[int] = set()
    for grid in sorted(find_grids(horizontal, vertical), key=lambda grid: grid.area):
        inside = [
            word
            for piece in pieces
            if grid.meets(piece.left, piece.right, piece.baseline + piece.height / 2)
            for word in finder.words(piece)
            if word.begin not in taken and grid.holds(*_middle(word))
        ]
        if table := _ruled(grid, inside):
            tables.append(table)
            taken.update(word.begin for word in inside)
    return tables


def _ruled(grid: Grid, words: Sequence[LinePiece]) -> Table | None:
    lines = lines_of(words)
    grid = grid.with_columns(_strips_between(grid, lines))
    if grid.columns * grid.rows > MAX_CELLS:
        return None
    extents = list(pairwise(grid.xs))
    rows = _rows_in(grid, lines, words, extents)
    if sum(_is_row(row) for row in rows) < _MIN_RULED_ROWS:
        return None
    height = median(word.height for word in words)
    used = [
        column
        for column, (left, right) in enumerate(extents)
        if any(row[column] for row in rows) or right - left > _SPACER * height
    ]
    filled = sum(len(_filled(row)) for row in rows)
    if len(used) < 2 or filled < _MIN_SHOWN * len(rows) * len(used):
        return None
    return Table([[row[column] for column in used] for row in rows])


def _rows_in(
    grid: Grid, lines: Sequence[Sequence[LinePiece]], words: Sequence[LinePiece], extents: Sequence[Extent]
) -> list[Cells]:
    """Return the rows of a grid; `extents` are its columns."""
    homes = grid.homes()
    fields = Counter(homes)
    columns: dict[int, dict[int, int]] = {}  # the column of each word, by row
    for home, inside in _cells_in(grid, lines, homes).items():
        for row, column, word in _places(grid, home, fields[home] > 1, inside):
            columns.setdefault(row, {})[word.begin] = column
    rows: list[Cells] = []
    for _, column_of in sorted(columns.items()):
        band = []
        for line in lines_of([word for word in words if word.begin in column_of]):
            cells: Cells = [[] for _ in extents]
            for word in line:
                cells[column_of[word.begin]].append(word)
            band.append(CellLine(cells, line[0].baseline, max(word.height for word in line)))
        rows += divide(band, extents, len(columns) <= 2)
    return rows


def _cells_in(
    grid: Grid, lines: Sequence[Sequence[LinePiece]], homes: Sequence[int]
) -> dict[int, list[list[LinePiece]]]:
    """Return the lines of each cell, by its first field."""
    cells: dict[int, list[list[LinePiece]]] = {}
    for line in lines:
        begun: set[int] = set()
        for word in line:
            home = homes[grid.row(_middle(word)[1]) * grid.columns + grid.column(_middle(word)[0])]
            if home not in begun:
                begun.add(home)
                cells.setdefault(home, []).append([])
            cells[home][-1].append(word)
    return cells


def _strips_between(grid: Grid, lines: Sequence[Sequence[LinePiece]]) -> list[float]:
    """Return where columns without a rule are divided."""
    columns: dict[int, list[list[LinePiece]]] = {}
    for line in lines:
        for column, words in groupby(line, lambda word: grid.column(_middle(word)[0])):
            columns.setdefault(column, []).append(list(words))
    return [strip for column in columns.values() for strip in find_strips(column)]


def _places(
    grid: Grid, home: int, is_wide: bool, lines: Sequence[list[LinePiece]]
) -> Iterator[tuple[int, int, LinePiece]]:
    """Yield row, column and word of a cell. A wide cell that is written like several is several: rules may be missing
    between them."""
    first_row, first_column = divmod(home, grid.columns)
    if not is_wide:
        yield from ((first_row, first_column, word) for line in lines for word in line)
        return
    own = [grid.row(_middle(line[0])[1]) for line in lines]
    by_row = len(lines) >= _MIN_OWN_ROWS and len(set(own)) == len(own) and own[-1] - own[0] < _MAX_SKIPPED * len(own)
    for row, line in zip(own, lines, strict=True):
        parts = segments_of(line)
        columns = [(grid.column(part[0].left), grid.column(max(word.right for word in part))) for part in parts]
        by_column = len(parts) > 1 and all(left == right for left, right in columns)
        for part, (column, _) in zip(parts, columns, strict=True):
            for word in part:
                yield row if by_row else first_row, column if by_column else first_column, word


def find_aligned(
    pieces: Sequence[LinePiece], shown: Sequence[Box], horizontal: Sequence[Ruling], finder: CharacterFinder
) -> Iterator[Table]:
    """Find tables whose columns are apart. `shown` are the boxes in which the page's stream shows its text."""
    lines = lines_of(pieces)
    if len(lines) < _MIN_RULED_ROWS or sum(has_leader(piece.text) for piece in pieces) >= _MIN_LEADERS:
        return  # a table of contents
    for block in _blocks(lines, _without_code(lines, _loose(lines, shown), finder), len(horizontal)):
        parted = 0
        read: dict[int, list[LinePiece]] = {}
        for place, (line, is_loose) in enumerate(block):  # most blocks turn out to be prose: this is for speed
            if is_loose:
                read[place] = [word for piece in line for word in finder.words(piece)]
                parted += len(segments_of(read[place])) > 1
        if parted < _MIN_RULED_ROWS:
            continue
        words = [
            word
            for place, (line, _) in enumerate(block)
            for word in (read.get(place) or [word for piece in line for word in finder.words(piece)])
        ]
        for rows in find_in(lines_of(words), horizontal):
            yield Table(rows)


def _loose(lines: Sequence[Sequence[LinePiece]], shown: Sequence[Box]) -> list[bool]:
    """Return which lines may have gaps as wide as those between cells, found without reading their characters."""
    texts = [line[0].text if len(line) == 1 else "".join([piece.text for piece in line]) for line in lines]
    widths = [(line[-1].right - line[0].left) / len(text) for line, text in zip(lines, texts, strict=True)]
    most = _LOOSE_WIDTH * median(widths)
    loose = [
        width >= most
        or (not text[-1].isalpha() and sum(map(str.isdigit, text)) >= _DIGIT_SHARE * len(text))
        or (len(line) > 1 and _is_parted(line))
        for line, text, width in zip(lines, texts, widths, strict=True)
    ]
    floors = [-line[0].baseline for line in lines]
    least = _LOOSE_GAP * min(line[0].height for line in lines)
    last_left = last_right = last_bottom = last_top = 0.0
    for left, bottom, right, top in shown:
        if left - last_right >= least and bottom < last_top and top > last_bottom:
            place = min(bisect_right(floors, -(bottom + top) / 2), len(lines) - 1)
            first = lines[place][0]
            is_mark = last_left <= first.left + first.height and ITEM.match(first.text)
            if left - last_right >= _LOOSE_GAP * first.height and not is_mark:
                loose[place] = True
        last_left, last_right, last_bottom, last_top = left, right, bottom, top
    return loose


def _is_parted(line: Sequence[LinePiece]) -> bool:
    return any(after.left - before.right >= _LOOSE_GAP * before.height for before, after in pairwise(line))


def _without_code(lines: Sequence[Sequence[LinePiece]], loose: Sequence[bool], finder: CharacterFinder) -> list[bool]:
    """Return the loose lines without those of code; a line with too few letters is like the one above it, or else
    below."""
    typed = [_is_typed(line, finder) if is_loose else None for line, is_loose in zip(lines, loose, strict=True)]
    for order in (range(1, len(lines)), range(len(lines) - 2, -1, -1)):
        for place in order:
            if loose[place] and typed[place] is None:
                typed[place] = typed[place - order.step]
    return [is_loose and not is_typed for is_loose, is_typed in zip(loose, typed, strict=True)]


def _is_typed(line: Sequence[LinePiece], finder: CharacterFinder) -> bool | None:
    found = {finder.is_typed(piece) for piece in line} - {None}
    return all(found) if found else None


def _blocks(
    lines: Sequence[list[LinePiece]], loose: Sequence[bool], rules: int
) -> Iterator[list[tuple[list[LinePiece], bool]]]:
    """Yield runs of enough lines, one below the other, that begin and end with loose ones; each line with whether it is
    loose."""
    least = _MIN_RULED_ROWS if rules else _MIN_ROWS
    block: list[tuple[list[LinePiece], bool]] = []
    plain: list[tuple[list[LinePiece], bool]] = []
    count = 0
    for line, is_loose in zip(lines, loose, strict=True):
        if not block and not is_loose:
            continue
        before = plain[-1][0] if plain else block[-1][0] if block else None
        leads = has_leader(line[-1].text)
        is_far = before and before[0].baseline - line[0].baseline > _MAX_STEP * max(before[0].height, line[0].height)
        if block and (leads or is_far or len(plain) > _MAX_PLAIN_LINES):
            if count >= least:
                yield block
            block, plain, count = [], [], 0
        if is_loose and not leads:
            block += [*plain, (line, True)]
            plain = []
            count += 1
        elif block:
            plain.append((line, False))
    if count >= least:
        yield block


def _middle(word: LinePiece) -> tuple[float, float]:
    return (word.left + word.right) / 2, word.baseline + word.height / 2


def _filled(row: Cells) -> list[int]:
    return [column for column, words in enumerate(row) if words]


def _is_row(row: Cells) -> bool:
    return len(_filled(row)) > 1
