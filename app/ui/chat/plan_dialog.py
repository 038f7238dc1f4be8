"""A dialog with the plan of what a question takes of many documents, to be changed before it is asked."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QLineEdit, QProgressBar, QWidget

from app.services.asking.document_selection import Proposal
from app.ui.chat.plan_rows import PlanDelegate, PlanList
from app.ui.look.icons import Icons
from app.ui.look.theme import SPACE_L, SPACE_M, SPACE_S, SPACE_XL, SPACE_XS
from app.ui.shelf.lists import ShelfListView
from app.ui.widgets.dialogs import choices
from app.ui.widgets.labels import PlainLabel, Separator
from app.ui.widgets.layouts import column, row
from app.wording.document_selection import plan_words, planned_counts, tokens_words
from app.wording.i18n import _
from app.wording.support import searched_words

_WIDTH, _HEIGHT = 760, 640
_AROUND = 48  # px of the window that stay in sight around it


class PlanView(ShelfListView):
    """Return switches between all of a document and passages of it, Space takes it or leaves it out."""

    switched = Signal(QModelIndex)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self.switched.emit(self.currentIndex())
        elif event.key() == Qt.Key.Key_Space and self.currentIndex().isValid():
            self.toggled.emit(self.currentIndex())
        else:
            super().keyPressEvent(event)


class PlanDialog(QDialog):
    """The dialog. `chosen` tells that the question is to be asked with this Proposal."""

    chosen = Signal(object)

    def __init__(self, icons: Icons, proposal: Proposal, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        title = _("What this question reads")
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setModal(True)
        room = parent.size() if parent is not None else self.screen().availableSize()
        self.resize(min(_WIDTH, room.width() - _AROUND), min(_HEIGHT, room.height() - _AROUND))
        self.documents = PlanList(proposal, self)
        self.view = PlanView(_("Documents"))
        self.view.setModel(self.documents)
        self.view.setItemDelegate(PlanDelegate(icons, self.view))
        self.field = QLineEdit(placeholderText=_("Find a document"), clearButtonEnabled=True)
        self.field.setAccessibleName(_("Find a document"))
        self.line = PlainLabel(wraps=True)
        self.tokens = PlainLabel(role="small")
        self._bar = QProgressBar(textVisible=False, maximum=1000)
        self._bar.setFixedHeight(4)
        cancel, self.action = choices(self, _("Ask"))
        self.action.setDefault(False)
        for button in (cancel, self.action):
            button.setAutoDefault(False)
        self._lay_out(PlainLabel(title, role="heading"), cancel)
        self.field.textChanged.connect(self.documents.filter)
        self.documents.changed.connect(self._show)
        self.view.toggled.connect(self.documents.toggle)
        self.view.switched.connect(self.documents.switch)
        self._show()
        self.view.setFocus(Qt.FocusReason.OtherFocusReason)
        self.view.setCurrentIndex(self.documents.index(1))

    def _lay_out(self, heading: QWidget, cancel: QWidget) -> None:
        margins = (SPACE_XL, SPACE_XL, SPACE_XL, SPACE_S)
        head = column(heading, self.line, SPACE_S, self.field, margins=margins, spacing=SPACE_S)
        shown = row((self.view, 1), margins=(SPACE_L, 0, SPACE_L, 0))
        meter = column(self.tokens, self._bar, spacing=SPACE_XS)
        margins = (SPACE_XL, SPACE_M, SPACE_XL, SPACE_L)
        foot = row((meter, 1), SPACE_L, cancel, self.action, margins=margins, spacing=SPACE_S)
        column(head, (shown, 1), Separator(), foot, of=self)

    def accept(self) -> None:
        self.chosen.emit(self.documents.proposal)
        super().accept()

    @Slot()
    def _show(self) -> None:
        proposal = self.documents.proposal
        words = plan_words(planned_counts(proposal.books, proposal.plan))
        self.line.setText(f"{words} {searched_words()}" if proposal.words_alone else words)
        self.tokens.setText(tokens_words(proposal))
        self.tokens.setProperty("role", "small" if proposal.fits else "failure-small")
        self.tokens.style().polish(self.tokens)
        self._bar.setValue(min(1000, 1000 * proposal.needed_tokens // max(1, proposal.context_tokens)))
        self._bar.setAccessibleName(self.tokens.text())
        self.action.setEnabled(proposal.fits)
