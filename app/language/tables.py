"""Finds tables in a text: rows of cells with bars between them, as Octavo, Markdown and programs write them.

A bar may also be a program's own: between the commands of a pipeline, or the choices of a grammar. So lines are taken
for a table only where something speaks for it: a rule below the header, as Markdown has it, or several lines that are
written as Octavo writes rows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from itertools import pairwise

from app.core.documents.document import Format
from app.language.markdown import FENCE

BETWEEN_CELLS = " | "
"""Octavo writes this between the cells of a row, for all formats but Markdown, whose text stays as it was written."""

_AS_TYPED = frozenset({Format.MARKDOWN, Format.TEXT, Format.NOTEBOOK})
"""Formats whose text stays as it was written, bars of programs too."""
_SHEETS = frozenset({Format.CSV, Format.XLSX, Format.XLS, Format.ODS})
_HEAD_CHARACTERS = 40
_NUMBERS_SHARE = 0.7
"""A column holds numbers if at least this share of its cells are numbers."""

_LINE = re.compile(r"[^\n]+")
_PARAGRAPH = re.compile(r"(?:[^\n]*\S[^\n]*(?:\n|\Z))+")
_INDENTED_CODE = re.compile(r" {4}|\t")
_BAR = re.compile(r"(?<!\\)\|")
_FREE_BAR = re.compile(r"(?<!\S)\|(?!\S)")
_RULE = re.compile(r"(?=[^-=]*[-=])[-=:|+ \t]+")
_RULE_CELL = re.compile(r"\s*:?[-=]+:?\s*")
_UNEVEN = re.compile(r"[^\s|](?:  |[^\S ])|\|(?:   |  (?!\|)| ?[^\S ])|^(?:[^\S ]| (?!\|))")
"""White space that no row has which Octavo wrote."""
_COMMAND = re.compile(r"\$ |(?:[#%>]|=>|\S+>) (?!\|)|.*\\$")
_SIGNS = r"[-+−–(]?\s?(?:[€$£¥]|[A-Z]{3}\s)?\s?"
_NUMBER = re.compile(rf"{_SIGNS}\d[\d.,'’  ]*\)?\s?(?:%|[€$£¥]|[A-Z]{{3}}|[円件人年])?")
_YEAR = re.compile(r"(?:19|20)\d\d")
_NOTHING = re.compile(r"[-–—.]*|n/?a", re.IGNORECASE)


class CellSide(Enum):
    """The side of its column on which a cell's words are."""

    LEFT = auto()
    MIDDLE = auto()
    RIGHT = auto()


@dataclass(frozen=True)
class TableRow:
    """A line from `start` to `end`, and the same of its cells: characters of the text. No cells: it is a rule. A row
    with one cell that `spans` has no bar, and its words go over all columns."""

    start: int
    end: int
    cells: tuple[tuple[int, int], ...]
    spans: bool = False


@dataclass(frozen=True)
class TextTable:
    """`rows` are lines of the text, one below the other. The first `head` of them are the header; `sides` has one for
    each column."""

    rows: tuple[TableRow, ...]
    head: int
    sides: tuple[CellSide, ...]

    @property
    def start(self) -> int:
        """The first character of the text that belongs to it."""
        return self.rows[0].start

    @property
    def end(self) -> int:
        """The character after its last one."""
        return self.rows[-1].end


@dataclass(frozen=True)
class _Line:
    start: int
    text: str

    @property
    def end(self) -> int:
        return self.start + len(self.text)


def find_tables(text: str, format: Format) -> Iterator[TextTable]:
    """Yield the tables of a page of a document of this format, in their order."""
    for paragraph in _paragraphs(text, format):
        if format in _SHEETS:
            yield from _plain(paragraph, is_sheet=True)
        elif format is Format.MARKDOWN:
            found = list(_ruled(paragraph))
            yield from found
            if not found and paragraph[0].start == 0:
                yield from _going_on(paragraph)
        else:
            found = list(_ruled(paragraph))
            yield from found or _plain(paragraph, is_sheet=False)


def find_rows(text: str, format: Format) -> Iterator[Sequence[TableRow]]:
    """Yield the rows of each table of a text, which may be a part of a page, and each line that seems to be a row of a
    table whose other rows are elsewhere."""
    if "|" not in text and "+" not in text:
        return
    done: set[int] = set()
    for table in find_tables(text, format):
        done.update(row.start for row in table.rows)
        yield table.rows
    for paragraph in _paragraphs(text, format):
        for line in paragraph:
            if line.start not in done and _may_be_row(line, format):
                yield (_row(line, _FREE_BAR, (True, True)),)


