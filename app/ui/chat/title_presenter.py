"""Has a conversation named by the model once an answer has ended, as long as nothing else wants the engine."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, Slot

from app.core.conversations.conversation import Answer
from app.core.work import Cancel, Work
from app.services.asking.titling import Titling, TitlingProgress
from app.services.services import titling_of
from app.ui.chat.answer_presenter import Outcome
from app.ui.chat.presenter import ConversationPresenter
from app.ui.kit.activity import EngineTask
from app.ui.kit.bridge import Executor
from app.ui.kit.jobs import Cancelled, Done, Failed
from app.ui.kit.window_context import WindowContext


class TitlePresenter(QObject):
    """Nobody waits for a title: whatever else begins stops it, and where none can be made, nothing is said. A
    conversation whose title was not made, because another question came first, gets it after the next answer."""

    def __init__(self, context: WindowContext, talk: ConversationPresenter) -> None:
        super().__init__(context.parent)
        self._titling = titling_of(context.desk)
        self._bridge = context.bridge
        self._talk = talk
        self._activity = context.activity
        self._tried: set[str] = set()  # conversations of which the model was asked for a title
        self._asked = ""  # the one that it is asked for now

    @Slot(object)
    def make(self, outcome: Outcome) -> None:
        """Ask the model for a title after an answer has ended, if the engine is free."""
        answer, conversation_id = outcome.answer, outcome.running.conversation.id
        if answer is None or not answer.is_whole or conversation_id in self._tried:
            return
        if self._activity.may(EngineTask.TITLE) is None:
            self._asked = conversation_id
            job = self._bridge.stream(Executor.ENGINE, _work(self._titling, answer), self._on_event)
            self._activity.begin(EngineTask.TITLE, job.cancel, outcome.running.question.books)

    @Slot(object)
    def _on_event(self, event: object) -> None:
        match event:
            case Done(str() as title):
                self._activity.end(EngineTask.TITLE)
                self._tried.add(self._asked)
                if title:
                    self._talk.look_again(self._asked)
            case Cancelled() | Failed():
                self._activity.end(EngineTask.TITLE)


def _work(titling: Titling, answer: Answer) -> Callable[[Cancel], Work[TitlingProgress, str]]:
    return partial(_if_wanted, titling, answer)


def _if_wanted(titling: Titling, answer: Answer, cancel: Cancel) -> Work[TitlingProgress, str]:
    """Make a title if one is wanted: that is asked of the database, and so not in the window's thread."""
    if not titling.is_wanted(answer):
        return ""
    return (yield from titling.title(answer, cancel))
