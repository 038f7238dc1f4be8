"""The chip speaks: state in a word as well as in a colour, models in its menu."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from app.ui.look.theme import PAPER, Theme
from app.ui.widgets.model_chip import ChipDot, ChipState, ModelChip, ModelEntry


@pytest.fixture
def chip(qtbot: QtBot) -> ModelChip:
    made = ModelChip(Theme())
    qtbot.addWidget(made)
    made.show()
    return made


@pytest.mark.parametrize(
    ("mark", "colour"),
    [(ChipDot.READY, PAPER.verified), (ChipDot.WORKING, PAPER.near), (ChipDot.DEAD, PAPER.not_found)],
)
def test_the_dot_has_the_colour_of_the_state(chip: ModelChip, mark: ChipDot, colour: str) -> None:
    chip.show_state(ChipState(mark, "Scout · Q4_K_M", "H100"))
    chip.resize(chip.sizeHint())
    assert chip.grab().toImage().pixelColor(16, chip.height() // 2) == QColor(colour)
    assert chip.accessibleName() == "Model: Scout · Q4_K_M, H100"


def test_progress_lies_along_the_lower_edge(chip: ModelChip) -> None:
    chip.show_state(ChipState(ChipDot.WORKING, "Loading the model · 50 %", fraction=0.5))
    chip.resize(chip.sizeHint())
    row = chip.height() - 3
    image = chip.grab().toImage()
    assert image.pixelColor(chip.width() // 4, row) == QColor(PAPER.working)
    assert image.pixelColor(3 * chip.width() // 4, row) != QColor(PAPER.working)


def test_a_long_name_does_not_push_the_window(chip: ModelChip) -> None:
    chip.show_state(ChipState(ChipDot.READY, "A model " * 40, "on a machine " * 40))
    assert chip.sizeHint().width() <= 440
    chip.resize(chip.minimumSizeHint())
    chip.grab()


def test_the_menu_chooses_a_model_and_is_reached_by_key(qtbot: QtBot, chip: ModelChip) -> None:
    chip.show_models(
        (ModelEntry("/a.gguf", "Scout", "61 GB", True), ModelEntry("/s.gguf", "SmolLM2 135M", "starter model", False))
    )
    chip.setFocus()
    qtbot.keyClick(chip, Qt.Key.Key_Space)
    actions = [action for action in chip.menu.actions() if not action.isSeparator()]
    assert [action.text() for action in actions] == [
        "Scout   61 GB",
        "SmolLM2 135M   starter model",
        "Open a GGUF file…",
        "Load again",
        "Models…",
        "Advanced…",
    ]
    assert [action.isChecked() for action in actions] == [True, *5 * [False]]
    with qtbot.waitSignal(chip.model_chosen) as chosen:
        actions[1].trigger()
    assert chosen.args == ["/s.gguf"]
    with qtbot.waitSignal(chip.file_wanted):
        actions[2].trigger()
    with qtbot.waitSignal(chip.models_wanted):
        actions[4].trigger()
    with qtbot.waitSignal(chip.placement_wanted):
        actions[5].trigger()
    chip.menu.close()


def test_a_name_is_not_markup(chip: ModelChip) -> None:
    chip.show_state(ChipState(ChipDot.READY, "<img src=x>", tooltip="<img src=x>\nCPU"))
    assert chip.toolTip() == "<span>&lt;img src=x&gt;<br>CPU</span>"
