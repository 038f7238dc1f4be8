"""The conversation that is shown: its turns, the questions to it, their variants."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import msgspec
from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QGuiApplication

from app.core.conversation import BookRef, Conversation, Question, StoredQuestion, Turn
from app.core.document import Book
from app.core.errors import Code, Problem
from app.core.image import ImageRef, ref_of
from app.messages import _, sentence
from app.services.context import ContextUse
from app.services.desk import Desk
from app.ui.bridge import Bridge, Executor
from app.ui.chat.composer import Composer
from app.ui.chat.view import ConversationView
from app.ui.presenters.answer import AnswerPresenter, Outcome, Running
from app.ui.presenters.attachments import AttachmentsPresenter
from app.ui.presenters.branches import Loaded, follow, load, step_variant, turns_before, without_images
from app.ui.presenters.words import does_not_fit


class ConversationPresenter(QObject):
    """Ids are those of conversations, questions and answers."""

    shown = Signal(object)  # Conversation | None: which one is shown, or its title or books changed
    stored = Signal()  # something of the list of conversations changed
    asking = Signal()  # an answer is about to be asked of the engine
    engine_died = Signal()
    answered = Signal()
    misfit = Signal()  # the books of the shown conversation do not fit
    failed = Signal(str)

    def __init__(
        self,
        desk: Desk,
        bridge: Bridge,
        view: ConversationView,
        composer: Composer,
        attachments: AttachmentsPresenter,
        *,
        clock: Callable[[], float],
        parent: QObject | None = None,
    ) -> None:
        """`clock` counts seconds."""
        super().__init__(parent)
        self._desk = desk
        self._bridge = bridge
        self._view = view
        self._composer = composer
        self._attachments = attachments
        self._conversation: Conversation | None = None
        self._turns: tuple[Turn, ...] = ()
        self._titles: dict[str, str] = {}
        self._wanted = ""
        self._editing: StoredQuestion | None = None
        self._waiting: tuple[Book, ...] = ()
        self._unstored = 0
        self._refusal = ""
        self._longer: Running | None = None  # for which there was no room
        self.answer = AnswerPresenter(bridge, view, clock=clock, parent=self)
        self.answer.stored.connect(self._on_stored)
        self.answer.begun.connect(self._on_begun)
        self.answer.ended.connect(self._on_ended)
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
    def conversation(self) -> Conversation | None:
        return self._conversation

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
        return self.answer.running is not None

    def refuse_questions(self, why: str) -> None:
        """From now on say this sentence instead of asking; with an empty one ask again."""
        self._refusal = why

    @property
    def empty(self) -> bool:
        """Nothing was asked yet in the shown conversation."""
        shown = self._conversation
        return not self._turns and not (shown is not None and self.answer.is_open_in(shown.id))

    # ---- which conversation

    @Slot(str)
    def open(self, conversation_id: str, question_id: str = "") -> None:
        """At its end, or at this question; while one is being answered, at its end."""
        self._wanted = conversation_id
        work = partial(load, self._desk, conversation_id, "" if self.busy else question_id)
        self._bridge.call(Executor.STORE, work, self._show, self._on_problem)

    def create(self, books: tuple[BookRef, ...] = ()) -> None:
        """Begin a conversation with these books on its desk; an empty one that is shown is taken instead."""
        if self._conversation is not None and self.empty and not books:
            self._composer.setFocus()
            return
        work = partial(self._desk.conversations.create, "", books)
        self._bridge.call(Executor.STORE, work, self._created, self._on_problem)

    @Slot(str)
    def delete(self, conversation_id: str) -> None:
        running = self.answer.running
        if running is not None and running.conversation.id == conversation_id:
            self.answer.stop()
        work = partial(self._desk.removal.delete_conversation, conversation_id)
        self._bridge.call(Executor.STORE, work, partial(self._deleted, conversation_id), self._on_problem)

    @Slot(object)
    def set_books(self, refs: tuple[BookRef, ...]) -> None:
        """Put these books on the desk. It counts at once, so that a second change builds on the first."""
        if self._conversation is None:
            return
        conversation = self._conversation = msgspec.structs.replace(self._conversation, books=refs)
        self._unstored += 1
        work = partial(self._desk.conversations.set_books, conversation.id, refs)
        self._bridge.call(Executor.STORE, work, partial(self._books_set, conversation.id), self._books_not_set)

    @Slot(object)
    def add_book(self, book: Book) -> None:
        """Put a book on the desk of the shown conversation, or of the first one that will be shown."""
        if self._conversation is None:
            self._waiting = (*self._waiting, book)
        elif all(ref.book_id != book.id for ref in self._conversation.books):
            self._titles[book.id] = book.title
            self.set_books((*self._conversation.books, BookRef(book.id)))

    @Slot(str)
    def forget_book(self, book_id: str) -> None:
        """The book is gone, and the images of its pages with it."""
        self._turns = without_images(self._turns, book_id)
        running = self.answer.running
        if running is not None:
            running.before = without_images(running.before, book_id)
            running.images = tuple(image for image in running.images if image.book_id != book_id)
        self._view.forget_book(book_id)

    @Slot(object)
    def note_use(self, use: ContextUse | None) -> None:
        self.answer.note_use(use)

    # ---- questions

    @Slot(str)
    def submit(self, text: str) -> None:
        if self.busy or self._conversation is None:
            return
        refusal = self._refusal or self._attachments.refusal()
        if refusal:
            self.failed.emit(refusal)
            return
        images = self._attachments.hand_over()
        if not text.strip() and not images:
            return
        before, parent_id = follow(self._turns, self._editing)
        question = Question(self._conversation.id, text.strip(), self._conversation.books, parent_id, images)
        if self._editing is not None:
            question = msgspec.structs.replace(question, replaces=self._editing.id)
        self._composer.set_busy(True)
        self.asking.emit()
        refs = tuple(ref_of(image) for image in images)
        self.answer.start(
            partial(self._desk.ask.ask, question),
            Running(self._conversation, question.text, before, parent_id, images=refs),
        )

    @Slot(str)
    def ask_again(self, question_id: str, *, excerpts: bool = False) -> None:
        """Get another answer to a question; with `excerpts` from passages of the books alone."""
        question = self._question(question_id)
        if self.busy or self._conversation is None or question is None:
            return
        if self._refusal:
            self.failed.emit(self._refusal)
            return
        if self._editing is not None and self._editing.id == question_id:
            self._composer.set_text("")
            self._attachments.clear()
        before = turns_before(self._turns, question_id)
        self._composer.set_busy(True)
        self.asking.emit()
        self.answer.start(
            partial(self._desk.ask.again, question_id, excerpts=excerpts),
            Running(
                self._conversation,
                question.text,
                before,
                question.parent_id,
                question_id,
                again=True,
                images=question.images,
            ),
        )

    @Slot(str)
    def go_on(self, answer_id: str) -> None:
        """Let the last answer get longer, or the reading for it go on."""
        if self.busy or self._conversation is None or not self._turns:
            return
        if self._refusal:
            self.failed.emit(self._refusal)
            return
        question, answer = self._turns[-1].question, self._turns[-1].answer
        if answer is None or answer.id != answer_id:
            return
        if does_not_fit(answer):
            self.misfit.emit()
            return
        self._composer.set_busy(True)
        self.asking.emit()
        self.answer.start(
            partial(self._desk.ask.go_on, answer_id),
            Running(
                self._conversation,
                question.text,
                self._turns[:-1],
                question.parent_id,
                question.id,
                answer_id,
                again=True,
                goes_on=True,
                images=question.images,
                pieces=[answer.text] if answer.text else [],
                checked=tuple(citation for citation in answer.citations if citation.start >= 0),
            ),
        )

    def retry(self, *, excerpts: bool = False) -> None:
        """Once more what did not fit, with the books that lie on the desk now, or with passages of them alone."""
        longer, question = self._missed_longer(), self._question(self.missed)
        if question is None or self._conversation is None:
            return
        if longer is not None and not excerpts:
            self.go_on(longer.answer_id)
        elif excerpts or (question.books == self._conversation.books and self._editing is None):
            self.ask_again(question.id, excerpts=excerpts)
        else:
            if self._editing is None or self._editing.id != question.id:
                self.edit(question.id)
            self.submit(self._composer.text())

    def take_missed(self) -> tuple[str, tuple[ImageRef, ...]] | None:
        """The question that did not fit, with its images, to be asked elsewhere; the composer lets it go."""
        question = self._question(self.missed)
        if question is None:
            return None
        text = question.text
        if self._editing is not None and self._editing.id == question.id:
            text = self._composer.text()
            self.stop()
        return text, question.images

    @Slot()
    def ask_last_again(self) -> None:
        if self._turns:
            self.ask_again(self._turns[-1].question.id)

    @Slot()
    def ask_last_from_excerpts(self) -> None:
        if self._turns:
            self.ask_again(self._turns[-1].question.id, excerpts=True)

    @Slot()
    def stop(self) -> None:
        """Stop the answer under way; without one, give up editing."""
        if self.busy:
            self.answer.stop()
        elif self._editing is not None:
            self._end_editing()
            self._composer.set_text("")
            self._attachments.clear()

    @Slot(str)
    def edit(self, question_id: str) -> None:
        """Put a question into the composer; sent again, it becomes another variant of itself."""
        question = self._question(question_id)
        if question is not None and not self.busy:
            self._editing = question
            self._composer.set_text(question.text)
            self._attachments.show(question.images)
            self._composer.set_editing(True)
            self._composer.setFocus()

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
        self._view.note(_("The engine is back. You can ask again."))

    # ---- the answer under way

    @Slot(object)
    def _on_stored(self, running: Running) -> None:
        self._end_editing()
        if not running.again:
            self._composer.set_text("")
            self._attachments.let_go()
        if self._conversation is not None and self._conversation.id == running.conversation.id:
            if not running.again and running.before != self._turns:
                self._view.show_turns(running.before, self._titles)
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
        elif self._conversation is not None and self._conversation.id == running.conversation.id:
            self._turns = (*running.before, Turn(running.kept(answer.created_at), answer))
            self._refresh(running.conversation.id)
        if problem is not None and problem.code.startswith("engine_"):
            self.engine_died.emit()
        self.stored.emit()
        self.answered.emit()
        is_shown = self._conversation is not None and self._conversation.id == running.conversation.id
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
        work = partial(load, self._desk, conversation_id)
        self._bridge.call(Executor.STORE, work, self._take, self._on_problem)

    @Slot(object)
    def _show(self, loaded: Loaded) -> None:
        conversation = loaded.conversation
        if conversation is None or conversation.id != self._wanted:
            return
        if self._conversation is None or self._conversation.id != conversation.id:
            self._end_editing()
            self.answer.note_use(None)
        conversation = self._with_books(conversation)
        self._conversation, self._turns, self._titles = conversation, loaded.turns, loaded.titles
        self.answer.show_conversation(conversation.id)
        if self.answer.running is not None and self.answer.is_open_in(conversation.id):
            self._turns = self.answer.running.before
            self._view.show_turns(self._turns, self._titles)
            self.answer.show_again()
        else:
            self._view.show_turns(self._turns, self._titles)
            self._view.go_to(loaded.place)
        self.shown.emit(conversation)
        waiting, self._waiting = self._waiting, ()
        for book in waiting:
            self.add_book(book)

    @Slot(object)
    def _take(self, loaded: Loaded) -> None:
        """Fresh data for what is on screen already; drawn again only where it says something new."""
        conversation = loaded.conversation
        if conversation is None or self._conversation is None or conversation.id != self._conversation.id:
            return
        conversation = self._with_books(conversation)
        self._conversation, self._titles = conversation, loaded.titles
        if not self.answer.is_open_in(conversation.id):
            self._turns = loaded.turns
            if any(turn.question_variants > 1 or turn.answer_variants > 1 for turn in loaded.turns):
                self._view.show_turns(self._turns, self._titles)
        self.shown.emit(conversation)

    @Slot(object)
    def _created(self, conversation: Conversation) -> None:
        self.stored.emit()
        self.open(conversation.id)
        self._composer.setFocus()

    def _deleted(self, conversation_id: str, nothing: None) -> None:  # noqa: ARG002 - the bridge delivers a result
        if self._conversation is not None and self._conversation.id == conversation_id:
            self._conversation, self._turns, self._wanted = None, (), ""
            self.answer.show_conversation("")
            self._end_editing()
            self._view.show_turns((), {})
            self.shown.emit(None)
        self.stored.emit()
        self._bridge.call(Executor.ENGINE, self._desk.removal.release, self._released, self._on_problem)

    @Slot(object)
    def _released(self, nothing: None) -> None:
        """The engine holds no image of it any more."""

    def _books_set(self, conversation_id: str, nothing: None) -> None:  # noqa: ARG002 - as above
        self._unstored -= 1
        if self._conversation is not None and self._conversation.id == conversation_id:
            self.shown.emit(self._conversation)

    @Slot(object)
    def _books_not_set(self, problem: Problem) -> None:
        self._unstored -= 1
        self._on_problem(problem)
        if self._conversation is not None:
            self.open(self._conversation.id)

    def _with_books(self, conversation: Conversation) -> Conversation:
        """What was read, with the books that are still on their way to the store."""
        shown = self._conversation
        if self._unstored and shown is not None and shown.id == conversation.id:
            return msgspec.structs.replace(conversation, books=shown.books)
        return conversation

    @Slot(object)
    def _on_problem(self, problem: Problem) -> None:
        self.failed.emit(sentence(problem))

    # ---- variants

    @Slot(str, str, int)
    def _choose_variant(self, kind: str, question_id: str, step: int) -> None:
        if self._conversation is None or self.busy:
            return
        answer_id = next(
            (turn.answer.id for turn in self._turns if turn.question.id == question_id and turn.answer), ""
        )
        work = partial(step_variant, self._desk, kind, question_id, answer_id, step)
        self._bridge.call(Executor.STORE, work, self._variant_chosen, self._on_problem)

    @Slot(object)
    def _variant_chosen(self, nothing: None) -> None:  # noqa: ARG002 - the bridge delivers a result
        if self._conversation is not None:
            self.open(self._conversation.id)

    # ---- small things

    def _end_editing(self) -> None:
        if self._editing is not None:
            self._editing = None
            self._composer.set_editing(False)

    def _missed_longer(self) -> Running | None:
        """The last answer, as it was to get longer, if there was no room for that."""
        longer, answer = self._longer, self._turns[-1].answer if self._turns else None
        return longer if longer is not None and answer is not None and answer.id == longer.answer_id else None

    def _question(self, question_id: str) -> StoredQuestion | None:
        return next((turn.question for turn in self._turns if turn.question.id == question_id), None)
