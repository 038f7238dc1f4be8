"""The conversation that is shown: its turns, the questions to it, their variants."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import partial

import msgspec
from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QGuiApplication

from app.core.conversation import Answer, BookRef, Conversation, Question, Turn
from app.core.document import Book
from app.core.errors import Code, Problem
from app.core.events import AnswerProgress
from app.core.image import ImageRef, ref_of
from app.core.work import Cancel, Work
from app.services.ask import Ask
from app.services.library import Removal
from app.ui.activity import Activity, EngineTask
from app.ui.bridge import Bridge, Executor
from app.ui.chat.answer_presenter import AnswerPresenter, Outcome, Running
from app.ui.chat.attachments_presenter import AttachmentsPresenter
from app.ui.chat.branches import (
    Branches,
    LoadedConversation,
    find_question,
    follow,
    turns_before,
    without_images,
)
from app.ui.chat.composer import Composer
from app.ui.chat.composing import Writing
from app.ui.chat.drafts import DraftsPresenter
from app.ui.chat.queued_question import Holding, QueuedQuestion
from app.ui.chat.view import ConversationView
from app.ui.presenter import Presenter
from app.ui.shelf.book_import import BookImport
from app.ui.shown import Shown
from app.ui.words import does_not_fit
from app.wording.errors import sentence
from app.wording.i18n import _


@dataclass(frozen=True)
class _Wanted(QueuedQuestion):
    """The kept question `question_id` is to be asked once more, else what is written in the conversation."""

    question_id: str = ""
    excerpts: bool = False


class ConversationPresenter(Presenter):
    """Ids are those of conversations, questions and answers."""

    shown = Signal(object)  # Conversation | None: which one is shown, or its title or books changed
    stored = Signal()  # something of the list of conversations changed
    answered = Signal()
    misfit = Signal()  # the books of the shown conversation do not fit
    held = Signal()  # whether a question waits may have changed

    def __init__(
        self,
        ask: Ask,
        removal: Removal,
        branches: Branches,
        bridge: Bridge,
        view: ConversationView,
        composer: Composer,
        attachments: AttachmentsPresenter,
        openings: BookImport,
        activity: Activity,
        shown: Shown,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._ask = ask
        self._removal = removal
        self._branches = branches
        self._bridge = bridge
        self._view = view
        self._composer = composer
        self._activity = activity
        self._shown = shown
        self._turns: tuple[Turn, ...] = ()
        self._wanted = ""
        self._waiting: tuple[Book, ...] = ()
        self._landing: tuple[tuple[str, BookRef], ...] = ()
        self._unstored = 0
        self._longer: Running | None = None  # for which there was no room
        self.answer = AnswerPresenter(bridge, view, activity, shown, self)
        self.answer.stored.connect(self._on_stored)
        self.answer.begun.connect(self._on_begun)
        self.answer.ended.connect(self._on_ended)
        self.drafts = DraftsPresenter(branches.drafts, bridge, self)
        self.drafts.failed.connect(self.failed)
        self._writing = Writing(self.drafts, composer, attachments, self)
        self.holding = Holding(openings, composer, EngineTask.ANSWER, activity, shown, self)
        self.holding.released.connect(self._on_released)
        self.holding.changed.connect(self.held)
        composer.submitted.connect(self.submit)
        composer.stop_requested.connect(self.stop)
        composer.cancelled_edit.connect(self.stop)
        composer.edit_last_requested.connect(self.edit_last)
        view.ask_again.connect(self.ask_again)
        view.go_on_wanted.connect(self.go_on)
        view.edit_question.connect(self.edit)
        view.copy_answer.connect(self.copy)
        view.variant_chosen.connect(self._choose_variant)

    @property
    def turns(self) -> tuple[Turn, ...]:
        """Those of the shown conversation; while an answer to it is written, those above it."""
        return self._turns

    @property
    def begun(self) -> str:
        """What there is of the answer that could not be gone on with; empty where another thing does not fit."""
        longer = self._missed_longer()
        return "".join(longer.pieces) if longer is not None else ""

    @property
    def missed(self) -> str:
        """The id of the last question of the shown conversation, if it or more of its answer did not fit."""
        if not self._turns:
            return ""
        question, answer = self._turns[-1].question, self._turns[-1].answer
        return question.id if self._missed_longer() is not None or does_not_fit(answer) else ""

    @property
    def busy(self) -> bool:
        """An answer is under way, here or in another conversation."""
        return self._activity.has(EngineTask.ANSWER)

    @property
    def holds(self) -> bool:
        """A question of the shown conversation waits to be asked."""
        return self.holding.holds(self._shown.id)

    def _refusal(self) -> str:
        """Why no question is taken; empty where it is, or waits."""
        if not self._activity.has(EngineTask.SHEET):
            return ""
        return _("A question sheet is being answered. Wait until it has finished, or stop it, then ask again.")

    @property
    def empty(self) -> bool:
        """Nothing was asked yet in the shown conversation."""
        shown = self._shown.conversation
        return not self._turns and not (shown is not None and self.answer.is_open_in(shown.id))

    # ---- which conversation

    @Slot(str)
    def open(self, conversation_id: str, question_id: str = "") -> None:
        """At its end, or at this question; while one is being answered, at its end."""
        self._wanted = conversation_id
        work = partial(self._branches.load, conversation_id, "" if self.busy else question_id)
        self._bridge.call(Executor.STORE, work, self._show, self._on_problem)

    def create(self, books: tuple[BookRef, ...] = ()) -> None:
        """Begin a conversation with these books on its desk; an empty one that is shown is taken instead."""
        if self._shown.conversation is not None and self.empty and not books:
            self._composer.setFocus()
            return
        work = partial(self._branches.conversations.create, "", books)
        self._bridge.call(Executor.STORE, work, self._created, self._on_problem)

    @Slot(str)
    def delete(self, conversation_id: str) -> None:
        running = self.answer.running
        if running is not None and running.conversation.id == conversation_id:
            self._activity.stop(EngineTask.ANSWER)
        work = partial(self._removal.delete_conversation, conversation_id)
        self._bridge.call(Executor.STORE, work, partial(self._deleted, conversation_id), self._on_problem)

    @Slot(object)
    def set_books(self, refs: tuple[BookRef, ...]) -> None:
        """Put these books on the desk. It counts at once, so that a second change builds on the first."""
        if self._shown.conversation is None:
            return
        conversation = self._shown.conversation = msgspec.structs.replace(self._shown.conversation, books=refs)
        self._unstored += 1
        work = partial(self._branches.conversations.set_books, conversation.id, refs)
        self._bridge.call(Executor.STORE, work, partial(self._books_set, conversation.id), self._books_not_set)

    def add_book(self, book: Book, talks: Collection[str]) -> None:
        """Put a book on the desks of these conversations; an empty id stands for the first that will be shown."""
        for conversation_id in talks:
            if conversation_id != self._shown.id:
                self._land(conversation_id, BookRef(book.id))
            elif self._shown.conversation is None:
                self._waiting = (*self._waiting, book)
            elif all(ref.book_id != book.id for ref in self._shown.conversation.books):
                self.set_books((*self._shown.conversation.books, BookRef(book.id)))

    def _land(self, conversation_id: str, ref: BookRef) -> None:
        """Put a book on the desk of a conversation that is not shown."""
        landing = (conversation_id, ref)
        self._landing = (*self._landing, landing)
        work = partial(self._branches.conversations.add_book, conversation_id, ref.book_id)
        self._bridge.call(Executor.STORE, work, partial(self._landed, landing), partial(self._not_landed, landing))

    def _landed(self, landing: tuple[str, BookRef], nothing: None) -> None:  # noqa: ARG002 - the bridge delivers a result
        self._landing = tuple(other for other in self._landing if other is not landing)

    def _not_landed(self, landing: tuple[str, BookRef], problem: Problem) -> None:
        self._landed(landing, None)
        self._on_problem(problem)

    @Slot(str)
    def forget_book(self, book_id: str) -> None:
        """The book is gone, and the images of its pages with it."""
        self._turns = without_images(self._turns, book_id)
        running = self.answer.running
        if running is not None:
            running.before = without_images(running.before, book_id)
            running.images = tuple(image for image in running.images if image.book_id != book_id)
        self._view.forget_book(book_id)

    # ---- questions

    @Slot(str)
    def submit(self, text: str) -> None:
        """Ask this, as soon as it can be asked."""
        if self.busy or self.holds:
            return
        refusal = self._refusal() or self._writing.refusal(self._shown.id)
        if refusal:
            self.failed.emit(refusal)
            return
        if self._writing.put(text):
            self.holding.take(_Wanted(self._shown.id))

    @Slot(str)
    def ask_again(self, question_id: str, *, excerpts: bool = False) -> None:
        """Get another answer to a question; with `excerpts` from passages of the books alone."""
        if self.busy or self.holds or find_question(self._turns, question_id) is None:
            return
        if refusal := self._refusal():
            self.failed.emit(refusal)
            return
        self.holding.take(_Wanted(self._shown.id, question_id=question_id, excerpts=excerpts))

    @Slot(str)
    def go_on(self, answer_id: str) -> None:
        """Let the last answer get longer, or the reading for it go on."""
        if self.busy or self.holds or self._shown.conversation is None or not self._turns:
            return
        if refusal := self._refusal():
            self.failed.emit(refusal)
            return
        question, answer = self._turns[-1].question, self._turns[-1].answer
        if answer is None or answer.id != answer_id:
            return
        if does_not_fit(answer):
            self.misfit.emit()
            return
        running = Running(
            self._shown.conversation,
            question.text,
            self._turns[:-1],
            question.books,
            question.parent_id,
            question.id,
            answer_id,
            again=True,
            goes_on=True,
            images=question.images,
            pieces=[answer.text] if answer.text else [],
            checked=tuple(citation for citation in answer.citations if citation.start >= 0),
        )
        self._start(partial(self._ask.go_on, answer_id), running)

    def retry(self, *, excerpts: bool = False) -> None:
        """Once more what did not fit, with the books that lie on the desk now, or with passages of them alone."""
        longer, question = self._missed_longer(), find_question(self._turns, self.missed)
        if question is None or self._shown.conversation is None:
            return
        edited_id = self._writing.edited_id
        if longer is not None and not excerpts:
            self.go_on(longer.answer_id)
        elif excerpts or (question.books == self._shown.conversation.books and not edited_id):
            self.ask_again(question.id, excerpts=excerpts)
        else:
            if edited_id != question.id:
                self.edit(question.id)
            self.submit(self._composer.text())

    def take_missed(self) -> tuple[str, tuple[ImageRef, ...]] | None:
        """The question that did not fit, with its images, to be asked elsewhere; the composer lets it go."""
        question = find_question(self._turns, self.missed)
        if question is None:
            return None
        text = question.text
        if self._writing.edited_id == question.id:
            text = self._composer.text()
            self._writing.leave_edit()
        return text, question.images

    @Slot()
    def ask_last_again(self) -> None:
        if self._turns:
            self.ask_again(self._turns[-1].question.id)

    @Slot()
    def ask_last_from_excerpts(self) -> None:
        if self._turns:
            self.ask_again(self._turns[-1].question.id, excerpts=True)

    @Slot(object)
    def _on_released(self, wanted: _Wanted) -> None:
        shown = self._shown.conversation
        if shown is not None and shown.id == wanted.conversation_id:
            self._begin(wanted, shown, self._turns)
        else:
            work = partial(self._branches.load, wanted.conversation_id)
            self._bridge.call(Executor.STORE, work, partial(self._begin_unseen, wanted), self._on_problem)

    def _begin_unseen(self, wanted: _Wanted, loaded: LoadedConversation) -> None:
        """Of a conversation that was not shown; what is in the way now is waited for once more."""
        if loaded.conversation is None:
            return
        if self._activity.may(EngineTask.ANSWER) is not None:
            self.holding.take(wanted)
        else:
            self._begin(wanted, self._with_books(loaded.conversation), loaded.turns)

    def _begin(self, wanted: _Wanted, conversation: Conversation, turns: tuple[Turn, ...]) -> None:
        if wanted.question_id:
            self._begin_again(wanted, conversation, turns)
            return
        refusal = self._writing.refusal(conversation.id)
        if refusal:
            self.failed.emit(refusal)
            return
        written = self._writing.hand_over(conversation.id)
        if not written.text and not written.images:
            return
        before, parent_id = follow(turns, find_question(turns, written.edited_id))
        question = Question(
            conversation.id, written.text, conversation.books, parent_id, written.images, written.edited_id
        )
        refs = tuple(ref_of(image) for image in written.images)
        running = Running(conversation, written.text, before, question.books, parent_id, written=True, images=refs)
        self._start(partial(self._ask.ask, question), running)

    def _begin_again(self, wanted: _Wanted, conversation: Conversation, turns: tuple[Turn, ...]) -> None:
        """What was asked of other books than lie on the desk, now that those are open, becomes another question."""
        asked = find_question(turns, wanted.question_id)
        if asked is None:
            return
        before = turns_before(turns, asked.id)
        running = Running(conversation, asked.text, before, asked.books, asked.parent_id, images=asked.images)
        if wanted.waited and conversation.books != asked.books:
            running.books = conversation.books
            question = Question(conversation.id, asked.text, running.books, asked.parent_id, asked.images)
            self._start(partial(self._ask.ask, question, excerpts=wanted.excerpts), running)
        else:
            if self._writing.edited_id == asked.id:
                self._writing.leave_edit()
            running.question_id, running.again = asked.id, True
            self._start(partial(self._ask.again, asked.id, excerpts=wanted.excerpts), running)

    def _start(self, work: Callable[[Cancel], Work[AnswerProgress, Answer]], running: Running) -> None:
        self._composer.set_busy(True)
        self.answer.start(work, running)

    @Slot()
    def stop(self) -> None:
        """Give back the question that is held; without one stop the answer under way; without that give up editing."""
        if self.holding.give_back(self._shown.id):
            return
        if self.busy:
            self._activity.stop(EngineTask.ANSWER)
        else:
            self._writing.leave_edit()

    @Slot(str)
    def edit(self, question_id: str) -> None:
        """Put a question into the composer; sent again, it becomes another variant of itself."""
        question = find_question(self._turns, question_id)
        if question is not None and not self.busy:
            self.holding.give_back(self._shown.id)
            self._writing.edit(question)

    @Slot()
    def edit_last(self) -> None:
        if self._turns:
            self.edit(self._turns[-1].question.id)

    @Slot(str)
    def copy(self, answer_id: str) -> None:
        """Put the answer's text, page marks included, on the clipboard."""
        text = self._view.text_of(answer_id)
        if text:
            QGuiApplication.clipboard().setText(text)

    @Slot()
    def copy_last(self) -> None:
        answers = [turn.answer for turn in self._turns if turn.answer is not None]
        if answers:
            self.copy(answers[-1].id)

    @Slot(object)
    def tell_revived(self, info: object) -> None:  # noqa: ARG002 - which model came back is in its chip
        self._view.note(_("The model is ready again. You can ask again."))

    # ---- the answer under way

    @Slot(object)
    def _on_stored(self, running: Running) -> None:
        if running.written:
            self._writing.note_sent(running.conversation.id, running.text)
        if self._shown.conversation is not None and self._shown.conversation.id == running.conversation.id:
            if not running.again and running.before != self._turns:
                self._view.show_turns(running.before, self._shown.shelf)
            self._turns = running.before

    @Slot(object)
    def _on_begun(self, running: Running) -> None:
        if not running.conversation.title:
            self._refresh(running.conversation.id)
        self.stored.emit()

    @Slot(object)
    def _on_ended(self, outcome: Outcome) -> None:
        self._composer.set_busy(False)
        running, answer, problem = outcome.running, outcome.answer, outcome.problem
        if answer is None:
            if problem is not None:
                self.failed.emit(sentence(problem))
        elif self._shown.conversation is not None and self._shown.conversation.id == running.conversation.id:
            self._turns = (*running.before, Turn(running.kept(answer.created_at), answer))
            self._refresh(running.conversation.id)
        self.stored.emit()
        self.answered.emit()
        is_shown = self._shown.conversation is not None and self._shown.conversation.id == running.conversation.id
        if is_shown and problem is not None and problem.code == Code.DOES_NOT_FIT:
            self._longer = running if running.goes_on else None
            if not running.again and not self._composer.text().strip():
                self.edit(running.question_id)
            self.misfit.emit()
        elif is_shown:
            self._longer = None

    # ---- what the store says

    def _refresh(self, conversation_id: str) -> None:
        """Read the shown conversation again, for its title and the number of its variants."""
        work = partial(self._branches.load, conversation_id)
        self._bridge.call(Executor.STORE, work, self._take, self._on_problem)

    @Slot(object)
    def _show(self, loaded: LoadedConversation) -> None:
        conversation = loaded.conversation
        if conversation is None or conversation.id != self._wanted:
            return
        conversation = self._with_books(conversation)
        self._shown.conversation, self._turns = conversation, loaded.turns
        self._writing.show(conversation.id, self._turns, loaded.draft)
        if self.answer.running is not None and self.answer.is_open_in(conversation.id):
            self._turns = self.answer.running.before
            self._view.show_turns(self._turns, self._shown.shelf)
            self.answer.show_again()
        else:
            self._view.show_turns(self._turns, self._shown.shelf)
            self._view.go_to(loaded.place)
        self.shown.emit(conversation)
        waiting, self._waiting = self._waiting, ()
        for book in waiting:
            self.add_book(book, (conversation.id,))
        self.holding.look()

    @Slot(object)
    def _take(self, loaded: LoadedConversation) -> None:
        """Fresh data for what is on screen already; drawn again only where it says something new."""
        conversation = loaded.conversation
        if conversation is None or self._shown.conversation is None or conversation.id != self._shown.conversation.id:
            return
        conversation = self._with_books(conversation)
        self._shown.conversation = conversation
        if not self.answer.is_open_in(conversation.id):
            self._turns = loaded.turns
            if any(turn.question_variants > 1 or turn.answer_variants > 1 for turn in loaded.turns):
                self._view.show_turns(self._turns, self._shown.shelf)
        self.shown.emit(conversation)

    @Slot(object)
    def _created(self, conversation: Conversation) -> None:
        self.stored.emit()
        self.open(conversation.id)
        self._composer.setFocus()

    def _deleted(self, conversation_id: str, nothing: None) -> None:  # noqa: ARG002 - the bridge delivers a result
        self.holding.give_back(conversation_id)
        self._writing.forget(conversation_id)
        if self._shown.conversation is not None and self._shown.conversation.id == conversation_id:
            self._shown.conversation, self._turns, self._wanted = None, (), ""
            self.holding.look()
            self._view.show_turns((), {})
            self.shown.emit(None)
        self.stored.emit()
        self._bridge.call(Executor.ENGINE, self._removal.release, self._ignore, self._on_problem)

    def _books_set(self, conversation_id: str, nothing: None) -> None:  # noqa: ARG002 - as above
        self._unstored -= 1
        if self._shown.conversation is not None and self._shown.conversation.id == conversation_id:
            self.shown.emit(self._shown.conversation)

    @Slot(object)
    def _books_not_set(self, problem: Problem) -> None:
        self._unstored -= 1
        self._on_problem(problem)
        if self._shown.conversation is not None:
            self.open(self._shown.conversation.id)

    def _with_books(self, conversation: Conversation) -> Conversation:
        """What was read, with the books that are still on their way to the store."""
        shown, books = self._shown.conversation, conversation.books
        if self._unstored and shown is not None and shown.id == conversation.id:
            books = shown.books
        known = {ref.book_id for ref in books}
        landing = (ref for talk, ref in self._landing if talk == conversation.id and ref.book_id not in known)
        return msgspec.structs.replace(conversation, books=(*books, *landing))

    # ---- variants

    @Slot(str, str, int)
    def _choose_variant(self, kind: str, question_id: str, step: int) -> None:
        if self._shown.conversation is None or self.busy:
            return
        answer_id = next(
            (turn.answer.id for turn in self._turns if turn.question.id == question_id and turn.answer), ""
        )
        work = partial(self._branches.step_variant, kind, question_id, answer_id, step)
        self._bridge.call(Executor.STORE, work, self._variant_chosen, self._on_problem)

    @Slot(object)
    def _variant_chosen(self, nothing: None) -> None:  # noqa: ARG002 - the bridge delivers a result
        if self._shown.conversation is not None:
            self.open(self._shown.conversation.id)

    def _missed_longer(self) -> Running | None:
        """The last answer, as it was to get longer, if there was no room for that."""
        longer, answer = self._longer, self._turns[-1].answer if self._turns else None
        return longer if longer is not None and answer is not None and answer.id == longer.answer_id else None
