"""Deletes by age while the window is open: daily, and when a person has changed how long things are kept."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from app.features.governance.retention import Aged, Retention
from app.features.governance.retention_words import aged_words
from app.ui.kit.bridge import Bridge
from app.ui.kit.presenter import Presenter
from app.ui.kit.shown import Shown

DAY_MS = 86_400_000


class RetentionPresenter(Presenter):
    """`said` carries a sentence on what was deleted, or will be; `deleted`: conversations were."""

    said = Signal(str)
    deleted = Signal()

    def __init__(
        self,
        retention: Retention,
        bridge: Bridge,
        shown: Shown,
        now: Callable[[], datetime],
        parent: QObject | None = None,
    ) -> None:
        """`now` gives the local time, aware of its zone."""
        super().__init__(parent)
        self._retention, self._bridge, self._shown, self._now = retention, bridge, shown, now
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
