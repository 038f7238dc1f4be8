"""Writes a copy of a PDF with a person's highlights and notes as annotations, which other programs show and change."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from contextlib import closing
from itertools import groupby
from operator import attrgetter
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium

from app.core.documents.note import Marker
from app.core.errors import AppError, Code
from app.documents.formats.contract import Content
from app.documents.pdf.pdf import open_file
from app.documents.protocol import Highlight

COLOURS: dict[Marker, tuple[int, int, int]] = {
    Marker.YELLOW: (255, 224, 110),
    Marker.BLUE: (158, 203, 245),
    Marker.GREEN: (171, 222, 160),
}
"""The colours under words, multiplied with the paper: black text keeps a contrast of 10 and more."""

_SPAN = 1 << 24  # device units across the page
_PLAIN = (240, 200, 80)
_ICON = 0.03  # of the page's height

_blocks: list[bytes] = []


def _take(_file: Any, data: Any, size: int) -> int:
    _blocks.append(ctypes.string_at(data, size))
    return 1


# The callback is made while the module is imported: later, in the sandbox, no memory can be had for code.
_writer = pdfium.FPDF_FILEWRITE()
_writer.version = 1
_writer.WriteBlock = type(_writer.WriteBlock)(_take)


def annotated(content: Content, highlights: Sequence[Highlight]) -> bytes:
    """Return the whole file, written anew, with one annotation for each highlight; what was encrypted still is.

    Raises AppError PAGE_UNAVAILABLE for a page that does not exist, DOCUMENT_DAMAGED if PDFium cannot write the file,
    and as `open_file` does.
    """
    with open_file(content) as pdf:
        for page, on_page in groupby(sorted(highlights, key=attrgetter("page")), attrgetter("page")):
            if not 1 <= page <= len(pdf):
                raise AppError(Code.PAGE_UNAVAILABLE, path=content.name, page=page)
            with closing(pdf[page - 1]) as opened:
                for highlight in on_page:
                    _add(opened, highlight)
        try:
            if not pdfium.FPDF_SaveAsCopy(pdf.raw, ctypes.byref(_writer), pdfium.FPDF_NO_INCREMENTAL):
                raise AppError(Code.DOCUMENT_DAMAGED, path=content.name, format="pdf")
            return b"".join(_blocks)
        finally:
            _blocks.clear()


def _add(page: pypdfium2.PdfPage, highlight: Highlight) -> None:
    kind = pdfium.FPDF_ANNOT_HIGHLIGHT if highlight.boxes else pdfium.FPDF_ANNOT_TEXT
    annotation = pdfium.FPDFPage_CreateAnnot(page.raw, kind)
    if not annotation:
        raise pypdfium2.PdfiumError("the page takes no annotation")
    try:
        quads = [_quad(page, box) for box in highlight.boxes or ((0.02, 0.02, 0.02 + _ICON, 0.02 + _ICON),)]
        if highlight.boxes:
            for quad in quads:
                pdfium.FPDFAnnot_AppendAttachmentPoints(annotation, ctypes.byref(quad))
        pdfium.FPDFAnnot_SetRect(annotation, ctypes.byref(_around(quads)))
        red, green, blue = COLOURS[highlight.marker] if highlight.marker else _PLAIN
        pdfium.FPDFAnnot_SetColor(annotation, pdfium.FPDFANNOT_COLORTYPE_Color, red, green, blue, 255)
        pdfium.FPDFAnnot_SetFlags(annotation, pdfium.FPDF_ANNOT_FLAG_PRINT)
        for key, value in ((b"Contents", highlight.text), (b"NM", highlight.name), (b"M", highlight.date)):
            if value:
                pdfium.FPDFAnnot_SetStringValue(annotation, key, _wide(value))
    finally:
        pdfium.FPDFPage_CloseAnnot(annotation)


def _quad(page: pypdfium2.PdfPage, box: tuple[float, float, float, float]) -> pdfium.FS_QUADPOINTSF:
    """Return the corners as every viewer expects them, whatever the standard says: upper left, upper right, lower left,
    lower right, as one sees the page."""
    left, top, right, bottom = box
    corners = [_on_page(page, x, y) for x, y in ((left, top), (right, top), (left, bottom), (right, bottom))]
    return pdfium.FS_QUADPOINTSF(*(edge for corner in corners for edge in corner))


def _on_page(page: pypdfium2.PdfPage, x: float, y: float) -> tuple[float, float]:
    """Return points of the page for shares of its drawing."""
    across, up = ctypes.c_double(), ctypes.c_double()
    at = (round(x * _SPAN), round(y * _SPAN))
    pdfium.FPDF_DeviceToPage(page.raw, 0, 0, _SPAN, _SPAN, 0, *at, ctypes.byref(across), ctypes.byref(up))
    return across.value, up.value


def _around(quads: Sequence[pdfium.FS_QUADPOINTSF]) -> pdfium.FS_RECTF:
    xs = [x for quad in quads for x in (quad.x1, quad.x2, quad.x3, quad.x4)]
    ys = [y for quad in quads for y in (quad.y1, quad.y2, quad.y3, quad.y4)]
    return pdfium.FS_RECTF(min(xs), max(ys), max(xs), min(ys))


def _wide(text: str) -> Any:
    """Return a string in the form that PDFium takes: UTF-16, little endian, with a zero at its end."""
    encoded = text.encode("utf-16-le", "replace") + b"\0\0"
    return ctypes.cast(ctypes.create_string_buffer(encoded), ctypes.POINTER(pdfium.FPDF_WCHAR))
