"""A question sheet as an Excel workbook. Every cell is text: no program that opens it computes one as a formula."""

from __future__ import annotations

import io
from collections.abc import Sequence
from itertools import zip_longest

import xlsxwriter

from app.export.sheet import SheetLine, SheetReport, headings
from app.wording.i18n import _

CELL_CHARACTERS = 32_767
"""What Excel holds in a cell; a longer text continues in the row below."""

_WIDTHS = (5, 40, 80, 60, 40)  # of the columns, in characters
_FORMULA_BEGINS = ("=", "+", "-", "@", "\t", "\r")


def write_sheet(report: SheetReport) -> bytes:
    file = io.BytesIO()
    texts_only = {"strings_to_formulas": False, "strings_to_numbers": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(file, {"in_memory": True, **texts_only}) as workbook:
        workbook.set_properties({"title": report.title})
        sheet = workbook.add_worksheet(_("Questions"))
        look = {"text_wrap": True, "valign": "top"}
        plain = workbook.add_format(look)
        bold = workbook.add_format({**look, "bold": True})
        quoted = workbook.add_format({**look, "quote_prefix": True})  # so that editing the cell leaves it a text
        for column, width in enumerate(_WIDTHS):
            sheet.set_column(column, column, width)
        for column, words in enumerate(("", *headings(), _("Note"))):
            sheet.write_string(0, column, words, bold)
        sheet.freeze_panes(1, 0)
        row = 1
        for line in report.lines:
            for cells in zip_longest(*map(_pieces, _cells(line)), fillvalue=""):
                for column, text in enumerate(cells):
                    sheet.write_string(row, column, text, quoted if text.startswith(_FORMULA_BEGINS) else plain)
                row += 1
    return file.getvalue()


def _cells(line: SheetLine) -> Sequence[str]:
    return str(line.number), line.question, line.plain_answer, "\n".join(line.listed), line.note


def _pieces(text: str) -> list[str]:
    return [text[start : start + CELL_CHARACTERS] for start in range(0, max(1, len(text)), CELL_CHARACTERS)]
