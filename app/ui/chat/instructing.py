"""Keeps the person's instructions for answers in the shown conversation, and asks for them."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, Slot

from app.core.conversations.conversation import Conversation
from app.core.settings import INSTRUCTIONS_CHARACTERS
from app.ui.chat.presenter import ConversationPresenter
from app.ui.chat.writing.composer import Composer
from app.ui.kit.form import FormDialog, TextField
from app.ui.kit.window_context import WindowContext
from app.wording.i18n import _


class Instructing(QObject):
    def __init__(self, context: WindowContext, conversation: ConversationPresenter, composer: Composer) -> None:
        super().__init__(context.parent)
        self._conversation = conversation
        self._composer = composer
        self._shown = context.shown
        self._window = context.window
        composer.instructions_requested.connect(self.instruct)
        conversation.shown.connect(self._show_conversation)

    @Slot(object)
    def _show_conversation(self, conversation: Conversation | None) -> None:
        self._composer.set_instructed(conversation is not None and bool(conversation.instructions))

    @Slot()
    def instruct(self) -> None:
        """Ask how answers are wanted in the shown conversation."""
        if self._shown.conversation is not None:
            words = _(
                "How do you want answers in this conversation: role, style, language? The model reads this with every"
                " new question, after the documents. Instructions for all conversations are in the settings."
            )
            field = TextField(_("Instructions"), self._shown.conversation.instructions, INSTRUCTIONS_CHARACTERS)
            dialog = FormDialog(_("Instructions for this conversation"), words, _("Save"), field, self._window)
            dialog.given.connect(partial(self._conversation.instruct, dialog, self._shown.id))
            dialog.open()
