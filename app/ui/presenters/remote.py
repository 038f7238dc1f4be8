"""Where texts go: keeps the mark in the window true to the engine and the settings."""

from __future__ import annotations

from PySide6.QtCore import QObject, Slot

from app.core.errors import Problem
from app.services.desk import Desk
from app.ui.bridge import Bridge, Executor
from app.ui.remote.mark import RemoteMark


class RemotePresenter(QObject):
    def __init__(self, desk: Desk, bridge: Bridge, mark: RemoteMark, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._bridge = bridge
        self._mark = mark

    @Slot()
    def look(self) -> None:
        """Ask where texts go now, and show it."""
        self._bridge.call(Executor.STORE, self._desk.models.host, self._mark.show_host, self._ignore)

    @Slot(object)
    def _ignore(self, problem: Problem) -> None:
        """The mark stays as it is; what is wrong with the store is told elsewhere."""
