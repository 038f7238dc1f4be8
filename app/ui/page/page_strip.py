"""The place of each page of a book in the one column that is scrolled, or in two columns beside each other."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate, zip_longest

from PySide6.QtCore import QRect

GAP = MARGIN = 16
"""The pixels between the pages, and between them and the edges of what is scrolled."""


class Strip:
    """The places of pages. Pages are numbers from 1, and places are pixels of the scrolled ground."""

    def __init__(self, sizes: Sequence[tuple[int, int]], across: int, view_width: int) -> None:
        """`sizes` are the width and the height of each page in px; so many pages `across` are in a row."""
        self._sizes = sizes
        self._across = across
        columns = [sizes[at::across] for at in range(across)] if across > 1 else [sizes]
        heights = [[height for _width, height in column] for column in columns]
        self._heights = list(map(max, zip_longest(*heights, fillvalue=0))) if across > 1 else heights[0]
        self._tops = list(accumulate([height + GAP for height in self._heights], initial=MARGIN))
        widest = sum(max(column, default=(0, 0))[0] for column in columns) + GAP * (across - 1)
        self.width = max(view_width, widest + 2 * MARGIN)
        self.height = self._tops[-1] - GAP + MARGIN if sizes else 0

    @property
    def pages(self) -> int:
        return len(self._sizes)

    def place(self, page: int) -> QRect:
        """Return the place of a page, in the middle of its row; the last one of an odd number is at the left."""
        row = (page - 1) // self._across
        widths = [self._size(row * self._across + at)[0] for at in range(self._across)]
        at = (page - 1) % self._across
        left = (self.width - sum(widths) - GAP * (self._across - 1)) // 2 + sum(widths[:at]) + GAP * at
        return QRect(left, self._tops[row], *self._sizes[page - 1])

    def row_height(self, page: int) -> int:
        return self._heights[(page - 1) // self._across]

    def is_beside(self, page: int, other: int) -> bool:
        return (page - 1) // self._across == (other - 1) // self._across

    def page_at(self, y: float) -> int:
        """Return the first page of the row at `y` (px), or of the row above the gap that is there."""
        row = bisect_right(self._tops, y, hi=len(self._heights)) - 1
        return max(0, row) * self._across + 1

    def between(self, top: float, bottom: float) -> range:
        """Return the pages of which some part is between `top` and `bottom` (px)."""
        first, last = self.page_at(top), self.page_at(bottom) + self._across - 1
        if first + self._across <= last and top >= self.place(first).top() + self.row_height(first):
            first += self._across  # it is the gap that is there
        return range(first, min(self.pages, last) + 1)

    def _size(self, index: int) -> tuple[int, int]:
        """Return the width and height of a page. The missing page of the last row is as large as the one beside it."""
        return self._sizes[min(index, len(self._sizes) - 1)]
