"""Small questions to the person: a confirmation, a line of text, where a file goes. They never block: the answer comes
as a signal."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QCheckBox, QDialog, QFileDialog, QGridLayout, QLineEdit, QWidget

from app.export.report import safe_name
from app.ui.look.theme import SPACE_L, SPACE_S
from app.ui.widgets.buttons import TextButton
from app.ui.widgets.file_dialogs import FileDialog
from app.ui.widgets.labels import PlainLabel
from app.ui.widgets.layouts import DIALOG, STRETCH, column, row
from app.wording.i18n import _

_WIDTH = 420
_NAME_CHARACTERS = 80


class SmallDialog(QDialog):
    """A heading, a sentence, whatever `body` holds, and two buttons. It is deleted when it is closed.

    `leave` is the word for the button that cancels, in place of Cancel; None if there is nothing to cancel, and so one
    button. What was given may be refused: whoever takes it calls `wait`, and later `finish` or `show_problem`.
    """

    def __init__(
        self,
        title: str,
        sentence: str,
        action: str,
        *,
        body: QWidget | None = None,
        leave: str | None = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setModal(True)
        self.setFixedWidth(_WIDTH)
        self.cancel, self.action = choices(self, action)
        self.said = PlainLabel(sentence, wraps=True)
        self.problem = PlainLabel(role="failure-small", wraps=True)
        self.problem.hide()
        self._field = body
        self._focused: QWidget | None = None
        self._waiting = False
        self.cancel.setText(leave or self.cancel.text())
        self.action.setAutoDefault(False)
        self.action.setDefault(True)
        column(
            PlainLabel(title, role="heading"),
            self.said,
            *((SPACE_S, body) if body is not None else ()),
            self.problem,
            SPACE_L,
            row(STRETCH, *((self.cancel,) if leave is not None else ()), self.action, spacing=SPACE_S),
            of=self,
            margins=DIALOG,
            spacing=SPACE_S,
        )
        self.setAccessibleDescription(sentence)

    def accept(self) -> None:
        """Close the dialog, unless it waits."""
        if not self._waiting:
            super().accept()

    def wait(self) -> None:
        """Stay open with what was typed, which cannot be changed until it was taken or refused."""
        self._focused = self.focusWidget()
        self._set_waiting(True)

    def finish(self) -> None:
        """Close the dialog, as what was given was taken."""
        super().accept()

    def show_problem(self, words: str) -> None:
        """Say why what was given is refused, and keep what was typed."""
        self._set_waiting(False)
        self.problem.setText(words)
        self.problem.show()
        self.fit_height()
        if self._focused is not None:
            self._focused.setFocus()

    def _set_waiting(self, waiting: bool) -> None:
        self._waiting = waiting
        self.action.setEnabled(not waiting)
        if self._field is not None:
            self._field.setEnabled(not waiting)

    def cancel_by_return(self) -> None:
        """Let Return cancel, unless the person went to the other button first: whoever chose in a menu by Return, and
        is still pressing it, has destroyed nothing."""
        self.action.setAutoDefault(True)
        self.action.setDefault(False)
        self.cancel.setAutoDefault(True)
        self.cancel.setDefault(True)
        self.cancel.setFocus()

    def fit_height(self) -> None:
        """Make the dialog as high as what it shows at its width: Qt takes the lines of a label for shorter than they
        are."""
        layout = self.layout()
        if layout is not None and layout.hasHeightForWidth():
            layout.activate()
            self.resize(self.width(), layout.totalHeightForWidth(self.width()))

    def showEvent(self, event: QShowEvent) -> None:
        self.fit_height()
        super().showEvent(event)


def choices(dialog: QDialog, action: str) -> tuple[TextButton, TextButton]:
    """Make the buttons that reject a dialog and that accept it."""
    cancel, accept = TextButton(_("Cancel")), TextButton(action, role="primary")
    cancel.clicked.connect(dialog.reject)
    accept.clicked.connect(dialog.accept)
    return cancel, accept


class Confirmation(SmallDialog):
    """A question before something is destroyed; `confirmed` carries the key of what."""

    confirmed = Signal(str)

    def __init__(self, title: str, sentence: str, action: str, key: str, parent: QWidget | None = None) -> None:
        super().__init__(title, sentence, action, parent=parent)
        self.cancel_by_return()
        self._key = key

    def accept(self) -> None:
        self.confirmed.emit(self._key)
        super().accept()


class LineDialog(SmallDialog):
    """A dialog for one line of text; `given` carries the key and the text."""

    given = Signal(str, str)

    def __init__(
        self, title: str, sentence: str, action: str, *, key: str, text: str = "", parent: QWidget | None = None
    ) -> None:
        self.line = QLineEdit(text)
        self.line.selectAll()
        super().__init__(title, sentence, action, body=self.line, parent=parent)
        self.line.setAccessibleName(sentence)
        self._key = key
        self.line.setFocus()

    def accept(self) -> None:
        self.given.emit(self._key, self.line.text().strip())
        super().accept()


class SaveDialog(FileDialog):
    """A dialog for where to write a file, at first one called `name`. `filters` are the kinds that it may have, such as
    "PDF (*.pdf)", the first of them chosen; a name that is typed without an ending gets that of the chosen kind.
    `option` is something that may be wanted besides, which the dialogs of a desktop have no place for."""

    def __init__(self, parent: QWidget, title: str, name: str, filters: Sequence[str], option: str = "") -> None:
        super().__init__(parent, title, "", ";;".join(filters))
        self.option = QCheckBox(option, self)
        self.option.setVisible(False)
        if option and isinstance(rows := self.layout(), QGridLayout):
            rows.addWidget(self.option, rows.rowCount(), 1, 1, 1)
            self.option.setVisible(True)
        self.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        self.filterSelected.connect(self._follow)
        self._follow(filters[0])
        self.selectFile(safe_name(name, _NAME_CHARACTERS))

    @Slot(str)
    def _follow(self, chosen: str) -> None:
        self.setDefaultSuffix(chosen.rpartition("*.")[2].rstrip(")"))
