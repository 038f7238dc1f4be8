"""Writes the report of a table into a file of the format that its name says."""

from __future__ import annotations

from pathlib import Path

from app.export.files import check_ending, write_bytes
from app.features.tables.export.report import SheetReport, TableReport

SHEET_ENDINGS = (".docx", ".xlsx", ".md", ".html")
GRID_ENDINGS = (".xlsx", ".csv", ".docx")


def write(report: TableReport, path: Path) -> None:
    """Write a report into a file for its owner's eyes only, whole or not at all. Raises AppError as
    `app.export.files.write` does."""
    check_ending(path, SHEET_ENDINGS if isinstance(report, SheetReport) else GRID_ENDINGS)
    write_bytes(_written(report, path.suffix.lower()), path)


def _written(report: TableReport, ending: str) -> bytes:
    """Return the bytes of the file. The libraries of a format are loaded when a file of it is written: together they
    took a tenth of the start."""
    if ending == ".docx":
        from app.features.tables.export import word

        return word.write(report)
    if ending == ".xlsx":
        from app.features.tables.export import workbook

        return workbook.write(report)
    if not isinstance(report, SheetReport):
        from app.features.tables.export import csv_table

        return csv_table.write_grid(report)
    if ending == ".md":
        from app.features.tables.export import markdown

        return markdown.write_sheet(report).encode()
    from app.features.tables.export import web

    return web.write_sheet(report).encode()
