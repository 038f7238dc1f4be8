"""Reads workbooks of Excel 97 to 2003: the visible sheets, row by row, with stored values. Source: [MS-XLS]."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from app.core.documents.document import Document, Format
from app.core.errors import AppError, Code
from app.documents.formats.contract import Content, Progress, refuse_damaged, refuse_over
from app.documents.formats.ole import CompoundFile
from app.documents.tables.workbook import read_workbook

format = Format.XLS

MAX_CELLS = 16_000_000
"""The most cells of the rectangles up to the last cell of each sheet: calamine holds all of them at once."""

_STREAMS = (("Workbook",), ("Book",))
_PROGRESS_RECORDS = 100_000
_BEGIN, _PASSWORD = 0x809, 0x2F
# The kinds of records with the row and the column in front: formulas, texts, numbers, errors.
_ONE_CELL = {0x06, 0x206, 0x406, 0xFD, 0x204, 0xD6, 0x203, 0x27E, 0x205}
_CELLS = 0xBD  # of one row, the last column at the end


def parse(content: Content, progress: Progress) -> Document:
    """Parse a workbook. Hidden sheets are left out and flagged, comments and charts are not read. Raises AppError
    DOCUMENT_ENCRYPTED for a workbook with a password."""
    progress(0, 0)
    file = CompoundFile(content, format)
    stream = next((path for path in _STREAMS if path in file), None)
    if stream is None:
        refuse_damaged(content, format)
    _refuse_large(file.read(stream), content, progress)
    title, facts = file.summary()
    return read_workbook(bytes(content.data), content, format, progress, title, facts=facts)


def _refuse_large(untrusted_bytes: bytes, content: Content, progress: Progress) -> None:
    """Refuse a workbook that is too large, before calamine allocates every cell up to the last one of each sheet.
    Raises AppError DOCUMENT_LIMIT."""
    rows: dict[int, tuple[int, int]] = {}
    columns: dict[int, tuple[int, int]] = {}
    sheet = 0
    for number, (kind, data) in enumerate(_records(untrusted_bytes)):
        if number % _PROGRESS_RECORDS == 0:
            progress(0, 0)
        if kind == _PASSWORD:
            raise AppError(Code.DOCUMENT_ENCRYPTED, path=content.name)
        if kind == _BEGIN:
            sheet += 1
        elif (kind in _ONE_CELL or kind == _CELLS) and len(data) >= 6:
            row, first = struct.unpack_from("<HH", data)
            last = struct.unpack_from("<H", data, len(data) - 2)[0] if kind == _CELLS else first
            top, bottom = rows.get(sheet, (row, row))
            left, right = columns.get(sheet, (first, first))
            rows[sheet] = min(top, row), max(bottom, row)
            columns[sheet] = min(left, first), max(right, first, last)
    cells = sum((bottom - top + 1) * (columns[each][1] - columns[each][0] + 1) for each, (top, bottom) in rows.items())
    refuse_over(MAX_CELLS, cells, "cells", content)


def _records(untrusted_bytes: bytes) -> Iterator[tuple[int, bytes]]:
    place = 0
    while place + 4 <= len(untrusted_bytes):
        kind, length = struct.unpack_from("<HH", untrusted_bytes, place)
        place += 4
        yield kind, untrusted_bytes[place : place + length]
        place += length
