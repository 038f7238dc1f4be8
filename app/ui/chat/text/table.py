"""Measures and shares out the widths of a table's columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtGui import QFontMetricsF, QTextLength, QTextTable, QTextTableFormat

from app.ui.look.fonts import text_font
from app.ui.look.theme import SPACE_L

GAP = SPACE_L  # px between columns
_WIDEST = 320.0  # px of a column that is not made narrower while the table is too wide
_ROOMY = 160.0  # px of a column at most, where the table scrolls and nothing is won by a narrow one
_AIR = 10.0  # px, for what is written strong


@dataclass(frozen=True)
class CellMeasure:
    """The px that a text needs on one line, and those of its longest word."""

    whole: float
    word: float


def measure_cell(text: str, word: str, size: int) -> CellMeasure:
    """Measure a cell and its longest word; `size` is that of the text, in px."""
    metrics = QFontMetricsF(text_font(size))
    return CellMeasure(metrics.horizontalAdvance(text) + _AIR, metrics.horizontalAdvance(word) + _AIR)


def share_out(width: float, wanted: Sequence[CellMeasure]) -> list[float]:
    """Share out the width, in px: each column gets what it needs if there is room for all; else what is wider than the
    others gives way, down to its longest word. The sum is more than `width` if even the words have no room."""
    whole = [measure.whole for measure in wanted]
    if sum(whole) <= width:
        return whole
    least = [min(measure.whole, max(measure.word, min(_WIDEST, measure.whole) / 3)) for measure in wanted]
    spare = width - sum(least)
    if spare <= 0:
        return [min(measure.whole, max(measure.word, _ROOMY)) for measure in wanted]
    over = [more - floor for more, floor in zip(whole, least, strict=True)]
    return [floor + spare * more / sum(over) for floor, more in zip(least, over, strict=True)]


@dataclass
class TableColumns:
    """A table in a document. `left` are the px left of it, `wanted` what its columns need without the gaps between."""

    left: float
    wanted: Sequence[CellMeasure]
    table: QTextTable | None = None

    def fit(self, width: float) -> float:
        """Take this width (px), give every column its own, and return the width that is needed."""
        widths = self._widths(width)
        if self.table is not None:
            self.table.setFormat(_sized(self.table.format().toTableFormat(), widths))
        return self.left + sum(widths)

    def format(self, form: QTextTableFormat, width: float) -> tuple[QTextTableFormat, float]:
        """Return the format with the widths of the columns in a document of this width, and the width that is needed,
        in px."""
        widths = self._widths(width)
        return _sized(form, widths), self.left + sum(widths)

    def _widths(self, width: float) -> list[float]:
        gaps = GAP * (len(self.wanted) - 1)
        shares = share_out(width - self.left - gaps, self.wanted)
        return [share + GAP for share in shares[:-1]] + shares[-1:]


@dataclass
class TableScroll:
    """The distance in px by which a table that is wider than the column was moved to the left; all its stretches have
    the same."""

    value: int = 0


def _sized(form: QTextTableFormat, widths: Sequence[float]) -> QTextTableFormat:
    form.setColumnWidthConstraints([QTextLength(QTextLength.Type.FixedLength, each) for each in widths])
    form.setWidth(QTextLength(QTextLength.Type.FixedLength, sum(widths)))
    return form
