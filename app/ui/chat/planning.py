"""Keeps the documents that the shown conversation asks besides its desk, and what its next question takes of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeAlias

import msgspec
from PySide6.QtCore import Slot

from app.core.conversations.conversation import MatterScope
from app.core.conversations.events import Loading, Tokenizing
from app.core.errors import Problem
from app.core.work import Cancel, Work
from app.services.asking.document_selection import Proposal
from app.services.services import matter_plans_of
from app.ui.chat.presenter import ConversationPresenter
from app.ui.chat.submission import GoOn, Submission
from app.ui.chat.writing.branches import find_question, follow
from app.ui.chat.writing.composer import Composer
from app.ui.kit.activity import ASIDE, EngineTask
from app.ui.kit.bridge import Executor
from app.ui.kit.jobs import Cancelled, Done, Failed, Job
from app.ui.kit.presenter import Presenter
from app.ui.kit.window_context import WindowContext
from app.wording.document_selection import plan_words, planned_counts, tokens_words
from app.wording.errors import sentence
from app.wording.i18n import _
from app.wording.units import counted

FolderIds: TypeAlias = Callable[[], tuple[str, ...]]
"""Returns the ids of the documents that a folder has when it is called."""


@dataclass
class _Planned:
    """A plan for this very question. `proposal` is None while it is being made. `words` are said meanwhile."""

    submission: Submission
    scope: MatterScope
    go_on: GoOn
    words: str
    job: Job | None = None
    proposal: Proposal | None = None

    def is_for(self, submission: Submission) -> bool:
        """Return whether the plan was made for this question, with whatever images."""
        asked = msgspec.structs.replace(submission.question, images=self.submission.question.images)
        return (self.submission.question, self.scope) == (asked, submission.scope)


class Planning(Presenter):
    """A gate for questions to more than the desk: one is planned when it is sent first, its plan is shown, and it goes
    on when it is sent again, or what it takes was chosen."""

    def __init__(self, context: WindowContext, conversation: ConversationPresenter, composer: Composer) -> None:
        super().__init__(context.parent)
        self._plans = matter_plans_of(context.desk)
        self._conversations = context.desk.conversations
        self._bridge = context.bridge
        self._conversation = conversation
        self._composer = composer
        self._activity = context.activity
        self._shown = context.shown
        self._icons = context.icons
        self._planned: dict[str, _Planned] = {}  # by the id of its conversation
        self._folders: dict[str, FolderIds] = {}  # what is asked of each conversation, by its id
        conversation.shown.connect(self.look)
        conversation.deleted.connect(self.forget)
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
    def ask_folder(self, inside: FolderIds) -> None:
        """Ask the documents that a folder has, whose ids are `inside` it, in the shown conversation, besides those on
        its desk; while the program runs, also those that come into the folder later."""
        if book_ids := inside():
            self.ask_of(MatterScope(book_ids))
            self._folders[self._shown.id] = inside

    def ask_of(self, scope: MatterScope | None) -> None:
        if self._shown.conversation is not None:
            self._folders.pop(self._shown.id, None)
            self.stop()
            self._conversation.books.set_scope(scope)

    # ---- a question's plan

    def look_through(self, submission: Submission, go_on: GoOn) -> None:
        planned = self._planned.get(submission.conversation_id)
        if (settled := self.planned(submission)) is not None:
            go_on(settled)
        elif planned is None or not planned.is_for(submission):
            self._begin(submission, go_on)
        elif planned.proposal is not None:
            self._open(planned, planned.proposal)

    def planned(self, submission: Submission) -> Submission | None:
        """Return the question as it can be asked: all that it asks is on the desk, or a person has seen what it takes
        of other documents, and it fits; else None."""
        if submission.scope is None:
            return submission
        planned = self._planned.get(submission.conversation_id)
        if planned is None or not planned.is_for(submission) or planned.proposal is None or not planned.proposal.fits:
            return None
        return _with_plan(submission, planned.proposal)

    def stop(self) -> bool:
        """Drop the plan of the shown conversation, and return whether there was one."""
        had = self._shown.id in self._planned
        self.forget(self._shown.id)
        return had

    @Slot(str)
    def forget(self, conversation_id: str) -> None:
        """Drop the plan of a conversation: its question is asked, or no longer wanted."""
        self._drop(conversation_id)
        self.look()

    @Slot()
    def look(self) -> None:
        """Say in the composer what is asked, and what is taken of it."""
        self._follow_folder()
        scope, planned = self.scope, self._planned.get(self._shown.id)
        if planned is not None and planned.submission.question.books != self._shown.books:  # it is another question
            self._drop(self._shown.id)
            planned = None
        if scope is None:
            self._composer.scope.set_words("", "")
        elif planned is None:
            self._composer.scope.set_words(self._scope_words(scope), _("Ask only those on the desk"))
        elif planned.proposal is None:
            self._composer.scope.set_words(planned.words, _("Cancel"))
        else:
            proposal = planned.proposal
            words = plan_words(planned_counts(proposal.books, proposal.plan))
            more = return_words() if proposal.fits else f"{tokens_words(proposal)}."
            self._composer.scope.set_words(f"{words} {more}", _("Choose…"))

    # ---- inside

    def _follow_folder(self) -> None:
        """Ask what came into the folder that is asked, unless a question to those before is being planned."""
        scope, inside = self.scope, self._folders.get(self._shown.id)
        if scope is None or inside is None or self._shown.id in self._planned:
            return
        if came := tuple(id for id in inside() if id not in scope.book_ids):
            self._conversation.books.set_scope(MatterScope((*scope.book_ids, *came)))

    def _scope_words(self, scope: MatterScope) -> str:
        if scope.book_ids:
            return counted(self._count(scope), _("Asking 1 document"), _("Asking {n} documents"))
        return counted(self._count(scope), _("Asking your one document"), _("Asking all {n} documents"))

    def _looking_words(self, scope: MatterScope) -> str:
        return counted(self._count(scope), _("Looking through the document…"), _("Looking through {n} documents…"))

    def _count(self, scope: MatterScope) -> int:
        shelf = self._shown.shelf
        return sum(id in shelf for id in scope.book_ids) if scope.book_ids else len(shelf)

    def _begin(self, submission: Submission, go_on: GoOn) -> None:
        scope, id = submission.scope, submission.conversation_id
        assert scope is not None
        self._drop(id)
        waits = self._activity.has(EngineTask.ANSWER)
        words = self._activity.wait_words(EngineTask.ANSWER) if waits else self._looking_words(scope)
        planned = self._planned[id] = _Planned(submission, scope, go_on, words)
        self._activity.stop(*ASIDE)  # a person waits
        work = partial(self._propose, submission, scope)
        planned.job = self._bridge.stream(Executor.ENGINE, work, partial(self._on_event, planned))
        self.look()

    def _propose(
        self, submission: Submission, scope: MatterScope, cancel: Cancel
    ) -> Work[Loading | Tokenizing, tuple[Submission, Proposal]]:
        """Plan the question behind the turns that there are once the engine is free: an answer may end before."""
        yield Tokenizing(0, 0)
        turns = self._conversations.turns(submission.conversation_id)
        before, parent_id = follow(turns, find_question(turns, submission.question.replaces))
        question = msgspec.structs.replace(submission.question, parent_id=parent_id)
        proposal = yield from self._plans.propose(question, scope, before, cancel)
        return replace(submission, question=question, turns=before), proposal

    def _on_event(
        self, planned: _Planned, event: Loading | Tokenizing | Done[tuple[Submission, Proposal]] | Cancelled | Failed
    ) -> None:
        conversation_id = planned.submission.conversation_id
        if self._planned.get(conversation_id) is not planned:
            return
        match event:
            case Loading():
                planned.words = self._activity.wait_words(EngineTask.LOADING)
            case Tokenizing():
                planned.words = self._looking_words(planned.scope)
            case Done((submission, proposal)):
                planned.submission, planned.proposal = submission, proposal
                if proposal.reads_nothing:  # there is nothing to look at before
                    planned.go_on(_with_plan(submission, proposal))
            case Cancelled():
                self._drop(conversation_id)
            case Failed(problem):
                self._fail(conversation_id, problem)
        self.look()

    def _fail(self, conversation_id: str, problem: Problem) -> None:
        self._drop(conversation_id)
        self.failed.emit(sentence(problem))

    def _drop(self, conversation_id: str) -> None:
        planned = self._planned.pop(conversation_id, None)
        if planned is not None and planned.job is not None and planned.proposal is None:
            planned.job.cancel()

    @Slot(str)
    def _on_text(self, text: str) -> None:
        """Drop the plan once the text in the composer is no longer the planned question."""
        planned = self._planned.get(self._shown.id)
        if planned is not None and text.strip() != planned.submission.question.text:
            self.stop()

    @Slot()
    def _answer(self) -> None:
        """Handle a click on the button next to the plan's summary."""
        planned = self._planned.get(self._shown.id)
        if planned is None:
            self.ask_of(None)
        elif planned.proposal is None:
            self.stop()
        else:
            self._open(planned, planned.proposal)

    def _open(self, planned: _Planned, proposal: Proposal) -> None:
        from app.ui.chat.plan_dialog import PlanDialog  # when it is opened

        dialog = PlanDialog(self._icons, proposal, self._composer.window())
        dialog.chosen.connect(partial(self._choose, planned))
        dialog.open()

    def _choose(self, planned: _Planned, proposal: Proposal) -> None:
        if self._planned.get(planned.submission.conversation_id) is planned:
            planned.proposal = proposal
            self.look()
            planned.go_on(_with_plan(planned.submission, proposal))


def return_words() -> str:
    """Say how a question is asked whose documents are shown."""
    return _("Press Return to ask.")


def _with_plan(submission: Submission, proposal: Proposal) -> Submission:
    question = msgspec.structs.replace(submission.question, books=proposal.books, plan=proposal.plan)
    return replace(submission, question=question)
