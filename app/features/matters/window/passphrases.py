"""The passphrase of an exported matter: chosen when it is exported, asked for when it is imported."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QWidget

from app.ui.settings.passphrase import NewPassphrase, SecretLine
from app.ui.theme import SPACE_S
from app.ui.widgets.dialogs import SmallDialog
from app.ui.widgets.layouts import boxed, column
from app.wording.i18n import _


class ExportPassphraseDialog(SmallDialog):
    """`given` carries the passphrase, which was typed twice."""

    given = Signal(str)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        """`name`: of the matter."""
        self.chosen = NewPassphrase()
        words = _(
            "The file has everything in the matter, encrypted with a passphrase of its own. Whoever has both can open"
            " it on another computer. Nobody can recover the passphrase."
        )
        body = boxed(column(self.chosen, margins=(0, SPACE_S, 0, 0)))
        super().__init__(_("Export “{name}”").format(name=name), words, _("Choose a file…"), body=body, parent=parent)
        self.chosen.changed.connect(self._look)
        self._look()
        self.chosen.setFocus()

    def accept(self) -> None:
        if self.action.isEnabled():
            self.given.emit(self.chosen.text())
            super().accept()

    @Slot()
    def _look(self) -> None:
        self.fit_height()
        self.action.setEnabled(self.chosen.ready)


class ImportPassphraseDialog(SmallDialog):
    """`given` carries the passphrase."""

    given = Signal(str)

    def __init__(self, file: str, parent: QWidget | None = None) -> None:
        """`file`: its name."""
        self.line = SecretLine(_("Passphrase"))
        words = _("Enter the passphrase that was chosen when “{file}” was exported.").format(file=file)
        super().__init__(_("Import a matter"), words, _("Import"), body=self.line, parent=parent)
        self.line.changed.connect(self._look)
        self._look()
        self.line.setFocus()

    def accept(self) -> None:
        if self.action.isEnabled():
            self.given.emit(self.line.text())
            super().accept()

    @Slot()
    def _look(self) -> None:
        self.action.setEnabled(bool(self.line.text()))
