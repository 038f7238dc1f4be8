"""Suggests questions: about the books of an empty conversation, and after its last answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from PySide6.QtCore import QObject, Slot

from app.core.conversations.conversation import Answer, BookRef
from app.core.documents.untrusted import disarm
from app.core.work import Cancel, Work
from app.features.suggestions.data import SuggestedQuestion
from app.features.suggestions.service import suggestions_of
from app.ui.kit.bridge import Executor
from app.ui.kit.jobs import Cancelled, Done, Failed, Job
from app.ui.workspace import Workspace


@dataclass(frozen=True)
class _Wanted:
    """The subject of suggested questions: these books, or what follows this answer, whose id and text are `said`."""

    conversation_id: str
    books: tuple[BookRef, ...]
    said: tuple[str, str] = ("", "")
    answer: Answer | None = field(default=None, compare=False)  # it is another one once its sentences are weighed


class SuggestionsPresenter(QObject):
    """Suggests questions. Nobody waits for them: if none can be made, none are shown, and nothing is said."""

    def __init__(self, workspace: Workspace) -> None:
        super().__init__(workspace.parent)
        self._suggestions = suggestions_of(workspace.desk)
        self._bridge = workspace.bridge
        self._conversation = workspace.talk
        self._asking = workspace.asking
        self._view = workspace.window.talk.view
        self._composer = workspace.window.talk.composer
        self._shown = workspace.shown
        self._wanted: _Wanted | None = None
        self._job: Job | None = None
        self._view.suggestion_chosen.connect(self.choose)

    @Slot()
    def look(self) -> None:
        """Suggest anew if there is another conversation, other books, or another last answer."""
        wanted = self._want()
        if wanted == self._wanted:
            return
        self._wanted = wanted
        self._view.suggest(())
        if self._job is not None:
            self._job.cancel()
            self._job = None
        if wanted is not None:
            self._job = self._bridge.stream(Executor.SUGGESTING, self._work(wanted), partial(self._on_event, wanted))

    @Slot()
    def renew(self) -> None:
        """Suggest anew in any case: a book was read again, or the settings changed."""
        self._wanted = None
        self.look()

    @Slot(str)
    def choose(self, question: str) -> None:
        """Ask the question, or add it to what is being written. While another conversation gets an answer, it is only
        written."""
        self._composer.setFocus()
        written = self._composer.text().strip()
        if self._is_under_way() or written.endswith(question):
            return
        if written or self._composer.attachments.cards():
            self._composer.set_text(f"{written}\n{question}".strip())
        else:
            self._composer.set_text(question)
            self._asking.submit(question)
        self.look()

    def _is_under_way(self) -> bool:
        """Return whether a question of the shown conversation is being answered, or waits for it."""
        running = self._conversation.answer.running
        return self._asking.holds or (running is not None and running.conversation.id == self._shown.id)

    def _want(self) -> _Wanted | None:
        if not self._shown.id or self._is_under_way():
            return None
        if self._shown.turns:
            question, answer = self._shown.turns[-1].question, self._shown.turns[-1].answer
            if answer is None:
                return None
            return _Wanted(self._shown.id, question.all_books, (answer.id, answer.text), answer)
        return _Wanted(self._shown.id, self._shown.books) if self._shown.books else None

    def _work(self, wanted: _Wanted) -> Callable[[Cancel], Work[None, tuple[SuggestedQuestion, ...]]]:
        if wanted.answer is None:
            return partial(self._suggestions.for_desk, wanted.books)
        asked = tuple(turn.question.text for turn in self._shown.turns)
        return partial(self._suggestions.after, wanted.answer, wanted.books, asked)

    def _on_event(
        self, wanted: _Wanted, event: Done[tuple[SuggestedQuestion, ...]] | Cancelled | Failed | None
    ) -> None:
        if isinstance(event, Done) and wanted == self._wanted:
            self._view.suggest([disarm(one.text) for one in event.result], wanted.said[0])
