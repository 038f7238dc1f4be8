"""A table of an answer for spreadsheets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from app.export.workbook import FORMULA_BEGINS, Cell, add_sheet, new_workbook, read_number
from app.wording.i18n import _

Rows: TypeAlias = Sequence[Sequence[str]]
"""Rows of cells, the headings first, as plain text."""


def disarm_cell(untrusted_text: str) -> str:
    """Return a cell that no spreadsheet takes for a formula when it is pasted."""
    if untrusted_text.startswith(FORMULA_BEGINS) and read_number(untrusted_text) is None:
        return f"'{untrusted_text}"
    return untrusted_text


def write_table(rows: Rows) -> bytes:
    """Return an Excel workbook in which numbers are numbers, and all else is text."""
    head, *others = rows or [[]]
    cells: list[list[Cell]] = [[read_number(text) or text for text in row] for row in others]
    with new_workbook(_("Table")) as (workbook, file):
        add_sheet(workbook, _("Table"), head, cells)
    return file.getvalue()
