"""Finds the text of a PDF page that people do not see."""

from __future__ import annotations

import ctypes
import math
from collections.abc import Callable, Iterable
from contextlib import closing
from functools import partial
from typing import Any, TypeAlias

import msgspec
import pypdfium2
import pypdfium2.raw as pdfium

from app.documents.formats.contract import Content, refuse_over
from app.documents.pdf.rulings import Box, Matrix, RuleFinder

MAX_PAGE_OBJECTS = 1_000_000
MAX_FORM_DEPTH = 16

RawObject: TypeAlias = Any

# The modes in which text is rendered are those of ISO 32000-1, table 106.
_STROKING_MODES = (1, 5)
_INVISIBLE_MODE = 3
_CLIPPING_MODE = 7
_PALE = 240  # of 255, in each colour: hardly visible on a white page
_FAINT = 16  # of 255: opacity
_TINY_POINTS = 1.0
_CONTRAST = 24  # of 255: a smaller difference on the drawn page is invisible
_SEEN_SHARE = 0.3  # of the text's height: white text that only crosses a thin line is not visible
_SAMPLE_PIXELS = 1_500_000
_SCAN_SHARE = 0.5  # pictures that cover this much of a page are a scan of it


class PageVisibility(msgspec.Struct, frozen=True):
    """The visibility of what is on a page. `unseen` are the text objects that nobody sees. `has_layer` tells that there
    is unpainted text over a scan, which is not among them, since the picture shows it; `drawn` that there is more on
    the page than text. `rules` are the thin boxes of its ruling lines."""

    unseen: list[RawObject]
    has_layer: bool
    drawn: bool
    rules: list[Box]


class _TextObject(msgspec.Struct, frozen=True):
    raw: RawObject
    box: Box


def look_at(page: pypdfium2.PdfPage, content: Content) -> PageVisibility:
    """Find text that is not painted, fully transparent, too small, as pale as its ground, or outside of the page.

    Raises AppError DOCUMENT_LIMIT if the page is made of too many objects.
    """
    page_box: Box = page.get_bbox()
    survey = _Survey(page_box, content)
    survey.visit(page.raw, pdfium.FPDFPage_CountObjects(page.raw), pdfium.FPDFPage_GetObject, None, 0)
    is_scan = sum(map(_area, survey.pictures)) >= _SCAN_SHARE * _area(page_box)
    layer = [each for each in survey.unpainted if is_scan and any(_holds(box, each.box) for box in survey.pictures)]
    unseen = survey.unseen + [each.raw for each in survey.unpainted if each not in layer]
    if survey.pale:
        unseen += _without_effect(page, survey.pale)
    return PageVisibility(unseen, bool(layer), survey.drawn, survey.rules.boxes)


class _Survey:
    """Sorts a page's objects. Those that are `unpainted` are known by their mode; `pale` ones are then compared on the
    drawn page."""

    def __init__(self, page_box: Box, content: Content) -> None:
        self.unseen: list[RawObject] = []
        self.unpainted: list[_TextObject] = []
        self.pale: list[_TextObject] = []
        self.pictures: list[Box] = []
        self.drawn = False
        self.rules = RuleFinder()
        self._page_box = page_box
        self._content = content
        self._objects = 0
        # The variables of PDFium's calls are made once: there may be thousands of objects on a page.
        self._edges = [ctypes.c_float() for _ in range(4)]
        self._edge_refs = [ctypes.byref(edge) for edge in self._edges]
        self._colour = [ctypes.c_uint() for _ in range(4)]
        self._colour_refs = [ctypes.byref(part) for part in self._colour]

    def visit(
        self,
        holder: RawObject,
        count: int,
        get: Callable[[RawObject, int], RawObject],
        matrix: Matrix | None,
        depth: int,
    ) -> None:
        """Visit all objects of a page, or of a form on it; `matrix` leads from the form to the page."""
        self._objects += max(0, count)
        refuse_over(MAX_PAGE_OBJECTS, self._objects, "page_objects", self._content)
        for index in range(count):
            raw = get(holder, index)
            kind = pdfium.FPDFPageObj_GetType(raw)
            if kind == pdfium.FPDF_PAGEOBJ_TEXT:
                self._visit_text(raw, matrix)
            elif kind == pdfium.FPDF_PAGEOBJ_FORM:
                if depth == MAX_FORM_DEPTH:
                    self.unseen.append(raw)  # only hidden text is nested this deep
                    continue
                inner = pdfium.FPDFFormObj_CountObjects(raw)
                self.visit(raw, inner, pdfium.FPDFFormObj_GetObject, _multiply(_matrix_of(raw), matrix), depth + 1)
            else:
                self.drawn = True
                if kind == pdfium.FPDF_PAGEOBJ_PATH and self.rules.is_open:
                    self.rules.visit(raw, self._box_of(raw, matrix), partial(_path_matrix, raw, matrix))
                elif kind == pdfium.FPDF_PAGEOBJ_IMAGE:
                    self.pictures.append(self._box_of(raw, matrix))

    def _visit_text(self, raw: RawObject, matrix: Matrix | None) -> None:
        box = self._box_of(raw, matrix)
        mode = pdfium.FPDFTextObj_GetTextRenderMode(raw)
        left, bottom, right, top = box
        if mode == _INVISIBLE_MODE:
            self.unpainted.append(_TextObject(raw, box))
        elif right <= left or top <= bottom:
            pass  # spaces
        elif not meet(self._page_box, box) or (
            min(right - left, top - bottom) < _TINY_POINTS and _size_of(raw, matrix) < _TINY_POINTS
        ):
            self.unseen.append(raw)
        elif mode == _CLIPPING_MODE or self._is_pale(raw, mode):
            self.pale.append(_TextObject(raw, box))

    def _is_pale(self, raw: RawObject, mode: int) -> bool:
        stroked = mode in _STROKING_MODES
        get_colour = pdfium.FPDFPageObj_GetStrokeColor if stroked else pdfium.FPDFPageObj_GetFillColor
        if not get_colour(raw, *self._colour_refs):
            return False
        red, green, blue, opacity = self._colour
        return opacity.value < _FAINT or (red.value >= _PALE and green.value >= _PALE and blue.value >= _PALE)

    def _box_of(self, raw: RawObject, matrix: Matrix | None) -> Box:
        pdfium.FPDFPageObj_GetBounds(raw, *self._edge_refs)
        x0, y0, x1, y1 = self._edges
        left, bottom, right, top = x0.value, y0.value, x1.value, y1.value
        if matrix is None:
            return left, bottom, right, top
        a, b, c, d, e, f = matrix
        corners = [(x * a + y * c + e, x * b + y * d + f) for x in (left, right) for y in (bottom, top)]
        xs, ys = [x for x, _ in corners], [y for _, y in corners]
        return min(xs), min(ys), max(xs), max(ys)


