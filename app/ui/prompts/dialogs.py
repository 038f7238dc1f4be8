"""The dialogs in which instructions and saved prompts are written."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from app.core.settings import INSTRUCTIONS_CHARACTERS
from app.ui.widgets.dialogs import SmallDialog
from app.wording.i18n import _

_TEXT_HEIGHT = 140


class InstructionsDialog(SmallDialog):
    """`given` carries the conversation's id and its instructions; empty text takes them away."""

    given = Signal(str, str)

    def __init__(self, conversation_id: str, text: str, parent: QWidget | None = None) -> None:
        self.text = QPlainTextEdit(text)
        self.text.setProperty("role", "framed")
        self.text.setTabChangesFocus(True)
        self.text.setFixedHeight(_TEXT_HEIGHT)
        sentence = _(
            "How do you want answers in this conversation: role, style, language? The model reads this with every new"
            " question, after the books. Instructions for all conversations are in the settings."
        )
        super().__init__(_("Instructions for this conversation"), sentence, _("Save"), body=self.text, parent=parent)
        self.text.setAccessibleName(_("Instructions"))
        self._conversation_id = conversation_id
        self.text.setFocus()

    def accept(self) -> None:
        self.given.emit(self._conversation_id, self.text.toPlainText().strip()[:INSTRUCTIONS_CHARACTERS])
        super().accept()
