"""All of a window is on a screen: the first time in the middle, later where it was, whatever became of the screens."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QMargins, QRect, QSize

from app.ui.kit.frame_state import USUAL_FRAME, place_again, place_new
from tests.ui.room import Room

SMALL, LAPTOP, WIDE, LARGE = (
    QRect(0, 0, 1024, 700),
    QRect(0, 0, 1366, 768),
    QRect(0, 0, 1440, 900),
    QRect(0, 0, 2560, 1440),
)
WITH_A_BAR = QRect(0, 32, 1440, 868)
BESIDE = QRect(2560, -200, 1920, 1080)
SIZE = QSize(1440, 900)


@pytest.mark.parametrize("screen", [SMALL, LAPTOP, WIDE, LARGE, WITH_A_BAR])
@pytest.mark.parametrize("frame", [USUAL_FRAME, QMargins(1, 24, 1, 5), QMargins()])
def test_a_new_window_is_whole_and_in_the_middle(screen: QRect, frame: QMargins) -> None:
    placed = place_new(SIZE, [screen, BESIDE], frame)
    framed = placed.marginsAdded(frame)
    assert screen.contains(framed)
    assert abs(framed.left() - screen.left() - (screen.right() - framed.right())) <= 1
    assert abs(framed.top() - screen.top() - (screen.bottom() - framed.bottom())) <= 1
    assert placed.size() == SIZE.boundedTo(screen.marginsRemoved(frame).size()), "as large as there is room"


@pytest.mark.parametrize(
    "where",
    [
        QRect(0, 0, 1440, 900),  # larger than the screen is now
        QRect(3_000, 300, 900, 600),  # on a screen that is gone
        QRect(-800, -500, 900, 600),
        QRect(1_400, 860, 900, 600),
        QRect(0, 40, 1440, 900),
    ],
)
@pytest.mark.parametrize("screen", [SMALL, LAPTOP, WIDE, WITH_A_BAR])
def test_one_that_no_longer_fits_is_brought_back(where: QRect, screen: QRect) -> None:
    placed = place_again(where, [screen])
    assert screen.contains(placed.marginsAdded(USUAL_FRAME))
    assert placed.size() == where.size().boundedTo(screen.marginsRemoved(USUAL_FRAME).size())


def test_one_that_fits_stays_where_it_is() -> None:
    for where in (QRect(500, 200, 900, 600), QRect(2_700, 0, 900, 600), QRect(8, 44, 2544, 1388)):
        assert place_again(where, [LARGE, BESIDE]) == where
    assert place_again(QRect(2_400, 100, 900, 600), [LARGE, BESIDE]) == QRect(2_568, 100, 900, 600), "mostly beside"


def test_the_window_is_put_on_the_screen_before_it_is_shown(room: Room) -> None:
    screen = room.window.screen().availableGeometry()
    room.window.fit_screen()
    smallest = room.window.minimumSizeHint()
    assert screen.contains(QRect(room.window.pos(), room.window.size().boundedTo(screen.size())))
    assert room.window.height() <= screen.height() - USUAL_FRAME.top() - USUAL_FRAME.bottom()
    assert room.window.width() <= max(smallest.width(), screen.width() - USUAL_FRAME.left() - USUAL_FRAME.right())
    room.window.setGeometry(QRect(5_000, 5_000, 900, 600))
    state = room.window.state()
    room.window.restore(state)
    room.window.fit_screen()
    assert screen.contains(room.window.pos())
    assert state.margins == (USUAL_FRAME.left(), USUAL_FRAME.top(), USUAL_FRAME.right(), USUAL_FRAME.bottom())


def test_other_windows_are_no_larger_than_the_screen(room: Room) -> None:
    room.open()
    room.presenter.model_area.models.open()
    screen = room.window.screen().availableGeometry().size()
    shown = room.presenter.model_area.models.window
    assert shown is not None
    assert shown.height() <= screen.height() - USUAL_FRAME.top() - USUAL_FRAME.bottom()
    assert shown.width() <= screen.width() - USUAL_FRAME.left() - USUAL_FRAME.right()
