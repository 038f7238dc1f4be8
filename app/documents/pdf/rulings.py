"""Finds the ruling lines of a PDF page: straight strokes, thin boxes, and the edges of larger ones."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeAlias

import msgspec
import pypdfium2.raw as pdfium

Box: TypeAlias = tuple[float, float, float, float]  # left, bottom, right, top in points
Matrix: TypeAlias = tuple[float, float, float, float, float, float]

_MAX_WORK = 20_000  # paths and segments that are read on a page: one with more is a drawing
_MAX_RULES = 4_000
_THIN = 3.0  # points
_MIN_LENGTH = 5.0
_BOX_SEGMENTS = (4, 5)
_SAME = 2.5  # points: double lines and the borders of neighbouring cells are one rule
_MAX_SEGMENTS = 2_000  # of one path


class Ruling(msgspec.Struct, frozen=True):
    """A rule: `at` is its place across, the others are where it begins and ends, in points."""

    at: float
    start: float
    stop: float


class RuleFinder:
    """Collects the rules of a page's paths; finds none on a page that is a drawing."""

    def __init__(self) -> None:
        self._boxes: list[Box] = []
        self._work = _MAX_WORK
        self._x, self._y = ctypes.c_float(), ctypes.c_float()
        self._x_ref, self._y_ref = ctypes.byref(self._x), ctypes.byref(self._y)

    @property
    def boxes(self) -> list[Box]:
        """The thin boxes of the rules."""
        return self._boxes if self._work > 0 and len(self._boxes) <= _MAX_RULES else []

    @property
    def is_open(self) -> bool:
        return self._work > 0

    def visit(self, raw: Any, box: Box, matrix: Callable[[], Matrix]) -> None:
        """Add a path with its `box` on the page; PDFium lists only painted ones. `matrix` returns the matrix from the
        path's coordinates to the page's."""
        self._work -= 1
        left, bottom, right, top = box
        width, height = right - left, top - bottom
        if max(width, height) < _MIN_LENGTH:
            return
        if min(width, height) <= _THIN:
            self._boxes.append(box)
            return
        count = pdfium.FPDFPath_CountSegments(raw)
        self._work -= max(0, count)
        if count in _BOX_SEGMENTS:  # one that is rotated is rare, and holds no text
            self._boxes += [
                (left, bottom, right, bottom),
                (left, top, right, top),
                (left, bottom, left, top),
                (right, bottom, right, top),
            ]
        elif count <= _MAX_SEGMENTS and self._work > 0:
            self._walk(raw, count, matrix())

    def _point_of(self, raw: Any, index: int, matrix: Matrix) -> tuple[float, float]:
        segment = pdfium.FPDFPath_GetPathSegment(raw, index)
        pdfium.FPDFPathSegment_GetPoint(segment, self._x_ref, self._y_ref)
        a, b, c, d, e, f = matrix
        x, y = self._x.value, self._y.value
        return a * x + c * y + e, b * x + d * y + f

    def _walk(self, raw: Any, count: int, matrix: Matrix) -> None:
        start = before = (0.0, 0.0)
        for index in range(count):
            segment = pdfium.FPDFPath_GetPathSegment(raw, index)
            kind = pdfium.FPDFPathSegment_GetType(segment)
            point = self._point_of(raw, index, matrix)
            if kind == pdfium.FPDF_SEGMENT_MOVETO:
                start = point
            elif kind == pdfium.FPDF_SEGMENT_LINETO:
                self._add(before, point)
            if pdfium.FPDFPathSegment_GetClose(segment):
                self._add(point, start)
                point = start
            before = point

    def _add(self, one: tuple[float, float], other: tuple[float, float]) -> None:
        (x0, x1), (y0, y1) = sorted((one[0], other[0])), sorted((one[1], other[1]))
        if min(x1 - x0, y1 - y0) <= 1.0 and max(x1 - x0, y1 - y0) >= _MIN_LENGTH:
            self._boxes.append((x0, y0, x1, y1))


def merge(boxes: Iterable[Box]) -> tuple[list[Ruling], list[Ruling]]:
    """Return the horizontal rules from below and the vertical ones from the left; those in one line are joined."""
    horizontal, vertical = [], []
    for left, bottom, right, top in boxes:
        if right - left >= top - bottom:
            horizontal.append(Ruling((bottom + top) / 2, left, right))
        else:
            vertical.append(Ruling((left + right) / 2, bottom, top))
    return _joined(horizontal), _joined(vertical)


def _joined(rules: list[Ruling]) -> list[Ruling]:
    joined: list[Ruling] = []
    rules.sort(key=lambda rule: rule.at)
    for group in grouped([rule.at for rule in rules]):
        line = sorted(rules[group.start : group.stop], key=lambda rule: rule.start)
        at = sum(rule.at for rule in line) / len(line)
        start, stop = line[0].start, line[0].stop
        for rule in line[1:]:
            if rule.start <= stop + _SAME:
                stop = max(stop, rule.stop)
            else:
                joined.append(Ruling(at, start, stop))
                start, stop = rule.start, rule.stop
        joined.append(Ruling(at, start, stop))
    return joined


def grouped(values: Sequence[float]) -> list[range]:
    """Group sorted values that are one place."""
    groups: list[range] = []
    for index, value in enumerate(values):
        if groups and value - values[groups[-1].start] <= _SAME:
            groups[-1] = range(groups[-1].start, index + 1)
        else:
            groups.append(range(index, index + 1))
    return groups
