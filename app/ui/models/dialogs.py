"""Questions before something is fetched: the terms, the token, the name."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QGridLayout, QLineEdit, QPlainTextEdit, QWidget

from app.ui.theme import SPACE_L, SPACE_S
from app.ui.widgets.dialogs import SmallDialog, choices
from app.ui.widgets.labels import PlainLabel
from app.ui.widgets.layouts import DIALOG, STRETCH, column, row
from app.wording.i18n import _

_WIDTH, _HEIGHT = 640, 560
_AROUND = 48


class OrderDialog(QDialog):
    """What is fetched, from where and where to, and on what terms; `accepted` means: fetch it. Deleted when closed."""

    def __init__(
        self,
        title: str,
        facts: tuple[tuple[str, str], ...],
        action: str,
        *,
        note: str = "",
        terms_title: str = "",
        terms: str = "",
        shortage: str = "",
        parent: QWidget | None = None,
    ) -> None:
        """`facts`: names and values. `terms`: the whole text of a licence. `shortage`: why it cannot be fetched."""
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setModal(True)
        notes = [PlainLabel(words, role=role, wraps=True) for words, role in ((note, "small"), (shortage, "failure"))]
        self.terms = QPlainTextEdit(terms, readOnly=True, tabChangesFocus=True)
        self.terms.setProperty("role", "framed")
        self.terms.setAccessibleName(terms_title)
        whole_terms = (SPACE_S, PlainLabel(terms_title, role="title"), (self.terms, 1))
        self.cancel, self.action = choices(self, action)
        self.action.setEnabled(not shortage)
        self.action.setDefault(not shortage)
        shown = (
            PlainLabel(title, role="heading", wraps=True),
            _table(facts),
            *(label for label in notes if label.text()),
            *(whole_terms if terms else (STRETCH,)),
            SPACE_S,
            row(STRETCH, self.cancel, self.action, spacing=SPACE_S),
        )
        column(*shown, of=self, margins=DIALOG, spacing=SPACE_S)
        around = parent.size() if parent is not None else self.size()
        self.setFixedWidth(min(_WIDTH, max(420, around.width() - _AROUND)))
        if terms:
            self.resize(self.width(), min(_HEIGHT, around.height() - _AROUND))
        self.setAccessibleDescription(" ".join(f"{name}: {value}" for name, value in facts))
        (self.terms if terms else self.action).setFocus()


def _table(facts: tuple[tuple[str, str], ...]) -> QGridLayout:
    grid = QGridLayout()
    grid.setHorizontalSpacing(SPACE_L)
    grid.setVerticalSpacing(4)
    grid.setColumnStretch(1, 1)
    for line, (name, value) in enumerate(facts):
        grid.addWidget(PlainLabel(name, role="soft"), line, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(PlainLabel(value, wraps=True), line, 1)
    return grid


class TokenDialog(SmallDialog):
    """Asks for the access token of a gated repository; `given` carries it."""

    given = Signal(str)

    def __init__(self, sentence: str, parent: QWidget | None = None) -> None:
        self.line = QLineEdit()
        self.line.setEchoMode(QLineEdit.EchoMode.Password)
        self.line.setAccessibleName(_("Access token"))
        super().__init__(_("Access token"), sentence, _("Save"), body=self.line, parent=parent)
        self.line.setFocus()

    def accept(self) -> None:
        token = self.line.text().strip()
        self.line.clear()
        if token:
            self.given.emit(token)
        super().accept()
