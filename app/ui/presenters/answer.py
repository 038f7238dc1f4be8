"""The answer under way: starts and stops it, and lets the view follow while its conversation is shown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from PySide6.QtCore import QObject, Signal, Slot

from app.basis import asked_words
from app.core.cancel import Cancel
from app.core.conversation import Answer, BookRef, Citation, Conversation, StoredQuestion, Turn
from app.core.errors import Problem
from app.core.events import (
    AnswerProgress,
    Cancelled,
    Checked,
    Done,
    Failed,
    Loading,
    Looking,
    Notice,
    Reading,
    Stored,
    Thinking,
    Token,
)
from app.core.image import ImageRef
from app.core.work import Work
from app.messages import sentence
from app.services.context import ContextUse
from app.ui.bridge import Bridge, Executor
from app.ui.chat.view import ConversationView
from app.ui.jobs import Job
from app.ui.presenters.pace import Pace
from app.ui.presenters.words import (
    answer_remarks,
    follow,
    loading_words,
    looking_share,
    looking_words,
    paused_words,
    thinking_words,
)


@dataclass
class Running:
    """`before` are the turns above the question, `books` those that it is asked of; the ids are empty until the
    question is on disk.

    `again` says that the question was there before and gets another answer, `written` that it was just written,
    `goes_on` that its answer gets longer, of which `pieces` has the beginning.
    """

    conversation: Conversation
    text: str
    before: tuple[Turn, ...]
    books: tuple[BookRef, ...]
    parent_id: str | None = None
    question_id: str = ""
    answer_id: str = ""
    again: bool = False
    written: bool = False
    goes_on: bool = False
    images: tuple[ImageRef, ...] = ()
    pieces: list[str] = field(default_factory=list)
    checked: tuple[Citation, ...] = ()
    progress: tuple[str, float | None] = ("", None)
    pace: Pace = field(default_factory=Pace)

    @property
    def book_ids(self) -> tuple[str, ...]:
        return tuple(ref.book_id for ref in self.books)

    @property
    def remarks(self) -> tuple[str, ...]:
        """What is to be said of the answer from its first word on."""
        words = asked_words(self.kept(0.0))
        return (words,) if words else ()

    def kept(self, created_at: float) -> StoredQuestion:
        """The question as the store has it; `created_at` in seconds since the epoch."""
        return StoredQuestion(
            self.question_id, self.conversation.id, self.parent_id, self.text, self.books, created_at, self.images
        )


@dataclass(frozen=True)
class Outcome:
    """How an answer ended. `answer` is None when not even the question could be kept."""

    running: Running
    answer: Answer | None
    problem: Problem | None = None


class AnswerPresenter(QObject):
    """One answer at a time in the whole window; it goes on when another conversation is shown meanwhile."""

    stored = Signal(object)  # Running: the question is on disk; comes before the view is told of it
    begun = Signal(object)  # Running: the view shows the open answer
    reading = Signal(object)  # ReadingNow; None once it does not read
    loading = Signal(float)
    paced = Signal(float)  # tokens a second, of a reading that ended
    noticed = Signal(str)  # a sentence about something that does not stop the answer
    ended = Signal(object)  # Outcome

    def __init__(
        self,
        bridge: Bridge,
        view: ConversationView,
        *,
        clock: Callable[[], float],
        parent: QObject | None = None,
    ) -> None:
        """`clock` counts seconds."""
        super().__init__(parent)
        self._bridge = bridge
        self._view = view
        self._clock = clock
        self._shown_id = ""
        self._use: ContextUse | None = None
        self._job: Job | None = None
        self.running: Running | None = None

    def start(self, work: Callable[[Cancel], Work[AnswerProgress, Answer]], running: Running) -> None:
        self.running = running
        self._job = self._bridge.stream(Executor.ENGINE, work, self._on_event)

    def stop(self) -> None:
        if self._job is not None:
            self._job.cancel()

    def show_paused(self, paused: bool) -> None:
        """The reading waits, or goes on again."""
        running = self.running
        if running is None or not running.progress[0]:
            return
        if paused:
            words, fraction = running.progress
            self._tell_progress(running, paused_words(words), fraction)
        else:
            running.pace.go_on(self._clock())

    def show_conversation(self, conversation_id: str) -> None:
        """From now on this conversation is shown."""
        self._shown_id = conversation_id

    def note_use(self, use: ContextUse | None) -> None:
        """How the context of the shown conversation is filled: lets the reading be told by book and page."""
        self._use = use

    def is_open_in(self, conversation_id: str) -> bool:
        """Whether this conversation's last turn is the one under way."""
        running = self.running
        return running is not None and bool(running.answer_id) and running.conversation.id == conversation_id

    def show_again(self) -> None:
        """Put the question and what there is of its answer below the turns that the view shows."""
        running = self.running
        assert running is not None
        self._begin_turn(running)
        self._view.set_progress(*running.progress)
        self._view.append("".join(running.pieces))
        self._view.show_checked(running.checked)

    @Slot(object)
    def _on_event(self, event: AnswerProgress | Done[Answer] | Cancelled | Failed) -> None:
        running = self.running
        assert running is not None
        match event:
            case Stored(question_id, answer_id):
                self._on_stored(running, question_id, answer_id)
            case Loading(fraction):
                self.loading.emit(fraction)
                self._tell_progress(running, loading_words(fraction), fraction)
            case Looking():
                self._tell_progress(running, looking_words(event), looking_share(event))
            case Reading():
                self._on_reading(running, event)
            case Thinking():
                self._tell_progress(running, thinking_words(), None)
                self.reading.emit(None)
            case Token(text):
                self._on_token(running, text)
            case Checked(citations):
                running.checked = citations
                if self._is_shown(running):
                    self._view.show_checked(citations)
            case Notice(problem):
                self.noticed.emit(sentence(problem))
            case Done(answer):
                self._end(Outcome(running, answer, answer.problem))
            case Cancelled():  # before it began
                self._end(Outcome(running, None))
            case Failed(problem):
                self._end(Outcome(running, None, problem))

    def _on_stored(self, running: Running, question_id: str, answer_id: str) -> None:
        running.question_id, running.answer_id = question_id, answer_id
        self.stored.emit(running)
        if self._is_shown(running):
            if running.goes_on:
                self._view.reopen(answer_id, running.remarks)
            elif running.again:
                self._view.begin_answer(question_id, answer_id, running.remarks)
            else:
                self._begin_turn(running)
        self.begun.emit(running)

    def _begin_turn(self, running: Running) -> None:
        self._view.begin_turn(
            running.question_id, running.text, running.answer_id, running.book_ids, running.images, running.remarks
        )

    def _on_reading(self, running: Running, event: Reading) -> None:
        now = follow(event, running.pace, self._clock(), self._use if self._is_shown(running) else None)
        self._tell_progress(running, now.words, event.done / max(1, event.total))
        self.reading.emit(now)

    def _on_token(self, running: Running, text: str) -> None:
        if running.progress[0]:
            self._tell_progress(running, "", None)
            self.reading.emit(None)
        running.pieces.append(text)
        if self._is_shown(running):
            self._view.append(text)

    def _tell_progress(self, running: Running, words: str, fraction: float | None) -> None:
        running.progress = (words, fraction)
        if self._is_shown(running) and running.answer_id:
            self._view.set_progress(words, fraction)

    def _end(self, outcome: Outcome) -> None:
        self.running = self._job = None
        if outcome.running.pace.tokens_per_second > 0:
            self.paced.emit(outcome.running.pace.tokens_per_second)
        self.reading.emit(None)
        answer = outcome.answer
        if answer is not None and self._is_shown(outcome.running):
            self._view.set_progress("", None)
            asked = outcome.running.kept(answer.created_at)
            self._view.finish(answer, *answer_remarks(asked, answer))
        self.ended.emit(outcome)

    def _is_shown(self, running: Running) -> bool:
        return running.conversation.id == self._shown_id
