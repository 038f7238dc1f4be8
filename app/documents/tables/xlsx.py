"""Reads Excel workbooks: the visible sheets, row by row, with stored values, comments and charts. Source: ECMA-376."""

from __future__ import annotations

import datetime
import io
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import chain
from typing import TypeVar

from lxml import etree
from python_calamine import CalamineWorkbook, SheetMetadata, SheetTypeEnum, SheetVisibleEnum, load_workbook

from app.core.document import Document, Flag, Format
from app.core.errors import AppError, Code
from app.documents.formats.archive import Archive
from app.documents.formats.contract import Content, Progress, none_if_damaged, refuse_damaged, refuse_over, to_document
from app.documents.formats.detect import OLE
from app.documents.formats.xml import (
    attribute,
    child,
    find_all,
    local_name,
    parse_xml,
    relation_id,
    text_in,
    text_of,
    whole_number,
)
from app.documents.tables import charts
from app.documents.tables.rows import RowComment, Tables
from app.documents.tables.xlsx_checks import repack
from app.documents.text import notation
from app.documents.text.flow import Block, flow

format = Format.XLSX

MAX_SHEETS = 1_000
PROGRESS_ROWS = 1_000
_SHEETS = (SheetTypeEnum.WorkSheet, SheetTypeEnum.ChartSheet)
_PROPERTIES = "docProps/core.xml"
_ROUND_DIGITS = 15  # as many digits as Excel shows; more are noise of binary fractions
_LARGEST_PLAIN = 1e15
_ANY_DAY, _SECOND = datetime.date(2000, 1, 1), datetime.timedelta(seconds=1)
_T = TypeVar("_T")
_WORKBOOK = "xl/workbook.xml"
_CELL = re.compile(r"[A-Za-z]{1,3}([0-9]{1,7})")
_CHARTS = {"chart", "chartEx"}
_STAND_IN = "tc="  # the author of a note that Excel adds for programs without threads


def parse(content: Content, progress: Progress) -> Document:
    """Hidden sheets are left out and flagged. Raises AppError DOCUMENT_ENCRYPTED for a workbook with a password."""
    progress(0, 0)
    if bytes(content.data[: len(OLE)]) == OLE:  # MS-OFFCRYPTO, 2.3
        raise AppError(Code.DOCUMENT_ENCRYPTED, path=content.name)
    archive = Archive(content, format)
    asides = _CommentsAndCharts(archive)
    repacked = repack(archive, content, progress)
    workbook = _guarded(lambda: load_workbook(io.BytesIO(repacked.packed)), content)
    sheets = [each for each in workbook.sheets_metadata if each.typ in _SHEETS]
    refuse_over(MAX_SHEETS, len(sheets), "sheets", content)
    shown = [each for each in sheets if each.visible is SheetVisibleEnum.Visible]
    hidden = [Block("", flags=(Flag.HIDDEN_TEXT,))] if len(shown) < len(sheets) else []
    tables = Tables(content)
    reader = _Reader(workbook, repacked.struck, asides, tables, content)
    flowed = flow(chain(reader.blocks(shown, progress), hidden))
    if tables.are_empty:
        raise AppError(Code.DOCUMENT_NO_TEXT, path=content.name, pages=len(shown))
    progress(len(shown), len(shown))
    return to_document(flowed, content, format, _title(archive, content))


class _Reader:
    def __init__(
        self,
        workbook: CalamineWorkbook,
        struck: Mapping[str, frozenset[tuple[int, int]]],
        asides: _CommentsAndCharts,
        tables: Tables,
        content: Content,
    ) -> None:
        self._workbook = workbook
        self._struck = struck
        self._asides = asides
        self._tables = tables
        self._content = content

    def blocks(self, shown: list[SheetMetadata], progress: Progress) -> Iterator[Block]:
        for done, sheet in enumerate(shown):
            progress(done, len(shown))
            step = partial(progress, done, len(shown))
            rows = self._rows(sheet.name, step) if sheet.typ is SheetTypeEnum.WorkSheet else iter(())
            yield from self._tables.blocks(rows, sheet.name, comments=self._asides.comments(sheet.name))
            if drawn := self._asides.charts(sheet.name):
                yield Block("\n".join(drawn))

    def _rows(self, name: str, step: Callable[[], None]) -> Iterator[Sequence[str]]:
        sheet = _guarded(lambda: self._workbook.get_sheet_by_name(name), self._content)
        rows = _guarded(sheet.iter_rows, self._content)
        struck = self._struck.get(self._asides.part(name), frozenset())
        left = sheet.start[1] if sheet.start else 0
        number = 0
        while (row := _guarded(lambda: next(rows, None), self._content)) is not None:
            if number % PROGRESS_ROWS == 0:
                step()
            number += 1
            cells = [_written(value) for value in row]
            if struck:
                cells = [
                    notation.struck(cell) if cell and (number, left + column) in struck else cell
                    for column, cell in enumerate(cells, 1)
                ]
            yield cells


