"""Pins conversations, and puts them away into the archive."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Signal, Slot

from app.ui.kit.presenter import Presenter
from app.ui.kit.window_context import WindowContext
from app.ui.shelf.panel import ShelfPanel
from app.wording.i18n import _


class Marking(Presenter):
    """Changes the places of conversations. `changed` tells that one, by its id, is listed elsewhere now."""

    changed = Signal()

    def __init__(self, context: WindowContext, panel: ShelfPanel) -> None:
        super().__init__(context.parent)
        self._kept = context.desk.conversations
        self._bridge = context.bridge
        self._shown = context.shown
        panel.pin_wanted.connect(self.pin)
        panel.archive_wanted.connect(self.archive)

    @Slot(str, bool)
    def pin(self, conversation_id: str, pinned: bool) -> None:
        """Put a conversation at the head of the list, or back among the others."""
        work = partial(self._kept.pin, conversation_id, pinned)
        self._do(work, self._done)

    @Slot(str, bool)
    def archive(self, conversation_id: str, archived: bool) -> None:
        """Put a conversation into the archive, or back among the others."""
        work = partial(self._kept.archive, conversation_id, archived)
        self._do(work, self._done)

    # ---- the shown one

    @Slot()
    def pin_shown(self) -> None:
        """Pin the shown conversation, or unpin it."""
        if self._shown.conversation is not None:
            self.pin(self._shown.id, not self._shown.conversation.pinned)

    def pin_words(self) -> str:
        """Say what `pin_shown` does now."""
        shown = self._shown.conversation
        return _("Unpin the conversation") if shown is not None and shown.pinned else _("Pin the conversation")

    @Slot()
    def archive_shown(self) -> None:
        """Put the shown conversation away, or back among the others."""
        if self._shown.conversation is not None:
            self.archive(self._shown.id, not self._shown.conversation.archived)

    def archive_words(self) -> str:
        """Say what `archive_shown` does now."""
        shown = self._shown.conversation
        away = shown is not None and shown.archived
        return _("Unarchive the conversation") if away else _("Archive the conversation")

    @Slot()
    def _done(self) -> None:
        self.changed.emit()
