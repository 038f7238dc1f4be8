"""Writes the report of a sheet or of a grid into a file of the format that its name says."""

from __future__ import annotations

from pathlib import Path

from app.export.files import check_ending, write_bytes
from app.features.tables.export.grid import GridReport
from app.features.tables.export.sheet import SheetReport

SHEET_ENDINGS = (".docx", ".xlsx", ".md", ".html")
GRID_ENDINGS = (".xlsx", ".csv", ".docx")


def write_sheet(report: SheetReport, path: Path) -> None:
    """For its owner's eyes only, whole or not at all. Raises AppError as `app.export.files.write`."""
    check_ending(path, SHEET_ENDINGS)
    write_bytes(_sheet_written(report, path.suffix.lower()), path)


def write_grid(report: GridReport, path: Path) -> None:
    """The same for a grid."""
    check_ending(path, GRID_ENDINGS)
    write_bytes(_grid_written(report, path.suffix.lower()), path)


def _sheet_written(report: SheetReport, ending: str) -> bytes:
    """The libraries of a format are loaded when a file of it is written: together they took a tenth of the start."""
    match ending:
        case ".docx":
            from app.features.tables.export import word

            return word.write_sheet(report)
        case ".xlsx":
            from app.features.tables.export import sheet_workbook

            return sheet_workbook.write_sheet(report)
        case ".md":
            from app.features.tables.export import markdown

            return markdown.write_sheet(report).encode()
        case _:
            from app.features.tables.export import web

            return web.write_sheet(report).encode()


def _grid_written(report: GridReport, ending: str) -> bytes:
    """The same for a grid."""
    match ending:
        case ".docx":
            from app.features.tables.export import word

            return word.write_grid(report)
        case ".csv":
            from app.features.tables.export import grid_csv

            return grid_csv.write_grid(report)
        case _:
            from app.features.tables.export import grid_workbook

            return grid_workbook.write_grid(report)
