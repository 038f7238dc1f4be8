"""Asks for the password of a protected document."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QLineEdit, QWidget

from app.core.password import Password
from app.messages import _
from app.ui.widgets.dialogs import SmallDialog


class PasswordDialog(SmallDialog):
    """`given` carries the Password."""

    given = Signal(object)

    def __init__(self, name: str, *, wrong: bool, parent: QWidget | None = None) -> None:
        """`name` is the file's; `wrong`: the password that was given before did not fit."""
        self.line = QLineEdit()
        self.line.setEchoMode(QLineEdit.EchoMode.Password)
        words = (
            _("This is not the password of “{name}”. Try again or cancel.")
            if wrong
            else _("“{name}” needs a password:")
        )
        self.sentence = words.format(name=name)
        super().__init__(_("Protected document"), self.sentence, _("Open"), body=self.line, parent=parent)
        self.line.setAccessibleName(self.sentence)
        self.line.textChanged.connect(self._enable)
        self._enable()
        self.line.setFocus(Qt.FocusReason.OtherFocusReason)

    def accept(self) -> None:
        password = Password(self.line.text())
        self.line.clear()
        super().accept()
        self.given.emit(password)

    @Slot()
    def _enable(self) -> None:
        self.action.setEnabled(bool(self.line.text()))
