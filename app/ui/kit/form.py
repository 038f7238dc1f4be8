"""A small dialog that asks for one value: made of its words and a field."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from app.ui.widgets.buttons import ChoiceButton
from app.ui.widgets.dialogs import SmallDialog
from app.ui.widgets.layouts import column

_TEXT_HEIGHT = 140


class FormField(QWidget):
    """A field that asks for a value in a form. `changed` tells that a person gave another one."""

    changed = Signal()

    def text(self) -> str:
        raise NotImplementedError

    @property
    def ready(self) -> bool:
        """True if the form may be left with what the field says."""
        return True


class ChoiceField(FormField):
    """A field for one of several values, each with its words."""

    def __init__(self, name: str, values: tuple[tuple[str, str], ...]) -> None:
        """`values` are pairs of a value and the words for it, at least one; the first is chosen."""
        super().__init__()
        self.choice = ChoiceButton(values, values[0][0])
        self.choice.setAccessibleName(name)
        self.choice.chosen.connect(self.changed)
        column(self.choice, of=self)
        self.setFocusProxy(self.choice)

    def text(self) -> str:
        return self.choice.value()


class TextField(FormField):
    """A field for several lines, of at most `most` characters; blanks around them are dropped."""

    def __init__(self, name: str, text: str, most: int) -> None:
        super().__init__()
        self._most = most
        self.lines = QPlainTextEdit(text)
        self.lines.setProperty("role", "framed")
        self.lines.setTabChangesFocus(True)
        self.lines.setFixedHeight(_TEXT_HEIGHT)
        self.lines.setAccessibleName(name)
        self.lines.textChanged.connect(self.changed)
        column(self.lines, of=self)
        self.setFocusProxy(self.lines)

    def text(self) -> str:
        return self.lines.toPlainText().strip()[: self._most]


class FormDialog(SmallDialog):
    """A dialog with one field. `given` carries the text of the field, once the person is done; that takes a field that
    is ready."""

    given = Signal(str)

    def __init__(self, title: str, sentence: str, action: str, field: FormField, parent: QWidget | None = None) -> None:
        super().__init__(title, sentence, action, body=field, parent=parent)
        self.field = field
        field.changed.connect(self._look)
        self._look()
        field.setFocus()

    def accept(self) -> None:
        if self.action.isEnabled():
            self.given.emit(self.field.text())
            super().accept()

    @Slot()
    def _look(self) -> None:
        """Fit the height to what the field shows now, and let the form be left only when the field is ready."""
        self.fit_height()
        self.action.setEnabled(self.field.ready)
