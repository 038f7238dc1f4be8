"""The fields of the settings: each edits a value of one type, and says at once that it was changed."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QWidget

from app.core.settings import Adapter, RemoteServer
from app.ui.look.theme import SPACE_S, SPACE_XS, Theme
from app.ui.widgets.buttons import ChoiceButton, TextButton
from app.ui.widgets.file_dialogs import FileDialog
from app.ui.widgets.labels import ElidedLabel, PlainLabel
from app.ui.widgets.layouts import boxed, column, row
from app.ui.widgets.number_field import NumberField
from app.ui.widgets.switch import Switch
from app.wording.i18n import _
from app.wording.settings import Named
from app.wording.units import printable

_DECIMALS, _STEP = 2, 0.05
_MOST_SCALE = 8.0  # as core.settings.Adapter says
_SCALE_WIDTH = 72
_NUMBER_WIDTH = 96
_CHOICE_WIDTH = 224
_TEXT_WIDTH = 280
_TEXT_HEIGHT = 88
_OTHER = "other"


class Editor(QWidget):
    """A field's widget. `value` is what it says, of the field's type; `changed` tells that a person gave it another
    value."""

    changed = Signal()
    below = False
    """True if the field needs the whole width, under its name."""

    def __init__(self, *widgets: QWidget) -> None:
        """`widgets` are shown from left to right; the first of them has the focus and the name."""
        super().__init__()
        self._widget = widgets[0]
        row(*widgets, of=self, spacing=SPACE_S)
        self.setFocusProxy(self._widget)

    def setAccessibleName(self, name: str) -> None:
        super().setAccessibleName(name)
        self._widget.setAccessibleName(name)

    def setAccessibleDescription(self, description: str) -> None:
        super().setAccessibleDescription(description)
        self._widget.setAccessibleDescription(description)

    def value(self) -> object:
        raise NotImplementedError

    def set_value(self, value: object) -> None:
        """Show a value, without emitting `changed`."""
        raise NotImplementedError

    def commit(self) -> None:
        """Take what is still being typed."""


class SwitchEditor(Editor):
    def __init__(self, theme: Theme, value: bool) -> None:
        self.switch = Switch(theme, value)
        super().__init__(self.switch)
        self.switch.clicked.connect(self.changed)

    def value(self) -> bool:
        return self.switch.isChecked()

    def set_value(self, value: object) -> None:
        self.switch.setChecked(bool(value))


class ChoiceEditor(Editor):
    """A field for one of several values, each with its words."""

    def __init__(self, named: Named, value: object) -> None:
        self._values = [each for each, _words in named]
        words = tuple((str(place), words) for place, (_value, words) in enumerate(named))
        self.choice = ChoiceButton(words, str(self._values.index(value)))
        self.choice.setFixedWidth(_CHOICE_WIDTH)
        super().__init__(self.choice)
        self.choice.chosen.connect(self.changed)

    def value(self) -> object:
        return self._values[int(self.choice.value())]

    def set_value(self, value: object) -> None:
        self.choice.set_value(str(self._values.index(value)))


class NumberEditor(Editor):
    """A field for a number within its bounds. Those that are `named` are chosen by their names, any other is typed."""

    def __init__(
        self, value: object, lowest: float, highest: float, *, whole: bool, unit: str = "", named: Named = ()
    ) -> None:
        self._whole = whole
        self._named = [each for each, _words in named]
        self.field = NumberField(
            lowest, lowest, highest, decimals=0 if whole else _DECIMALS, step=1 if whole else _STEP
        )
        self.field.setFixedWidth(_NUMBER_WIDTH)
        self._unit = unit
        words = tuple((str(place), words) for place, (_value, words) in enumerate(named))
        self.choice = ChoiceButton((*words, (_OTHER, _("Custom"))), _OTHER)
        self.choice.setFixedWidth(_CHOICE_WIDTH)
        label = (PlainLabel(unit, role="soft"),) if unit else ()
        self._typed = boxed(row(self.field, *label, spacing=SPACE_S))
        super().__init__(*((self.choice, self._typed) if named else (self._typed,)))
        self.setFocusProxy(self.choice if named else self.field)
        self.set_value(value)
        self.choice.chosen.connect(self._on_chosen)
        self.field.changed.connect(self._on_typed)

    def setAccessibleName(self, name: str) -> None:
        super().setAccessibleName(name)
        self.field.setAccessibleName(f"{name}, {self._unit}" if self._unit else name)

    def setAccessibleDescription(self, description: str) -> None:
        super().setAccessibleDescription(description)
        self.field.setAccessibleDescription(description)

    def value(self) -> object:
        if self._named and self.choice.value() != _OTHER:
            return self._named[int(self.choice.value())]
        return int(self.field.value()) if self._whole else self.field.value()

    def set_value(self, value: object) -> None:
        """Show a number. One that has no name is typed, and one that has is chosen; the field then offers it as the
        other one."""
        is_named = value in self._named
        self.choice.set_value(str(self._named.index(value)) if is_named else _OTHER)
        if isinstance(value, int | float) and not is_named:
            self.offer(value)
        self._typed.setVisible(not is_named)

    def offer(self, number: float) -> None:
        """Put a number into the field without telling of a change, whether the field counts or not."""
        was_blocked = self.field.blockSignals(True)
        self.field.set_value(number)
        self.field.blockSignals(was_blocked)

    def commit(self) -> None:
        if not self._typed.isHidden():
            self.field.value()

    @Slot()
    def _on_chosen(self) -> None:
        is_typed = self.choice.value() == _OTHER
        self._typed.setVisible(is_typed)
        if is_typed:
            self.field.setFocus()
            self.field.selectAll()
        self.changed.emit()

    @Slot()
    def _on_typed(self) -> None:
        if not self._typed.isHidden():
            self.changed.emit()


class LineEditor(Editor):
    """A field for a line of text; an empty one means `empty`."""

    def __init__(self, value: object, hint: str, *, empty: str = "", extra: tuple[QWidget, ...] = ()) -> None:
        """`hint` is shown if nothing is typed."""
        self._empty = empty
        self._line = QLineEdit()
        self._line.setPlaceholderText(hint)
        self._kept = ""
        super().__init__(self._line, *extra)
        self.setFixedWidth(_TEXT_WIDTH)
        self.set_value(value)
        self._line.editingFinished.connect(self.commit)

    def value(self) -> str:
        return self._line.text().strip() or self._empty

    def set_value(self, value: object) -> None:
        self._kept = str(value)
        self._line.setText("" if value == self._empty else str(value))

    @Slot()
    def commit(self) -> None:
        if self.value() != self._kept:
            self._kept = self.value()
            self.changed.emit()


class FileEditor(LineEditor):
    """A field for a path, typed or chosen."""

    def __init__(self, value: object, hint: str, title: str, kinds: str) -> None:
        """`title` and `kinds` are those of the dialog in which a file is chosen."""
        self._title, self._kinds = title, kinds
        browse = TextButton(_("Choose…"))
        browse.clicked.connect(self._browse)
        super().__init__(value, hint, extra=(browse,))

    @Slot()
    def _browse(self) -> None:
        dialog = FileDialog(self.window(), self._title, "", self._kinds)
        dialog.fileSelected.connect(self.take)
        dialog.open()

    @Slot(str)
    def take(self, path: str) -> None:
        """Take a path that was chosen."""
        self._line.setText(path)
        self.commit()


class TextEditor(Editor):
    """A field for several lines of text, up to so many characters."""

    below = True

    def __init__(self, value: object, most: int) -> None:
        self._most = most
        self._text = _LeftText(str(value))
        self._kept = str(value)
        super().__init__(self._text)
        self._text.left.connect(self.commit)

    def value(self) -> str:
        return self._text.toPlainText().strip()[: self._most]

    def set_value(self, value: object) -> None:
        self._kept = str(value)
        self._text.setPlainText(self._kept)

    @Slot()
    def commit(self) -> None:
        if self.value() != self._kept:
            self._kept = self.value()
            self.changed.emit()


class _LeftText(QPlainTextEdit):
    left = Signal()

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.setProperty("role", "framed")
        self.setTabChangesFocus(True)
        self.setFixedHeight(_TEXT_HEIGHT)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.left.emit()


class KeyEditor(Editor):
    """A field for a secret: what is kept is not shown, what is typed only as dots. `value` is the new one, empty to
    forget the one that is kept."""

    def __init__(self, *, kept: bool) -> None:
        self._line = QLineEdit()
        self._line.setEchoMode(QLineEdit.EchoMode.Password)
        self.forget_button = TextButton(_("Delete"))
        self.forget_button.clicked.connect(self.forget)
        super().__init__(self._line, self.forget_button)
        self.setFixedWidth(_TEXT_WIDTH)
        self._line.editingFinished.connect(self.commit)
        self.set_kept(kept)

    def set_kept(self, kept: bool) -> None:
        self._line.setPlaceholderText(_("Saved") if kept else _("None"))
        self.forget_button.setVisible(kept)

    def value(self) -> str:
        return self._line.text().strip()

    def set_value(self, value: object) -> None:
        self._line.setText(str(value))

    @Slot()
    def commit(self) -> None:
        if self.value():
            self.changed.emit()
            self._line.clear()
            self.set_kept(True)

    @Slot()
    def forget(self) -> None:
        self._line.clear()
        self.set_kept(False)
        self.changed.emit()


class ServersEditor(Editor):
    """A list of other servers, each to be used in place of the one that answers, or forgotten. `used` carries the label
    of one; an empty label means that another one is to be set up, and the one that answers kept."""

    below = True
    used = Signal(str)

    def __init__(self, value: tuple[RemoteServer, ...]) -> None:
        self._servers: tuple[RemoteServer, ...] = ()
        self._rows: list[QWidget] = []
        self.add = TextButton(_("Set up another server"))
        self._column = column((self.add, Qt.AlignmentFlag.AlignLeft), spacing=SPACE_XS)
        super().__init__(boxed(self._column))
        self.add.clicked.connect(partial(self.used.emit, ""))
        self.setFocusProxy(self.add)
        self.set_value(value)

    def value(self) -> tuple[RemoteServer, ...]:
        return self._servers

    def set_value(self, value: object) -> None:
        if value == self._servers or not isinstance(value, tuple):
            return
        for made in self._rows:
            self._column.removeWidget(made)
            made.hide()
            made.deleteLater()
        self._servers, self._rows = value, [self._row(server) for server in value]
        for place, made in enumerate(self._rows):
            self._column.insertWidget(place, made)

    def _row(self, server: RemoteServer) -> QWidget:
        words = printable(server.label)
        use, forget = TextButton(_("Use")), TextButton(_("Remove"))
        use.setAccessibleName(_("Use {name}").format(name=words))
        forget.setAccessibleName(_("Remove {name}").format(name=words))
        use.clicked.connect(partial(self.used.emit, server.label))
        forget.clicked.connect(partial(self._forget, server))
        return boxed(row((PlainLabel(words), 1), use, forget, spacing=SPACE_S))

    def _forget(self, server: RemoteServer) -> None:
        self.set_value(tuple(each for each in self._servers if each != server))
        self.changed.emit()


class AdaptersEditor(Editor):
    """A list of LoRA adapters, each with how strongly it works; a row for each, and a button for one more."""

    below = True

    def __init__(self, value: tuple[Adapter, ...]) -> None:
        self._rows: list[_AdapterRow] = []
        self._add = TextButton(_("Add…"))
        self._add.clicked.connect(self._browse)
        self._column = column((self._add, Qt.AlignmentFlag.AlignLeft), spacing=SPACE_XS)
        super().__init__(boxed(self._column))
        self.setFocusProxy(self._add)
        self.set_value(value)

    def value(self) -> tuple[Adapter, ...]:
        return tuple(each.value() for each in self._rows)

    def set_value(self, value: object) -> None:
        if value == self.value():
            return
        for each in self._rows[:]:
            self._take_out(each)
        for adapter in value if isinstance(value, tuple) else ():
            self._append(adapter)

    @Slot()
    def _browse(self) -> None:
        dialog = FileDialog(self.window(), _("Open a GGUF file"), "", _("Models in GGUF format (*.gguf)"))
        dialog.fileSelected.connect(self.add)
        dialog.open()

    @Slot(str)
    def add(self, path: str) -> None:
        """Add an adapter, at the strength with which it was trained."""
        self._append(Adapter(path))
        self.changed.emit()

    def _append(self, adapter: Adapter) -> None:
        made = _AdapterRow(adapter)
        made.removed.connect(self._remove)
        made.changed.connect(self.changed)
        self._rows.append(made)
        self._column.insertWidget(self._column.count() - 1, made)

    def _take_out(self, removed: _AdapterRow) -> None:
        self._rows.remove(removed)
        self._column.removeWidget(removed)
        removed.hide()
        removed.deleteLater()

    @Slot(object)
    def _remove(self, removed: _AdapterRow) -> None:
        self._take_out(removed)
        self._add.setFocus()
        self.changed.emit()


class _AdapterRow(QWidget):
    removed = Signal(object)
    changed = Signal()

    def __init__(self, adapter: Adapter) -> None:
        super().__init__()
        self._path = adapter.path
        path = printable(adapter.path)
        name = ElidedLabel(printable(Path(adapter.path).name), elide=Qt.TextElideMode.ElideMiddle, tip=path)
        self._scale = NumberField(adapter.scale, -_MOST_SCALE, _MOST_SCALE, decimals=_DECIMALS, step=_STEP)
        self._scale.setAccessibleName(_("Strength of {name}").format(name=printable(Path(adapter.path).name)))
        self._scale.setFixedWidth(_SCALE_WIDTH)
        self._scale.changed.connect(self.changed)
        remove = TextButton(_("Remove"), role="quiet")
        remove.clicked.connect(self._remove)
        row((name, 1), PlainLabel(_("Strength"), role="soft"), self._scale, remove, of=self, spacing=SPACE_S)

    def value(self) -> Adapter:
        return Adapter(self._path, self._scale.value())

    @Slot()
    def _remove(self) -> None:
        self.removed.emit(self)