def _paragraphs(text: str, format: Format) -> Iterator[list[_Line]]:
    """Yield the lines between blank ones; in Markdown, code is left out."""
    fenced = False
    for paragraph in _PARAGRAPH.finditer(text):
        lines: list[_Line] = []
        for found in _LINE.finditer(paragraph[0]):
            line = _Line(paragraph.start() + found.start(), found[0])
            fence = format is Format.MARKDOWN and FENCE.match(line.text) is not None
            code = format is Format.MARKDOWN and not lines and _INDENTED_CODE.match(line.text) is not None
            if not fence and not fenced and not code:
                lines.append(line)
            elif lines:
                yield lines
                lines = []
            fenced ^= fence
        if lines:
            yield lines


# ---- with a rule


def _ruled(lines: Sequence[_Line]) -> Iterator[TextTable]:
    done = at = 0
    while at < len(lines):
        rule = _rule_cells(lines[at].text)
        first = _first_of_ruled(lines, at, len(rule)) if rule else None
        if first is None or first < done:
            at += 1
            continue
        last = at
        while last + 1 < len(lines) and _goes_on(lines[last + 1].text, lines[at].text, len(rule)):
            last += 1
        yield _ruled_table(lines[first : last + 1], rule)
        done = at = last + 1


def _first_of_ruled(lines: Sequence[_Line], rule: int, columns: int) -> int | None:
    """Return the first line of the table that has its first rule here."""
    if rule and _columns(lines[rule - 1].text) == columns and not _rule_cells(lines[rule - 1].text):
        return rule - 1
    drawn = "+" in lines[rule].text and rule + 1 < len(lines) and _columns(lines[rule + 1].text) == columns
    return rule if drawn else None


def _goes_on(line: str, rule: str, columns: int) -> bool:
    """Return whether a line below the rule is a row of its table, or another rule. Markdown lets a row have any
    number of cells; where a rule has a cross at its edge, rows have a bar there."""
    if again := _rule_cells(line):
        return len(again) == columns
    if "+" not in rule:
        return _BAR.search(line) is not None
    return (_columns(line) if rule.strip().startswith("+") else len(_BAR.findall(line)) + 1) == columns


def _columns(line: str) -> int:
    """Return the number of a row's columns; 0 for a line without a bar."""
    return len(_BAR.findall(line.strip().strip("|"))) + 1 if "|" in line else 0


def _rule_cells(line: str) -> list[str]:
    """Return the stretches of dashes of a rule between rows; none for any other line."""
    bare = line.strip()
    if not _RULE.fullmatch(bare) or ("|" not in bare and "+" not in bare):
        return []
    sign = "+" if "+" in bare else "|"
    cells = bare.removeprefix(sign).removesuffix(sign).split(sign)
    spaced = sign == "+" and " " in bare
    return cells if not spaced and all(map(_RULE_CELL.fullmatch, cells)) else []


def _ruled_table(lines: Sequence[_Line], rule: Sequence[str]) -> TextTable:
    words = next(line.text for line in lines if not _rule_cells(line.text))
    bounded = words.lstrip().startswith("|"), words.rstrip().endswith("|")
    rows = tuple(
        TableRow(line.start, line.end, ()) if _rule_cells(line.text) else _row(line, _BAR, bounded) for line in lines
    )
    first = next(number for number, row in enumerate(rows) if row.cells)
    second = next((number for number, row in enumerate(rows) if number > first and not row.cells), len(rows))
    head = second if any(row.cells for row in rows[second:]) or not first else 0
    sides = list(_sides(lines, rows, head))
    for column, dashes in enumerate(cell.strip() for cell in rule):
        if dashes.endswith(":"):
            sides[column] = CellSide.MIDDLE if dashes.startswith(":") else CellSide.RIGHT
        elif dashes.startswith(":"):
            sides[column] = CellSide.LEFT
    return TextTable(rows, head, tuple(sides))


def _going_on(lines: Sequence[_Line]) -> Iterator[TextTable]:
    """Yield a table of Markdown whose header is on the page before."""
    rows = list(lines)
    while rows and not _is_bounded(rows[-1].text):
        rows.pop()
    is_alone = len(rows) == 1 and not _FREE_BAR.search(rows[0].text)
    if not rows or is_alone or not all(_is_bounded(line.text) for line in rows):
        return
    if len({_columns(line.text) for line in rows}) == 1:
        made = tuple(_row(line, _BAR, (True, True)) for line in rows)
        yield TextTable(made, 0, _sides(rows, made, 0))


# ---- as Octavo writes them


def _plain(lines: Sequence[_Line], *, is_sheet: bool) -> Iterator[TextTable]:
    barred = [number for number, line in enumerate(lines) if _FREE_BAR.search(line.text)]
    if not barred:
        return
    first, last = barred[0], barred[-1]
    if not is_sheet and not _is_table([lines[number] for number in barred], last + 1 - first):
        return
    table = lines[first : last + 1]
    both = all(_is_bounded(lines[number].text) for number in barred)
    rows = tuple(_row(line, _FREE_BAR, (both, both)) for line in table)
    head = _head(table, rows, begins=is_sheet or table[0].start > 0)
    yield TextTable(rows, head, _sides(table, rows, head))


