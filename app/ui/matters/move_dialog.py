"""Asks which desk something goes to."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.ui.widgets.buttons import ChoiceButton
from app.ui.widgets.dialogs import SmallDialog
from app.wording.i18n import _


class MoveDialog(SmallDialog):
    """`chosen` carries the id of the desk."""

    chosen = Signal(str)

    def __init__(
        self, title: str, words: str, desks: tuple[tuple[str, str], ...], parent: QWidget | None = None
    ) -> None:
        """`title`: of what is moved; `desks`: ids and names, at least one."""
        self.desk = ChoiceButton(desks, desks[0][0])
        self.desk.setAccessibleName(_("Move to"))
        super().__init__(_("Move “{title}”").format(title=title), words, _("Move"), body=self.desk, parent=parent)
        self.desk.setFocus()

    def accept(self) -> None:
        self.chosen.emit(self.desk.value())
        super().accept()
