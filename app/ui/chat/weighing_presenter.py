"""Has the sentences of an answer weighed once it has ended, as long as nothing else wants the engine."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Signal, Slot

from app.core.conversations.conversation import Answer
from app.core.conversations.events import Notice, Reading, Weighing
from app.core.work import Cancel, Work
from app.services.asking.weighing import AnswerWeighed, SentenceWeighing, WeighingProgress
from app.ui.chat.answer_presenter import Outcome
from app.ui.chat.messages.view import ConversationView
from app.ui.kit.activity import EngineTask
from app.ui.kit.bridge import Executor
from app.ui.kit.jobs import Cancelled, Done, Failed
from app.ui.kit.presenter import Presenter
from app.ui.kit.window_context import WindowContext
from app.ui.kit.words import step_words
from app.wording.errors import sentence


class WeighingPresenter(Presenter):
    """The answer is whole and kept without it. Whatever else begins stops it; then it is left."""

    weighed = Signal(object)  # Answer: it has the verdicts of the model

    def __init__(self, context: WindowContext, view: ConversationView) -> None:
        super().__init__(context.parent)
        self._weighing = context.desk.asking.weighing
        self._bridge = context.bridge
        self._view = view
        self._activity = context.activity
        self._answer: Answer | None = None  # that is weighed
        self._said = ""  # why none is, the last time that was said

    @Slot(object)
    def weigh(self, outcome: Outcome) -> None:
        """Have the sentences of an answer weighed after it has ended, if the engine is free."""
        answer = outcome.answer
        if answer is None or not answer.is_whole or self._activity.may(EngineTask.WEIGHING):
            return
        self._answer = answer
        job = self._bridge.stream(Executor.ENGINE, _work(self._weighing, answer), self._on_event)
        self._activity.begin(EngineTask.WEIGHING, job.cancel, outcome.running.question.books)

    @Slot(object)
    def _on_event(self, event: object) -> None:
        match event:
            case Weighing(calibrating=False):
                self._show(step_words(event))
                self._activity.note(EngineTask.WEIGHING, event)
            case Reading() | Weighing():
                self._activity.note(EngineTask.WEIGHING, event)
            case Notice(problem):
                self.failed.emit(sentence(problem))
            case Done(AnswerWeighed() as weighed):
                self._end(weighed)
            case Cancelled():
                self._end(None)
            case Failed(problem):
                self._end(None)
                self.failed.emit(sentence(problem))

    def _show(self, words: str) -> None:
        if self._answer is not None:
            self._view.show_weighing(self._answer.id, words)

    def _end(self, weighed: AnswerWeighed | None) -> None:
        self._show("")
        self._answer = None
        self._activity.end(EngineTask.WEIGHING)
        if weighed is None:
            return
        answer = weighed.answer
        if answer.verdicts:
            self.weighed.emit(answer)
        if weighed.off is not None and not answer.from_search and self._said != (said := sentence(weighed.off)):
            self._said = said
            self._view.note(said)


def _work(weighing: SentenceWeighing, answer: Answer) -> Callable[[Cancel], Work[WeighingProgress, AnswerWeighed]]:
    return partial(_if_wanted, weighing, answer)


def _if_wanted(weighing: SentenceWeighing, answer: Answer, cancel: Cancel) -> Work[WeighingProgress, AnswerWeighed]:
    """Weigh the sentences if that is wanted: it is asked of the database, and so not in the window's thread."""
    if not weighing.is_wanted(answer):
        return AnswerWeighed(answer)
    return (yield from weighing.weigh(answer, cancel))
