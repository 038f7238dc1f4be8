"""Decides how wide the columns of a page's table are, and whether they have room beside each other at all."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from PySide6.QtGui import QFont, QFontMetricsF

from app.language.tables import Side, Table
from app.language.terms import is_unspaced
from app.ui.chat.text.table import GAP, CellMeasure, share_out

_WHOLE_CHARACTERS = 12
"""A cell up to this length is not broken: dates and amounts are read at a glance."""
_UNSPACED_CHARACTERS = 4
"""So many characters of a script without spaces stay together in a narrow column."""
_WIDEST_WORD = 0.4
"""A word that is wider than this share of the page may be broken: it is an address, or a number without an end."""
_WIDEST_LABEL = 0.4
_AIR = 2.0
"""px beside a cell's words, so that no rounding breaks its line."""


@dataclass(frozen=True)
class Columns:
    """`places` are the left edges and the widths of the columns in px, and `sides` those of the words in them. Where a
    table `is_stacked`, its columns have no room beside each other: the cells of a row stand one below the other in the
    last column, the names of `labels` before them in the first."""

    places: tuple[tuple[float, float], ...]
    sides: tuple[Side, ...]
    labels: tuple[str, ...] = ()
    is_stacked: bool = False

    @property
    def width(self) -> float:
        """The width of the whole table, px."""
        return sum(self.places[-1])


def fit_columns(table: Table, rows: Sequence[Sequence[str]], font: QFont, width: float) -> Columns:
    """Fit the cells of a table, none for a rule, into this width, px; `font` is the widest of its types."""
    metrics = QFontMetricsF(font)
    wanted = [CellMeasure(0.0, 0.0)] * len(table.sides)
    for row, cells in zip(table.rows, rows, strict=True):
        if row.spans:
            continue
        for column, cell in enumerate(cells):
            found, before = _measure(cell, metrics, width), wanted[column]
            wanted[column] = CellMeasure(max(found.whole, before.whole), max(found.word, before.word))
    shares = share_out(width - GAP * (len(wanted) - 1), wanted)
    if sum(shares) + GAP * (len(wanted) - 1) <= width + _AIR:
        return Columns(tuple(_beside(shares)), table.sides)
    labels = tuple(next((cells for cells in rows if cells), ())) if table.head == 1 else ()
    widest = max(map(metrics.horizontalAdvance, labels), default=0.0)
    first = min(widest + _AIR, _WIDEST_LABEL * width) if labels else 0.0
    left = first + GAP if labels else 0.0
    return Columns(((0.0, first), (left, width - left)), table.sides, labels, is_stacked=True)


def _beside(shares: Iterable[float]) -> Iterable[tuple[float, float]]:
    left = 0.0
    for share in shares:
        yield left, share
        left += share + GAP


def _measure(cell: str, metrics: QFontMetricsF, width: float) -> CellMeasure:
    whole = metrics.horizontalAdvance(cell) + _AIR
    if len(cell) <= _WHOLE_CHARACTERS and not any(map(is_unspaced, cell)):
        return CellMeasure(whole, min(whole, _WIDEST_WORD * width))
    words = (word[:_UNSPACED_CHARACTERS] if any(map(is_unspaced, word)) else word for word in cell.split())
    word = max(map(metrics.horizontalAdvance, words), default=0.0) + _AIR
    return CellMeasure(whole, min(word, _WIDEST_WORD * width))
