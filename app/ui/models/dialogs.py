"""Dialogs before something is fetched: a model by its name, the terms, the token."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QDialog, QGridLayout, QLineEdit, QListWidget, QListWidgetItem, QPlainTextEdit, QWidget

from app.ui.look.theme import SPACE_L, SPACE_S, Theme
from app.ui.models.fit import DeviceFit, FitView
from app.ui.widgets.buttons import TextButton
from app.ui.widgets.dialogs import SmallDialog, choices
from app.ui.widgets.labels import PlainLabel, set_role
from app.ui.widgets.layouts import DIALOG, STRETCH, boxed, column, row
from app.wording.i18n import _

_WIDTH, _HEIGHT = 640, 560
_AROUND = 48
_ADD_WIDTH, _ADD_HEIGHT = 620, 520
_FIT_HEIGHT = 132
"""The height in px that is kept free for the fit, so that nothing moves when it is known."""

_NumberRole = int(Qt.ItemDataRole.UserRole)


@dataclass(frozen=True)
class OrderData:
    """Everything that a person is told before a model is fetched. `facts` are names and values; `terms` is the whole
    text of a licence that is to be accepted. `shortage` says why the model cannot be fetched, `misfit` why it would not
    run here."""

    title: str
    facts: tuple[tuple[str, str], ...]
    action: str
    note: str
    terms_title: str
    terms: str
    shortage: str
    misfit: str


class OrderDialog(QDialog):
    """Shows what is to be fetched, from where and where to, and on what terms; `accepted` is the wish to fetch it. The
    dialog is deleted when it is closed."""

    def __init__(self, order: OrderData, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(order.title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setModal(True)
        self.terms = QPlainTextEdit(order.terms, readOnly=True, tabChangesFocus=True)
        self.terms.setProperty("role", "framed")
        self.terms.setAccessibleName(order.terms_title)
        whole_terms = (SPACE_S, PlainLabel(order.terms_title, role="title"), (self.terms, 1))
        self.cancel, self.action = choices(self, order.action)
        self.action.setEnabled(not order.shortage)
        self.action.setDefault(not order.shortage)
        shown = (
            PlainLabel(order.title, role="heading", wraps=True),
            _table(order.facts),
            *_notes((order.misfit, "warning"), (order.note, "small"), (order.shortage, "failure")),
            *(whole_terms if order.terms else (STRETCH,)),
            SPACE_S,
            row(STRETCH, self.cancel, self.action, spacing=SPACE_S),
        )
        column(*shown, of=self, margins=DIALOG, spacing=SPACE_S)
        around = parent.size()
        self.setFixedWidth(min(_WIDTH, max(420, around.width() - _AROUND)))
        if order.terms:
            self.resize(self.width(), min(_HEIGHT, around.height() - _AROUND))
        self.setAccessibleDescription(" ".join(f"{name}: {value}" for name, value in order.facts))
        (self.terms if order.terms else self.action).setFocus()


def _notes(*notes: tuple[str, str]) -> list[PlainLabel]:
    """Make labels of the notes that have words; each note is its words and its role."""
    return [PlainLabel(words, role=role, wraps=True) for words, role in notes if words]


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


class AddDialog(QDialog):
    """Finds a model by its name. `look_up_wanted` carries what was typed, `chosen` the number of the offer that is
    looked at, `fetch_wanted` that of the one to fetch. The dialog is deleted when it is closed."""

    look_up_wanted = Signal(str)
    chosen = Signal(int)
    fetch_wanted = Signal(int)

    def __init__(self, theme: Theme, host: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("Add a model by name"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setModal(True)
        self.resize(_ADD_WIDTH, _ADD_HEIGHT)
        self.name = QLineEdit()
        self.name.setPlaceholderText("owner/name")
        self.name.setAccessibleName(_("Name of the repository"))
        self.look_up = TextButton(_("Look up"))
        words = _("“Look up” asks {host} for the files in this repository. Nothing else is sent.")
        self.status = PlainLabel(words.format(host=host), role="small", wraps=True)
        self.list = QListWidget()
        self.list.setProperty("role", "framed")
        self.list.setAccessibleName(_("Quantizations"))
        self.fit = FitView(theme)
        self.fit_words = PlainLabel(wraps=True)
        self.cancel = TextButton(_("Cancel"))
        self.fetch = TextButton(_("Download…"), role="primary")
        self.fetch.setEnabled(False)
        self._build()
        self.name.textChanged.connect(self._on_typed)
        self.name.returnPressed.connect(self._ask)
        self.look_up.clicked.connect(self._ask)
        self.list.currentItemChanged.connect(self._on_chosen)
        self.cancel.clicked.connect(self.reject)
        self.fetch.clicked.connect(self._fetch)
        self._on_typed(self.name.text())
        self.name.setFocus()

    def show_status(self, words: str, *, failed: bool = False) -> None:
        set_role(self.status, "failure" if failed else "small")
        self.status.setText(words)
        self.status.setVisible(bool(words))

    def show_asking(self, asking: bool) -> None:
        """Show that the hub is being asked, while it can be asked nothing else."""
        self.name.setReadOnly(asking)
        self.look_up.setEnabled(not asking and bool(self.name.text().strip()))

    def show_offers(self, offers: Sequence[str]) -> None:
        """Show a line for each offer."""
        self.list.clear()
        self.show_fit((), "")
        for number, words in enumerate(offers):
            item = QListWidgetItem(words)
            item.setData(_NumberRole, number)
            self.list.addItem(item)
        self.fetch.setEnabled(False)
        if offers:
            self.list.setCurrentRow(0)
            self.list.setFocus()

    def show_fit(self, devices: tuple[DeviceFit, ...], words: str, *, failed: bool = False) -> None:
        self.fit.show_fit(devices)
        set_role(self.fit_words, "failure" if failed else "")
        self.fit_words.setText(words)

    @Slot(str)
    def _on_typed(self, text: str) -> None:
        self.look_up.setEnabled(bool(text.strip()))

    @Slot()
    def _ask(self) -> None:
        if self.look_up.isEnabled():
            self.look_up_wanted.emit(self.name.text().strip())

    @Slot()
    def _on_chosen(self) -> None:
        item = self.list.currentItem()
        self.fetch.setEnabled(item is not None)
        if item is not None:
            self.chosen.emit(item.data(_NumberRole))

    @Slot()
    def _fetch(self) -> None:
        item = self.list.currentItem()
        if item is not None:
            self.fetch_wanted.emit(item.data(_NumberRole))

    def _build(self) -> None:
        below = boxed(column(self.fit, self.fit_words, STRETCH, spacing=SPACE_S))
        below.setFixedHeight(_FIT_HEIGHT)
        self.fit.hide()
        column(
            PlainLabel(self.windowTitle(), role="heading"),
            row((self.name, 1), self.look_up, spacing=SPACE_S),
            self.status,
            (self.list, 1),
            below,
            row(STRETCH, self.cancel, self.fetch, spacing=SPACE_S),
            of=self,
            margins=DIALOG,
            spacing=SPACE_S,
        )
