"""Asks for the value of a cell that a person knows better, and says at once whether it is one of the column's kind."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QLineEdit, QWidget

from app.core.conversations.values import ValueKind, ValueState
from app.features.tables.cells import value_entered
from app.features.tables.window.cell_table import ShownCell
from app.features.tables.words import kept_as_text_words, value_words
from app.ui.look.theme import SPACE_XS
from app.ui.widgets.dialogs import SmallDialog
from app.ui.widgets.labels import PlainLabel, set_role
from app.ui.widgets.layouts import boxed, column
from app.wording.i18n import _


class CorrectionDialog(SmallDialog):
    """The dialog. `given` carries the id of the cell's question and what was typed, empty to take the model's answer
    again."""

    given = Signal(str, str)

    def __init__(self, value: ShownCell, parent: QWidget | None = None) -> None:
        self._id, self._form = value.read.cell.question.id, value.read.cell.question.form
        self.line = QLineEdit(value.read.cell.correction or value.read.value.text)
        self.line.selectAll()
        self.read_as = PlainLabel("", role="small", wraps=True)
        words = _("“{question}” Leave empty to restore the model’s answer.")
        said = words.format(question=value.column.title)
        body = boxed(column(self.line, self.read_as, spacing=SPACE_XS))
        super().__init__(_("Enter the value by hand"), said, _("Enter"), body=body, parent=parent)
        self.line.setAccessibleName(said)
        self.line.textChanged.connect(self._read)
        self._read()
        self.line.setFocus()

    def accept(self) -> None:
        self.given.emit(self._id, self.line.text().strip())
        super().accept()

    @Slot()
    def _read(self) -> None:
        """Say what a typed date or amount is taken for, or, in red, that it is kept as text."""
        typed, kind = self.line.text().strip(), self._form.kind
        words, role = "", "small"
        if typed and kind not in (ValueKind.PROSE, ValueKind.TEXT):
            entered = value_entered(typed, self._form)
            unfit = entered.state is ValueState.UNFIT
            words = kept_as_text_words(typed, kind) if unfit else value_words(entered, kind)
            role = "failure-small" if unfit else "small"
        self.read_as.setText(words)
        set_role(self.read_as, role)
        self.line.setAccessibleDescription(words)
        self.fit_height()
