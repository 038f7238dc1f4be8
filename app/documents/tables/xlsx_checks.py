"""Checks a workbook before calamine reads it, which has no limits, and writes formats of cells as text."""

from __future__ import annotations

import io
import re
import zipfile
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import pairwise

import msgspec
from lxml import etree

from app.core.documents.document import Format
from app.documents.formats.archive import Archive
from app.documents.formats.contract import Content, Progress, none_if_damaged, refuse_damaged, refuse_over
from app.documents.formats.xml import attribute, child, children, local_name, parse_xml, switch, value_in, whole_number
from app.documents.tables.rows import MAX_COLUMNS, MAX_ROWS
from app.documents.text.colours import WHITE, Colour, is_lost, read_hex
from app.documents.text.runs import PLAIN, Change, Run, RunStyle, Shift, written

MAX_CELLS = 4_000_000
"""The most cells of the rectangle up to a sheet's last cell: calamine holds all of it, about 32 bytes a cell."""

MAX_STRING_CHARACTERS = 500_000_000
"""The most characters of a sheet's shared strings, with their markup: calamine holds a copy for each cell."""

_STYLES = "xl/styles.xml"
_TYPES = "[Content_Types].xml"
_NEEDED = re.compile(r"(?:\[Content_Types\]\.xml|_rels/\.rels|xl/(?:.*/)?[^/]*\.(?:xml|rels))", re.IGNORECASE)
_PREFIX = rb"(?:[^\s<>/:=!?]+:)?"
_TAG = re.compile(
    rb"<(/?)" + _PREFIX + rb"(row|c)(?=[\s/>])((?:\s+[^\s<>=\"'/]+\s*=\s*(?:\"[^\"<]*\"|'[^'<]*'))*)\s*(/?)>"
)
_TAG_BEGINS = re.compile(rb"</?" + _PREFIX + rb"(?:row|c)(?=[\s/>])")
_REFERENCE = re.compile(rb"\sr\s*=\s*[\"']([^\"']*)[\"']")
_STYLE = re.compile(rb"\ss\s*=\s*[\"'](\d{1,6})[\"']")
_ROW, _CELL = re.compile(rb"\d{1,7}"), re.compile(rb"([A-Za-z]{1,3})(\d{1,7})")
_STRING = re.compile(rb"<" + _PREFIX + rb"si(?=[\s/>])")
_STRING_USE = re.compile(rb"\st\s*=\s*[\"']s[\"'][^<>]*>\s*<" + _PREFIX + rb"v(?:\s[^<>]*)?>\s*(\d{1,9})\s*<")
_FILLING = (b"conditionalFormatting", b"tablePart")  # what fills cells, whatever their styles say
_NO_SHOW = ";;;"
_WHITES = ("1", "9")  # of the indexed colours
_STRINGS = {"si", "is"}
_SHIFTS = {"superscript": Shift.RAISED, "subscript": Shift.LOWERED}


class CheckedWorkbook(msgspec.Struct, frozen=True):
    """A workbook that calamine may read; `struck` has for each sheet's part the struck cells: row and column, from 1;
    `unseen` has those whose content does not show.
    """

    packed: bytes
    struck: Mapping[str, frozenset[tuple[int, int]]]
    unseen: Mapping[str, frozenset[tuple[int, int]]]


def repack(archive: Archive, content: Content, progress: Progress) -> CheckedWorkbook:
    """Pack the parts that calamine needs as our archive read them: calamine may read a damaged directory otherwise.
    Formats that calamine does not report are written into the strings, or returned.

    Raises AppError DOCUMENT_DAMAGED if there is no workbook, DOCUMENT_LIMIT if a sheet is too large.
    """
    names = archive.names()
    if _TYPES not in archive or not any(name.startswith("xl/") for name in names):
        refuse_damaged(content, Format.XLSX)
    lengths: list[int] = []
    uses: list[Counter[bytes]] = []
    struck: dict[str, frozenset[tuple[int, int]]] = {}
    unseen: dict[str, frozenset[tuple[int, int]]] = {}
    struck_styles, unseen_styles = _read_styles(archive, content)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as target:
        for name in filter(_NEEDED.fullmatch, names):
            progress(0, 0)
            untrusted_xml = _write_looks(archive.read(name), content)
            cells = dict(_cells(untrusted_xml, content))
            _refuse_large_sheet(set(cells), content)
            if struck_styles:
                struck[name] = frozenset(place for place, style in cells.items() if style in struck_styles)
            if unseen_styles and not any(each in untrusted_xml for each in _FILLING):
                unseen[name] = frozenset(place for place, style in cells.items() if style in unseen_styles)
            starts = [found.start() for found in _STRING.finditer(untrusted_xml)]
            lengths += [end - start for start, end in pairwise([*starts, len(untrusted_xml)])]
            uses.append(Counter(_STRING_USE.findall(untrusted_xml)))
            target.writestr(zipfile.ZipInfo(name), untrusted_xml)
    for sheet in uses:
        characters = sum(lengths[int(index)] * count for index, count in sheet.items() if int(index) < len(lengths))
        refuse_over(MAX_STRING_CHARACTERS, characters, "characters", content)
    return CheckedWorkbook(packed.getvalue(), struck, unseen)


def _refuse_large_sheet(places: set[tuple[int, int]], content: Content) -> None:
    """Refuse a sheet that is too large, before calamine allocates every cell up to the last one. Raises AppError
    DOCUMENT_LIMIT."""
    if not places:
        return
    columns = {column for _, column in places}
    last_row = max(row for row, _ in places)
    refuse_over(MAX_ROWS, last_row, "rows", content)
    refuse_over(MAX_COLUMNS, max(columns), "columns", content)
    refuse_over(MAX_CELLS, last_row * (max(columns) - min(columns) + 1), "cells", content)


