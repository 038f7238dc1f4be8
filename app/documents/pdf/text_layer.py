"""Finds the places of a PDF page's characters and links on its drawing."""

from __future__ import annotations

import ctypes
from array import array
from collections.abc import Iterator, Sequence
from contextlib import closing
from typing import NamedTuple

import pypdfium2
import pypdfium2.raw as pdfium

from app.core.documents.document import PageLayer
from app.documents.formats.contract import Content
from app.documents.pdf.annotations import NOTHING_ON_TOP
from app.documents.pdf.hidden_text import look_at
from app.documents.pdf.links import Place, page_links
from app.documents.pdf.page import extract
from app.documents.pdf.pdf import open_page
from app.documents.pdf.rulings import Box
from app.documents.pdf.table_placeholders import TableRanges
from app.language.tables import BETWEEN_CELLS

MAX_LAYER_CHARACTERS = 100_000
"""The most characters of a page: further ones cannot be highlighted or selected. A dense newspaper page has 20,000."""

_SPAN = 1 << 24  # device units across the page, so that PDFium's whole numbers lose nothing
_POINTS = 1_000.0
_HYPHEN_CODE = 0x2  # of a hyphen at a line's end
_HIGH, _LOW = range(0xD800, 0xDC00), range(0xDC00, 0xE000)
_NOWHERE = (0.0, 0.0, 0.0, 0.0)


def page_layer(content: Content, page: int) -> PageLayer:
    """Return the visible characters of page `page`, from 1, in PDFium's order; those of tables row by row with
    dividers, as in the page's text.

    A hyphen at a line's end is `-` and a line break. Rotation and crop box are those of the drawing. Raises AppError
    PAGE_UNAVAILABLE if there is no such page, or PDFium cannot read it.
    """
    with open_page(content, page) as opened:
        seen = look_at(opened, content)
        for raw in seen.unseen:
            pdfium.FPDFPageObj_SetIsActive(raw, False)
        layout, _, _ = extract(opened, content, 0, seen.rules, NOTHING_ON_TOP)
        with closing(opened.get_textpage()) as textpage:
            placing = _placing(opened)
            glyphs = _read(textpage, placing)
        links = page_links(opened, placing)
    text, boxes = [], array("f")
    for glyph in _arranged(glyphs, layout.tables):
        text.append(glyph.text)
        for place in range(len(glyph.text)):
            boxes.extend(_NOWHERE if place else glyph.box)
    return PageLayer("".join(text), boxes.tobytes(), links)


class _Glyph(NamedTuple):
    """The text that PDFium counts as one character, and its box; the text may have no character, or two."""

    text: str
    box: Box


def _arranged(glyphs: Sequence[_Glyph], tables: Sequence[TableRanges]) -> Iterator[_Glyph]:
    owners: dict[int, TableRanges] = {}
    for table in tables:
        owners |= {index: table for row in table for cell in row for begin, end in cell for index in range(begin, end)}
    done: set[int] = set()
    is_behind = False  # after a word of a table, whose spaces and line ends come with its rows
    for index, glyph in enumerate(glyphs):
        table_here = owners.get(index)
        is_behind = table_here is not None or (is_behind and glyph.text.isspace())
        if table_here is None:
            if not is_behind:
                yield glyph
        elif id(table_here) not in done:
            done.add(id(table_here))
            for row in table_here:
                for place, cell in enumerate(row):
                    if place:
                        yield _Glyph(BETWEEN_CELLS, _NOWHERE)
                    for word, (begin, end) in enumerate(cell):
                        if word and begin > cell[word - 1][1]:
                            yield _Glyph(" ", _NOWHERE)
                        yield from glyphs[begin:end]
                yield _Glyph("\n", _NOWHERE)


def _read(textpage: pypdfium2.PdfTextPage, place: Place) -> list[_Glyph]:
    glyphs: list[_Glyph] = []
    high = 0  # the first half of a character that PDFium gives in two
    for index in range(min(textpage.count_chars(), MAX_LAYER_CHARACTERS)):
        code = pdfium.FPDFText_GetUnicode(textpage.raw, index)
        if code in _HIGH:
            high = code
            glyphs.append(_Glyph("", _NOWHERE))
            continue
        box = _box(textpage, index, place)
        if code == _HYPHEN_CODE:
            glyphs.append(_Glyph("-\n", box))
            continue
        if code in _LOW and high:
            code = 0x10000 + ((high - _HIGH.start) << 10) + code - _LOW.start
        high = 0
        character = "\ufffd" if code == 0 or code in _LOW else chr(code)
        glyphs.append(_Glyph(character, _NOWHERE if character.isspace() else box))
    return glyphs


def _box(textpage: pypdfium2.PdfTextPage, index: int, place: Place) -> Box:
    """Return the character's box, as high as the line, so that neighbours form an even band; if the font gives no
    height, as high as the glyph."""
    edges = pdfium.FS_RECTF()
    left, bottom, right, top = 0.0, 0.0, 0.0, 0.0
    if pdfium.FPDFText_GetLooseCharBox(textpage.raw, index, ctypes.byref(edges)):
        left, bottom, right, top = edges.left, edges.bottom, edges.right, edges.top
    if right <= left or top <= bottom:
        try:
            left, bottom, right, top = textpage.get_charbox(index)
        except pypdfium2.PdfiumError:
            return _NOWHERE
    x1, y1 = place(left, top)
    x2, y2 = place(right, bottom)
    x1, x2, y1, y2 = (min(1.0, max(0.0, edge)) for edge in (*sorted((x1, x2)), *sorted((y1, y2))))
    return (x1, y1, x2, y2) if x2 > x1 and y2 > y1 else _NOWHERE


def _placing(page: pypdfium2.PdfPage) -> Place:
    """Return a function from points of the page to shares of the drawing. It is linear, so three points of PDFium give
    it."""
    origin_x, origin_y = _on_drawing(page, 0.0, 0.0)
    right_x, right_y = _on_drawing(page, _POINTS, 0.0)
    up_x, up_y = _on_drawing(page, 0.0, _POINTS)
    a, b = (right_x - origin_x) / _POINTS, (right_y - origin_y) / _POINTS
    c, d = (up_x - origin_x) / _POINTS, (up_y - origin_y) / _POINTS
    return lambda x, y: (origin_x + a * x + c * y, origin_y + b * x + d * y)


def _on_drawing(page: pypdfium2.PdfPage, x: float, y: float) -> tuple[float, float]:
    across, down = ctypes.c_int(), ctypes.c_int()
    if not pdfium.FPDF_PageToDevice(page.raw, 0, 0, _SPAN, _SPAN, 0, x, y, ctypes.byref(across), ctypes.byref(down)):
        raise pypdfium2.PdfiumError("the page has no place on a drawing")
    return across.value / _SPAN, down.value / _SPAN
