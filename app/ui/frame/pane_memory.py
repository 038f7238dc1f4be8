"""Each conversation has its own page panel, open or folded, and its own width; the shelf is the same for all."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from PySide6.QtCore import QObject, Slot

from app.core.conversations.conversation import Conversation
from app.ui.frame.panes import Panes, Side
from app.ui.kit.frame_state import PagePane


class PaneMemory(QObject):
    """Remembers the page panel of each conversation, by the conversations' ids."""

    def __init__(self, panes: Panes, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._panes = panes
        self._kept: dict[str, PagePane] = {}
        self._shown = ""

    def remember(self, kept: Mapping[str, PagePane]) -> None:
        """Take how the panels were left."""
        self._kept = dict(kept)

    def kept(self, ids: Collection[str]) -> dict[str, PagePane]:
        """Return how the page pane was left in these conversations, as far as they were shown."""
        self._note()
        return {id: pane for id, pane in self._kept.items() if id in ids}

    @Slot(object)
    def show_conversation(self, conversation: Conversation | None) -> None:
        """Show the panel of a conversation as it was left; one that was not shown before takes over what it finds."""
        if conversation is None or conversation.id == self._shown:
            return
        self._note()
        self._shown = conversation.id
        pane = self._kept.get(conversation.id)
        if pane is not None:
            self._panes.restore_page(middle_width=pane.middle_width, wanted=not pane.folded)

    @Slot(str)
    def forget_conversation(self, conversation_id: str) -> None:
        self._kept.pop(conversation_id, None)
        if self._shown == conversation_id:
            self._shown = ""

    def _note(self) -> None:
        if self._shown:
            _shelf, middle = self._panes.chosen_widths
            self._kept[self._shown] = PagePane(folded=not self._panes.wants(Side.PAGE), middle_width=middle)