def _written(value: object) -> str:
    """A value as people read it: 7, 1234.5, 2026-03-12, 2026-03-12 14:30, 1:15:00."""
    match value:
        case bool():
            return "TRUE" if value else "FALSE"
        case float():
            return _decimal(value)
        case datetime.datetime():
            return _to_second(value).isoformat(" ").removesuffix(":00")
        case datetime.time():
            return _to_second(datetime.datetime.combine(_ANY_DAY, value)).time().isoformat().removesuffix(":00")
        case datetime.timedelta():
            return _duration(value)
        case _:
            return str(value)


def _to_second(value: datetime.datetime) -> datetime.datetime:
    """Rounds to a second: times are fractions of a day, and mostly a little off."""
    rounded = value.replace(microsecond=0)
    return rounded + _SECOND if value.microsecond >= 500_000 and rounded < datetime.datetime.max - _SECOND else rounded


def _decimal(value: float) -> str:
    if value.is_integer() and abs(value) < _LARGEST_PLAIN:
        return str(int(value))
    return f"{value:.{_ROUND_DIGITS}g}"


def _duration(value: datetime.timedelta) -> str:
    seconds = round(abs(value).total_seconds())
    sign = "-" if value < datetime.timedelta(0) else ""
    return f"{sign}{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def _title(archive: Archive, content: Content) -> str:
    if _PROPERTIES not in archive:
        return ""
    untrusted_xml = archive.read(_PROPERTIES)
    return text_in(none_if_damaged(lambda: parse_xml(untrusted_xml, content)), "title")


def _guarded(work: Callable[[], _T], content: Content) -> _T:
    """Runs `work`; what calamine cannot read is damage. When it panics, the exception is not even an Exception."""
    try:
        return work()
    except (MemoryError, KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:
        refuse_damaged(content, format, error if isinstance(error, Exception) else None)


class _CommentsAndCharts:
    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        package = {each.kind: each.part for each in archive.relations()}
        self._workbook = package.get("officeDocument", _WORKBOOK)
        self._related = archive.relations(self._workbook)
        self._people = dict(self._read_people())
        self._parts = dict(self._read_parts())

    def part(self, sheet: str) -> str:
        """The path of a sheet's part; "" where it is unknown."""
        return self._parts.get(sheet, "")

    def comments(self, sheet: str) -> list[RowComment]:
        """The comments in the order of their rows; replies follow their comment."""
        found: list[RowComment] = []
        for each in self._archive.relations(self.part(sheet)):
            if each.kind == "comments":
                found += self._notes(each.part)
            elif each.kind == "threadedComment":
                found += self._threads(each.part)
        return sorted(found, key=lambda comment: comment.row)

    def charts(self, sheet: str) -> list[str]:
        relations = self._archive.relations
        drawings = [each.part for each in relations(self.part(sheet)) if each.kind == "drawing"]
        parts = [each.part for drawing in drawings for each in relations(drawing) if each.kind in _CHARTS]
        return [charts.describe(self._archive.optional_tree(part)) for part in parts]

    def _all(self, part: str, name: str) -> Iterator[etree._Element]:
        return find_all(self._archive.optional_tree(part), name)

    def _read_people(self) -> Iterator[tuple[str, str]]:
        for each in self._related:
            if each.kind == "person":
                for person in self._all(each.part, "person"):
                    yield attribute(person, "id"), attribute(person, "displayName")

    def _read_parts(self) -> Iterator[tuple[str, str]]:
        parts = {each.id: each.part for each in self._related}
        for sheet in self._all(self._workbook, "sheet"):
            yield attribute(sheet, "name"), parts.get(relation_id(sheet), "")

    def _notes(self, part: str) -> Iterator[RowComment]:
        authors = [text_of(author) for author in self._all(part, "author")]
        for note in self._all(part, "comment"):
            number = whole_number(attribute(note, "authorId"), len(authors))
            author = authors[number] if number < len(authors) else ""
            text = child(note, "text")
            if text is not None and not author.startswith(_STAND_IN):
                words = "".join(each.text or "" for run in (text, *find_all(text, "r")) for each in _texts(run))
                yield from _comment(note, words.strip().removeprefix(f"{author}:"), author)

    def _threads(self, part: str) -> Iterator[RowComment]:
        for comment in self._all(part, "threadedcomment"):
            text = child(comment, "text")
            if text is not None:
                yield from _comment(comment, text_of(text), self._people.get(attribute(comment, "personId"), ""))


def _texts(run: etree._Element) -> Iterator[etree._Element]:
    return (each for each in run if local_name(each) == "t")


def _comment(element: etree._Element, untrusted_text: str, untrusted_author: str) -> Iterator[RowComment]:
    reference = attribute(element, "ref")
    cell = _CELL.fullmatch(reference)
    if untrusted_text.strip():
        place = reference if cell else ""
        yield RowComment(int(cell[1]) if cell else 1, notation.comment(untrusted_text, untrusted_author, place))
