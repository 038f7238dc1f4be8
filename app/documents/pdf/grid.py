"""Finds grids of ruling lines on a PDF page, and the cells in them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence

import msgspec

from app.documents.pdf.rulings import Ruling, grouped

_MAX_PAIRS = 100_000  # of rules that may cross: a page with more is a drawing
MAX_CELLS = 20_000
_TOUCH = 3.0  # points
_OPEN = 6.0  # how far rules go beyond the outermost one across them where a side has no border
_SHARE = 0.5  # of a cell's side that a rule must cover to divide it from its neighbour
_INSIDE = 1.0


class Grid(msgspec.Struct, frozen=True):
    """The fields between rules: `xs` are their places from the left, `ys` from above. `across` and `down` are the sides
    of fields that have a rule, each by the rule's index and the field's index along it: `across` divides a field from
    its left, `down` from its upper neighbour.
    """

    xs: tuple[float, ...]
    ys: tuple[float, ...]
    across: frozenset[tuple[int, int]]
    down: frozenset[tuple[int, int]]

    @property
    def columns(self) -> int:
        return len(self.xs) - 1

    @property
    def rows(self) -> int:
        return len(self.ys) - 1

    @property
    def area(self) -> float:
        return (self.xs[-1] - self.xs[0]) * (self.ys[0] - self.ys[-1])

    def meets(self, left: float, right: float, y: float) -> bool:
        return left <= self.xs[-1] and right >= self.xs[0] and self.ys[-1] <= y <= self.ys[0]

    def holds(self, x: float, y: float) -> bool:
        return self.xs[0] - _INSIDE <= x <= self.xs[-1] + _INSIDE and self.ys[-1] - _INSIDE <= y <= self.ys[0] + _INSIDE

    def column(self, x: float) -> int:
        return min(max(bisect_right(self.xs, x) - 1, 0), self.columns - 1)

    def row(self, y: float) -> int:
        return min(max(bisect_right(self.ys, -y, key=lambda place: -place) - 1, 0), self.rows - 1)

    def with_columns(self, places: Sequence[float]) -> Grid:
        """Return the grid with more columns, between which there is no rule."""
        xs = sorted((*self.xs, *places))
        moved = [xs.index(x) for x in self.xs]
        rising = {
            (new, row)
            for old, row in self.down
            for new, row in ((old, field) for field in range(moved[row], moved[row + 1]))
        }
        return Grid(tuple(xs), self.ys, frozenset((moved[place], row) for place, row in self.across), frozenset(rising))

    def homes(self) -> list[int]:
        """Return for each field, row by row, the first field of its cell."""
        homes = list(range(self.columns * self.rows))

        def unite(one: int, other: int) -> None:
            first, last = sorted((_root(homes, one), _root(homes, other)))
            homes[last] = first

        for row in range(self.rows):
            for column in range(self.columns):
                index = row * self.columns + column
                if column + 1 < self.columns and (column + 1, row) not in self.across:
                    unite(index, index + 1)
                if row + 1 < self.rows and (row + 1, column) not in self.down:
                    unite(index, index + self.columns)
        return [_root(homes, index) for index in range(len(homes))]


def _root(parents: list[int], index: int) -> int:
    """Return the first of the group of `index`, in which each but that names an earlier one; shorten the way to it."""
    while parents[index] != index:
        parents[index] = parents[parents[index]]
        index = parents[index]
    return index


def find_grids(horizontal: Sequence[Ruling], vertical: Sequence[Ruling]) -> Iterator[Grid]:
    """Find grids of at least two columns; none on a page with too many rules."""
    if not vertical or len(horizontal) * len(vertical) > _MAX_PAIRS:
        return
    owners = list(range(len(horizontal) + len(vertical)))

    for place, rule in enumerate(horizontal):
        for other, across in enumerate(vertical, len(horizontal)):
            if (
                rule.start - _TOUCH <= across.at <= rule.stop + _TOUCH
                and across.start - _TOUCH <= rule.at <= across.stop + _TOUCH
            ):
                owners[_root(owners, other)] = _root(owners, place)
    parts: dict[int, tuple[list[Ruling], list[Ruling]]] = {}
    for index in range(len(owners)):
        part = parts.setdefault(_root(owners, index), ([], []))
        if index < len(horizontal):
            part[0].append(horizontal[index])
        else:
            part[1].append(vertical[index - len(horizontal)])
    for level, upright in parts.values():
        if level and upright and (grid := _grid(level, upright)):
            yield grid


def _grid(horizontal: list[Ruling], vertical: list[Ruling]) -> Grid | None:
    xs = _places(vertical, horizontal)
    ys = _places(horizontal, vertical)[::-1]
    columns, rows = len(xs) - 1, len(ys) - 1
    if columns < 2 or rows < 1 or columns * rows > MAX_CELLS:
        return None
    downwards = [-y for y in ys]
    across = _walls(vertical, xs, downwards, flip=True)
    down = _walls(horizontal, downwards, xs, negate=True)
    return Grid(tuple(xs), tuple(ys), frozenset(across), frozenset(down))


def _places(rules: list[Ruling], across: list[Ruling]) -> list[float]:
    """Return the places of rules, and the ends of those across them if these go beyond the outermost."""
    values = sorted(rule.at for rule in rules)
    places = [sum(values[group.start : group.stop]) / len(group) for group in grouped(values)]
    start, stop = min(rule.start for rule in across), max(rule.stop for rule in across)
    if start < places[0] - _OPEN:
        places.insert(0, start)
    if stop > places[-1] + _OPEN:
        places.append(stop)
    return places


def _walls(
    rules: list[Ruling], places: Sequence[float], steps: Sequence[float], flip: bool = False, negate: bool = False
) -> set[tuple[int, int]]:
    """Return which place has a rule along which step. Both ascend; `flip` and `negate` reverse what was counted from
    above."""
    covered: dict[tuple[int, int], float] = {}
    for rule in rules:
        at = -rule.at if negate else rule.at
        after = min(max(bisect_right(places, at), 1), len(places) - 1)
        place = after if places[after] - at < at - places[after - 1] else after - 1
        start, stop = (-rule.stop, -rule.start) if flip else (rule.start, rule.stop)
        first = max(0, bisect_right(steps, start) - 1)
        for step in range(first, len(steps) - 1):
            if steps[step] >= stop:
                break
            length = min(stop, steps[step + 1]) - max(start, steps[step])
            covered[place, step] = covered.get((place, step), 0.0) + length
    return {
        (place, step) for (place, step), length in covered.items() if length >= _SHARE * (steps[step + 1] - steps[step])
    }
