"""The places of lines of text, from the map that a detector makes of a picture: rectangles, turned as the lines are.

The detector says of each pixel how sure it is that it is in the core of a line. Cores are joined, surrounded by the
smallest rectangle, and grown again by as much as they were shrunk for training: "Differentiable Binarization", Liao and
others, AAAI 2020, section 3.5. This module is used in the child process only.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

Chances: TypeAlias = npt.NDArray[np.float32]
Corners: TypeAlias = npt.NDArray[np.float64]
"""Four places, x and y, clockwise from the upper left."""

MOST_BOXES = 1_000
"""The most boxes that are found in a picture, those of the largest cores; a newspaper page has some hundred lines."""

_IS_CORE = 0.3
_IS_LINE = 0.5  # the mean of a rectangle
_GROWTH = 1.6  # the area by the length of its edge, times this, is how far each side moves
_LEAST_CORE = 3.0  # pixels of the map
_LEAST_GROWN = 5.0
_LEAST_SIDE = 3  # pixels of the picture; smaller ones are specks


class _Runs(NamedTuple):
    """The pixels of a map that are set, side by side: where each run is, and to which core it belongs."""

    rows: npt.NDArray[np.intp]
    starts: npt.NDArray[np.intp]
    ends: npt.NDArray[np.intp]
    """The place behind the last pixel of each run."""
    cores: npt.NDArray[np.intp]


class _Rectangle(NamedTuple):
    middle: npt.NDArray[np.float64]
    axis: npt.NDArray[np.float64]
    """The direction, of length 1, along which the rectangle is `size[0]` long."""
    size: tuple[float, float]

    @property
    def corners(self) -> Corners:
        across = np.array([-self.axis[1], self.axis[0]])
        along, down = self.axis * self.size[0] / 2, across * self.size[1] / 2
        corners: Corners = self.middle + np.array([-along - down, along - down, along + down, down - along])
        return corners


def boxes_of(chances: Chances, width: int, height: int) -> list[Corners]:
    """Return boxes in the picture of `width` x `height` pixels of which `chances` is the map, in whole pixels.

    `chances` are rows x columns, 0 to 1.
    """
    core = chances > _IS_CORE
    core[:, 1:] |= core[:, :-1].copy()  # a pixel to the right and below, as in training
    core[1:] |= core[:-1].copy()
    scale = np.array([width / chances.shape[1], height / chances.shape[0]])
    found = []
    for outline in _outlines(_runs(core)):
        small = _smallest(_hull(outline))
        if min(small.size) < _LEAST_CORE or _mean_within(chances, small) < _IS_LINE:
            continue
        grown = _grown(small)
        if min(grown.size) < _LEAST_GROWN:
            continue
        corners = np.clip(np.round(grown.corners * scale), 0, (width - 1, height - 1))
        corners = _clockwise(corners)
        if min(_length(corners[1] - corners[0]), _length(corners[3] - corners[0])) >= _LEAST_SIDE + 1:
            found.append(corners)
    return found


def _runs(core: npt.NDArray[np.bool_]) -> _Runs:
    """Return the runs of a map, of which those that touch, also at a corner, belong together."""
    padded = np.zeros((core.shape[0], core.shape[1] + 2), np.int8)
    padded[:, 1:-1] = core
    change = np.diff(padded, axis=1)
    rows, starts = np.nonzero(change == 1)
    ends = np.nonzero(change == -1)[1]
    # A run touches those of the row above that end where it starts or later, and start where it ends or before.
    stride = core.shape[1] + 2
    above = (rows - 1) * stride
    first = np.searchsorted(rows * stride + ends, above + starts)
    behind = np.searchsorted(rows * stride + starts, above + ends, side="right")
    parents = np.arange(len(rows))

    def root(run: int) -> int:
        while parents[run] != run:
            parents[run] = parents[parents[run]]
            run = int(parents[run])
        return run

    for run in np.flatnonzero(behind > first):
        for other in range(first[run], behind[run]):
            parents[root(other)] = root(int(run))
    cores = np.array([root(run) for run in range(len(rows))], np.intp)
    return _Runs(rows, starts, ends, cores)


def _outlines(runs: _Runs) -> Iterator[npt.NDArray[np.intp]]:
    """Yield for each core, the largest first, the first and last place in each of its rows, as x and y."""
    order = np.argsort(runs.cores, kind="stable")
    edges = np.flatnonzero(np.diff(runs.cores[order])) + 1
    parts = [part for part in np.split(order, edges) if len(part)]
    area = runs.ends - runs.starts
    parts.sort(key=lambda part: int(area[part].sum()), reverse=True)
    for part in parts[:MOST_BOXES]:
        rows, first = np.unique(runs.rows[part], return_index=True)
        lefts = np.minimum.reduceat(runs.starts[part], first)
        rights = np.maximum.reduceat(runs.ends[part], first) - 1
        yield np.concatenate((np.stack((lefts, rows), axis=1), np.stack((rights, rows), axis=1)))


def _hull(places: npt.NDArray[np.intp]) -> npt.NDArray[np.float64]:
    """Return the corners of the convex hull (Andrew's monotone chain); for a single place that alone."""
    points = sorted({(int(x), int(y)) for x, y in places})
    if len(points) < 3:
        return np.array(points, float)
    halves = []
    for half in (points, points[::-1]):
        chain: list[tuple[int, int]] = []
        for point in half:
            while len(chain) > 1 and _turn(chain[-2], chain[-1], point) <= 0:
                chain.pop()
            chain.append(point)
        halves += chain[:-1]
    return np.array(halves, float)


def _turn(first: tuple[int, int], second: tuple[int, int], third: tuple[int, int]) -> int:
    return (second[0] - first[0]) * (third[1] - first[1]) - (second[1] - first[1]) * (third[0] - first[0])


def _smallest(hull: npt.NDArray[np.float64]) -> _Rectangle:
    """Return the rectangle of the smallest area: one of its sides is along a side of the hull."""
    sides = np.array([second - first for first, second in pairwise((*hull, hull[0])) if (second != first).any()])
    if not len(sides):
        return _Rectangle(hull[0], np.array([1.0, 0.0]), (0.0, 0.0))
    axes = sides / np.hypot(sides[:, 0], sides[:, 1])[:, None]
    along = hull @ axes.T
    across = hull @ np.stack((-axes[:, 1], axes[:, 0]))
    low, high = np.stack((along.min(0), across.min(0))), np.stack((along.max(0), across.max(0)))
    best = int(np.argmin(np.prod(high - low, axis=0)))
    axis, middle = axes[best], (low + high)[:, best] / 2
    length, breadth = (high - low)[:, best]
    across_axis = np.array([-axis[1], axis[0]])
    return _Rectangle(middle[0] * axis + middle[1] * across_axis, axis, (float(length), float(breadth)))


def _mean_within(chances: Chances, rectangle: _Rectangle) -> float:
    corners = rectangle.corners
    limit = (chances.shape[1] - 1, chances.shape[0] - 1)
    left, top = np.clip(np.floor(corners.min(0)), 0, limit).astype(int)
    right, bottom = np.clip(np.ceil(corners.max(0)), 0, limit).astype(int)
    x = np.arange(left, right + 1)[None, :] - rectangle.middle[0]
    y = np.arange(top, bottom + 1)[:, None] - rectangle.middle[1]
    along = np.abs(x * rectangle.axis[0] + y * rectangle.axis[1])
    across = np.abs(y * rectangle.axis[0] - x * rectangle.axis[1])
    inside = (along <= rectangle.size[0] / 2 + 0.5) & (across <= rectangle.size[1] / 2 + 0.5)
    return float(chances[top : bottom + 1, left : right + 1][inside].mean())


def _grown(small: _Rectangle) -> _Rectangle:
    length, breadth = small.size
    by = _GROWTH * length * breadth / (2 * (length + breadth))
    return small._replace(size=(length + 2 * by, breadth + 2 * by))


def _clockwise(corners: Corners) -> Corners:
    """Return corners clockwise from the upper left: of the two at the left the upper one is first, of those at the
    right the second."""
    by_x = corners[np.argsort(corners[:, 0], kind="stable")]
    left, right = by_x[:2], by_x[2:]
    upper_left, lower_left = left[np.argsort(left[:, 1], kind="stable")]
    upper_right, lower_right = right[np.argsort(right[:, 1], kind="stable")]
    return np.array([upper_left, upper_right, lower_right, lower_left])


def _length(vector: npt.NDArray[np.float64]) -> float:
    return float(np.hypot(vector[0], vector[1]))