def _cells(untrusted_xml: bytes, content: Content) -> Iterator[tuple[tuple[int, int], int]]:
    """Yield row and column, from 1, and the style of each cell that may have content, counted as calamine does, which
    reads tag after tag, however they are nested. XML that is not as programs write it is damage; in UTF-16, for
    example, the tags would not be found."""
    row = column = 1
    tags = 0
    for tag in _TAG.finditer(untrusted_xml):
        tags += 1
        end, kind, attributes, empty = tag.groups()
        references = _REFERENCE.findall(attributes)
        if len(references) > 1:
            refuse_damaged(content, Format.XLSX)
        if kind == b"row":
            row = _row(references[0], content) if references else row
            if end or empty:
                row, column = row + 1, 1
        elif not end:
            place = _place(references[0], content) if references else (row, column)
            column = place[1] + 1
            if not empty:
                style = _STYLE.search(attributes)
                yield place, int(style[1]) if style else 0
    if b"\0" in untrusted_xml or tags != len(_TAG_BEGINS.findall(untrusted_xml)):
        refuse_damaged(content, Format.XLSX)


def _row(untrusted_reference: bytes, content: Content) -> int:
    if not _ROW.fullmatch(untrusted_reference):
        refuse_damaged(content, Format.XLSX)
    return int(untrusted_reference)


def _place(untrusted_reference: bytes, content: Content) -> tuple[int, int]:
    """Return row and column, from 1, of a reference such as AB12."""
    found = _CELL.fullmatch(untrusted_reference)
    if not found or not int(found[2]):
        refuse_damaged(content, Format.XLSX)
    return int(found[2]), _column(found[1].upper())


@lru_cache(maxsize=MAX_COLUMNS)
def _column(letters: bytes) -> int:
    column = 0
    for letter in letters:
        column = column * 26 + letter - ord("A") + 1
    return column


def _write_looks(untrusted_xml: bytes, content: Content) -> bytes:
    """Write raised, lowered and struck runs into the text of their strings: calamine joins the runs of a string."""
    if b"vertAlign" not in untrusted_xml and b"strike" not in untrusted_xml:
        return untrusted_xml
    root = none_if_damaged(lambda: parse_xml(untrusted_xml, content))
    if root is None:
        return untrusted_xml  # calamine then reports the damage
    changed = False
    for element in root.iter():
        if local_name(element) in _STRINGS:
            runs = [_run(each) for each in element if local_name(each) == "r"]
            if any(look != PLAIN for _, look in runs):
                _set_text(element, written(runs))
                changed = True
    return etree.tostring(root, encoding="utf-8") if changed else untrusted_xml


def _read_styles(archive: Archive, content: Content) -> tuple[frozenset[int], frozenset[int]]:
    """Return the numbers of the cell styles that strike out the whole cell, and of those that do not show what is in
    it."""
    if _STYLES not in archive:
        return frozenset(), frozenset()
    untrusted_xml = archive.read(_STYLES)
    root = none_if_damaged(lambda: parse_xml(untrusted_xml, content))
    fonts, fills = children(child(root, "fonts")), children(child(root, "fills"))
    struck = {number for number, font in enumerate(fonts) if switch(font, "strike")}
    colours = dict(enumerate(_colour(child(font, "color")) for font in fonts))
    grounds = dict(enumerate(map(_ground, fills)))
    empty = {
        attribute(each, "numFmtId")
        for each in children(child(root, "numfmts"))
        if attribute(each, "formatCode").replace(" ", "") == _NO_SHOW
    }
    struck_styles, unseen_styles = set[int](), set[int]()
    for number, style in enumerate(children(child(root, "cellxfs"))):
        font, fill = (whole_number(attribute(style, name), -1) for name in ("fontId", "fillId"))
        if font in struck:
            struck_styles.add(number)
        if attribute(style, "numFmtId") in empty or is_lost(colours.get(font), grounds.get(fill)):
            unseen_styles.add(number)
    return frozenset(struck_styles), frozenset(unseen_styles)


def _colour(element: etree._Element | None) -> Colour | None:
    """Return a colour; None for one that is not known here, or that programs choose."""
    if element is None or attribute(element, "tint"):
        return None
    if attribute(element, "indexed") in _WHITES or attribute(element, "theme") == "0":
        return WHITE
    untrusted_colour = attribute(element, "rgb")
    return read_hex(untrusted_colour[2:] if len(untrusted_colour) == 8 else untrusted_colour)


def _ground(fill: etree._Element) -> Colour | None:
    """Return the colour of a fill behind the text; None for a gradient, a pattern, and a colour that is not known
    here."""
    pattern = child(fill, "patternfill")
    if pattern is None:
        return None
    kind = attribute(pattern, "patternType")
    if kind in ("", "none"):
        return WHITE
    return _colour(child(pattern, "fgcolor")) if kind == "solid" else None


def _run(run: etree._Element) -> Run:
    text, properties = child(run, "t"), child(run, "rpr")
    look = RunStyle(
        _SHIFTS.get(value_in(properties, "vertalign"), Shift.NONE),
        Change.STRUCK if switch(properties, "strike") else Change.NONE,
    )
    return (text.text or "") if text is not None else "", look


def _set_text(string: etree._Element, text: str) -> None:
    for each in list(string):
        string.remove(each)
    inner = etree.SubElement(string, str(string.tag).rpartition("}")[0] + "}t" if "}" in str(string.tag) else "t")
    inner.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
    inner.text = text
