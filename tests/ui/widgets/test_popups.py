"""What opens above the window: a press beside it counts there, and arrow keys go on from what is ticked."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QPoint, Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QMenu, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from app.core.matter import Matter
from app.core.settings import TEXT_PERCENTS
from app.features.library_search.window.chips import FilterChip
from app.ui.chat.text.text_size import TextSizeMenu
from app.ui.kit.frame_state import PageLook
from app.ui.look.icons import Icons
from app.ui.look.theme import Theme
from app.ui.page.view_menu import ViewMenu
from app.ui.page.zoom import PageFit, PageZoom
from app.ui.shelf.matter_switch import MatterSwitch
from app.ui.widgets.buttons import ChoiceButton, TextButton
from app.ui.widgets.layouts import row
from app.ui.widgets.model_chip import ModelChip, ModelEntry
from app.ui.widgets.popups import Popup


def test_a_press_beside_a_popup_counts_there_but_not_on_what_opened_it(qtbot: QtBot) -> None:
    opener, other, ground = TextButton("Outline"), TextButton("Thumbnails"), QWidget()
    row(opener, other, of=ground)
    qtbot.addWidget(ground)
    ground.show()
    pressed: list[str] = []
    opener.clicked.connect(lambda: pressed.append("opener"))
    other.clicked.connect(lambda: pressed.append("other"))
    for beside in (other, opener):
        popup = Popup(ground)
        popup.opened_by(opener)
        popup.move(ground.mapToGlobal(QPoint(0, ground.height())))
        popup.resize(200, 100)
        popup.show()
        assert opener.isDown()
        _press_beside(qtbot, popup, beside)
        assert QApplication.activePopupWidget() is None
        assert not opener.isDown()
        qtbot.mouseRelease(beside, Qt.MouseButton.LeftButton)
    assert pressed == ["other"]


def _press_beside(qtbot: QtBot, popup: Popup, beside: QAbstractButton) -> None:
    """A popup gets every press, wherever it is."""
    at = popup.mapFromGlobal(beside.mapToGlobal(beside.rect().center()))
    qtbot.mousePress(popup, Qt.MouseButton.LeftButton, pos=at)
    QApplication.processEvents()


def _choice() -> QWidget:
    return ChoiceButton((("en", "English"), ("de", "Deutsch"), ("ja", "日本語")), "de")


def _size() -> QWidget:
    assert TEXT_PERCENTS.index(100)
    button = QPushButton()
    button.setMenu(TextSizeMenu(Theme(), button))
    return button


def _chip() -> QWidget:
    chip = ModelChip(Theme())
    chip.show_models((ModelEntry("/a", "A", "", False), ModelEntry("/b", "B", "", True)), lead="Get a larger model…")
    return chip


def _filter() -> QWidget:
    chip = FilterChip("Format", "All formats")
    chip.set_values((("pdf", "PDF"), ("text", "Text")))
    chip.show_value("text", "Text")
    return chip


def _switch() -> QWidget:
    switch = MatterSwitch(Icons(Theme()))
    matters = (Matter("a", "A", 0.0, 0.0), Matter("b", "B", 0.0, 0.0))
    switch.show_matters(matters)
    switch.show_open(matters[1])
    return switch


@pytest.mark.parametrize("make", [_choice, _size, _chip, _filter, _switch])
def test_the_arrow_keys_of_a_menu_go_on_from_what_is_ticked(qtbot: QtBot, make: Callable[[], QWidget]) -> None:
    button = make()
    qtbot.addWidget(button)
    button.show()
    button.setFocus()
    qtbot.keyClick(button, Qt.Key.Key_Space)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    ticked = menu.activeAction()
    assert ticked is not None
    assert ticked.isChecked()
    menu.close()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)  # it is gone before its button


def test_the_arrow_keys_go_on_from_how_pages_are_shown(qtbot: QtBot) -> None:
    ground = QWidget()
    qtbot.addWidget(ground)
    menu = ViewMenu(PageLook(), PageZoom(PageFit.PAGE), 1, dark=False, parent=ground)
    menu.popup(QPoint())
    assert menu.activeAction().text().startswith("Whole page")
    menu.close()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
