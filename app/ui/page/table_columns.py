"""Decides how wide the columns of a page's table are, and whether they have room beside each other at all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from PySide6.QtGui import QFont, QFontMetricsF

from app.language.tables import CellSide, TextTable
from app.language.terms import is_unspaced
from app.ui.chat.text.table import GAP, CellMeasure, share_out

_WHOLE_CHARACTERS = 12
"""A cell up to this length is not broken where there is room: dates and amounts are read at a glance. Nor is as much
of a longer word."""
_UNSPACED_CHARACTERS = 4
"""The characters of a script without spaces that stay together in a narrow column."""
_WIDEST_LABEL = 0.4
_AIR = 2.0
"""px beside a cell's words, so that no rounding breaks its line."""


@dataclass(frozen=True)
class Columns:
    """`places` are the left edges and the widths of the columns in px, and `sides` those of the words in them. Where a
    table `is_stacked`, its columns have no room beside each other: the cells of a row stand one below the other in the
    last column, the names of `labels` before them in the first."""

    places: tuple[tuple[float, float], ...]
    sides: tuple[CellSide, ...]
    labels: tuple[str, ...] = ()
    is_stacked: bool = False

    @property
    def width(self) -> float:
        """The width of the whole table, px."""
        return sum(self.places[-1])


def fit_columns(table: TextTable, rows: Sequence[Sequence[str]], font: QFont, width: float) -> Columns:
    """Fit the cells of a table, none for a rule, into this width, px; `font` is the widest of its types."""
    metrics = QFontMetricsF(font)
    room = width - GAP * (len(table.sides) - 1)
    for whole in (_WHOLE_CHARACTERS, 0):
        shares = share_out(room, [_measure(column, metrics, whole) for column in _columns(table, rows)])
        if sum(shares) <= room + _AIR:
            return Columns(tuple(_beside(shares)), table.sides)
    labels = tuple(next((cells for cells in rows if cells), ())) if table.head == 1 else ()
    widest = max(map(metrics.horizontalAdvance, labels), default=0.0)
    first = min(widest + _AIR, _WIDEST_LABEL * width) if labels else 0.0
    left = first + GAP if labels else 0.0
    return Columns(((0.0, first), (left, width - left)), table.sides, labels, is_stacked=True)


def _columns(table: TextTable, rows: Sequence[Sequence[str]]) -> Iterator[list[str]]:
    """Return the cells of each column, without those that span all."""
    beside = [cells for row, cells in zip(table.rows, rows, strict=True) if not row.spans]
    for column in range(len(table.sides)):
        yield [cells[column] for cells in beside if column < len(cells)]


def _beside(shares: Iterable[float]) -> Iterator[tuple[float, float]]:
    left = 0.0
    for share in shares:
        yield left, share
        left += share + GAP


def _measure(cells: Iterable[str], metrics: QFontMetricsF, whole: int) -> CellMeasure:
    """Measure a column; a cell of up to `whole` characters is not broken."""
    widest = longest = 0.0
    for cell in cells:
        parts = [cell] if len(cell) <= whole else (_unbroken(word) for word in cell.split())
        widest = max(widest, metrics.horizontalAdvance(cell))
        longest = max((longest, *map(metrics.horizontalAdvance, parts)))
    return CellMeasure(widest + _AIR, longest + _AIR)


def _unbroken(word: str) -> str:
    """Return the part of a word that stays together in a narrow column: a number does, with the sign of its unit."""
    unspaced = any(map(is_unspaced, word)) and not any(map(str.isdigit, word))
    return word[: _UNSPACED_CHARACTERS if unspaced else _WHOLE_CHARACTERS]
