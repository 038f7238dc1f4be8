"""Which documents the shown conversation asks besides its desk, and what its next question takes of them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QObject, Slot

from app.core.conversations.conversation import Conversation, MatterScope, Question, Turn
from app.core.conversations.events import Loading, Tokenizing
from app.core.errors import Problem
from app.services.asking.matter_plans import Proposal
from app.services.services import matter_plans_of
from app.ui.chat.composer import Composer
from app.ui.chat.presenter import ConversationPresenter
from app.ui.kit.activity import ASIDE, EngineTask
from app.ui.kit.bridge import Executor
from app.ui.kit.jobs import Cancelled, Done, Failed, Job
from app.ui.kit.presenter import Presenter
from app.ui.kit.window_context import WindowContext
from app.wording.errors import sentence
from app.wording.i18n import _
from app.wording.matter_plans import counts_words, planned_counts, tokens_words
from app.wording.units import count


@dataclass
class _Planned:
    """A plan for this very question. `proposal` is None while it is being made, `job` while it waits for an answer to
    end before it."""

    question: Question
    scope: MatterScope
    job: Job | None = None
    proposal: Proposal | None = None
    words: str = ""


class Planning(Presenter):
    """A question is planned when it is sent first, its plan is shown, and it is asked when it is sent again."""

    def __init__(
        self,
        context: WindowContext,
        conversation: ConversationPresenter,
        composer: Composer,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._plans = matter_plans_of(context.desk)
        self._bridge = context.bridge
        self._conversation = conversation
        self._composer = composer
        self._activity = context.activity
        self._shown = context.shown
        self._icons = context.icons
        self._planned: dict[str, _Planned] = {}  # by the id of its conversation
        conversation.shown.connect(self.look)
        conversation.deleted.connect(self._forget)
        conversation.ended.connect(self._on_ended)
        composer.text_changed.connect(self._on_text)
        composer.scope.button.clicked.connect(self._answer)

    # ---- what is asked besides the desk

    @property
    def scope(self) -> MatterScope | None:
        return self._shown.conversation.scope if self._shown.conversation is not None else None

    @Slot()
    def toggle(self) -> None:
        """Ask all documents in the shown conversation, or those on its desk alone."""
        self.ask_of(MatterScope() if self.scope is None else None)

    @Slot(object)
    def ask_these(self, book_ids: tuple[str, ...]) -> None:
        """Ask these documents in the shown conversation, besides those on its desk."""
        if book_ids:
            self.ask_of(MatterScope(book_ids))

    def ask_of(self, scope: MatterScope | None) -> None:
        if self._shown.conversation is not None:
            self.stop()
            self._conversation.books.set_scope(scope)

    # ---- a question's plan

    def is_settled(self, question: Question, turns: tuple[Turn, ...]) -> bool:
        """Whether it can be asked: all of it is on the desk, or a person has seen what it takes of other documents.
        Else that is found out, or shown."""
        scope = self.scope
        if scope is None:
            return True
        planned = self._planned.get(question.conversation_id)
        if planned is None or (planned.question, planned.scope) != (question, scope):
            self._begin(_Planned(question, scope), turns)
            return False
        if planned.proposal is not None and not planned.proposal.fits:
            self._open(planned.proposal)
        return planned.proposal is not None and planned.proposal.fits

    @property
    def proposal(self) -> Proposal | None:
        """What the next question of the shown conversation takes of other documents, as far as that is known."""
        planned = self._planned.get(self._shown.id)
        return planned.proposal if planned is not None else None

    def take(self, conversation: Conversation, text: str) -> Proposal | None:
        """The plan that a person has seen for this question, which is asked now; None where there is none."""
        planned = self._planned.get(conversation.id)
        if conversation.scope is None or planned is None or planned.question.text != text:
            return None
        self._forget(conversation.id)
        self.look()
        return planned.proposal

    def stop(self) -> bool:
        """Drop the plan of the shown conversation; returns whether there was one."""
        had = self._shown.id in self._planned
        self._forget(self._shown.id)
        self.look()
        return had

    @Slot()
    def look(self) -> None:
        """Say in the composer what is asked, and what is taken of it."""
        scope, planned = self.scope, self._planned.get(self._shown.id)
        if planned is not None and planned.question.books != self._shown.books:  # another desk, another question
            self._forget(self._shown.id)
            planned = None
        if scope is None:
            self._composer.scope.set_words("", "")
        elif planned is None:
            self._composer.scope.set_words(self._scope_words(scope), _("Only the desk"))
        elif planned.proposal is None:
            self._composer.scope.set_words(planned.words, _("Cancel"))
        else:
            proposal = planned.proposal
            words = counts_words(planned_counts(proposal.books, proposal.plan))
            more = _("Return asks it.") if proposal.fits else f"{tokens_words(proposal)}."
            self._composer.scope.set_words(f"{words} {more}", _("Choose…"))

    # ---- inside

    def _scope_words(self, scope: MatterScope) -> str:
        number = self._count(scope)
        if number == 1:
            return _("Asks your one document")
        words = _("Asks these {n} documents") if scope.book_ids else _("Asks all {n} documents")
        return words.format(n=count(number))

    def _looking_words(self, scope: MatterScope) -> str:
        return _("Looking through {n} documents…").format(n=count(self._count(scope)))

    def _count(self, scope: MatterScope) -> int:
        shelf = self._shown.shelf
        return sum(id in shelf for id in scope.book_ids) if scope.book_ids else len(shelf)

    def _begin(self, planned: _Planned, turns: tuple[Turn, ...]) -> None:
        self._forget(planned.question.conversation_id)
        self._planned[planned.question.conversation_id] = planned
        if self._activity.has(EngineTask.ANSWER):
            planned.words = self._activity.wait_words(EngineTask.ANSWER)
        else:
            self._activity.stop(*ASIDE)  # a person waits
            planned.words = self._looking_words(planned.scope)
            work = partial(self._plans.propose, planned.question, planned.scope, turns)
            planned.job = self._bridge.stream(Executor.ENGINE, work, partial(self._on_event, planned))
        self.look()

    def _on_event(self, planned: _Planned, event: Loading | Tokenizing | Done[Proposal] | Cancelled | Failed) -> None:
        conversation_id = planned.question.conversation_id
        if self._planned.get(conversation_id) is not planned:
            return
        match event:
            case Loading():
                planned.words = self._activity.wait_words(EngineTask.LOADING)
            case Tokenizing():
                planned.words = self._looking_words(planned.scope)
            case Done(proposal):
                planned.proposal = proposal
            case Cancelled():
                self._forget(conversation_id)
            case Failed(problem):
                self._fail(conversation_id, problem)
        self.look()

    def _fail(self, conversation_id: str, problem: Problem) -> None:
        self._forget(conversation_id)
        self.failed.emit(sentence(problem))

    @Slot(str)
    def _forget(self, conversation_id: str) -> None:
        planned = self._planned.pop(conversation_id, None)
        if planned is not None and planned.job is not None and planned.proposal is None:
            planned.job.cancel()

    @Slot(str)
    def _on_text(self, text: str) -> None:
        """What is written is another question now."""
        planned = self._planned.get(self._shown.id)
        if planned is not None and text.strip() != planned.question.text:
            self.stop()

    @Slot(object)
    def _on_ended(self, outcome: object) -> None:  # noqa: ARG002 - whichever it is
        planned = self._planned.get(self._shown.id)
        if planned is not None and planned.job is None:
            self._forget(self._shown.id)
            self._composer.submit()

    @Slot()
    def _answer(self) -> None:
        """The button beside what is said."""
        planned = self._planned.get(self._shown.id)
        if planned is None:
            self.ask_of(None)
        elif planned.proposal is None:
            self.stop()
        else:
            self._open(planned.proposal)

    def _open(self, proposal: Proposal) -> None:
        from app.ui.chat.plan_dialog import PlanDialog  # when it is opened

        dialog = PlanDialog(self._icons, proposal, self._composer.window())
        dialog.chosen.connect(self._choose)
        dialog.open()

    @Slot(object)
    def _choose(self, proposal: Proposal) -> None:
        planned = self._planned.get(self._shown.id)
        if planned is not None:
            planned.proposal = proposal
            self.look()
            self._composer.submit()
