"""A picture that is zoomed and moved: what is asked for, and what stays where it is."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.core.conversations.image import Raster
from app.ui.chat.pictures.image_viewer import Magnifier, Zoom
from app.ui.look.theme import Theme
from app.ui.widgets.pictures import LARGEST_SIDE, to_levels
from tests.ui.chat.talk import colours

PHOTOGRAPH = QSize(3000, 2000)


@pytest.fixture
def magnifier(qtbot: QtBot, fonts: None, theme: Theme) -> Magnifier:
    made = Magnifier(theme)
    made.resize(624, 524)
    qtbot.addWidget(made)
    with qtbot.waitExposed(made):
        made.show()
    made.activateWindow()
    made.setFocus()
    return made


def picture(side: int, colour: str = "#7a2e35") -> QImage:
    image = QImage(side, max(1, side * 2 // 3), QImage.Format.Format_RGB888)
    image.fill(QColor(colour))
    return image


def wheel(magnifier: Magnifier, point: QPoint, turns: float) -> None:
    view = magnifier.viewport()
    QApplication.sendEvent(
        view,
        QWheelEvent(
            QPointF(point),
            QPointF(view.mapToGlobal(point)),
            QPoint(),
            QPoint(0, round(120 * turns)),
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        ),
    )


def under(magnifier: Magnifier, point: QPoint) -> tuple[float, float]:
    """Which pixel of the image lies under a point of the viewport."""
    area = magnifier.picture_area()
    across, down = (point.x() - area.x()) / area.width(), (point.y() - area.y()) / area.height()
    return across * PHOTOGRAPH.width(), down * PHOTOGRAPH.height()


# the arithmetic


@pytest.mark.parametrize(
    ("size", "ratio", "fitted_side", "full_side", "percent"),
    [
        (QSize(3000, 2000), 1.0, 600, 3000, 20),
        (QSize(3000, 2000), 2.0, 1200, 3000, 40),
        (QSize(100, 80), 1.0, 100, 100, 100),
        (QSize(100, 80), 2.0, 100, 100, 200),
        (QSize(20_000, 500), 1.5, 900, LARGEST_SIDE, 4),
        (QSize(10, 9000), 1.0, 500, LARGEST_SIDE, 6),
        (QSize(1, 1), 1.0, 1, 1, 100),
    ],
)
def test_pixels_are_asked_for_as_the_screen_has_them(
    size: QSize, ratio: float, fitted_side: int, full_side: int, percent: int
) -> None:
    zoom = Zoom(size, QSize(624, 524), ratio)
    assert (zoom.wanted_side(), zoom.percent) == (fitted_side, percent)
    zoom.choose(zoom.other())
    assert zoom.chosen is not None
    assert zoom.wanted_side() == full_side
    assert zoom.other() == zoom.fitting


def test_zooming_ends_somewhere_and_never_below_fitting() -> None:
    zoom = Zoom(PHOTOGRAPH, QSize(624, 524))
    zoom.choose(1000)
    assert zoom.percent == 800
    zoom.choose(0.01)
    assert zoom.chosen is None


def test_a_bar_that_takes_room_may_make_the_other_needed() -> None:
    zoom = Zoom(QSize(1000, 2000), QSize(500, 500), chosen=0.5)
    assert zoom.hidden(10) == QSize(10, 510)
    zoom.chosen = 0.2451
    assert zoom.hidden(10) == QSize(0, 0)


# the widget


def test_first_it_is_fitted_and_the_whole_is_asked_for_once_it_is_zoomed(magnifier: Magnifier) -> None:
    asked: list[int] = []
    magnifier.wanted.connect(asked.append)
    magnifier.begin(PHOTOGRAPH, None)
    assert asked == [600]
    magnifier.show_pixels((picture(600),))
    area = magnifier.picture_area()
    assert (area.width(), area.height()) == (600, 400)
    assert abs(area.center().x() - 312) <= 1
    assert abs(area.center().y() - 262) <= 1
    for _turn in range(3):
        QTest.keyClick(magnifier, Qt.Key.Key_Plus)
    assert asked == [600, 3000]
    magnifier.show_pixels((picture(3000),))
    QTest.keyClick(magnifier, Qt.Key.Key_0)
    QTest.keyClick(magnifier, Qt.Key.Key_1)
    assert magnifier.zoom.percent == 100
    assert asked == [600, 3000]


def test_a_larger_window_asks_for_more_pixels(magnifier: Magnifier, qtbot: QtBot) -> None:
    asked: list[int] = []
    magnifier.wanted.connect(asked.append)
    magnifier.begin(PHOTOGRAPH, None)
    magnifier.show_pixels((picture(600),))
    magnifier.resize(924, 900)
    qtbot.waitUntil(lambda: asked == [600, 900])
    magnifier.resize(624, 524)
    qtbot.waitUntil(lambda: magnifier.zoom.wanted_side() == 600)
    assert asked == [600, 900]


def test_the_wheel_zooms_around_the_mouse(magnifier: Magnifier) -> None:
    magnifier.begin(PHOTOGRAPH, picture(600))
    magnifier.show_pixels((picture(600),))
    point = QPoint(400, 200)
    wheel(magnifier, point, 5)
    fixed = under(magnifier, point)
    for turns in (2, 0.5, -1):
        wheel(magnifier, point, turns)
        assert under(magnifier, point) == pytest.approx(fixed, abs=3)
    wheel(magnifier, point, -40)
    assert magnifier.zoom.chosen is None


def test_a_click_shows_the_real_size_at_that_point_and_fits_again(magnifier: Magnifier) -> None:
    magnifier.begin(PHOTOGRAPH, picture(600))
    magnifier.show_pixels((picture(600),))
    point = QPoint(450, 300)
    pixel = under(magnifier, point)
    QTest.mouseClick(magnifier.viewport(), Qt.MouseButton.LeftButton, pos=point)
    assert magnifier.zoom.percent == 100
    assert under(magnifier, point) == pytest.approx(pixel, abs=4)
    QTest.mouseClick(magnifier.viewport(), Qt.MouseButton.LeftButton, pos=point)
    assert magnifier.zoom.chosen is None
    QTest.mouseClick(magnifier.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(3, 3))  # beside the picture
    assert magnifier.zoom.chosen is None


def test_dragging_moves_the_picture_and_is_no_click(magnifier: Magnifier) -> None:
    magnifier.begin(PHOTOGRAPH, picture(600))
    magnifier.show_pixels((picture(600),))
    magnifier.toggle()
    view, start, end = magnifier.viewport(), QPoint(400, 300), QPoint(340, 250)
    pixel = under(magnifier, start)
    assert view.cursor().shape() == Qt.CursorShape.OpenHandCursor
    QTest.mousePress(view, Qt.MouseButton.LeftButton, pos=start)
    QTest.mouseMove(view, QPoint(370, 280))
    QTest.mouseMove(view, end)
    assert under(magnifier, end) == pytest.approx(pixel, abs=2)
    assert view.cursor().shape() == Qt.CursorShape.ClosedHandCursor
    QTest.mouseRelease(view, Qt.MouseButton.LeftButton, pos=end)
    assert magnifier.zoom.percent == 100


def test_arrow_keys_move_a_picture_that_is_too_large_and_else_go_on(magnifier: Magnifier) -> None:
    stepped: list[int] = []
    magnifier.stepped.connect(stepped.append)
    magnifier.begin(PHOTOGRAPH, picture(600))
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Left, Qt.Key.Key_Down):
        QTest.keyClick(magnifier, key)
    assert stepped == [1, -1]
    magnifier.toggle()
    before = magnifier.picture_area().topLeft()
    QTest.keyClick(magnifier, Qt.Key.Key_Right)
    QTest.keyClick(magnifier, Qt.Key.Key_Down)
    moved = magnifier.picture_area().topLeft() - before
    assert moved.x() < 0
    assert moved.y() < 0
    assert stepped == [1, -1]
    QTest.keyClick(magnifier, Qt.Key.Key_PageDown)
    QTest.keyClick(magnifier, Qt.Key.Key_PageUp)
    assert stepped == [1, -1, 1, -1]


def test_a_large_picture_that_is_shown_small_loses_no_lines(magnifier: Magnifier) -> None:
    """Every second column is black: fitted again after it was zoomed, all of it is grey."""
    row = bytes([0, 0, 0, 255, 255, 255]) * 1500
    magnifier.begin(PHOTOGRAPH, None)
    magnifier.show_pixels(to_levels(Raster(3000, 2000, row * 2000)))
    drawn = magnifier.viewport().grab().toImage()
    middle = [drawn.pixelColor(x, 262).lightness() for x in range(100, 500)]
    assert min(middle) > 100
    assert max(middle) < 155


def test_a_preview_stands_in_until_the_pixels_come(magnifier: Magnifier, qtbot: QtBot) -> None:
    magnifier.begin(PHOTOGRAPH, None)
    assert magnifier.words() == ""
    qtbot.waitUntil(lambda: magnifier.words() == "Opening the image…")
    magnifier.set_preview(picture(60, "#2f6b4f"))
    assert "#2f6b4f" in colours(magnifier.viewport())
    magnifier.show_pixels((picture(600),))
    assert magnifier.words() == ""
    magnifier.set_preview(picture(60, "#2f6b4f"))
    assert "#2f6b4f" not in colours(magnifier.viewport())


def test_what_goes_wrong_is_said_in_the_place_of_the_picture_or_over_it(magnifier: Magnifier) -> None:
    magnifier.begin(PHOTOGRAPH, picture(60))
    magnifier.show_problem("It is gone.")
    assert magnifier.words() == "It is gone."
    assert magnifier.picture is None
    magnifier.begin(PHOTOGRAPH, None)
    magnifier.show_pixels((picture(600),))
    magnifier.toggle()
    magnifier.show_problem("It is gone.")
    assert magnifier.words() == "It is gone."
    assert magnifier.picture is not None
    assert "#7a2e35" in colours(magnifier.viewport())
