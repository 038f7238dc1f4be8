"""The line for the engine: who has it, who waits for it, how far it is and how fast. The one place of the window that
knows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import Enum, auto

from app.core.conversations.conversation import BookRef
from app.core.conversations.events import Loading, Looking, Noting, Reading, Thinking, Tokenizing, Weighing
from app.ui.kit.reading_speed import ReadingSpeed
from app.ui.kit.shown import Shown
from app.ui.kit.words import ReadingNow, Step, follow
from app.wording.i18n import _


class EngineTask(Enum):
    """The kinds of task for which the engine can be wanted."""

    LOADING = auto()
    ANSWER = auto()
    SERIES = auto()  # of questions that a person wants answered, for a feature
    SURVEY = auto()  # of many documents, for a feature
    TITLE = auto()
    WEIGHING = auto()
    READING_AHEAD = auto()


ASIDE = (EngineTask.TITLE, EngineTask.WEIGHING, EngineTask.READING_AHEAD)
"""The tasks that no person asked for."""

_GIVES_WAY = {
    EngineTask.LOADING: (EngineTask.LOADING, EngineTask.SERIES, EngineTask.SURVEY, *ASIDE),
    EngineTask.ANSWER: (EngineTask.SURVEY, *ASIDE),
    EngineTask.SERIES: (EngineTask.SURVEY, *ASIDE),
    EngineTask.SURVEY: ASIDE,
    EngineTask.TITLE: (EngineTask.READING_AHEAD,),
    EngineTask.WEIGHING: (EngineTask.READING_AHEAD,),
    EngineTask.READING_AHEAD: (),
}
"""The tasks that are stopped for each task that begins."""

_ASKED_FOR = (EngineTask.ANSWER, EngineTask.SERIES, EngineTask.SURVEY, EngineTask.LOADING)
_COMES_FIRST = {
    EngineTask.LOADING: (),
    EngineTask.ANSWER: (EngineTask.ANSWER, EngineTask.SERIES, EngineTask.LOADING),
    EngineTask.SERIES: (EngineTask.SERIES, EngineTask.ANSWER, EngineTask.LOADING),
    EngineTask.SURVEY: (EngineTask.SURVEY, EngineTask.ANSWER, EngineTask.SERIES, EngineTask.LOADING),
    EngineTask.TITLE: (EngineTask.TITLE, *_ASKED_FOR),
    EngineTask.WEIGHING: (EngineTask.WEIGHING, *_ASKED_FOR),
    EngineTask.READING_AHEAD: tuple(EngineTask),
}
"""The tasks that have to end before each task may begin."""


@dataclass(frozen=True)
class Series:
    """A series of questions of a feature.

    `gives_way` asks it to let a question of a conversation come next, and returns whether it does. `wait_words` are
    shown while something waits for the series to end; `busy_words` tell a person that their question cannot come in
    between.
    """

    gives_way: Callable[[], bool]
    wait_words: str
    busy_words: str


@dataclass(eq=False)
class _InLine:
    """A task in the line. `books` are those that it reads; `series` is the one that it belongs to, if any; `step` is
    how far it is, None while it writes or waits."""

    task: EngineTask
    stop: Callable[[], None]
    books: tuple[BookRef, ...]
    series: Series | None = None
    step: Step | None = None
    pace: ReadingSpeed = field(default_factory=ReadingSpeed)


class Activity:
    """The line of the engine's one thread: the first has the engine, the others wait in the order in which they came.

    Whoever puts work into it calls `begin`, says how far it is with `note`, and calls `end`; all others ask.
    """

    def __init__(self, shown: Shown, *, clock: Callable[[], float], changed: Callable[[], None]) -> None:
        """`clock` counts seconds; `changed` is called after each change."""
        self._shown = shown
        self._clock = clock
        self._changed = changed
        self._line: list[_InLine] = []
        self._paused = False
        self._tokens_per_second = 0.0

    # ---- who has it

    @property
    def holder(self) -> EngineTask | None:
        """The task that has the engine now; None while it is free."""
        return self._line[0].task if self._line else None

    def seconds(self) -> float:
        """Return the time now, in seconds of the clock that paces are measured with."""
        return self._clock()

    def has(self, task: EngineTask) -> bool:
        """Return whether a task is under way, or waits in the line."""
        return any(one.task is task for one in self._line)

    def may(self, task: EngineTask) -> EngineTask | None:
        """Return the task that has to end before `task` may begin; None if it may begin now."""
        return next((other for other in _COMES_FIRST[task] if self.has(other)), None)

    def begin(self, task: EngineTask, stop: Callable[[], None], books: tuple[BookRef, ...] = ()) -> None:
        """Put a task that reads `books` into the engine's line, and ask what gives way to it to end; `stop` asks this
        one to end."""
        self._put(_InLine(task, stop, books))

    def begin_series(self, series: Series, stop: Callable[[], None], books: tuple[BookRef, ...]) -> None:
        """Put a series of questions into the line, as `begin` does with a task: it is one of its own
        (`EngineTask.SERIES`)."""
        self._put(_InLine(EngineTask.SERIES, stop, books, series))

    def _put(self, new: _InLine) -> None:
        before = tuple(self._line)
        self._line.append(new)
        if new.task is EngineTask.LOADING:
            self._tokens_per_second = 0.0  # another model reads at another speed
        for one in before:
            if one.task in _GIVES_WAY[new.task]:
                one.stop()
        self._changed()

    def end(self, task: EngineTask) -> None:
        """Take a task out of the line, as it has ended, in whatever way."""
        ended = self._first(task)
        self._rest(ended)
        self._line.remove(ended)
        self._changed()

    def stop(self, *tasks: EngineTask) -> None:
        """Ask these tasks to end."""
        for one in tuple(self._line):
            if one.task in tasks:
                one.stop()

    @property
    def works(self) -> bool:
        """True if the holder does what a person asked for, and which takes its time."""
        return self.holder in (EngineTask.ANSWER, EngineTask.SERIES, EngineTask.SURVEY)

    @property
    def series(self) -> Series | None:
        """The series that is under way, or waits in the line; None if there is none."""
        return next((one.series for one in self._line if one.series is not None), None)

    def wait_words(self, first: EngineTask) -> str:
        """Return the words that are shown while something waits for task `first` to end; empty for most."""
        match first:
            case EngineTask.LOADING:
                return _("Waiting for the model to load…")
            case EngineTask.ANSWER:
                return _("Waiting for the current answer…")
            case EngineTask.SERIES if self.series is not None:
                return self.series.wait_words
            case _:
                return ""

    # ---- how far it is

    @property
    def step(self) -> Step | None:
        """The step that the holder is at; None while it writes, or the engine is free."""
        step = self._line[0].step if self._line else None
        return replace(step, paused=self._paused) if isinstance(step, ReadingNow) else step

    @property
    def reading(self) -> ReadingNow | None:
        """The place where the holder reads; None while it does not read."""
        step = self.step
        return step if isinstance(step, ReadingNow) else None

    @property
    def loading(self) -> float | None:
        """The share of a model that is loaded, from 0 to 1; None while none is being loaded."""
        step = self.step
        if isinstance(step, Loading):
            return step.fraction
        return 0.0 if self.holder is EngineTask.LOADING else None

    @property
    def paused(self) -> bool:
        """True if the engine was asked to wait, and not to go on since."""
        return self._paused

    @property
    def tokens_per_second(self) -> float:
        """The speed of the last reading that could be measured since a model was loaded; 0 before."""
        return self._tokens_per_second

    def note(
        self, task: EngineTask, event: Loading | Tokenizing | Looking | Reading | Thinking | Noting | Weighing | None
    ) -> None:
        """Note how far a task is; None means that it writes."""
        one = self._first(task)
        before = one.step
        if isinstance(event, Reading):
            one.step = follow(event, one.pace, self._clock(), self._shown.use_with(one.books))
        else:
            one.step = Thinking() if isinstance(event, Thinking) else event
        if one.step != before:
            self._changed()

    def note_part(self, task: EngineTask) -> None:
        """Note that a part of a task has ended; the next part is measured for itself."""
        self._rest(self._first(task))
        self._changed()

    def pause(self) -> None:
        """Note that the engine is asked to wait."""
        self._paused = True
        self._changed()

    def resume(self) -> None:
        """Note that the engine is asked to go on."""
        self._paused = False
        for one in self._line:
            one.pace.go_on(self._clock())
        self._changed()

    def _first(self, task: EngineTask) -> _InLine:
        return next(one for one in self._line if one.task is task)

    def _rest(self, one: _InLine) -> None:
        if not self.has(EngineTask.LOADING):
            self._tokens_per_second = one.pace.tokens_per_second or self._tokens_per_second
        one.step, one.pace = None, ReadingSpeed()
        if one is self._line[0]:
            self._paused = False
