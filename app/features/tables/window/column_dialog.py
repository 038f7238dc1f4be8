"""A question of a grid: what it asks, what its column is called, and what its answers are."""

from __future__ import annotations

import msgspec
from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QFormLayout, QLineEdit, QPlainTextEdit, QWidget

from app.core.conversations.values import AnswerForm, ValueKind
from app.features.tables.columns import MAX_QUESTION_CHARACTERS, MOST_CHOICES, are_choices, choices_of
from app.features.tables.data import GridColumn
from app.features.tables.words import kind_choices
from app.ui.look.theme import SPACE_S
from app.ui.widgets.buttons import ChoiceButton
from app.ui.widgets.dialogs import SmallDialog
from app.ui.widgets.labels import PlainLabel
from app.ui.widgets.layouts import boxed, column
from app.wording.i18n import _

_HEIGHT = 84


class ColumnDialog(SmallDialog):
    """The dialog. `given` carries the GridColumn, with the number of the one that was changed."""

    given = Signal(object)

    def __init__(self, known: GridColumn | None = None, parent: QWidget | None = None) -> None:
        self._known = known or GridColumn("", form=AnswerForm(ValueKind.TEXT))
        self.question = QPlainTextEdit(self._known.question)
        self.question.setProperty("role", "framed")
        self.question.setTabChangesFocus(True)
        self.question.setFixedHeight(_HEIGHT)
        self.question.setAccessibleName(_("Question"))
        self.question.setPlaceholderText(_("When does the term of the lease end?"))
        self.name = QLineEdit(self._known.name)
        self.name.setAccessibleName(_("Heading"))
        self.name.setPlaceholderText(_("End of term"))
        self.kind = ChoiceButton(kind_choices(), self._known.form.kind.value)
        self.kind.setAccessibleName(_("Answer"))
        self.choices = QLineEdit(", ".join(self._known.form.choices))
        self.choices.setAccessibleName(_("Choices"))
        self.choices.setPlaceholderText(_("tenant, landlord"))
        self.hint = PlainLabel(role="small", wraps=True)
        title = _("Add a question") if known is None else _("Change the question")
        sentence = _("Each document is asked separately.")
        if known is not None:
            sentence = _("If you change what is asked or how it is answered, all documents are asked again.")
        action = _("Add") if known is None else _("Change")
        super().__init__(title, sentence, action, body=self._lay_out(), parent=parent)
        self.kind.chosen.connect(self._look)
        self.question.textChanged.connect(self._look)
        self.choices.textChanged.connect(self._look)
        self._look()
        self.question.setFocus()

    @property
    def column(self) -> GridColumn:
        """The column as it is written in the dialog now."""
        kind = ValueKind(self.kind.value())
        choices = choices_of(self.choices.text()) if kind is ValueKind.CHOICE else ()
        question = " ".join(self.question.toPlainText().split())
        name = " ".join(self.name.text().split())
        return msgspec.structs.replace(self._known, question=question, name=name, form=AnswerForm(kind, choices))

    def accept(self) -> None:
        if self._is_whole():
            self.given.emit(self.column)
            super().accept()

    def _lay_out(self) -> QWidget:
        form = QFormLayout()
        form.setSpacing(SPACE_S)
        form.addRow(_("Question"), self.question)
        form.addRow(_("Heading"), self.name)
        form.addRow(_("Answer"), self.kind)
        form.addRow(_("Choices"), self.choices)
        self._form = form
        return boxed(column(form, self.hint, spacing=SPACE_S))

    def _is_whole(self) -> bool:
        written = self.column
        is_choice = written.form.kind is ValueKind.CHOICE
        fits = 0 < len(written.question) <= MAX_QUESTION_CHARACTERS
        return fits and (not is_choice or are_choices(written.form.choices))

    @Slot()
    def _look(self) -> None:
        """Show the field for choices if they are wanted, and let the column be added once it is whole."""
        kind = ValueKind(self.kind.value())
        self._form.setRowVisible(self.choices, kind is ValueKind.CHOICE)
        self.hint.setText(
            {
                ValueKind.TEXT: _("A few words, such as a name or a period."),
                ValueKind.YES_NO: _("Yes or no."),
                ValueKind.DATE: _("A date; the page is compared with it."),
                ValueKind.AMOUNT: _("A number with its currency; the page is compared with it."),
                ValueKind.CHOICE: _("One of 2 to {limit} answers, between commas.").format(limit=MOST_CHOICES),
                ValueKind.PROSE: _("Sentences with quotations, as in a conversation."),
            }[kind]
        )
        self.action.setEnabled(self._is_whole())
        self.fit_height()
