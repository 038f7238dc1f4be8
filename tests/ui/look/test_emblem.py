"""The program's own icon."""

from __future__ import annotations

from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication

from app.ui.look import emblem


def test_the_icon_is_there_in_all_sizes(qapp: QApplication) -> None:
    assert [size.width() for size in emblem.icon().availableSizes()] == list(emblem.SIZES)


def test_at_the_smallest_size_pages_and_the_lit_line_lie_on_whole_pixels(qapp: QApplication) -> None:
    drawn = emblem.draw(16)
    colours = {QColor(drawn.pixel(x, y)).name() for x, y in ((3, 5), (13, 8))}
    assert colours == {"#faf8f4"}
    assert {QColor(drawn.pixel(x, y)).name() for x in (10, 11, 12) for y in (5, 6)} == {"#e0b566"}
