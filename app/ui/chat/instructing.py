"""How a person wants answers in the shown conversation: asked for and kept."""

from __future__ import annotations

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QWidget

from app.core.conversation import Conversation
from app.ui.chat.composer import Composer
from app.ui.chat.presenter import ConversationPresenter
from app.ui.shown import Shown


class Instructing(QObject):
    def __init__(
        self,
        conversation: ConversationPresenter,
        composer: Composer,
        shown: Shown,
        window: QWidget,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._conversation = conversation
        self._composer = composer
        self._shown = shown
        self._window = window
        composer.instructions_requested.connect(self.instruct)
        conversation.shown.connect(self._show_conversation)

    @Slot(object)
    def _show_conversation(self, conversation: Conversation | None) -> None:
        self._composer.set_instructed(conversation is not None and bool(conversation.instructions))

    @Slot()
    def instruct(self) -> None:
        """Ask how answers are wanted in the shown conversation."""
        from app.ui.chat.instructions_dialog import InstructionsDialog  # when it is opened

        if self._shown.conversation is not None:
            dialog = InstructionsDialog(self._shown.id, self._shown.conversation.instructions, self._window)
            dialog.given.connect(self._conversation.instruct)
            dialog.open()
