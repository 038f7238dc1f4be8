"""The passphrase of an exported matter: chosen when it is exported, asked for when it is imported."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QWidget

from app.ui.settings.passphrase import SecretLine, StrengthBar
from app.ui.theme import SPACE_M, SPACE_S
from app.ui.widgets.dialogs import SmallDialog
from app.ui.widgets.labels import PlainLabel
from app.ui.widgets.layouts import boxed, column
from app.wording.i18n import _


class ExportPassphraseDialog(SmallDialog):
    """`given` carries the passphrase, which was typed twice."""

    given = Signal(str)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        """`name`: of the matter."""
        self.new, self.again = SecretLine(_("Passphrase")), SecretLine(_("The same once more"))
        self.strength = StrengthBar()
        self.problem = PlainLabel(_("The two are different."), role="failure-small", wraps=True)
        words = _(
            "The file has everything in the matter, encrypted with a passphrase of its own. Whoever has both can open"
            " it on another computer. Nobody can recover the passphrase."
        )
        lines = (self.new, self.strength, self.again, self.problem)
        body = boxed(column(*lines, margins=(0, SPACE_S, 0, 0), spacing=SPACE_M))
        super().__init__(_("Export “{name}”").format(name=name), words, _("Choose a file…"), body=body, parent=parent)
        for line in (self.new, self.again):
            line.changed.connect(self._look)
        self._look()
        self.new.setFocus()

    def accept(self) -> None:
        if self.action.isEnabled():
            self.given.emit(self.new.text())
            super().accept()

    @Slot()
    def _look(self) -> None:
        new, again = self.new.text(), self.again.text()
        self.strength.show_strength(new)
        self.problem.setVisible(not new.startswith(again))
        self.fit_height()
        self.action.setEnabled(bool(new) and new == again)


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
