"""Tables with known cells, drawn on a PDF page in the ways that programs draw them."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from tests.documents.pdf_writer import show

_SIZE = 10.0
_STEP = 15.0
_WIDTHS = (
    dict.fromkeys("0123456789", 556) | dict.fromkeys(".,: ", 278) | {"-": 333, "m": 833, "w": 722, "i": 222, "l": 222}
)


def width_of(text: str, size: float = _SIZE) -> float:
    """In points, set in Helvetica; near enough to set a column to the right."""
    return sum(_WIDTHS.get(letter, 667 if letter.isupper() else 520) for letter in text) * size / 1000


class Drawn(msgspec.Struct, frozen=True):
    """`xs` are where columns begin, and where the last one ends; columns of which `right` tells are set to the right.

    `ruled`: "grid" has all rules, "rows" and "columns" those alone, "book" three lines, "boxes" a thin filled box for
    every side of a cell, "" none.
    """

    rows: Sequence[Sequence[str]]  # a line feed in a cell begins its next line
    xs: Sequence[float]
    y: float = 700
    right: Sequence[int] = ()
    ruled: str = ""
    step: float = _STEP
    by_column: bool = False
    size: float = _SIZE

    @property
    def heights(self) -> list[float]:
        return [self.step + (max(cell.count("\n") for cell in row)) * 1.2 * self.size for row in self.rows]

    @property
    def tops(self) -> list[float]:
        tops = [self.y]
        for height in self.heights:
            tops.append(tops[-1] - height)
        return tops

    def draw(self) -> str:
        """The content stream."""
        cells = [
            (row, column, cell) for row, cells in enumerate(self.rows) for column, cell in enumerate(cells) if cell
        ]
        if self.by_column:
            cells.sort(key=lambda each: each[1])
        return "".join(self._cell(*each) for each in cells) + self._rules()

    def _cell(self, row: int, column: int, text: str) -> str:
        shown = ""
        for index, line in enumerate(text.split("\n")):
            x = self.xs[column] + 4
            if column in self.right:
                x = self.xs[column + 1] - 4 - width_of(line, self.size)
            shown += show(line, round(x, 1), round(self.tops[row] - 11 - 1.2 * self.size * index, 1), size=self.size)
        return shown

    def _rules(self) -> str:
        tops, left, right = self.tops, self.xs[0], self.xs[-1]
        if self.ruled == "book":
            return "".join(_lying(left, right, top) for top in (tops[0], tops[1], tops[-1]))
        if self.ruled == "boxes":
            level = [f"{left} {top} {right - left} 0.5 re f\n" for top in tops]
            return "".join(level + [f"{x} {tops[-1]} 0.5 {tops[0] - tops[-1]} re f\n" for x in self.xs])
        drawn = ""
        if self.ruled in ("grid", "rows"):
            drawn += "".join(_lying(left, right, top) for top in tops)
        if self.ruled in ("grid", "columns"):
            drawn += "".join(f"{x} {tops[0]} m {x} {tops[-1]} l S\n" for x in self.xs)
        if self.ruled == "columns":
            drawn += "".join(_lying(left, right, top) for top in (tops[0], tops[1], tops[-1]))
        return drawn

    def lines(self) -> list[str]:
        """Return the lines that are to be read of the table."""
        return [" | ".join(" ".join(cell.split("\n")) for cell in row).strip() for row in self.rows]


def _lying(left: float, right: float, y: float) -> str:
    return f"0.7 w {left} {y} m {right} {y} l S\n"
