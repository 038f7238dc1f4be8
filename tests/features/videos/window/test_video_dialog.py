"""The dialog by itself: what its parts do with each other, where things stand, and what is said of them."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.features.videos.window.dialog import SelectionMethod, VideoDialog
from app.features.videos.window.frame_choice import changes_words, clock_words, sum_words
from app.features.videos.window.strip import FrameStrip, StripFrame
from app.ui.look.fonts import load_fonts
from tests.ui.controls import name_of


@pytest.fixture
def dialog(qtbot: QtBot) -> VideoDialog:
    load_fonts()
    made = VideoDialog("clip.mp4")
    made.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(made)
    with qtbot.waitExposed(made):
        made.show()
    made.activateWindow()
    return made


def _frames(number: int) -> list[StripFrame]:
    picture = QImage(160, 90, QImage.Format.Format_RGB888)
    picture.fill(Qt.GlobalColor.darkCyan)
    return [StripFrame(f"0:{second:02}", picture) for second in range(number)]


def _choose(dialog: VideoDialog, most: int = 20, wanted: int = 8) -> None:
    dialog.show_choice("0:20 · 160 × 90", (160, 90), most, wanted)
    dialog.show_frames(_frames(wanted))


def test_slider_and_field_say_the_same(qtbot: QtBot, dialog: VideoDialog) -> None:
    _choose(dialog)
    changes: list[int] = []
    dialog.changed.connect(lambda: changes.append(dialog.wanted))
    assert QApplication.focusWidget() is dialog.slider
    qtbot.keyClick(dialog.slider, Qt.Key.Key_Right)
    qtbot.keyClick(dialog.slider, Qt.Key.Key_PageUp)
    assert dialog.number.text() == "13"
    dialog.number.setFocus()
    qtbot.keyClick(dialog.number, Qt.Key.Key_Down)
    dialog.number.selectAll()
    qtbot.keyClicks(dialog.number, "99")
    with qtbot.waitSignal(dialog.add_wanted):
        qtbot.keyClick(dialog.number, Qt.Key.Key_Return)
    assert changes == [9, 13, 12, 20], "what was typed counts before the frames are added"
    assert dialog.isVisible()


def test_everything_is_reached_with_tab(qtbot: QtBot, dialog: VideoDialog) -> None:
    _choose(dialog)
    reached = []
    for _step in range(7):
        reached.append(QApplication.focusWidget())
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
    wanted: set[QWidget] = {
        dialog.ways[SelectionMethod.EVEN],
        dialog.slider,
        dialog.number,
        dialog.strip,
        dialog.cancel,
        dialog.action,
    }
    assert wanted <= set(reached)
    assert all(name_of(widget) for widget in wanted)
    dialog.ways[SelectionMethod.EVEN].setFocus()
    with qtbot.waitSignal(dialog.changed):
        qtbot.keyClick(dialog.ways[SelectionMethod.EVEN], Qt.Key.Key_Right)
    assert dialog.way is SelectionMethod.CHANGES


def test_one_frame_leaves_nothing_to_choose(dialog: VideoDialog) -> None:
    _choose(dialog, most=1, wanted=1)
    assert not dialog.slider.isEnabled()
    assert not dialog.number.isEnabled()
    assert dialog.action.text() == "Add 1 frame"
    assert dialog.action.isEnabled()


def test_a_name_cannot_pass_for_markup_and_is_cut_in_the_middle(qtbot: QtBot) -> None:
    made = VideoDialog("<b>a</b>\u202e" + 60 * "long " + "end.mp4")
    qtbot.addWidget(made)
    assert made.heading.textFormat() is Qt.TextFormat.PlainText
    assert "\u202e" not in made.heading.text()
    assert made.heading.minimumSizeHint().width() < 100


def test_a_failure_takes_little_room(dialog: VideoDialog) -> None:
    before = dialog.height()
    dialog.show_opening("Looking", 0.5)
    dialog.show_failure("It is damaged.")
    assert dialog.height() < before / 2
    assert dialog.cancel.isDefault()
    assert QApplication.focusWidget() is dialog.cancel


def test_a_strip_wraps_and_scrolls(qtbot: QtBot) -> None:
    strip = FrameStrip()
    qtbot.addWidget(strip)
    strip.set_proportions(16, 9)
    strip.show_frames(_frames(20))
    strip.resize(560, 240)
    with qtbot.waitExposed(strip):
        strip.show()
    cells = strip.cells()
    assert len({cell.y() for cell in cells}) == 5
    assert all(cell.geometry().right() <= strip.viewport().width() for cell in cells)
    assert strip.verticalScrollBar().maximum() > 0
    qtbot.keyClick(strip, Qt.Key.Key_PageDown)
    assert strip.verticalScrollBar().value() > 0
    strip.show_frames(_frames(3))
    assert strip.verticalScrollBar().maximum() == 0
    assert len({cell.y() for cell in strip.cells()}) == 1


@pytest.mark.parametrize("size", [(1080, 1920), (4000, 300)])
def test_tall_and_wide_pictures_stay_within_bounds(qtbot: QtBot, size: tuple[int, int]) -> None:
    strip = FrameStrip()
    qtbot.addWidget(strip)
    strip.resize(560, 240)
    strip.set_proportions(*size)
    strip.show_frames(_frames(2))
    for cell in strip.cells():
        assert 0 < cell.width() <= strip.viewport().width()
        assert 20 < cell.height() < 160


def test_a_frame_says_whether_it_is_shown(qtbot: QtBot) -> None:
    strip = FrameStrip()
    qtbot.addWidget(strip)
    strip.show_frames([*_frames(1), StripFrame("0:01"), StripFrame("0:02", missing=True)])
    names = [cell.accessibleName() for cell in strip.cells()]
    assert names == ["Frame at 0:00", "Frame at 0:01, being opened", "Frame at 0:02, cannot be shown"]
    strip.grab()  # draws each of them


def test_words() -> None:
    assert sum_words(1, None, 500) == ("1 frame", False)
    assert sum_words(8, 580, None) == ("8 frames, 4,640 tokens", False)
    assert sum_words(8, 580, 12_300) == ("8 frames, 4,640 tokens; 12,300 are free", False)
    assert sum_words(8, 580, 4_639) == ("8 frames, 4,640 tokens; only 4,639 are free: choose fewer", True)
    assert sum_words(8, 580, 500) == ("8 frames, 4,640 tokens; only 500 are free", True)
    assert changes_words(2) == "The picture changes once: 2 frames."
    assert clock_words(222.9) == "3:42"
    assert clock_words(3725, (3725, 5)) == "1:02:05"
    assert clock_words(1.24, (1.0, 1.24)) == "0:01.2"