def _without_effect(page: pypdfium2.PdfPage, suspects: list[_TextObject]) -> list[RawObject]:
    """Return the suspects without which the drawn page looks the same. All are active again afterwards."""
    width, height = page.get_size()
    scale = min(1.0, math.sqrt(_SAMPLE_PIXELS / max(width * height, 1.0)))
    with_them, stride = _draw(page, scale)
    _set_active(suspects, False)
    without_them, _ = _draw(page, scale)
    _set_active(suspects, True)
    if with_them == without_them:
        return [suspect.raw for suspect in suspects]
    columns, rows = math.ceil(width * scale), math.ceil(height * scale)
    x, y = ctypes.c_int(), ctypes.c_int()

    def to_pixel(across: float, up: float) -> tuple[int, int]:
        pdfium.FPDF_PageToDevice(page.raw, 0, 0, columns, rows, 0, across, up, ctypes.byref(x), ctypes.byref(y))
        return min(max(x.value, 0), columns), min(max(y.value, 0), rows)

    unseen = []
    for suspect in suspects:
        left, bottom, right, top = suspect.box
        (x0, y0), (x1, y1) = to_pixel(left, top), to_pixel(right, bottom)
        (x0, x1), (y0, y1) = sorted((x0, x1)), sorted((y0, y1))
        starts = [row * stride for row in range(max(0, y0 - 1), min(rows, y1 + 2))]
        spans = [slice(start + max(0, x0 - 1), start + min(columns, x1 + 2)) for start in starts]
        touched_columns: set[int] = set()
        touched_rows = 0
        for span in spans:
            differing = _differing(with_them[span], without_them[span])
            touched_rows += bool(differing)
            touched_columns.update(differing)
        along_rows = x1 - x0 >= y1 - y0
        touched, height = (touched_rows, y1 - y0) if along_rows else (len(touched_columns), x1 - x0)
        if touched <= _SEEN_SHARE * height:
            unseen.append(suspect.raw)
    return unseen


def _draw(page: pypdfium2.PdfPage, scale: float) -> tuple[bytes, int]:
    """Return the page in shades of grey, a byte a pixel, and the length of a row in bytes."""
    with closing(page.render(scale=scale, grayscale=True, may_draw_forms=False)) as bitmap:
        return bytes(bitmap.buffer), bitmap.stride


def _differing(some: bytes, others: bytes) -> list[int]:
    """Return the columns in which two rows of pixels differ visibly."""
    if some == others:
        return []
    pairs = enumerate(zip(some, others, strict=True))
    return [index for index, (one, other) in pairs if abs(one - other) > _CONTRAST]


def _set_active(objects: Iterable[_TextObject], active: bool) -> None:
    for each in objects:
        pdfium.FPDFPageObj_SetIsActive(each.raw, active)


def _matrix_of(raw: RawObject) -> Matrix:
    found = pdfium.FS_MATRIX(1, 0, 0, 1, 0, 0)
    pdfium.FPDFPageObj_GetMatrix(raw, ctypes.byref(found))
    return found.a, found.b, found.c, found.d, found.e, found.f


def _multiply(first: Matrix, then: Matrix | None) -> Matrix:
    if then is None:
        return first
    a, b, c, d, e, f = first
    g, h, i, j, k, m = then
    return a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j, e * g + f * i + k, e * h + f * j + m


def _path_matrix(raw: RawObject, matrix: Matrix | None) -> Matrix:
    return _multiply(_matrix_of(raw), matrix)


def _size_of(raw: RawObject, matrix: Matrix | None) -> float:
    """Return the font size on the page, in points."""
    size = ctypes.c_float()
    pdfium.FPDFTextObj_GetFontSize(raw, ctypes.byref(size))
    a, b, c, d, _, _ = _multiply(_matrix_of(raw), matrix)
    return size.value * math.sqrt(abs(a * d - b * c))


def _area(box: Box) -> float:
    left, bottom, right, top = box
    return max(0.0, right - left) * max(0.0, top - bottom)


def meet(some: Box, other: Box) -> bool:
    return some[0] < other[2] and other[0] < some[2] and some[1] < other[3] and other[1] < some[3]


def _holds(outer: Box, inner: Box) -> bool:
    """Return whether the middle of `inner` is in `outer`."""
    x, y = (inner[0] + inner[2]) / 2, (inner[1] + inner[3]) / 2
    return outer[0] <= x <= outer[2] and outer[1] <= y <= outer[3]
