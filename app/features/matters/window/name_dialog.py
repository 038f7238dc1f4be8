"""Asks for the name of a matter."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from app.ui.look.theme import SPACE_S
from app.ui.widgets.dialogs import SmallDialog
from app.ui.widgets.labels import PlainLabel
from app.ui.widgets.layouts import boxed, column


class NameDialog(SmallDialog):
    """`given` carries the key and the name. It stays open until it is closed, since the name may be refused."""

    given = Signal(str, str)

    def __init__(
        self, title: str, sentence: str, action: str, *, key: str, text: str = "", parent: QWidget | None = None
    ) -> None:
        self.line = QLineEdit(text)
        self.line.selectAll()
        self.problem = PlainLabel(role="failure-small", wraps=True)
        self.problem.hide()
        body = boxed(column(self.line, self.problem, spacing=SPACE_S))
        super().__init__(title, sentence, action, body=body, parent=parent)
        self.line.setAccessibleName(sentence)
        self._key = key
        self.line.setFocus()

    def accept(self) -> None:
        if self.action.isEnabled():
            self.action.setEnabled(False)
            self.given.emit(self._key, self.line.text().strip())

    def show_problem(self, words: str) -> None:
        """Say why the name is refused, and keep it in the line."""
        self.action.setEnabled(True)
        self.problem.setText(words)
        self.problem.show()
        self.fit_height()
        self.line.setFocus()
        self.line.selectAll()
