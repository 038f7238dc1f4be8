"""The fields of the settings dialog: each edits a value of one type."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QFileDialog, QLineEdit, QPlainTextEdit, QWidget

from app.core.settings import Adapter
from app.ui.theme import SPACE_S, SPACE_XS
from app.ui.widgets.buttons import ChoiceButton, TextButton
from app.ui.widgets.labels import ElidedLabel
from app.ui.widgets.layouts import STRETCH, boxed, column, row
from app.ui.widgets.number_field import NumberField
from app.wording.i18n import _
from app.wording.units import printable

_DECIMALS, _STEP = 2, 0.05
_MOST_SCALE = 8.0  # as core.settings.Adapter says
_SCALE_WIDTH = 72
_TEXT_HEIGHT = 88


class Editor(QWidget):
    """A field's widget: `value` gives what it says, of the field's type."""

    def __init__(self, widget: QWidget, extra: QWidget | None = None) -> None:
        super().__init__()
        self._widget = widget
        row((widget, 1), *((extra,) if extra is not None else ()), of=self, spacing=SPACE_S)
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
        self._line.setPlaceholderText(_("random"))
        self._highest = highest
        super().__init__(self._line)

    def value(self) -> int | None:
        digits = "".join(character for character in self._line.text() if character.isdecimal())
        return min(int(digits), self._highest) if digits else None


class ChoiceEditor(Editor):
    def __init__(self, values: tuple[tuple[str, str], ...], value: str, kind: Callable[[str], Any]) -> None:
        """`kind` makes a value of what was chosen."""
        self._choice = ChoiceButton(values, value)
        self._kind = kind
        super().__init__(self._choice)

    def value(self) -> Any:
        return self._kind(self._choice.value())

    def set_value(self, value: str) -> None:
        self._choice.set_value(value)


class SwitchEditor(Editor):
    """On or off."""

    def __init__(self, value: bool) -> None:
        self._choice = ChoiceButton((("on", _("On")), ("off", _("Off"))), "on" if value else "off")
        super().__init__(self._choice)

    def value(self) -> bool:
        return self._choice.value() == "on"


class LineEditor(Editor):
    """A line of text; an empty one means `empty`."""

    def __init__(self, value: str, hint: str, *, empty: str = "", extra: QWidget | None = None) -> None:
        """`hint`: what is shown where nothing is typed."""
        self._empty = empty
        self._line = QLineEdit("" if value == empty else value)
        self._line.setPlaceholderText(hint)
        super().__init__(self._line, extra)

    def value(self) -> str:
        return self._line.text().strip() or self._empty

    def set_value(self, value: str) -> None:
        self._line.setText(value)


class TextEditor(Editor):
    """Several lines of text, up to so many characters; under its name, not beside it."""

    def __init__(self, value: str, most: int) -> None:
        self._most = most
        self._text = QPlainTextEdit(value)
        self._text.setProperty("role", "framed")
        self._text.setTabChangesFocus(True)
        self._text.setFixedHeight(_TEXT_HEIGHT)
        super().__init__(self._text)

    def value(self) -> str:
        return self._text.toPlainText().strip()[: self._most]

    def set_value(self, value: str) -> None:
        self._text.setPlainText(value)


class FileEditor(LineEditor):
    """A path, typed or chosen."""

    def __init__(self, value: str, hint: str, title: str, kinds: str) -> None:
        """`title` and `kinds` are those of the dialog in which a file is chosen."""
        self._title, self._kinds = title, kinds
        browse = TextButton(_("Choose…"))
        browse.clicked.connect(self._browse)
        super().__init__(value, hint, extra=browse)

    @Slot()
    def _browse(self) -> None:
        dialog = QFileDialog(self.window(), self._title, "", self._kinds)
        dialog.fileSelected.connect(self._line.setText)
        dialog.open()


class KeyEditor(Editor):
    """A secret: what is kept is not shown, what is typed only as dots."""

    def __init__(self, *, kept: bool) -> None:
        self._forgotten = False
        self._line = QLineEdit()
        self._line.setEchoMode(QLineEdit.EchoMode.Password)
        self._line.setPlaceholderText(_("saved") if kept else _("none"))
        forget = TextButton(_("Delete")) if kept else None
        if forget is not None:
            forget.clicked.connect(self.forget)
        self._button = forget
        super().__init__(self._line, forget)

    def value(self) -> str | None:
        """The new key, empty to forget the one that is kept; None leaves it as it is."""
        typed = self._line.text().strip()
        return typed or ("" if self._forgotten else None)

    def set_value(self, value: str) -> None:
        self._line.setText(value)

    @Slot()
    def forget(self) -> None:
        """Once the settings are saved."""
        self._forgotten = True
        self._line.clear()
        self._line.setPlaceholderText(_("none"))
        if self._button is not None:
            self._button.setEnabled(False)


class AdaptersEditor(Editor):
    """LoRA adapters, each with how strongly it works; a row for each, and a button for one more."""

    def __init__(self, value: tuple[Adapter, ...]) -> None:
        self._rows: list[_AdapterRow] = []
        self._add = TextButton(_("Add…"))
        self._add.clicked.connect(self._browse)
        self._column = column((self._add, Qt.AlignmentFlag.AlignLeft), spacing=SPACE_XS)
        super().__init__(boxed(self._column))
        self.setFocusProxy(self._add)
        for adapter in value:
            self._append(adapter)

    def value(self) -> tuple[Adapter, ...]:
        return tuple(each.value() for each in self._rows)

    @Slot()
    def _browse(self) -> None:
        dialog = QFileDialog(self.window(), _("Open a GGUF file"), "", _("Models in GGUF format (*.gguf)"))
        dialog.fileSelected.connect(self.add)
        dialog.open()

    @Slot(str)
    def add(self, path: str) -> None:
        """One more, as it was trained."""
        self._append(Adapter(path))

    def _append(self, adapter: Adapter) -> None:
        made = _AdapterRow(adapter)
        made.removed.connect(self._remove)
        self._rows.append(made)
        self._column.insertWidget(self._column.count() - 1, made)

    @Slot(object)
    def _remove(self, removed: _AdapterRow) -> None:
        self._rows.remove(removed)
        self._column.removeWidget(removed)
        removed.deleteLater()
        self._add.setFocus()


class _AdapterRow(QWidget):
    removed = Signal(object)

    def __init__(self, adapter: Adapter) -> None:
        super().__init__()
        self._path = adapter.path
        name = ElidedLabel(printable(Path(adapter.path).name), elide=Qt.TextElideMode.ElideMiddle)
        name.setToolTip(printable(adapter.path))
        self._scale = NumberField(adapter.scale, -_MOST_SCALE, _MOST_SCALE, decimals=_DECIMALS, step=_STEP)
        self._scale.setAccessibleName(_("Strength of {name}").format(name=printable(Path(adapter.path).name)))
        self._scale.setFixedWidth(_SCALE_WIDTH)
        remove = TextButton(_("Remove"), role="quiet")
        remove.clicked.connect(self._remove)
        line = row(self._scale, remove, STRETCH, spacing=SPACE_S)
        column(name, line, of=self, margins=(0, 0, 0, SPACE_S), spacing=SPACE_XS)

    def value(self) -> Adapter:
        return Adapter(self._path, self._scale.value())

    @Slot()
    def _remove(self) -> None:
        self.removed.emit(self)
