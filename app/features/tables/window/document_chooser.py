"""Chooses documents of the library for a table: a line to find them, their tree, and how many are ticked; and the
dialog that adds some to a table that is there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QLineEdit, QWidget

from app.core.conversations.conversation import BookRef
from app.features.tables.window.document_tree import DocumentTree
from app.features.tables.window.sheet_work import ListedDocument
from app.ui.look.icons import Icons
from app.ui.look.theme import SPACE_S
from app.ui.widgets.buttons import TextButton
from app.ui.widgets.dialogs import SmallDialog
from app.ui.widgets.labels import PlainLabel
from app.ui.widgets.layouts import STRETCH, column, row
from app.wording.i18n import _
from app.wording.units import count

_DIALOG_HEIGHT = 420


class DocumentChooser(QWidget):
    """The chooser. Nothing is ticked unasked. `changed` tells that other documents are ticked now."""

    changed = Signal()

    def __init__(self, icons: Icons) -> None:
        super().__init__()
        self._known = 0
        self._on_desk: tuple[BookRef, ...] = ()
        self.search = QLineEdit()
        self.search.setPlaceholderText(_("Find a document"))
        self.search.setAccessibleName(_("Find a document"))
        self.search.setClearButtonEnabled(True)
        self.tree = DocumentTree(icons)
        self.counted = TextButton("", role="link")
        self.counted.setCheckable(True)
        self.desk = TextButton(_("Take those on the desk"), role="link")
        self.nothing = PlainLabel(_("The library has no documents yet."), role="soft", wraps=True)
        foot = row(self.counted, STRETCH, self.desk, spacing=SPACE_S)
        column(self.search, foot, self.nothing, (self.tree, 1), of=self, spacing=SPACE_S)
        self.search.textChanged.connect(self._filter)
        self.counted.toggled.connect(self._filter)
        self.tree.ticked.connect(self._on_ticked)
        self.desk.clicked.connect(self._take_desk)
        self._count()

    @property
    def chosen(self) -> tuple[BookRef, ...]:
        return self.tree.chosen

    def choose(self, refs: Iterable[BookRef]) -> None:
        """Tick these documents and no others."""
        self.tree.choose({ref.book_id: ref for ref in refs})
        self._on_ticked()

    def show_documents(self, documents: Sequence[ListedDocument]) -> None:
        before = self.chosen
        self._known = len(documents)
        self.tree.show_documents(documents)
        self._count()
        if self.chosen != before:
            self.changed.emit()

    def offer_desk(self, refs: tuple[BookRef, ...]) -> None:
        """Let a person take the documents on the desk with one click; if there are none, there is no such button."""
        self._on_desk = refs
        self._count()

    @Slot()
    def _take_desk(self) -> None:
        on_desk = {ref.book_id: ref for ref in self._on_desk}
        self.choose((*(ref for ref in self.chosen if ref.book_id not in on_desk), *self._on_desk))

    @Slot()
    def _filter(self) -> None:
        self.tree.filter(self.search.text(), only_chosen=self.counted.isChecked())
        self._count()

    @Slot()
    def _on_ticked(self) -> None:
        self._count()
        self.changed.emit()

    @Slot()
    def _count(self) -> None:
        """Say how many are ticked; a click on it shows them alone."""
        n, total, only = len(self.chosen), self._known, self.counted.isChecked()
        words = _("{n} of 1 document") if total == 1 else _("{n} of {total} documents")
        self.counted.setText(_("Show all documents") if only else words.format(n=count(n), total=count(total)))
        self.counted.setToolTip("" if only else _("Show only the ticked documents"))
        self.counted.setEnabled(only or n > 0)
        self.nothing.setVisible(not total)
        taken = {ref.book_id for ref in self.chosen}
        self.desk.setVisible(any(ref.book_id not in taken for ref in self._on_desk))


class DocumentsDialog(SmallDialog):
    """A dialog with the chooser. `given` carries the BookRef of each document that was ticked, by folder and title."""

    given = Signal(object)

    def __init__(self, icons: Icons, documents: Sequence[ListedDocument], parent: QWidget | None = None) -> None:
        self.chooser = DocumentChooser(icons)
        self.chooser.setMinimumHeight(_DIALOG_HEIGHT)
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
