"""Excel workbooks in Octavo's look: a head that stays, numbers as numbers, all else as text; nothing is computed."""

from __future__ import annotations

import io
import re
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import zip_longest
from typing import TYPE_CHECKING, TypeAlias

from app.export.title_block import foot_words

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

CELL_CHARACTERS = 32_767
"""The number of characters that Excel holds in a cell; a longer text continues in the row below."""

FORMULA_BEGINS = ("=", "+", "-", "@", "\t", "\r")
"""The characters that a pasted or edited text must not begin with: a spreadsheet would compute it."""

_FONT, _POINTS = "Source Sans Pro", 11
_A4 = 9  # as Excel counts papers
_RULE, _HEAD = "#D9D2C6", "#F5EFE6"
_NUMBER = re.compile(r"-?(?:0|[1-9]\d{0,2}(?:,\d{3})+|[1-9]\d*)(?:\.\d{1,2}|\.\d{4,})?(?P<percent> ?%)?")
"""Matches a number in English that is nothing else elsewhere: `1.200` may be twelve hundred, `007` is a name."""
_MOST_DIGITS = 15  # of a number that a spreadsheet keeps as it is
_LONGEST_TIP = 255
_NARROWEST, _WIDEST = 6, 60  # characters of a column


@dataclass(frozen=True)
class CellNumber:
    """A number in a cell. `form` is how Excel shows it as it was written."""

    value: float
    form: str = "0"


@dataclass(frozen=True)
class CellDate:
    """A day without a time, from the year 1900 on, which is as far as Excel counts. `form` is how Excel shows it."""

    day: date
    form: str = "yyyy-mm-dd"


@dataclass(frozen=True)
class Noted:
    """A cell with a note, which Excel shows when it is pointed at, and a link, named as `internal:'Sheet'!A1`; both may
    be empty."""

    cell: str | CellNumber | CellDate
    note: str
    target: str = ""


Cell: TypeAlias = str | CellNumber | CellDate | Noted


def read_number(text: str) -> CellNumber | None:
    found = _NUMBER.fullmatch(text)
    if found is None or sum(map(str.isdigit, text)) > _MOST_DIGITS:
        return None
    percent = found["percent"] or ""
    digits = text.removesuffix(percent).replace(",", "")
    decimals = digits.partition(".")[2]
    form = ("#,##0" if "," in text else "0") + f".{'0' * len(decimals)}" * bool(decimals) + percent
    return CellNumber(float(digits) / 100 if percent else float(digits), form)


