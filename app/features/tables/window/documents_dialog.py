"""Adds documents of the library to a table."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QWidget

from app.features.tables.window.document_chooser import DocumentChooser
from app.features.tables.window.work import ListedDocument
from app.ui.look.icons import Icons
from app.ui.widgets.dialogs import SmallDialog
from app.wording.i18n import _

_HEIGHT = 420


class DocumentsDialog(SmallDialog):
    """`given` carries the BookRef of each document that was ticked, by folder and title."""

    given = Signal(object)

    def __init__(self, icons: Icons, documents: Sequence[ListedDocument], parent: QWidget | None = None) -> None:
        self.chooser = DocumentChooser(icons)
        self.chooser.setMinimumHeight(_HEIGHT)
        self.chooser.show_documents(documents)
        words = _("Each question is asked once per document.")
        super().__init__(_("Add documents"), words, _("Add"), body=self.chooser, parent=parent)
        self.chooser.changed.connect(self._look)
        self._look()
        self.chooser.search.setFocus()

    def accept(self) -> None:
        if self.chooser.chosen:
            self.given.emit(self.chooser.chosen)
            super().accept()

    @Slot()
    def _look(self) -> None:
        self.action.setEnabled(bool(self.chooser.chosen))
