"""All that watches on behalf of the lock, as the settings say: the clock, the session, and what was copied."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal, Slot

from app.core.settings import LockSettings
from app.ui.bridge import Bridge
from app.ui.lock.clipboard import CopiedWords
from app.ui.lock.watch import IdleWatch, SessionWatch


class LockWatches(QObject):
    """`due`: the desk is to be locked."""

    due = Signal()

    def __init__(self, bridge: Bridge, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._settings, self._can_lock = LockSettings(), False
        self.copied = CopiedWords(self)
        self._idle, self._session = IdleWatch(self), SessionWatch(bridge, self)
        self._idle.idle.connect(self.due)
        self._session.locked.connect(self._on_session_locked)

    def follow(self, settings: LockSettings, can_lock: bool) -> None:
        """`can_lock`: there is a passphrase to unlock with."""
        self._settings, self._can_lock = settings, can_lock
        self.copied.clear_after(settings.clipboard_s)
        self._idle.wait_for(settings.idle_minutes if can_lock else 0)
        if can_lock and settings.with_session:
            self._session.begin()

    @Slot()
    def _on_session_locked(self) -> None:
        if self._can_lock and self._settings.with_session:
            self.due.emit()

    def leave(self) -> None:
        """The program ends."""
        if self._settings.clipboard_s:
            self.copied.clear()