@contextmanager
def new_workbook(title: str) -> Iterator[tuple[Workbook, io.BytesIO]]:
    """Make a workbook; the block gets it, and the stream in which its bytes are once the block is left."""
    import xlsxwriter  # when a file is written

    file = io.BytesIO()
    look = {"font_name": _FONT, "font_size": _POINTS}
    texts_only = {"strings_to_formulas": False, "strings_to_numbers": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(file, {"in_memory": True, "default_format_properties": look, **texts_only}) as workbook:
        workbook.set_properties({"title": title})
        yield workbook, file


class _Looks:
    """The formats of one workbook; each is made once."""

    def __init__(self, workbook: Workbook) -> None:
        self._workbook = workbook
        self._made: dict[tuple[str, str], Format] = {}

    def of(self, kind: str, form: str = "") -> Format:
        if (kind, form) not in self._made:
            look = {"text_wrap": True, "valign": "top", "bottom": 1, "bottom_color": _RULE}
            apart: dict[str, str | int | bool] = {"align": "left", "indent": 1}  # from a number beside it
            # The quote lets a text stay one where its cell is edited.
            kinds: dict[str, dict[str, str | int | bool]] = {
                "text": apart,
                "quoted": {**apart, "quote_prefix": True},
                "number": {"num_format": form},
                "date": {**apart, "num_format": form},
                "head": {**apart, "bold": True, "bg_color": _HEAD},
                "head of numbers": {"bold": True, "bg_color": _HEAD, "align": "right"},
            }
            self._made[kind, form] = self._workbook.add_format({**look, **kinds[kind]})
        return self._made[kind, form]


def add_sheet(
    workbook: Workbook,
    name: str,
    head: Sequence[str],
    rows: Sequence[Sequence[Cell]],
    widths: Sequence[float] = (),
    *,
    fixed_columns: int = 0,
) -> None:
    """Add a sheet for paper across. `widths` are those of the columns, in characters; without them columns are as wide
    as their cells need. A text that is longer than a cell may be goes on in the row below. `fixed_columns` stay in
    sight."""
    sheet, looks = workbook.add_worksheet(name), _Looks(workbook)
    sheet.set_landscape()
    sheet.set_paper(_A4)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    sheet.set_footer(f"&L&A&R{foot_words('&P', '&N')}")
    for column, width in enumerate(widths or _widths([head, *rows])):
        sheet.set_column(column, column, width)
    for column, words in enumerate(head):
        kind = "head of numbers" if _has_numbers(rows, column) else "head"
        sheet.write_string(0, column, words[:CELL_CHARACTERS], looks.of(kind))
    sheet.freeze_panes(1, fixed_columns)
    number = 1
    for row in rows:
        for cells in zip_longest(*map(_pieces, row), fillvalue=""):
            for column, cell in enumerate(cells):
                _write(sheet, (number, column), cell, looks)
            number += 1


def _write(sheet: Worksheet, at: tuple[int, int], cell: Cell, looks: _Looks) -> None:
    match cell:
        case Noted(inner, note, target):
            if target:
                # First: a link is written with its address as the text, which the value then replaces.
                sheet.write_url(*at, target, looks.of("text"), _words(inner)[:_LONGEST_TIP])
            _write(sheet, at, inner, looks)
            if note:
                sheet.write_comment(*at, note[:CELL_CHARACTERS], {"x_scale": 2, "y_scale": _scale(note)})
        case CellNumber(value, form):
            sheet.write_number(*at, value, looks.of("number", form))
        case CellDate(day, form):
            sheet.write_datetime(*at, datetime.combine(day, time()), looks.of("date", form))
        case _:
            kind = "quoted" if cell.startswith(FORMULA_BEGINS) else "text"
            sheet.write_string(*at, cell, looks.of(kind))


def _scale(note: str) -> float:
    """Return how many times as high as usual a note is."""
    return min(4.0, 1 + len(note) / 200)


def _words(cell: Cell) -> str:
    match cell:
        case Noted(inner):
            return _words(inner)
        case CellNumber(value, form):
            return f"{value:,.0f}{form.partition('.')[2]}."
        case CellDate(day):
            return day.isoformat()
        case _:
            return cell


def _pieces(cell: Cell) -> list[Cell]:
    if not isinstance(cell, str):
        return [cell]
    return [cell[start : start + CELL_CHARACTERS] for start in range(0, max(1, len(cell)), CELL_CHARACTERS)]


def _has_numbers(rows: Sequence[Sequence[Cell]], column: int) -> bool:
    """Return whether most cells of a column that say something are numbers."""
    cells = [row[column] for row in rows if column < len(row) and row[column] != ""]
    return sum(isinstance(cell, CellNumber) for cell in cells) * 2 > len(cells)


def _widths(rows: Sequence[Sequence[Cell]]) -> list[int]:
    columns = zip_longest(*rows, fillvalue="")
    return [min(_WIDEST, max(_NARROWEST, *(_width(cell) + 3 for cell in column))) for column in columns]


def _width(cell: Cell) -> int:
    """Return the width of a cell's longest line, in Latin letters."""
    wide = ("W", "F")
    lines = _words(cell).split("\n")
    return max((sum(1 + (unicodedata.east_asian_width(each) in wide) for each in line) for line in lines), default=0)
