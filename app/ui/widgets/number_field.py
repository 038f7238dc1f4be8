"""A field for a number within bounds, typed or moved with Up and Down."""

from __future__ import annotations

import math

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit


class NumberField(QLineEdit):
    """A field for a number. It is brought within the bounds when the field is left; `changed` carries the new value."""

    changed = Signal(float)

    def __init__(self, value: float, lowest: float, highest: float, *, decimals: int = 0, step: float = 1) -> None:
        super().__init__()
        self._lowest, self._highest = lowest, highest
        self._decimals, self._step = decimals, step
        self._value = value
        self.setInputMethodHints(Qt.InputMethodHint.ImhFormattedNumbersOnly)
        self.editingFinished.connect(self._take)
        self.set_value(value)

    def value(self) -> float:
        """Return the number in the field, within the bounds; text that cannot be read as a number leaves the last
        value."""
        self._take()
        return self._value

    def set_value(self, value: float) -> None:
        within = min(self._highest, max(self._lowest, round(value, self._decimals)))
        moved = within != self._value
        self._value = within
        self.setText(f"{within:,.{self._decimals}f}")
        if moved:
            self.changed.emit(within)

    def set_bounds(self, lowest: float, highest: float) -> None:
        """Set the bounds, and bring the value within them."""
        self._lowest, self._highest = lowest, highest
        self.set_value(self._value)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Up: self._step, Qt.Key.Key_Down: -self._step}.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
        else:
            self.set_value(self.value() + step)

    @Slot()
    def _take(self) -> None:
        try:
            typed = float(self.text().replace(",", "").strip())
        except ValueError:
            typed = self._value
        self.set_value(typed if math.isfinite(typed) else self._value)
