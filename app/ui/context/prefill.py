"""Reading ahead: the books on the desk are read before anyone asks, as long as nothing else needs the engine."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, Signal, Slot

from app.core.conversation import Conversation
from app.core.events import Loading, Notice, Reading
from app.services.context import Context
from app.ui.activity import Activity, EngineTask
from app.ui.bridge import Bridge, Executor
from app.ui.jobs import Cancelled, Done, Failed
from app.ui.presenter import Presenter
from app.ui.shown import Shown
from app.wording.errors import sentence


class Prefill(Presenter):
    """One reading at a time. Whoever needs the engine for something else ends it: what was read stays."""

    noticed = Signal(str)  # a sentence about something that does not stop it
    ended = Signal()

    def __init__(
        self, context: Context, bridge: Bridge, activity: Activity, shown: Shown, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._context = context
        self._bridge = bridge
        self._activity = activity
        self._shown = shown
        self._conversation: Conversation | None = None

    @Slot()
    def start(self) -> None:
        """Read the books on the desk now, ahead of the next question, if nothing else needs the engine."""
        conversation = self._shown.conversation
        if conversation is None or self._shown.use is None or self._activity.may(EngineTask.READING_AHEAD):
            return
        self._conversation = conversation
        job = self._bridge.stream(Executor.ENGINE, partial(self._context.read, conversation.id), self._on_event)
        self._activity.begin(EngineTask.READING_AHEAD, job.cancel, conversation.books)

    @Slot()
    def look(self) -> None:
        """If another conversation than the one that is read, or one with other books, is shown, the reading ends."""
        read, shown = self._conversation, self._shown.conversation
        if read is None or shown is None or (shown.id, shown.books) != (read.id, read.books):
            self._activity.stop(EngineTask.READING_AHEAD)

    @Slot(object)
    def _on_event(self, event: object) -> None:
        match event:
            case Loading() | Reading():
                self._activity.note(EngineTask.READING_AHEAD, event)
            case Notice(problem):
                self.noticed.emit(sentence(problem))
            case Done() | Cancelled():
                self._end()
            case Failed(problem):
                self._end()
                self.failed.emit(sentence(problem))

    def _end(self) -> None:
        self._activity.end(EngineTask.READING_AHEAD)
        self.ended.emit()
