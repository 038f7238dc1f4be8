"""Scenes of a part of a page being selected, so that the model sees it as an image."""

from __future__ import annotations

from functools import cache

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from app.core.conversations.image import Raster
from app.core.documents.document import Document, Format, Page
from app.core.settings import ThemeChoice
from app.documents import worker
from app.documents.formats.contract import Content
from tests.documents.pdf_writer import lines, show, write_pdf
from tests.tools.screens.stage import Stage
from tests.ui.room import LEASE, pause

_TITLE = "Tides at Quay 3"
_TABLE = (
    ("Month", "Mean high water", "Mean low water", "Highest"),
    ("January", "3.42 m", "0.61 m", "4.02 m"),
    ("February", "3.51 m", "0.54 m", "4.18 m"),
    ("March", "3.66 m", "0.47 m", "4.31 m"),
    ("April", "3.58 m", "0.52 m", "4.11 m"),
)
_HEIGHTS = (58, 64, 82, 71, 60, 49, 44, 52, 69, 80, 73, 62)
TABLE = (0.1, 0.16, 0.9, 0.32)
"""Left, top, right and bottom of the table, in shares of the page."""


@cache
def _content() -> Content:
    page = show("Tides at Quay 3", y=730, size=22)
    page += lines("All heights are above chart datum, over the years 2015 to 2024.", y=690)
    for row, cells in enumerate(_TABLE):
        for column, cell in enumerate(cells):
            page += show(cell, x=72 + 118 * column, y=640 - 22 * row, size=12)
        page += f"0.5 w 66 {634 - 22 * row} m 546 {634 - 22 * row} l S\n"
    page += lines("Figure 2. Highest water of each month.", y=505)
    for month, height in enumerate(_HEIGHTS):
        page += f"0.25 0.35 0.42 rg {76 + 39 * month} 300 26 {2 * height} re f\n"
    page += "0 0 0 rg 1 w 66 300 m 546 300 l S\n"
    page += lines("The mean range R follows from the constituents M2 and S2:", "", "R = 2.0 (H(M2) + H(S2))", y=260)
    return Content("tides.pdf", write_pdf([page, page]), "")


def draw(page: int, width: int) -> Raster:
    return worker.page_image(_content(), page, width)


def _tides(stage: Stage, **options: object) -> None:
    stage.reader.draw = draw
    stage.add_books()
    tides = stage.add_book(Document(_TITLE, Format.PDF, "77" * 32, (Page(1, "1", "All heights."),)), colour=5)
    stage.add_conversation("High water in spring", [stage.books[LEASE], tides])
    stage.open(**options)  # type: ignore[arg-type]
    stage.presenter.places.pages.first.open_book(tides.id)
    stage.settle()


def _on_page(stage: Stage, x: float, y: float) -> QPoint:
    area = stage.window.page.image.drawn_area()
    return QPoint(round(area.left() + x * area.width()), round(area.top() + y * area.height()))


def _drag(stage: Stage, *, let_go: bool = True) -> None:
    """Around the table."""
    region = stage.window.page.image.region
    stage.presenter.places.pages.first.questions.select_part()
    start, end = _on_page(stage, *TABLE[:2]), _on_page(stage, *TABLE[2:])
    QTest.mousePress(region, Qt.MouseButton.LeftButton, pos=start)
    QTest.mouseMove(region, (start + end) / 2)
    QTest.mouseMove(region, end)
    if let_go:
        QTest.mouseRelease(region, Qt.MouseButton.LeftButton, pos=end)
    stage.settle()


def region_hint(stage: Stage) -> None:
    _tides(stage)
    stage.presenter.places.pages.first.questions.select_part()
    pause(100)


def region_drawing(stage: Stage) -> None:
    _tides(stage)
    _drag(stage, let_go=False)


def region(stage: Stage) -> None:
    _tides(stage)
    _drag(stage)


def region_dark(stage: Stage) -> None:
    _tides(stage, theme=ThemeChoice.DARK)
    _drag(stage)


def region_small(stage: Stage) -> None:
    _tides(stage, size=(1024, 700))
    _drag(stage)


def region_zoomed(stage: Stage) -> None:
    _tides(stage, size=(1280, 800))
    _drag(stage)
    for _step in range(4):
        stage.window.page.zoom_in()
    pause(300)
    stage.settle()


def region_menu(stage: Stage) -> None:
    _tides(stage)
    image = stage.window.page.image
    stage.window.page.selection.menu().popup(image.viewport().mapToGlobal(QPoint(140, 300)))
    pause(100)


REGION_SCENES = (region_hint, region_drawing, region, region_dark, region_small, region_zoomed, region_menu)
REGION_SCALED = {"region-zoomed": "2"}
