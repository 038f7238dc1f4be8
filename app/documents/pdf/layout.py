"""Finds the places of a PDF page's lines, and their reading order."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Sequence
from itertools import groupby, pairwise
from statistics import median

import msgspec
import pypdfium2

from app.documents.pdf.characters import CharacterFinder
from app.documents.pdf.columns import LinePiece, beside_text, find_gutters, in_parts, in_reading_order
from app.documents.pdf.hyphenation import SOFT_HYPHEN, may_go_on
from app.documents.pdf.rulings import Box, merge
from app.documents.pdf.superscripts import find_notes, is_mark, runs_of, settle, write_runs
from app.documents.pdf.table_placeholders import TablePlaceholders, TableRanges
from app.documents.pdf.tables import find_aligned, find_ruled
from app.documents.text.notation import note_mark

_MARK = re.compile(r"(?<=\S)\[(\d{1,3})\]")
_NOTE = re.compile(r"(\d{1,3})\s+(?=[^\W\d])")
_MIN_ORDERED_LINES = 3
_MAX_LINE_DISTANCE = 2.5  # times a line's height
_MAX_STEP = 1.45  # times the usual distance of a page's lines
_SAME_LINE = 0.5  # times a line's height
_SMALL = 0.92  # likewise: what is smaller may be raised or lowered
_MAX_BELOW = 2.5  # how far an index may begin before the end of what is raised above it
_MIN_TABLE_LINES = 2
_FULL = 0.6  # likewise: the rest of a line in which no character would have fitted
_SPACE = 0.1  # likewise: the least gap that people see as a space
_MAX_APART = 200  # raised numbers of a page that are moved


class PageLayout(msgspec.Struct, frozen=True):
    """A page's lines in reading order. `pieces` are their places; empty if these are unknown.

    `starts` are the lines that are not right below the one before; `rows` are those that are rows of a table. `tables`
    tell where their characters are; `inner` are the base lines within them. `code` are the lines with program code at
    their end and at the beginning of the next one; `filled` are those that reach the edge of their column; both only if
    that matters for joining them.
    """

    lines: tuple[str, ...]
    pieces: tuple[LinePiece, ...] = ()
    starts: frozenset[int] = frozenset()
    in_columns: bool = False
    rows: frozenset[int] = frozenset()
    tables: tuple[TableRanges, ...] = ()
    inner: tuple[float, ...] = ()
    bottom: float = 0.0
    top: float = 0.0
    code: frozenset[int] = frozenset()
    filled: frozenset[int] = frozenset()
    turns: int = 0  # clockwise quarter turns of its text


def lay_out(textpage: pypdfium2.PdfTextPage, characters: str, page_box: Box, rules: Sequence[Box] = ()) -> PageLayout:
    """Order the lines. `characters` has one for each that PDFium counts.

    The order of the page's stream stays, unless the page has tables, or columns that the stream runs across, or the
    stream runs against the direction of reading.
    """
    finder = CharacterFinder(textpage, characters)
    pieces = list(finder.find_lines())
    if any(piece is None for piece in pieces):
        return PageLayout(tuple(finder.texts))
    placed = [piece for piece in pieces if piece is not None]
    _, bottom, _, top = finder.turn(*page_box)
    tables = TablePlaceholders(finder)
    placed, in_columns = _ordered(placed, finder, tables, rules)
    whole, rows = _written(finder, placed, tables)
    whole = _marked(whole)
    return PageLayout(
        lines=tuple(piece.text for piece in whole),
        pieces=tuple(whole),
        starts=_starts(whole, in_columns),
        in_columns=in_columns,
        rows=frozenset(rows),
        tables=tables.ranges(),
        inner=tables.baselines(),
        bottom=bottom,
        top=top,
        code=_code(finder, whole, rows),
        filled=_filled(whole) - rows,
        turns=finder.turns,
    )


def _ordered(
    placed: list[LinePiece], finder: CharacterFinder, tables: TablePlaceholders, rules: Sequence[Box]
) -> tuple[list[LinePiece], bool]:
    """Return the pieces in reading order, with placeholders for tables; and whether they are in columns of text."""
    horizontal, vertical = merge(finder.turn(*rule) for rule in rules)
    shown = finder.rectangles(placed) if len(placed) >= _MIN_TABLE_LINES else []
    if vertical and len(placed) > 1:
        placed = tables.put(placed, find_ruled(placed, horizontal, vertical, finder))
    outside = tables.outside(shown)
    gutters = find_gutters(outside) if len(placed) >= 2 * _MIN_ORDERED_LINES else []
    in_columns = False
    if gutters:
        split = [part for piece in placed for part in finder.split(piece, gutters)]
        ordered, in_columns = in_reading_order(split, gutters, len(split) - len(placed))
        if in_columns:
            placed = ordered
    parts = (in_parts if in_columns else beside_text)(placed, gutters) if gutters else [placed]
    for part in parts:
        lines = [piece for piece in part if not tables.is_placeholder(piece)]
        placed = tables.put(placed, list(find_aligned(lines, outside, horizontal, finder)))
    if not in_columns and _run_upwards(placed):
        placed.sort(key=lambda piece: (-piece.baseline, piece.left))
    return placed, in_columns


def _code(finder: CharacterFinder, pieces: Sequence[LinePiece], rows: set[int]) -> frozenset[int]:
    """Return the lines whose program code may run on into the next one."""
    return frozenset(
        index
        for index, (before, piece) in enumerate(pairwise(pieces))
        if not {index, index + 1} & rows
        and may_go_on(before.text)
        and finder.is_code(before.end - 1)
        and finder.is_code(piece.begin)
    )


def _marked(pieces: list[LinePiece]) -> list[LinePiece]:
    """Put a mark before notes in small type whose number is not raised, if the page refers to them."""
    marks = {mark for piece in pieces if "[" in piece.text for mark in _MARK.findall(piece.text)}
    if not marks:
        return pieces
    usual = median(piece.height for piece in pieces)

    def marked(piece: LinePiece) -> LinePiece:
        number = _NOTE.match(piece.text) if piece.height < _SMALL * usual else None
        if number is None or number[1] not in marks:
            return piece
        return msgspec.structs.replace(piece, text=f"{note_mark(number[1])} {piece.text[number.end() :]}")

    return [marked(piece) for piece in pieces]


def _filled(pieces: Sequence[LinePiece]) -> frozenset[int]:
    """Return the full lines that end in a path: its words may be broken anywhere."""
    may = [index for index, piece in enumerate(pieces[:-1]) if "/" in piece.text[piece.text.rfind(" ") + 1 :]]
    if not may:
        return frozenset()
    edges: dict[int, list[float]] = defaultdict(list)
    for piece in pieces:
        edges[round(piece.left)].append(piece.right)
    return frozenset(
        index
        for index in may
        if len(beside := edges[round(pieces[index].left)]) > 1
        and max(beside) - pieces[index].right <= _FULL * pieces[index].height
    )


def _written(
    finder: CharacterFinder, pieces: list[LinePiece], tables: TablePlaceholders
) -> tuple[list[LinePiece], set[int]]:
    """Return the text of the lines and of the rows of tables, and which of them are rows."""
    parts: list[list[list[LinePiece]] | list[LinePiece]] = []
    for is_table, run in groupby(pieces, tables.is_placeholder):
        together = list(run)
        parts.append(together if is_table else _settled(finder, _grouped(together)))
    runs = {id(group): runs_of(finder, group) for part in parts for group in part if isinstance(group, list)}
    notes = find_notes(list(runs.values()))

    def written(group: list[LinePiece]) -> LinePiece:
        found = runs[id(group)] if id(group) in runs else runs_of(finder, group)
        return _joined(group, write_runs(found, notes) if found else "")

    def rejoin(lines: list[LinePiece]) -> list[LinePiece]:
        return [written(group) for group in _settled(finder, _grouped(lines))]

    whole: list[LinePiece] = []
    rows: set[int] = set()
    for part in parts:
        for each in part:
            if isinstance(each, list):
                whole.append(written(each))
                continue
            for row in tables.rows_of(each, rejoin):
                rows.add(len(whole))
                whole.append(row)
    return whole, rows


def _grouped(pieces: list[LinePiece]) -> list[list[LinePiece]]:
    """Group the pieces of a line: PDFium ends one at a raised number, and what is right after, above or below it
    belongs to it."""
    groups: list[list[LinePiece]] = []
    right = 0.0
    for piece in pieces:
        if groups and _continues(groups[-1], right, piece):
            groups[-1].append(piece)
            right = max(right, piece.right)
        else:
            groups.append([piece])
            right = piece.right
    return groups


def _continues(group: list[LinePiece], right: float, piece: LinePiece) -> bool:
    """Return whether the piece continues the line; `right` is where the group's pieces end."""
    before = group[-1]
    larger = before if len(group) == 1 else max(group, key=lambda each: each.height)
    height = max(larger.height, piece.height)
    is_near = abs(larger.baseline - piece.baseline) <= _SAME_LINE * height
    if not is_near and piece.height < _SMALL * before.height < _SMALL * larger.height:  # a power of a power
        is_near = abs(before.baseline - piece.baseline) <= _SAME_LINE * before.height
    if not is_near or before.text.endswith(SOFT_HYPHEN):
        return False
    is_below = piece.height < _SMALL * larger.height and 0 < right - piece.left <= _MAX_BELOW * piece.height
    return -1.0 <= piece.left - right <= height or is_below


