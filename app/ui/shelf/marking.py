"""Pins conversations, and puts them away into the archive."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Signal, Slot

from app.ui.kit.presenter import Presenter
from app.ui.kit.window_context import WindowContext
from app.ui.shelf.panel import ShelfPanel


class Marking(Presenter):
    """Changes the places of conversations. `changed` tells that one, by its id, is listed elsewhere now."""

    changed = Signal()

    def __init__(self, context: WindowContext, panel: ShelfPanel) -> None:
        super().__init__(context.parent)
        self._kept = context.desk.conversations
        self._bridge = context.bridge
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

    @Slot()
    def _done(self) -> None:
        self.changed.emit()
