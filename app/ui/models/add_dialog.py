"""A model by the name of its repository: ask the hub, choose one of its quantizations, see whether it fits."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QDialog, QLineEdit, QListWidget, QListWidgetItem, QWidget

from app.ui.models.fit import DeviceFit, FitView
from app.ui.theme import SPACE_S, Theme
from app.ui.widgets.buttons import TextButton
from app.ui.widgets.labels import PlainLabel
from app.ui.widgets.layouts import DIALOG, STRETCH, boxed, column, row
from app.ui.widgets.roles import set_role
from app.wording.i18n import _

_WIDTH, _HEIGHT = 620, 520
_FIT_HEIGHT = 132
"""Kept free for the fit, so that nothing moves when it is known."""

_NumberRole = int(Qt.ItemDataRole.UserRole)


class AddDialog(QDialog):
    """`look_up_wanted` carries what was typed, `chosen` the number of the offer that is looked at, `fetch_wanted` the
    one to fetch. Deleted when closed."""

    look_up_wanted = Signal(str)
    chosen = Signal(int)
    fetch_wanted = Signal(int)

    def __init__(self, theme: Theme, host: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("Add a model by name"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setModal(True)
        self.resize(_WIDTH, _HEIGHT)
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
        """While the hub is asked nothing else can be asked."""
        self.name.setReadOnly(asking)
        self.look_up.setEnabled(not asking and bool(self.name.text().strip()))

    def show_offers(self, offers: Sequence[str]) -> None:
        """A line for each."""
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
