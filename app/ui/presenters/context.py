"""The use of the context: measures it whenever it can have changed, shows it in the spine, offers what can be done."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from functools import partial

from PySide6.QtCore import QObject, Signal, Slot

from app.core.conversation import Conversation
from app.core.errors import Problem
from app.messages import _
from app.services.context import ContextUse
from app.services.desk import Desk
from app.ui.bridge import Bridge, Executor
from app.ui.jobs import Job
from app.ui.presenters.words import WORTH_TELLING, ReadingNow, paused_words, use_parts, use_words
from app.ui.theme import Theme
from app.ui.widgets.spine import Spine


class _Action(StrEnum):
    """What the button in the spine does."""

    NOTHING = "nothing"
    READ = "read"
    PAUSE = "pause"
    RESUME = "resume"
    FIT = "fit"
    MAKE_ROOM = "make_room"


class ContextPresenter(QObject):
    measured = Signal(object)  # ContextUse; None while it is not known
    read_wanted = Signal()  # read the books of the shown conversation now
    reading = Signal(object)  # ReadingNow, with whether it is paused; None once it does not read
    paused = Signal(bool)  # the reading that is under way waits, or goes on again
    fit_wanted = Signal()  # the person wants to choose how the books can be made to fit

    def __init__(
        self,
        desk: Desk,
        bridge: Bridge,
        spine: Spine,
        theme: Theme,
        *,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._desk = desk
        self._bridge = bridge
        self._spine = spine
        self._theme = theme
        self._shown: Conversation | None = None
        self._use: ContextUse | None = None
        self._reading: ReadingNow | None = None
        self._is_busy = False
        self._job: Job | None = None
        self._tokens_per_second = 0.0
        spine.acted.connect(self.act)
        theme.changed.connect(self._draw)
        self._draw()

    @property
    def use(self) -> ContextUse | None:
        return self._use

    @Slot(object)
    def show_conversation(self, conversation: Conversation | None) -> None:
        before, self._shown = self._shown, conversation
        if conversation is None or before is None or before.id != conversation.id or before.books != conversation.books:
            self.measure()

    @Slot(object)
    def show_reading(self, now: ReadingNow | None) -> None:
        """Where the model reads; None once it does not."""
        if now is not None and self._reading is not None:
            now = replace(now, paused=self._reading.paused)
        self._reading = now
        self.reading.emit(now)
        self._draw()

    def show_busy(self, busy: bool) -> None:
        """Whether an answer is under way: nothing can be read ahead meanwhile."""
        self._is_busy = busy
        self._draw()

    def note_pace(self, tokens_per_second: float) -> None:
        """How fast the model reads: tells how long a change of the desk will take."""
        self._tokens_per_second = tokens_per_second

    @Slot()
    def measure(self) -> None:
        """Ask the engine; the answer comes when it is not busy."""
        if self._job is not None:
            self._job.cancel()
        if self._shown is None:
            self._take(None)
            return
        work = partial(self._desk.context.use, self._shown.id)
        self._job = self._bridge.call(Executor.ENGINE, work, self._take, self._on_problem)

    @Slot()
    def act(self) -> None:
        """Do what the spine offers."""
        match self._action():
            case _Action.READ:
                self.read_wanted.emit()
            case _Action.PAUSE:
                self._desk.engine.pause()
                self._set_paused(True)
            case _Action.RESUME:
                self._desk.engine.resume()
                self._set_paused(False)
            case _Action.FIT | _Action.MAKE_ROOM:
                self.fit_wanted.emit()

    @Slot()
    def pause_or_resume(self) -> None:
        """Let the reading that is under way wait, or go on; without one nothing happens."""
        if self._reading is not None:
            self.act()

    def _set_paused(self, paused: bool) -> None:
        assert self._reading is not None
        self._reading = replace(self._reading, paused=paused)
        self.reading.emit(self._reading)
        self.paused.emit(paused)
        self._draw()

    def _action(self) -> _Action:
        use = self._use
        if self._reading is not None:
            return _Action.RESUME if self._reading.paused else _Action.PAUSE
        if use is None or self._is_busy:
            return _Action.NOTHING
        if use.used_tokens > use.context_tokens:
            return _Action.FIT
        unread = sum(s.tokens - s.held_tokens for s in use.segments if s.kind == "book")
        if unread >= WORTH_TELLING:
            return _Action.READ
        return _Action.MAKE_ROOM if use.is_tight else _Action.NOTHING

    @Slot(object)
    def _take(self, use: ContextUse | None) -> None:
        self._use = use
        self._draw()
        self.measured.emit(use)

    @Slot(object)
    def _on_problem(self, problem: Problem) -> None:  # noqa: ARG002 - the chip says what is wrong with the model
        self._take(None)

    @Slot()
    def _draw(self) -> None:
        offers = {
            _Action.NOTHING: "",
            _Action.READ: _("Prepare now"),
            _Action.PAUSE: _("Pause"),
            _Action.RESUME: _("Resume"),
            _Action.FIT: _("Make it fit…"),
            _Action.MAKE_ROOM: _("Make room…"),
        }
        self._spine.show_action(offers[self._action()])
        now = self._reading
        if now is not None:
            words = paused_words(now.words) if now.paused else now.words
        elif self._use is not None:
            words = use_words(self._use, self._tokens_per_second)
        else:
            words = _("available after a model is loaded")
        if self._use is None:
            self._spine.show_use((), 0, words)
        else:
            use = self._use.after(now.done) if now is not None else self._use
            self._spine.show_use(use_parts(use, self._theme.palette), use.context_tokens, words)
