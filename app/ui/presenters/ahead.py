"""Reading ahead: the books on the desk are read before anyone asks, as long as nothing else needs the engine."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, Signal, Slot

from app.core.conversation import Conversation
from app.core.events import Cancelled, Done, Failed, Loading, Notice, Reading
from app.messages import sentence
from app.services.context import ContextUse
from app.services.desk import Desk
from app.ui.bridge import Bridge, Executor
from app.ui.jobs import Job
from app.ui.presenters.pace import Pace
from app.ui.presenters.words import follow


class ReadingAhead(QObject):
    """One reading at a time. Whoever needs the engine for something else stops it first: what was read stays."""

    reading = Signal(object)  # ReadingNow; None once it does not read
    loading = Signal(float)
    paced = Signal(float)  # tokens a second, of a reading that ended
    noticed = Signal(str)  # a sentence about something that does not stop it
    ended = Signal()
    failed = Signal(str)

    def __init__(
        self, desk: Desk, bridge: Bridge, *, clock: Callable[[], float], parent: QObject | None = None
    ) -> None:
        """`clock` counts seconds."""
        super().__init__(parent)
        self._desk = desk
        self._bridge = bridge
        self._clock = clock
        self._conversation: Conversation | None = None
        self._use: ContextUse | None = None
        self._pace = Pace()
        self._job: Job | None = None

    @property
    def running(self) -> bool:
        return self._job is not None

    def start(self, conversation: Conversation, use: ContextUse) -> None:
        """Read the books of `conversation`, whose context is used like this."""
        if self._job is None:
            self._conversation, self._use, self._pace = conversation, use, Pace()
            work = partial(self._desk.context.read, conversation.id)
            self._job = self._bridge.stream(Executor.ENGINE, work, self._on_event)

    @Slot()
    def stop(self) -> None:
        if self._job is not None:
            self._job.cancel()

    @Slot(object)
    def show_conversation(self, conversation: Conversation | None) -> None:
        """Another desk is shown than the one that is read, or other books lie on it: the reading ends."""
        read = self._conversation
        if read is None or conversation is None or (conversation.id, conversation.books) != (read.id, read.books):
            self.stop()

    def show_paused(self, paused: bool) -> None:
        if self._job is not None and not paused:
            self._pace.go_on(self._clock())

    @Slot(object)
    def _on_event(self, event: object) -> None:
        match event:
            case Loading(fraction):
                self.loading.emit(fraction)
            case Reading():
                self.reading.emit(follow(event, self._pace, self._clock(), self._use))
            case Notice(problem):
                self.noticed.emit(sentence(problem))
            case Done() | Cancelled():
                self._end()
            case Failed(problem):
                self._end()
                self.failed.emit(sentence(problem))

    def _end(self) -> None:
        self._job = None
        if self._pace.tokens_per_second > 0:
            self.paced.emit(self._pace.tokens_per_second)
        self.reading.emit(None)
        self.ended.emit()