def _is_table(barred: Sequence[_Line], height: int) -> bool:
    """Return whether lines with bars, among `height` lines in all, are rows of one table."""
    if len(barred) < 2 or 2 * len(barred) < height or not all(map(_is_written, barred)):
        return False
    return len(barred) > 2 or len({len(_FREE_BAR.findall(line.text)) for line in barred}) == 1


def _is_written(line: _Line) -> bool:
    """Return whether Octavo may have written this row: if not, there would be other white space, the sign of a command
    or a bracket from one cell to the next."""
    text = line.text
    if not _FREE_BAR.search(text) or _UNEVEN.search(text) or _COMMAND.match(text):
        return False
    cells = _FREE_BAR.split(text)
    return not any(
        text.count(opening) == text.count(closing) and any(cell.count(opening) != cell.count(closing) for cell in cells)
        for opening, closing in (("(", ")"), ("[", "]"), ("{", "}"))
    )


def _may_be_row(line: _Line, format: Format) -> bool:
    """Return whether a line without its table may be a row: two or more bars, one of them at an edge, make one, and
    what Octavo writes between cells of which none begins as the name of a command does."""
    cells = [cell.strip() for cell in _FREE_BAR.split(line.text)]
    at_edge = not cells[0] or not cells[-1]
    if len(cells) > 2 and at_edge:
        return True
    if len(cells) < 2 or format in _AS_TYPED or not _is_written(line) or any(cell[:1].islower() for cell in cells):
        return False
    return len(cells) > 2 or at_edge or any(sign.isdigit() for sign in line.text)


def _is_bounded(text: str) -> bool:
    bare = text.strip()
    return len(bare) > 1 and bare[0] == bare[-1] == "|"


def _row(line: _Line, bar: re.Pattern[str], bounded: tuple[bool, bool]) -> TableRow:
    """Cut a line at its bars. `bounded` says whether a bar before the first cell, and one behind the last, is an
    edge."""
    bars = [found.start() for found in bar.finditer(line.text)]
    edges = [-1, *bars, len(line.text)]
    if bounded[0] and bars and not line.text[: bars[0]].strip():
        edges.pop(0)
    if bounded[1] and len(edges) > 2 and not line.text[bars[-1] + 1 :].strip():
        edges.pop()
    cells = []
    for before, behind in pairwise(edges):
        words = line.text[before + 1 : behind]
        start = before + 1 + (len(words) - len(words.lstrip()) if words.strip() else 0)
        cells.append((line.start + start, line.start + start + len(words.strip())))
    return TableRow(line.start, line.end, tuple(cells), spans=not bars)


# ---- what a table looks like


def _words(lines: Sequence[_Line], rows: Sequence[TableRow]) -> list[list[str]]:
    return [
        [line.text[start - line.start : end - line.start] for start, end in row.cells]
        for line, row in zip(lines, rows, strict=True)
        if row.cells and not row.spans
    ]


def _is_number(cell: str) -> bool:
    return _NUMBER.fullmatch(cell) is not None


def _head(lines: Sequence[_Line], rows: Sequence[TableRow], *, begins: bool) -> int:
    """Return 1 if the first row seems to name the columns: it has words above numbers, or above several columns;
    else 0. `begins` says that the table does not go on from another page."""
    if rows[0].spans:
        return 0
    first, *others = _words(lines, rows)
    named = first[1:] if not first[0] else first
    if not others or not all(named) or any(map(_is_long, named)):
        return 0
    if any(_is_number(cell) and not _YEAR.fullmatch(cell) for cell in first):
        return 0
    return 1 if (begins and len(first) > 2) or _number_columns(others, len(first)) else 0


def _is_long(cell: str) -> bool:
    """Return whether a cell says too much to be the name of a column."""
    return len(cell) > _HEAD_CHARACTERS or (cell.endswith(".") and " " in cell)


def _number_columns(words: Sequence[Sequence[str]], columns: int) -> set[int]:
    found = set()
    for column in range(columns):
        cells = [row[column] for row in words if column < len(row) and not _NOTHING.fullmatch(row[column])]
        if cells and sum(map(_is_number, cells)) >= _NUMBERS_SHARE * len(cells):
            found.add(column)
    return found


def _sides(lines: Sequence[_Line], rows: Sequence[TableRow], head: int) -> tuple[CellSide, ...]:
    """Return the side of each column: numbers are on the right, but for those in the first column, which number
    the rows."""
    columns = max(len(row.cells) for row in rows)
    numbers = _number_columns(_words(lines[head:], rows[head:]), columns)
    return tuple(CellSide.RIGHT if column and column in numbers else CellSide.LEFT for column in range(columns))
