"""Pins conversations, and puts them away into the archive."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, Signal, Slot

from app.store.conversations import Conversations
from app.ui.kit.bridge import Bridge
from app.ui.kit.presenter import Presenter
from app.ui.shelf.panel import ShelfPanel


class Marking(Presenter):
    """Ids are those of conversations. `changed`: one is listed elsewhere now."""

    changed = Signal()

    def __init__(self, kept: Conversations, bridge: Bridge, panel: ShelfPanel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._kept = kept
        self._bridge = bridge
        panel.pin_wanted.connect(self.pin)
        panel.archive_wanted.connect(self.archive)

    @Slot(str, bool)
    def pin(self, conversation_id: str, pinned: bool) -> None:
        """List it first, or no longer."""
        work = partial(self._kept.pin, conversation_id, pinned)
        self._do(work, self._done)

    @Slot(str, bool)
    def archive(self, conversation_id: str, archived: bool) -> None:
        """Put it away, or back among the others."""
        work = partial(self._kept.archive, conversation_id, archived)
        self._do(work, self._done)

    @Slot()
    def _done(self) -> None:
        self.changed.emit()
