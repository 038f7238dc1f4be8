"""Reads OpenDocument spreadsheets: the visible sheets, row by row, with stored values. Source: OpenDocument 1.3.

Calamine is not used: it loses what follows several spaces in a cell, and takes the next sheet's text in its place.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterator, Sequence
from functools import partial

from lxml import etree

from app.core.documents.document import Document, Flag, Format
from app.core.errors import AppError, Code
from app.documents.formats.contract import Content, Progress, refuse_over, to_document
from app.documents.formats.xml import attribute, child, children, find, find_all, local_name, text_in
from app.documents.opendocument.odf import OdfPackage, OdfWalker
from app.documents.tables.rows import MAX_COLUMNS, MAX_ROWS, RowComment, Tables
from app.documents.tables.values import written
from app.documents.tables.workbook import MAX_SHEETS, PROGRESS_ROWS
from app.documents.text import notation
from app.documents.text.flow import Block, flow
from app.documents.text.hidden import LeftOut

format = Format.ODS

_ROW_GROUPS = {"table-row-group", "table-header-rows", "table-rows"}
_CELLS = {"table-cell", "covered-table-cell"}
_NUMBERS = {"float", "percentage", "currency"}
_TIME = re.compile(r"(-?)PT(?:(\d{1,6})H)?(?:(\d{1,4})M)?(?:(\d{1,4})(?:\.\d{1,12})?S)?")
_MAX_DIGITS = 7
_DAY = datetime.timedelta(days=1)


def parse(content: Content, progress: Progress) -> Document:
    """Parse a spreadsheet. Hidden sheets, and cells that do not show what is in them, are left out and flagged,
    comments kept apart. Raises AppError DOCUMENT_ENCRYPTED for a file with a password."""
    progress(0, 1)
    package = OdfPackage(content, format, "spreadsheet")
    sheets = [each for each in package.body if local_name(each) == "table"]
    refuse_over(MAX_SHEETS, len(sheets), "sheets", content)
    hidden = set(_hidden_styles(package))
    shown = [each for each in sheets if attribute(each, "style-name") not in hidden]
    tables = Tables(content)

    def blocks() -> Iterator[Block]:
        walker = package.walker(None)
        for done, sheet in enumerate(shown):
            reader = _SheetReader(sheet, walker, content, partial(progress, done, len(shown)))
            comments = sorted(reader.comments(), key=lambda comment: comment.row)
            yield from tables.blocks(reader.rows(), attribute(sheet, "name"), comments=comments)
            if unseen := reader.left_out.take():
                yield Block("", flags=(Flag.HIDDEN_TEXT,), untrusted_hidden=unseen)
            yield from walker.read_aside(children(child(sheet, "shapes")))
        if len(shown) < len(sheets):
            yield Block("", flags=(Flag.HIDDEN_TEXT,))

    flowed = flow(blocks())
    if tables.are_empty:
        raise AppError(Code.DOCUMENT_NO_TEXT, path=content.name, pages=len(shown))
    progress(max(1, len(shown)), max(1, len(shown)))
    return to_document(flowed, content, format, package.title, package.language, facts=package.facts)


def _hidden_styles(package: OdfPackage) -> Iterator[str]:
    for root in (package.styles, package.root):
        for style in find_all(root, "style"):
            properties = child(style, "table-properties")
            if properties is not None and attribute(properties, "display") == "false":
                yield attribute(style, "name")


class _SheetReader:
    """Reads one sheet. Rows and cells that are repeated without content cost nothing until content follows them."""

    def __init__(self, sheet: etree._Element, walker: OdfWalker, content: Content, step: Callable[[], None]) -> None:
        self._sheet = sheet
        self._walker = walker
        self._content = content
        self._step = step
        self._is_plain = find(sheet, "conditional-formats") is None
        self.left_out = LeftOut()

    def rows(self) -> Iterator[Sequence[str]]:
        empty = 0
        for number, (row, count) in enumerate(self._repeated_rows()):
            if number % PROGRESS_ROWS == 0:
                self._step()
            cells = self._cells(row)
            if not cells:
                empty += count
                continue
            refuse_over(MAX_ROWS, empty + count, "rows", self._content)
            yield from ((),) * empty
            empty = 0
            yield from (cells,) * count

    def comments(self) -> Iterator[RowComment]:
        """Yield the comments of all cells, in no certain order; those of a cell that is repeated once."""
        number = 1
        for row, count in self._repeated_rows():
            column = 1
            for cell, width in _repeated(row, _CELLS, "number-columns-repeated"):
                for each in cell:
                    if local_name(each) == "annotation":
                        yield from self._comment(each, number, column)
                column += width
            number += count

    def _comment(self, annotation: etree._Element, row: int, column: int) -> Iterator[RowComment]:
        said = [each for each in annotation if local_name(each) in ("p", "list")]
        text = " ".join(block.untrusted_text for block in self._walker.read_aside(said))
        if text.strip():
            place = f"{_letters(column)}{row}"
            yield RowComment(row, notation.comment(text, text_in(child(annotation, "creator"), "creator"), place))

    def _repeated_rows(self) -> Iterator[tuple[etree._Element, int]]:
        stack = list(reversed(self._sheet))
        while stack:
            element = stack.pop()
            name = local_name(element)
            if name in _ROW_GROUPS:
                stack += reversed(element)
            elif name == "table-row":
                yield element, _count(element, "number-rows-repeated")

    def _cells(self, row: etree._Element) -> list[str]:
        """Return the cells of a row up to the last one with content."""
        cells: list[str] = []
        empty = 0
        for cell, count in _repeated(row, _CELLS, "number-columns-repeated"):
            value = self._value(cell)
            if not value:
                empty += count
                continue
            refuse_over(MAX_COLUMNS, len(cells) + empty + count, "columns", self._content)
            cells += [""] * empty + [value] * count
            empty = 0
        return cells

    def _value(self, cell: etree._Element) -> str:
        if not len(cell) and not cell.attrib:
            return ""
        kind = attribute(cell, "value-type")
        value = _stored(cell, kind) if kind and kind != "string" else ""
        value, style = value or self._text(cell), attribute(cell, "style-name")
        if value and self._is_plain and find(cell, "span") is None and self._walker.hides(style):
            self.left_out.add(f"{value} ")
            return ""
        return notation.struck(value) if value and self._walker.strikes(style) else value

    def _text(self, cell: etree._Element) -> str:
        said = [each for each in cell if local_name(each) != "annotation"]
        if len(said) == 1 and local_name(said[0]) == "p" and not len(said[0]):
            return (said[0].text or "").strip()
        return " ".join(block.untrusted_text for block in self._walker.read_aside(said)).strip()


def _stored(cell: etree._Element, kind: str) -> str:
    """Return a value that is no text, as people read it; "" if it is not as the format says."""
    try:
        if kind in _NUMBERS:
            return written(float(attribute(cell, "value")))
        if kind == "date":
            value = attribute(cell, "date-value")
            day = datetime.date.fromisoformat(value[:10])
            return written(datetime.datetime.fromisoformat(value[:19])) if len(value) > 10 else written(day)
        if kind == "time":
            return _duration(attribute(cell, "time-value"))
    except ValueError:
        return ""
    return written(attribute(cell, "boolean-value") == "true") if kind == "boolean" else ""


def _duration(untrusted_value: str) -> str:
    """Return a time of the day if it can be one, as a spreadsheet shows it."""
    found = _TIME.fullmatch(untrusted_value)
    if not found:
        return ""
    hours, minutes, seconds = (int(each or 0) for each in found.groups()[1:])
    value = datetime.timedelta(hours=hours, minutes=minutes, seconds=seconds)
    if found[1] or value >= _DAY:
        return written(-value if found[1] else value)
    return written((datetime.datetime.min + value).time())


def _repeated(row: etree._Element, names: set[str], count: str) -> Iterator[tuple[etree._Element, int]]:
    return ((each, _count(each, count)) for each in row if local_name(each) in names)


def _count(element: etree._Element, name: str) -> int:
    """Return how often an element is repeated; what is no short number is more than any sheet has."""
    value = attribute(element, name)
    if value.isascii() and value.isdigit() and len(value) <= _MAX_DIGITS:
        return max(1, int(value))
    return 10 * MAX_ROWS if value else 1


def _letters(column: int) -> str:
    """Return the name of a column, counted from 1: A, Z, AA."""
    letters = ""
    while column:
        column, digit = divmod(column - 1, 26)
        letters = chr(ord("A") + digit) + letters
    return letters
