"""The context: measured and shown in the spine after each change, with what can be done about it; and read ahead."""

from __future__ import annotations

from enum import StrEnum
from functools import partial

from PySide6.QtCore import QObject, Signal, Slot

from app.core.conversations.conversation import BookRef, Conversation
from app.core.conversations.events import Loading, Notice, Reading, Tokenizing
from app.services.asking.context import ContextUse
from app.ui.kit.activity import EngineTask
from app.ui.kit.bridge import Executor
from app.ui.kit.jobs import Cancelled, Done, Failed, Job
from app.ui.kit.presenter import Presenter
from app.ui.kit.window_context import WindowContext
from app.ui.kit.words import WORTH_TELLING, excerpts_words, use_parts, use_tip, use_words
from app.ui.widgets.spine import Spine, SpinePart
from app.wording.errors import sentence
from app.wording.i18n import _


class _Action(StrEnum):
    """An action of the button in the spine."""

    NOTHING = "nothing"
    READ = "read"
    PAUSE = "pause"
    RESUME = "resume"
    FIT = "fit"
    MAKE_ROOM = "make_room"


class ContextPresenter(QObject):
    asked = Signal()  # the engine is going to be asked how the context is used
    measured = Signal()  # how the context is used may have changed
    read_wanted = Signal()  # read the books of the shown conversation now
    counted = Signal(object)  # percent of the words on the desk; None once all are, or where it takes no time
    fit_wanted = Signal()  # the person wants to choose how the books can be made to fit

    def __init__(self, context: WindowContext, spine: Spine) -> None:
        super().__init__(context.parent)
        self._context = context.desk.asking.context
        self._engine = context.desk.engine
        self._bridge = context.bridge
        self._spine = spine
        self._theme = theme = context.icons.theme
        self._activity = context.activity
        self._shown = context.shown
        self._wanted: tuple[str, tuple[BookRef, ...]] | None = None  # the conversation and books measured last
        self._job: Job | None = None
        self._times = 0  # that the engine was asked
        spine.acted.connect(self.act)
        theme.changed.connect(self.draw)
        self.draw()

    @Slot()
    def look(self) -> None:
        """Measure anew if another conversation, or other books on its desk, are shown."""
        if self._wanted != (self._shown.id, self._shown.books):
            self.measure()

    @Slot()
    def measure(self) -> None:
        """Ask the engine how the context is used; the answer comes when it is not busy."""
        if self._job is not None:
            self._job.cancel()
        self._job = None
        self._times += 1
        conversation = self._shown.conversation
        self._wanted = (self._shown.id, self._shown.books)
        if conversation is None:
            self._take((), None)
            return
        self.asked.emit()
        work = partial(self._context.use, conversation)
        on_event = partial(self._on_event, self._times, conversation.books)
        self._job = self._bridge.stream(Executor.ENGINE, work, on_event)

    @Slot()
    def act(self) -> None:
        """Do what the spine offers."""
        match self._action():
            case _Action.READ:
                self.read_wanted.emit()
            case _Action.PAUSE:
                self._engine.pause()
                self._activity.pause()
            case _Action.RESUME:
                self._engine.resume()
                self._activity.resume()
            case _Action.FIT | _Action.MAKE_ROOM:
                self.fit_wanted.emit()

    @Slot()
    def pause_or_resume(self) -> None:
        """Let the reading that is under way wait, or go on; without one nothing happens."""
        if self._action() in (_Action.PAUSE, _Action.RESUME):
            self.act()

    def _action(self) -> _Action:
        use, activity = self._shown.use, self._activity
        if activity.paused:  # perhaps too late for the reading: then it waits while it writes
            return _Action.RESUME
        if activity.reading is not None:
            return _Action.PAUSE
        if use is None or activity.holder is not None:
            return _Action.NOTHING
        if use.used_tokens > use.context_tokens:
            return _Action.FIT
        unread = sum(s.tokens - s.held_tokens for s in use.segments if s.kind == "book")
        if unread >= WORTH_TELLING:
            return _Action.READ
        return _Action.MAKE_ROOM if use.is_tight else _Action.NOTHING

    def _take(self, books: tuple[BookRef, ...], use: ContextUse | None) -> None:
        self._shown.measured, self._shown.use = books, use
        self.counted.emit(None)
        self.draw()
        self.measured.emit()

    def _on_event(
        self, times: int, books: tuple[BookRef, ...], event: Tokenizing | Done[ContextUse | None] | Cancelled | Failed
    ) -> None:
        if times != self._times:
            return
        match event:
            case Tokenizing(done, total):
                self.counted.emit(100 * done // max(1, total))
            case Done(use):
                self._take(books, use)
            case Cancelled() | Failed():  # the chip says what is wrong with the model
                self._take((), None)

    @Slot()
    def draw(self) -> None:
        """Show the use again, after each change of it, and what can be done: that depends on what the engine does. How
        far a reading is, is shown on the shelf and at the question that it is for; here nothing moves."""
        offers = {
            _Action.NOTHING: "",
            _Action.READ: _("Prepare now"),
            _Action.PAUSE: _("Pause reading"),
            _Action.RESUME: _("Resume reading"),
            _Action.FIT: _("Make room…"),
            _Action.MAKE_ROOM: _("Make room…"),
        }
        self._spine.show_action(offers[self._action()])
        use, reading = self._shown.use, self._activity.reading
        self._spine.setVisible(use is not None)
        if use is not None and reading is not None and reading.excerpts:
            words, palette = excerpts_words(reading.excerpts), self._theme.palette
            read = SpinePart(words, reading.total, palette.working)
            self._spine.show_use((read,), use.context_tokens, words)
        elif use is not None:
            words = use_words(use, self._activity.tokens_per_second)
            self._spine.show_use(use_parts(use, self._theme.palette), use.context_tokens, words, use_tip(use))


class Prefill(Presenter):
    """Reads the books on the desk before anyone asks, while nothing else needs the engine. What was read stays when
    something else ends it."""

    noticed = Signal(str)  # a sentence about something that does not stop it
    ended = Signal()

    def __init__(self, context: WindowContext) -> None:
        super().__init__(context.parent)
        self._context = context.desk.asking.context
        self._bridge = context.bridge
        self._activity = context.activity
        self._shown = context.shown
        self._conversation: Conversation | None = None

    @Slot()
    def start(self) -> None:
        """Read the books on the desk now, ahead of the next question, if nothing else needs the engine."""
        conversation = self._shown.conversation
        if conversation is None or self._shown.use is None or self._activity.may(EngineTask.READING_AHEAD):
            return
        self._conversation = conversation
        job = self._bridge.stream(Executor.ENGINE, partial(self._context.read, conversation), self._on_event)
        self._activity.begin(EngineTask.READING_AHEAD, job.cancel, conversation.books)

    @Slot()
    def look(self) -> None:
        """End the reading if another conversation than the one that is read, or one with other books, is shown."""
        read, shown = self._conversation, self._shown.conversation
        if read is None or shown is None or (shown.id, shown.books) != (read.id, read.books):
            self._activity.stop(EngineTask.READING_AHEAD)

    @Slot(object)
    def _on_event(self, event: object) -> None:
        match event:
            case Loading() | Tokenizing() | Reading():
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
