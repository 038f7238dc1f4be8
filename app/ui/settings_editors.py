"""The fields of the settings dialog: each edits a value of one type."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit, QWidget

from app.messages import _
from app.ui.theme import SPACE_S
from app.ui.widgets.buttons import TextButton
from app.ui.widgets.choice import Choice
from app.ui.widgets.number_field import NumberField

_DECIMALS, _STEP = 2, 0.05


class Editor(QWidget):
    """A field's widget: `value` gives what it says, of the field's type."""

    def __init__(self, widget: QWidget, extra: QWidget | None = None) -> None:
        super().__init__()
        self._widget = widget
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE_S)
        row.addWidget(widget, 1)
        if extra is not None:
            row.addWidget(extra)
        self.setFocusProxy(widget)

    def setAccessibleName(self, name: str) -> None:
        super().setAccessibleName(name)
        self._widget.setAccessibleName(name)

    def setAccessibleDescription(self, description: str) -> None:
        super().setAccessibleDescription(description)
        self._widget.setAccessibleDescription(description)

    def value(self) -> Any:
        raise NotImplementedError


class NumberEditor(Editor):
    """A whole number or one with decimals, within its bounds."""

    def __init__(self, value: float, lowest: float, highest: float, *, whole: bool) -> None:
        self._whole = whole
        self._field = NumberField(
            value, lowest, highest, decimals=0 if whole else _DECIMALS, step=1 if whole else _STEP
        )
        super().__init__(self._field)

    def value(self) -> int | float:
        return int(self._field.value()) if self._whole else self._field.value()

    def set_value(self, value: float) -> None:
        self._field.set_value(value)


class SeedEditor(Editor):
    """A number, or nothing."""

    def __init__(self, value: int | None, highest: int) -> None:
        self._line = QLineEdit("" if value is None else str(value))
        self._line.setPlaceholderText(_("new each time"))
        self._highest = highest
        super().__init__(self._line)

    def value(self) -> int | None:
        digits = "".join(character for character in self._line.text() if character.isdecimal())
        return min(int(digits), self._highest) if digits else None


class ChoiceEditor(Editor):
    def __init__(self, values: tuple[tuple[str, str], ...], value: str, kind: type[StrEnum] | type[str]) -> None:
        self._choice = Choice(values, value)
        self._kind = kind
        super().__init__(self._choice)

    def value(self) -> str:
        return self._kind(self._choice.value())

    def set_value(self, value: str) -> None:
        self._choice.set_value(value)


class SwitchEditor(Editor):
    """On or off."""

    def __init__(self, value: bool) -> None:
        self._choice = Choice((("on", _("On")), ("off", _("Off"))), "on" if value else "off")
        super().__init__(self._choice)

    def value(self) -> bool:
        return self._choice.value() == "on"


class FileEditor(Editor):
    """A path, typed or chosen."""

    def __init__(self, value: str, otherwise: str) -> None:
        """`otherwise`: what is taken where no path stands."""
        self._line = QLineEdit(value)
        self._line.setPlaceholderText(otherwise)
        browse = TextButton(_("Choose…"))
        browse.clicked.connect(self._browse)
        super().__init__(self._line, browse)

    def value(self) -> str:
        return self._line.text().strip()

    @Slot()
    def _browse(self) -> None:
        dialog = QFileDialog(self.window(), _("Open a GGUF file"), "", _("Models in GGUF format (*.gguf)"))
        dialog.fileSelected.connect(self._line.setText)
        dialog.open()
