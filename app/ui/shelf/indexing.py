"""Indexes the books of the shelf one after the other, while no answer is being written."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal, Slot

from app.core.conversations.events import Indexing
from app.ui.kit.activity import EngineTask
from app.ui.kit.bridge import Executor
from app.ui.kit.jobs import Cancelled, Done, Failed, Job
from app.ui.kit.window_context import WindowContext


class BookIndexing(QObject):
    """Indexes the books of the shelf while no answer or series of answers is wanted, and looks closely at them when
    all are indexed, for as long as no more come. What was done before it had to stop is not done again."""

    changed = Signal(object)  # dict[str, int]: how many percent are done of the book that is being indexed

    def __init__(self, context: WindowContext) -> None:
        super().__init__(context.parent)
        self._indexer = context.desk.finding.indexer
        self._bridge = context.bridge
        self._activity = context.activity
        self._wanted = False
        self._closely = False
        self._job: Job | None = None
        self._shown: dict[str, int] = {}

    @Slot()
    def want(self) -> None:
        """Index the books that are not indexed, of which there may be some now."""
        self._wanted = True
        if self._job is not None and self._closely:
            self._job.cancel()  # all are to be found before some are found better
        self.look()

    @Slot()
    def look(self) -> None:
        """Stop when an answer has begun, and go on when it has ended."""
        if self._activity.has(EngineTask.ANSWER) or self._activity.has(EngineTask.SERIES):
            if self._job is not None:
                self._job.cancel()
        elif self._job is None and self._wanted:
            self._wanted = False
            self._job = self._bridge.stream(Executor.INDEXING, self._indexer.index_shelf, self._on_event)

    def _on_event(self, event: Indexing | Done[None] | Cancelled | Failed) -> None:
        if isinstance(event, Indexing):
            self._closely = event.closely
            self._show({} if event.closely else {event.book_id: 100 * event.done // max(1, event.total)})
            return
        self._job, self._closely = None, False
        self._wanted = self._wanted or isinstance(event, Cancelled)
        self._show({})
        self.look()

    def _show(self, percent: dict[str, int]) -> None:
        if percent != self._shown:
            self._shown = percent
            self.changed.emit(percent)
