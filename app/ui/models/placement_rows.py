"""A row for one choice of the placement: its control, and whether it is the plan's or made by hand."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QSlider, QWidget

from app.ui.look.icons import Icons, Symbol
from app.ui.look.theme import SPACE_S, SPACE_XS
from app.ui.widgets.buttons import ChoiceButton, IconButton
from app.ui.widgets.labels import PlainLabel
from app.ui.widgets.layouts import STRETCH, column, row
from app.ui.widgets.number_field import NumberField
from app.wording.i18n import _

_NUMBER_WIDTH = 104
_POSITIONS = 1000


class PlacementRow(QWidget):
    """A choice. `changed` tells that the person chose, or left it to the plan again. `value` is None while it is the
    plan's."""

    changed = Signal()

    def __init__(self, icons: Icons, name: str, hint: str) -> None:
        super().__init__()
        self._by_hand = False
        self._showing = False
        self._name = name
        self.label = PlainLabel(name)
        self.hint = PlainLabel(hint, role="small", wraps=True)
        self.state = PlainLabel(role="small")
        self.state.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.reset = IconButton(icons, Symbol.UNDO, _("{choice}: automatic").format(choice=name), size=16)
        self.reset.clicked.connect(self._reset)
        head = row((self.label, 1), self.state, self.reset, spacing=SPACE_XS)
        self.controls = row(spacing=SPACE_S)
        column(head, self.controls, self.hint, STRETCH, of=self)
        self._show_state()

    @property
    def by_hand(self) -> bool:
        return self._by_hand

    def set_by_hand(self, by_hand: bool) -> None:
        self._by_hand = by_hand
        self._show_state()

    @Slot()
    def _touch(self) -> None:
        if not self._showing:
            self.set_by_hand(True)
            self.changed.emit()

    @Slot()
    def _reset(self) -> None:
        self.set_by_hand(False)
        self.changed.emit()

    def _show_state(self) -> None:
        self.state.setText(_("manual") if self._by_hand else _("automatic"))
        self.reset.setEnabled(self._by_hand)


@dataclass(frozen=True)
class NumberRange:
    """The whole numbers that can be chosen; `steps` rounds what a slider gives, and `growing` spreads small numbers, if
    the range spans several powers of ten."""

    lowest: int
    highest: int
    steps: int = 1
    growing: bool = False


class NumberRow(PlacementRow):
    """A slider and a field for one whole number."""

    def __init__(self, icons: Icons, name: str, hint: str, numbers: NumberRange) -> None:
        super().__init__(icons, name, hint)
        lowest, self._steps, self._growing = numbers.lowest, numbers.steps, numbers.growing
        self._lowest, self._highest = lowest, max(lowest, numbers.highest)
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(*((0, _POSITIONS) if self._growing else (lowest, self._highest)))
        if self._growing:
            self.slider.setSingleStep(_POSITIONS // 100)
            self.slider.setPageStep(_POSITIONS // 10)
        self.field = NumberField(lowest, lowest, self._highest, step=self._steps)
        self.field.setFixedWidth(_NUMBER_WIDTH)
        self.field.setAlignment(Qt.AlignmentFlag.AlignRight)
        for control in (self.slider, self.field):
            control.setAccessibleName(name)
            control.setAccessibleDescription(hint)
            control.setEnabled(self._highest > lowest)
        self.label.setBuddy(self.field)
        self.controls.addWidget(self.slider, 1)
        self.controls.addWidget(self.field)
        self.slider.valueChanged.connect(self._on_slider)
        self.field.changed.connect(self._on_field)
        self.field.returnPressed.connect(self._touch)  # keeps the number that the plan chose

    @property
    def value(self) -> int | None:
        return self.number if self.by_hand else None

    @property
    def number(self) -> int:
        return int(self.field.value())

    def show_value(self, value: int) -> None:
        """Show the number that the plan chose, or that was chosen before; this does not count as a choice by hand."""
        self._showing = True
        self.field.set_value(value)
        self.slider.setValue(self._position(value))
        self._showing = False

    @Slot(int)
    def _on_slider(self, position: int) -> None:
        if self._showing:
            return
        self._showing = True
        self.field.set_value(self._value_at(position))
        self._showing = False
        self._touch()

    @Slot(float)
    def _on_field(self, value: float) -> None:
        if self._showing:
            return
        self._showing = True
        self.slider.setValue(self._position(int(value)))
        self._showing = False
        self._touch()

    def _position(self, value: int) -> int:
        if not self._growing or self._highest <= self._lowest:
            return value
        share = math.log(max(value, self._lowest) / self._lowest) / math.log(self._highest / self._lowest)
        return round(_POSITIONS * share)

    def _value_at(self, position: int) -> int:
        if not self._growing:
            return position
        value: float = self._lowest * (self._highest / self._lowest) ** (position / _POSITIONS)
        return min(self._highest, max(self._lowest, round(value / self._steps) * self._steps))


class ChoiceRow(PlacementRow):
    """A choice of one of several values, as a menu."""

    def __init__(self, icons: Icons, name: str, hint: str, values: Sequence[tuple[str, str]]) -> None:
        super().__init__(icons, name, hint)
        self.choice = ChoiceButton(tuple(values), values[0][0])
        self.choice.setAccessibleName(name)
        self.choice.setAccessibleDescription(hint)
        self.choice.chosen.connect(self._on_chosen)
        self.label.setBuddy(self.choice)
        self.controls.addWidget(self.choice, 1)

    @property
    def value(self) -> str | None:
        return self.choice.value() if self.by_hand else None

    def show_value(self, value: str) -> None:
        self.choice.set_value(value)

    @Slot(str)
    def _on_chosen(self, value: str) -> None:  # noqa: ARG002 - the row is asked for it
        self._touch()
