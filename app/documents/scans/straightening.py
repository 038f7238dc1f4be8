"""Straightens the lines of a page that was photographed: askew, from one side, or lying curved. This module is used in
the child process only.

Lines of text are horizontal on paper, and begin below each other. How they slope in a picture says how the paper lies
there, so no picture has to be bent: places are carried along the slopes. The idea is that of text lines as the guide of
a page's shape: Cao, Ding and Liu, "Rectifying the Bound Document Image Captured by the Camera", ICDAR 2003.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.ma  # np.median would look for it once the sandbox is closed
import numpy.typing as npt

Floats: TypeAlias = npt.NDArray[np.float64]
Places: TypeAlias = npt.NDArray[np.intp]

_STEPS = 24  # in which a place is carried along the slopes of a page
_ROUNDS = 6  # of a fit; each leaves out what the one before found to be far off
_FAR_OFF = 3.0  # times the median distance
_MIN_SLACK = 0.004  # slopes as near as this to the fit are never far off
_STRAIGHT_WIDTH = 5.0  # heights of a line from which on its slope is known
_LINES_A_TERM = 4  # that a fit has at least
_NEXT_LINE = 3.5  # heights below a line where the next one is looked for
_SAME_EDGE = 1.0  # heights by which the beginnings of two lines may be apart that lie below each other
_MOST_SLOPE = 1.0
_STIFFNESS = 0.01  # the error of one slope by that which a term may well have: what lines do not show stays 0


class Segment(NamedTuple):
    """A line of text: the middles of its two ends, from left to right, and its height, in pixels."""

    left: tuple[float, float]
    right: tuple[float, float]
    height: float


class StraightLine(NamedTuple):
    """A line as it would be on paper that lies flat: its ends and its middle height, in pixels of about the same
    size."""

    left: float
    right: float
    middle: float
    height: float


def straighten(lines: Sequence[Segment]) -> list[StraightLine]:
    """Lay lines straight, in their order; they are as they were if too few are long enough to say how the page lies."""
    ends = np.array([(*line.left, *line.right) for line in lines], float).reshape(-1, 4)
    heights = np.array([line.height for line in lines], float)
    scale = float(max(1.0, np.ptp(ends[:, [0, 2]]), np.ptp(ends[:, [1, 3]])))  # so that all terms are about one
    origin = ends.reshape(-1, 2).mean(axis=0)
    places = (ends.reshape(-1, 2) - origin) / scale
    small = heights / scale
    level = _levelled(places, small)
    upright = _upright(places[:, 0], level, small)
    return [
        StraightLine(float(left), float(right), float(middle), line.height)
        for line, (left, right), middle in zip(lines, scale * upright.reshape(-1, 2), scale * level, strict=True)
    ]


def _levelled(places: Floats, heights: Floats) -> Floats:
    """Return how far down the page each line is: its middle is carried along the slopes to x = 0."""
    left, right = places[0::2], places[1::2]
    across, down = (right - left).T
    long = (across >= _STRAIGHT_WIDTH * heights) & (np.abs(down) <= _MOST_SLOPE * across)
    middles = (left + right) / 2
    slope_at = _fitted(_slopes, middles[long, 0], middles[long, 1], down[long] / np.maximum(across[long], 1e-9))
    return _carried(middles[:, 0], middles[:, 1], slope_at)


def _upright(xs: Floats, level: Floats, heights: Floats) -> Floats:
    """Return how far across both ends of each line are: lines that begin below each other show which way is down, and
    ends are carried along to y = 0."""
    begins = xs[0::2]
    firsts, seconds = _below_each_other(begins, level, heights)
    steps = level[seconds] - level[firsts]
    slopes = (begins[seconds] - begins[firsts]) / np.maximum(steps, 1e-9)
    at = (begins[seconds] + begins[firsts]) / 2, (level[seconds] + level[firsts]) / 2
    return _carried(np.repeat(level, 2), xs, _swapped(_fitted(_edges, *at, slopes)))


def _below_each_other(
    begins: Floats, tops: Floats, heights: Floats
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Return lines, and for each the next one below that begins at about the same place."""
    firsts, seconds = [], []
    for line in range(len(begins)):
        down = tops - tops[line]
        near = (down > 0.5 * heights[line]) & (down < _NEXT_LINE * heights[line])
        near &= np.abs(begins - begins[line]) < _SAME_EDGE * heights[line]
        if near.any():
            firsts.append(line)
            seconds.append(int(np.argmin(np.where(near, down, np.inf))))
    return np.array(firsts, np.intp), np.array(seconds, np.intp)


_Slope: TypeAlias = Callable[[Floats, Floats], Floats]
_Terms: TypeAlias = Callable[[Floats, Floats], list[Floats]]


def _slopes(x: Floats, y: Floats) -> list[Floats]:
    """Return the terms by which the slope of lines may vary: that of all, a page seen from one side (y, xy), one that
    is bent (x and its powers)."""
    return [np.ones_like(x), y, x, x * y, x * x, x * x * y, x * x * x]


def _edges(x: Floats, y: Floats) -> list[Floats]:
    """Return the terms by which the slope of the edges of columns may vary: that of all, a page seen from above or
    below."""
    return [np.ones_like(x), x, x * y]


def _fitted(terms: _Terms, x: Floats, y: Floats, slopes: Floats) -> _Slope:
    """Fit the slope at any place, with as many of these terms as there are enough lines for; 0 if there are none."""
    count = min(len(terms(x, y)), len(x) // _LINES_A_TERM)
    if count == 0:
        flat = float(np.median(slopes)) if len(slopes) else 0.0
        return lambda at_x, _at_y: np.full_like(at_x, flat)
    matrix = np.stack(terms(x, y)[:count], axis=1)
    found = np.array([np.median(slopes), *np.zeros(count - 1)])
    for _round in range(_ROUNDS):
        off = np.abs(matrix @ found - slopes)
        near = off <= max(_MIN_SLACK, _FAR_OFF * float(np.median(off)))
        rows = np.concatenate((matrix[near], _STIFFNESS * np.eye(count)[1:]))
        found = np.linalg.lstsq(rows, np.concatenate((slopes[near], np.zeros(count - 1))), rcond=None)[0]
    return lambda at_x, at_y: np.stack(terms(at_x, at_y)[:count], axis=-1) @ found


def _swapped(slope_at: _Slope) -> _Slope:
    return lambda at_x, at_y: slope_at(at_y, at_x)


def _carried(along: Floats, across: Floats, slope_at: _Slope) -> Floats:
    """Return where places come to when they go along the slopes until `along` is 0 (the midpoint method)."""
    step, here, value = -along / _STEPS, along.copy(), across.copy()
    for _step in range(_STEPS):
        half = value + slope_at(here, value) * step / 2
        value = value + np.clip(slope_at(here + step / 2, half), -_MOST_SLOPE, _MOST_SLOPE) * step
        here = here + step
    return value
