"""The answer under way: lets the view follow it while its conversation is shown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

import msgspec
from PySide6.QtCore import QObject, Signal, Slot

from app.core.conversations.conversation import Answer, Conversation, StoredQuestion, Thought, Turn
from app.core.conversations.events import (
    Checked,
    Loading,
    Looking,
    Notice,
    Noting,
    PartBegun,
    PartEnded,
    PartsProgress,
    Reading,
    Stored,
    Thinking,
    Token,
    Tokenizing,
)
from app.core.errors import Problem
from app.ui.chat.messages.view import ConversationView
from app.ui.kit.activity import EngineTask
from app.ui.kit.jobs import Cancelled, Done, Failed
from app.ui.kit.window_context import WindowContext
from app.ui.kit.words import answer_remarks, step_share, step_words
from app.wording.errors import sentence
from app.wording.i18n import _
from app.wording.support import asked_words
from app.wording.thoughts import thinking_words, thought_words
from app.wording.units import count


@dataclass
class Running:
    """An answer under way. `before` are the turns above the question; the id of the question and that of the answer are
    empty until the question is on disk.

    `again` tells that the question was asked before and gets another answer, `written` that it was just written,
    `goes_on` that its answer gets longer; `pieces` then has the beginning. `part` is the part of the books that is
    being noted, `thought` all that was thought so far.
    """

    conversation: Conversation
    question: StoredQuestion
    before: tuple[Turn, ...]
    answer_id: str = ""
    again: bool = False
    written: bool = False
    goes_on: bool = False
    pieces: list[str] = field(default_factory=list)
    checked: Checked = field(default_factory=partial(Checked, ()))
    part: PartBegun | None = None
    thought: Thinking = field(default_factory=Thinking)

    @property
    def remarks(self) -> tuple[str, ...]:
        """The sentences under the answer from its first word on."""
        words = asked_words(self.question)
        return (words,) if words else ()


@dataclass(frozen=True)
class Outcome:
    """The end of an answer. `answer` is None if not even the question could be kept."""

    running: Running
    answer: Answer | None
    problem: Problem | None = None


class AnswerPresenter(QObject):
    """One answer at a time in the whole window; it goes on when another conversation is shown meanwhile."""

    stored = Signal(object)  # Running: the question is on disk; comes before the view shows it
    begun = Signal(object)  # Running: the view shows the open answer
    noticed = Signal(str)  # a sentence about something that does not stop the answer
    ended = Signal(object)  # Outcome

    def __init__(self, context: WindowContext, view: ConversationView) -> None:
        super().__init__(context.parent)
        self._view = view
        self._activity = context.activity
        self._shown = context.shown
        self.running: Running | None = None

    def follow(self, running: Running) -> Callable[[PartsProgress | Done[Answer] | Cancelled | Failed], None]:
        """Show this answer from now on, and return the handler of its events."""
        self.running = running
        return self._on_event

    def is_open_in(self, conversation_id: str) -> bool:
        """Return whether this conversation's last turn is the one under way."""
        running = self.running
        return running is not None and bool(running.answer_id) and running.conversation.id == conversation_id

    def show_again(self) -> None:
        """Show the question, and its answer so far, below the turns that the view shows."""
        running = self.running
        assert running is not None
        self._view.begin_turn(running.question, running.answer_id, running.remarks)
        self.show_progress()
        if running.thought.tokens:
            self._view.think(_thinking_words(running), running.thought.text)
        self._view.append("".join(running.pieces))
        self._view.show_checked(running.checked.citations, running.checked.verdicts)

    @Slot(object)
    def _on_event(self, event: PartsProgress | Done[Answer] | Cancelled | Failed) -> None:
        running = self.running
        assert running is not None
        match event:
            case Stored(question_id, answer_id):
                self._on_stored(running, question_id, answer_id)
            case Loading() | Tokenizing() | Looking() | Reading():
                self._activity.note(EngineTask.ANSWER, event)
            case Thinking():
                self._on_thinking(running, event)
            case Token(text):
                self._on_token(running, text)
            case Checked(citations, verdicts):
                running.checked = event
                if self._is_shown(running):
                    self._view.show_checked(citations, verdicts)
            case PartBegun() | PartEnded():
                self._on_part(running, event)
            case Noting():
                self._activity.note(EngineTask.ANSWER, event)
            case Notice(problem):
                self.noticed.emit(sentence(problem))
            case Done(answer):
                self._end(Outcome(running, answer, answer.problem))
            case Cancelled():  # before it began
                self._end(Outcome(running, None))
            case Failed(problem):
                self._end(Outcome(running, None, problem))

    def _on_stored(self, running: Running, question_id: str, answer_id: str) -> None:
        running.question, running.answer_id = msgspec.structs.replace(running.question, id=question_id), answer_id
        self.stored.emit(running)
        if self._is_shown(running):
            if running.goes_on:
                self._view.reopen(answer_id, running.remarks)
            elif running.again:
                self._view.begin_answer(question_id, answer_id, running.remarks)
            else:
                self._view.begin_turn(running.question, running.answer_id, running.remarks)
        self.begun.emit(running)

    def _on_part(self, running: Running, event: PartBegun | PartEnded) -> None:
        if isinstance(event, PartBegun):
            running.part = event
            self.show_progress()
            return
        if running.part is not None and running.part.number == event.number:
            running.part = None  # a server may have others under way
        self._activity.note_part(EngineTask.ANSWER)
        if event.problem is not None:
            words = _("Part {number} of {total} was not read. {why}")
            why = sentence(event.problem)
            self.noticed.emit(words.format(number=count(event.number), total=count(event.total), why=why))

    def _on_thinking(self, running: Running, event: Thinking) -> None:
        self._activity.note(EngineTask.ANSWER, event)
        if not event.tokens:
            return
        running.thought = msgspec.structs.replace(event, text=running.thought.text + event.text)
        if self._is_shown(running):
            self._view.think(_thinking_words(running), event.text)

    def _on_token(self, running: Running, text: str) -> None:
        self._activity.note(EngineTask.ANSWER, None)
        running.pieces.append(text)
        if self._is_shown(running):
            if running.thought.tokens and len(running.pieces) == 1:
                self._view.think(_thinking_words(running), "")
            self._view.append(text)

    @Slot()
    def show_progress(self) -> None:
        """Show how far the answer is, if its conversation is shown."""
        running = self.running
        if running is not None and running.answer_id and self._is_shown(running):
            step = self._activity.step if self._activity.holder is EngineTask.ANSWER else None
            if isinstance(step, Thinking) and running.thought.tokens:  # the row above the answer says so
                step = None
            words, share = step_words(step), step_share(step)
            if (part := running.part) is not None:
                where = _("Part {number} of {total}").format(number=count(part.number), total=count(part.total))
                words = f"{where} · {words}" if words else where
            self._view.set_progress(words, share)

    def _end(self, outcome: Outcome) -> None:
        self.running = None
        self._activity.end(EngineTask.ANSWER)
        answer = outcome.answer
        if answer is not None and self._is_shown(outcome.running):
            self._view.set_progress("", None)
            self._view.finish(answer, *answer_remarks(outcome.running.question, answer))
        self.ended.emit(outcome)

    def _is_shown(self, running: Running) -> bool:
        return running.conversation.id == self._shown.id


def _thinking_words(running: Running) -> str:
    last = running.thought
    if not running.pieces:
        return thinking_words(last.tokens, last.seconds)
    return thought_words(Thought("", last.tokens, last.seconds, last.limited))
