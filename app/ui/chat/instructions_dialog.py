"""The dialog in which the instructions of a conversation or of a matter are written."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from app.core.settings import INSTRUCTIONS_CHARACTERS
from app.ui.widgets.dialogs import SmallDialog
from app.wording.i18n import _

_TEXT_HEIGHT = 140


class InstructionsDialog(SmallDialog):
    """`given` carries the id of the conversation or matter, and its instructions; empty text takes them away."""

    given = Signal(str, str)

    def __init__(self, id: str, text: str, parent: QWidget | None = None, *, of_matter: bool = False) -> None:
        self.text = QPlainTextEdit(text)
        self.text.setProperty("role", "framed")
        self.text.setTabChangesFocus(True)
        self.text.setFixedHeight(_TEXT_HEIGHT)
        title = _("Instructions for this conversation")
        sentence = _(
            "How do you want answers in this conversation: role, style, language? The model reads this with every new"
            " question, after the books. Instructions for all conversations are in the settings."
        )
        if of_matter:
            title = _("Standing instructions of the matter")
            sentence = _(
                "What holds for every question in this matter: whom you act for, what is to be looked at, how answers"
                " are written? The model reads this after your own instructions, which are in the settings."
            )
        super().__init__(title, sentence, _("Save"), body=self.text, parent=parent)
        self.text.setAccessibleName(_("Instructions"))
        self._id = id
        self.text.setFocus()

    def accept(self) -> None:
        self.given.emit(self._id, self.text.toPlainText().strip()[:INSTRUCTIONS_CHARACTERS])
        super().accept()
