"""Finds the links of a PDF page: where they are on its drawing, and where they lead."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator
from itertools import islice
from typing import TypeAlias

import pypdfium2
import pypdfium2.raw as pdfium

from app.core.documents.document import MAX_ADDRESS_CHARACTERS, MAX_LINK_BOXES, MAX_PAGE_LINKS, PageLink, is_web_address
from app.documents.pdf.rulings import Box

Place: TypeAlias = Callable[[float, float], tuple[float, float]]
"""The way from points of the page to shares of its drawing."""

_MOST_ANNOTATIONS = 10_000


def page_links(page: pypdfium2.PdfPage, place: Place) -> tuple[PageLink, ...]:
    """Return the links in the file's order. Those that lead to no page of this file, and to no address on the web, are
    left out."""
    links = (link for raw in _enumerate(page) if (link := _read(page, raw, place)) is not None)
    return tuple(islice(links, MAX_PAGE_LINKS))


def _enumerate(page: pypdfium2.PdfPage) -> Iterator[pdfium.FPDF_LINK]:
    at, link = ctypes.c_int(0), pdfium.FPDF_LINK()
    for _number in range(_MOST_ANNOTATIONS):
        if not pdfium.FPDFLink_Enumerate(page.raw, ctypes.byref(at), ctypes.byref(link)):
            return
        yield link


def _read(page: pypdfium2.PdfPage, link: pdfium.FPDF_LINK, place: Place) -> PageLink | None:
    boxes = tuple(islice(_boxes(link, place), MAX_LINK_BOXES))
    if not boxes:
        return None
    document = page.pdf.raw
    action = pdfium.FPDFLink_GetAction(link)
    inward = not action or pdfium.FPDFAction_GetType(action) == pdfium.PDFACTION_GOTO  # else it may be another file's
    target = pdfium.FPDFLink_GetDest(document, link) if inward else None
    if target:
        index = pdfium.FPDFDest_GetDestPageIndex(document, target)
        inside = 0 <= index < len(page.pdf)
        return PageLink(boxes, page=index + 1, share=_share(document, target, index)) if inside else None
    address = _address(document, action) if action else ""
    return PageLink(boxes, address=address) if is_web_address(address) else None


def _address(document: pdfium.FPDF_DOCUMENT, action: pdfium.FPDF_ACTION) -> str:
    """Return the address of a web link; empty for any other link, and for an address that is too long."""
    if pdfium.FPDFAction_GetType(action) != pdfium.PDFACTION_URI:
        return ""
    size = pdfium.FPDFAction_GetURIPath(document, action, None, 0)
    if not 1 < size <= MAX_ADDRESS_CHARACTERS + 1:
        return ""
    text = ctypes.create_string_buffer(size)
    pdfium.FPDFAction_GetURIPath(document, action, text, size)
    return text.value.decode("ascii", "replace")


def _share(document: pdfium.FPDF_DOCUMENT, target: pdfium.FPDF_DEST, index: int) -> float:
    """Return how far below the top of its page a place is, as a share of its height. The page is not loaded for it,
    which takes long: if it is turned or cropped, that is a guess."""
    has_x, has_y, has_zoom = (ctypes.c_int() for _each in range(3))
    x, y, zoom = (ctypes.c_float() for _each in range(3))
    pointers = [ctypes.byref(each) for each in (has_x, has_y, has_zoom, x, y, zoom)]
    size = pdfium.FS_SIZEF()
    if (
        not pdfium.FPDFDest_GetLocationInPage(target, *pointers)
        or not has_y.value
        or not pdfium.FPDF_GetPageSizeByIndexF(document, index, ctypes.byref(size))
        or not size.height > 0
    ):
        return 0.0
    share = 1 - y.value / size.height
    return share if 0 <= share <= 1 else 0.0


def _boxes(link: pdfium.FPDF_LINK, place: Place) -> Iterator[Box]:
    """Yield the box of each line of the link, if the file gives these, else one box for the whole link."""
    quad, found = pdfium.FS_QUADPOINTSF(), False
    for number in range(min(pdfium.FPDFLink_CountQuadPoints(link), MAX_LINK_BOXES)):
        if pdfium.FPDFLink_GetQuadPoints(link, number, ctypes.byref(quad)):
            xs, ys = (quad.x1, quad.x2, quad.x3, quad.x4), (quad.y1, quad.y2, quad.y3, quad.y4)
            if (box := _placed(min(xs), min(ys), max(xs), max(ys), place)) is not None:
                found = True
                yield box
    edges = pdfium.FS_RECTF()
    if found or not pdfium.FPDFLink_GetAnnotRect(link, ctypes.byref(edges)):
        return
    if (box := _placed(edges.left, edges.bottom, edges.right, edges.top, place)) is not None:
        yield box


def _placed(left: float, bottom: float, right: float, top: float, place: Place) -> Box | None:
    """Return a box in shares of the drawing; None for what is off the page."""
    (x1, y1), (x2, y2) = place(left, top), place(right, bottom)
    x1, x2, y1, y2 = (min(1.0, max(0.0, edge)) for edge in (*sorted((x1, x2)), *sorted((y1, y2))))
    return (x1, y1, x2, y2) if x2 > x1 and y2 > y1 else None
