"""Deletes by age while the window is open: daily, and when a person has changed how long things are kept."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QTimer, Signal, Slot

from app.features.governance.retention import Aged, retention_of
from app.features.governance.retention_words import aged_words
from app.ui.kit.presenter import Presenter
from app.ui.workspace import Workspace

DAY_MS = 86_400_000


class RetentionPresenter(Presenter):
    """Deletes in the window. `said` carries a sentence on what was deleted, or will be; `deleted` tells that
    conversations were."""

    said = Signal(str)
    deleted = Signal()

    def __init__(self, workspace: Workspace) -> None:
        super().__init__(workspace.parent)
        self._retention = retention_of(workspace.desk)
        self._bridge, self._shown, self._now = workspace.bridge, workspace.shown, workspace.now
        self._daily = QTimer(self, interval=DAY_MS)
        self._daily.timeout.connect(self.run)

    def begin(self) -> None:
        """Delete daily from now on."""
        self._daily.start()

    @Slot()
    def run(self) -> None:
        """Delete now, but not the conversation that is shown: the next start does that."""
        work = partial(self._retention.run, self._now().timestamp(), (self._shown.id,))
        self._call(work, self._say)

    @Slot(object)
    def _say(self, aged: Aged) -> None:
        if words := aged_words(aged):
            self.said.emit(words)
        if aged.done and aged.conversations:
            self.deleted.emit()