def _settled(finder: CharacterFinder, groups: list[list[LinePiece]]) -> list[list[LinePiece]]:
    """Move raised numbers that the page shows apart from their line to their place in it."""
    usual = median(group[0].height for group in groups) if groups else 0.0
    apart = [
        group for group in groups if group[0].height < _SMALL * usual and len(group) == 1 and is_mark(group[0].text)
    ]
    for group in apart[:_MAX_APART]:
        for place, host in enumerate(groups):
            near = abs(host[0].baseline - group[0].baseline) < host[0].height and host is not group
            if near and (settled := settle(finder, group[0], host)):
                groups[place] = settled
                groups = [each for each in groups if each is not group]
                break
    return groups


def _joined(group: list[LinePiece], text: str) -> LinePiece:
    """Return the pieces as one. `text` is theirs with its raised and lowered parts, if any were looked for."""
    if len(group) == 1 and not text:
        return group[0]
    first, larger = group[0], max(group, key=lambda each: each.height)
    if not text:
        text = first.text
        for before, piece in pairwise(group):
            text += (" " if piece.left - before.right > _SPACE * piece.height else "") + piece.text
    right = max(piece.right for piece in group)
    return LinePiece(text, first.left, right, larger.baseline, larger.height, first.begin, group[-1].end)


def _starts(pieces: list[LinePiece], in_columns: bool) -> frozenset[int]:
    """Return the lines that begin a paragraph: those farther below the line before than usual, or above it."""
    steps = [before.baseline - piece.baseline for before, piece in pairwise(pieces)]
    down = [step for step in steps if step > 0]
    usual = median(down) if len(down) >= _MIN_ORDERED_LINES else math.inf
    return frozenset(
        index
        for index, (step, piece) in enumerate(zip(steps, pieces[1:], strict=True), 1)
        if step > min(_MAX_LINE_DISTANCE * piece.height, _MAX_STEP * usual)
        or (step < -_SAME_LINE * piece.height and not in_columns)
    )


def _run_upwards(pieces: list[LinePiece]) -> bool:
    steps = [after.baseline - before.baseline for before, after in pairwise(pieces)]
    up = sum(step > 0.5 for step in steps)
    return len(pieces) >= _MIN_ORDERED_LINES and up > 0.8 * len(steps)
