"""Reads the visible sheets of a workbook with calamine, row by row, with stored values."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from itertools import chain

import msgspec
from python_calamine import CalamineWorkbook, SheetMetadata, SheetTypeEnum, SheetVisibleEnum, load_workbook

from app.core.documents.document import Document, Flag, Format
from app.core.documents.facts import NO_FACTS, Facts
from app.core.errors import AppError, Code
from app.documents.formats.contract import Content, Progress, guarded, refuse_over, to_document
from app.documents.tables.rows import RowComment, Tables
from app.documents.tables.values import written
from app.documents.text import notation
from app.documents.text.flow import Block, flow
from app.documents.text.hidden import LeftOut

MAX_SHEETS = 1_000
PROGRESS_ROWS = 1_000
_SHEETS = (SheetTypeEnum.WorkSheet, SheetTypeEnum.ChartSheet)


class SheetAsides(msgspec.Struct, frozen=True):
    """The parts of a sheet that calamine does not read: the struck cells (row and column, from 1), those that hide
    what is in them, the comments in the order of their rows, the charts as text.
    """

    struck: frozenset[tuple[int, int]] = frozenset()
    unseen: frozenset[tuple[int, int]] = frozenset()
    comments: tuple[RowComment, ...] = ()
    charts: tuple[str, ...] = ()


def read_workbook(
    untrusted_bytes: bytes,
    content: Content,
    format: Format,
    progress: Progress,
    untrusted_title: str = "",
    asides_of: Callable[[str], SheetAsides] = lambda _name: SheetAsides(),
    facts: Facts = NO_FACTS,
) -> Document:
    """Read the document of a workbook whose size was checked: calamine has no limits. Hidden sheets are left out and
    flagged. Raises AppError DOCUMENT_DAMAGED, DOCUMENT_LIMIT, DOCUMENT_NO_TEXT."""
    workbook = guarded(lambda: load_workbook(io.BytesIO(untrusted_bytes)), content, format)
    sheets = [each for each in workbook.sheets_metadata if each.typ in _SHEETS]
    refuse_over(MAX_SHEETS, len(sheets), "sheets", content)
    shown = [each for each in sheets if each.visible is SheetVisibleEnum.Visible]
    hidden = [Block("", flags=(Flag.HIDDEN_TEXT,))] if len(shown) < len(sheets) else []
    reader = _Reader(workbook, asides_of, content, format, progress)
    flowed = flow(chain(reader.blocks(shown), hidden))
    if reader.tables.are_empty:
        raise AppError(Code.DOCUMENT_NO_TEXT, path=content.name, pages=len(shown))
    progress(len(shown), len(shown))
    return to_document(flowed, content, format, untrusted_title, facts=facts)


class _Reader:
    def __init__(
        self,
        workbook: CalamineWorkbook,
        asides_of: Callable[[str], SheetAsides],
        content: Content,
        format: Format,
        progress: Progress,
    ) -> None:
        self.tables = Tables(content)
        self._workbook = workbook
        self._asides_of = asides_of
        self._content = content
        self._format = format
        self._progress = progress
        self._left_out = LeftOut()

    def blocks(self, shown: list[SheetMetadata]) -> Iterator[Block]:
        for done, sheet in enumerate(shown):
            asides = self._asides_of(sheet.name)
            rows = iter(self._rows(sheet.name, asides, done, len(shown)))
            if sheet.typ is not SheetTypeEnum.WorkSheet:
                rows = iter(())
            yield from self.tables.blocks(rows, sheet.name, comments=asides.comments)
            if unseen := self._left_out.take():
                yield Block("", flags=(Flag.HIDDEN_TEXT,), untrusted_hidden=unseen)
            if asides.charts:
                yield Block("\n".join(asides.charts))

    def _rows(self, name: str, asides: SheetAsides, done: int, total: int) -> Iterator[Sequence[str]]:
        self._progress(done, total)
        sheet = guarded(lambda: self._workbook.get_sheet_by_name(name), self._content, self._format)
        rows = guarded(sheet.iter_rows, self._content, self._format)
        left = sheet.start[1] if sheet.start else 0
        number = 0
        while (row := guarded(lambda: next(rows, None), self._content, self._format)) is not None:
            if number % PROGRESS_ROWS == 0:
                self._progress(done, total)
            number += 1
            cells = [written(value) for value in row]
            if asides.struck:
                cells = [
                    notation.struck(cell) if cell and (number, left + column) in asides.struck else cell
                    for column, cell in enumerate(cells, 1)
                ]
            if asides.unseen:
                for column, cell in enumerate(cells, 1):
                    if cell and (number, left + column) in asides.unseen:
                        self._left_out.add(f"{cell} ")
                        cells[column - 1] = ""
            yield cells
