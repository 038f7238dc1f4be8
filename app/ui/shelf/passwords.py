"""Protected documents that wait for their password: asks for one after the other."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QLineEdit, QWidget

from app.core.secret import Password
from app.ui.shelf.file_import import FileImport
from app.ui.widgets.dialogs import SmallDialog
from app.wording.i18n import _
from app.wording.units import printable


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


class Passwords(QObject):
    """Keeps no password: it goes to the reader, which holds it until the desk is closed."""

    def __init__(self, openings: FileImport, window: QWidget, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._openings = openings
        self._window = window
        self._waiting: list[tuple[str, bool]] = []
        self.dialog: PasswordDialog | None = None
        openings.locked.connect(self._ask)

    @Slot(str, bool)
    def _ask(self, key: str, wrong: bool) -> None:
        self._waiting.append((key, wrong))
        self._ask_next()

    def _ask_next(self) -> None:
        if self.dialog is not None or not self._waiting:
            return
        key, wrong = self._waiting.pop(0)
        dialog = self.dialog = PasswordDialog(printable(Path(key).name), wrong=wrong, parent=self._window)
        dialog.given.connect(partial(self._unlock, key))
        dialog.rejected.connect(partial(self._leave, key))
        dialog.open()

    def _unlock(self, key: str, password: Password) -> None:
        self.dialog = None
        self._openings.unlock(key, password)
        self._ask_next()

    def _leave(self, key: str) -> None:
        self.dialog = None
        self._openings.stop(key)
        self._ask_next()
