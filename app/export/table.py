"""A table of an answer as a workbook: numbers are numbers, all else is text, nothing is computed."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from typing import TypeAlias

from app.export.sheet import CELL_CHARACTERS, FORMULA_BEGINS
from app.wording.i18n import _

Rows: TypeAlias = Sequence[Sequence[str]]
"""Rows of cells, the headings first, as plain text."""

_NUMBER = re.compile(r"-?(?:0|[1-9]\d{0,2}(?:,\d{3})+|[1-9]\d*)(?:\.\d{1,2}|\.\d{4,})?")
"""What is a number in English and nothing else elsewhere: `1.200` may be twelve hundred, `007` is a name."""
_WIDEST = 60  # characters of a column
_MOST_DIGITS = 15  # of a number that a spreadsheet keeps as it is


def disarm_cell(untrusted_text: str) -> str:
    """A cell that no spreadsheet takes for a formula when it is pasted."""
    if untrusted_text.startswith(FORMULA_BEGINS) and read_number(untrusted_text) is None:
        return f"'{untrusted_text}"
    return untrusted_text


def read_number(text: str) -> float | None:
    digits = sum(map(str.isdigit, text))
    return float(text.replace(",", "")) if digits <= _MOST_DIGITS and _NUMBER.fullmatch(text) else None


def write_table(rows: Rows) -> bytes:
    """An Excel workbook. Cells of more than `CELL_CHARACTERS` are cut there."""
    import xlsxwriter  # when a file is written

    file = io.BytesIO()
    texts_only = {"strings_to_formulas": False, "strings_to_numbers": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(file, {"in_memory": True, **texts_only}) as workbook:
        sheet = workbook.add_worksheet(_("Table"))
        look = {"text_wrap": True, "valign": "top"}
        plain, bold = workbook.add_format(look), workbook.add_format({**look, "bold": True})
        quoted = workbook.add_format({**look, "quote_prefix": True})  # so that editing the cell leaves it a text
        grouped = workbook.add_format({**look, "num_format": "#,##0.##"})
        for number, row in enumerate(rows):
            for column, text in enumerate(row):
                value = read_number(text) if number else None
                if value is not None:
                    sheet.write_number(number, column, value, grouped if "," in text else plain)
                else:
                    form = bold if not number else quoted if text.startswith(FORMULA_BEGINS) else plain
                    sheet.write_string(number, column, text[:CELL_CHARACTERS], form)
        for column in range(max(map(len, rows), default=0)):
            longest = max((len(row[column]) for row in rows if column < len(row)), default=0)
            sheet.set_column(column, column, min(_WIDEST, longest + 2))
        sheet.freeze_panes(1, 0)
    return file.getvalue()
