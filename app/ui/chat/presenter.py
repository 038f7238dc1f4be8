"""The conversation that is shown: opened, begun, deleted; its turns and their variants."""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import partial

import msgspec
from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QGuiApplication

from app.core.conversations.bin import BinEntry, BinKind
from app.core.conversations.conversation import Answer, BookRef, Conversation, MatterScope, Turn
from app.core.documents.document import Book
from app.core.errors import Problem
from app.store.conversations import Drafts
from app.ui.chat.answer_presenter import AnswerPresenter, Outcome, Running
from app.ui.chat.messages.view import ConversationView
from app.ui.chat.text.block_tools import put_on_clipboard
from app.ui.chat.writing.branches import Branches, LoadedConversation, turns_without_images, without_images
from app.ui.chat.writing.composer import Composer
from app.ui.chat.writing.drafts import Writing
from app.ui.kit.activity import EngineTask
from app.ui.kit.bridge import Executor
from app.ui.kit.presenter import Presenter
from app.ui.kit.window_context import WindowContext
from app.ui.widgets.dialogs import SmallDialog
from app.wording.i18n import _


class DeskBooks(Presenter):
    """Ids are those of conversations."""

    changed = Signal(object)  # Conversation: the shown one, with other books
    lost = Signal()  # those of the shown conversation could not be stored

    def __init__(self, context: WindowContext) -> None:
        super().__init__(context.parent)
        self._conversations = context.desk.conversations
        self._bridge = context.bridge
        self._shown = context.shown
        self._early: tuple[Book, ...] = ()
        self._unstored = 0
        self._additions: tuple[tuple[str, BookRef], ...] = ()  # to desks that are not shown, on their way to the store

    @Slot(object)
    def set(self, refs: tuple[BookRef, ...]) -> None:
        """Put these books on the shown desk. It counts at once, so that a second change builds on the first."""
        if self._shown.conversation is None:
            return
        conversation = self._shown.conversation = msgspec.structs.replace(self._shown.conversation, books=refs)
        self._unstored += 1
        work = partial(self._conversations.set_books, conversation.id, refs)
        self._do(work, self._set, self._not_set)
        self.changed.emit(conversation)

    def put(self, conversation_id: str, refs: tuple[BookRef, ...]) -> None:
        """Put these books on the desk of a conversation, shown or not."""
        if conversation_id == self._shown.id:
            self.set(refs)
        else:
            work = partial(self._conversations.set_books, conversation_id, refs)
            self._do(work)

    def set_scope(self, scope: MatterScope | None) -> None:
        """Set which documents the shown conversation asks besides those on its desk."""
        if self._shown.conversation is not None:
            conversation = self._shown.conversation = msgspec.structs.replace(self._shown.conversation, scope=scope)
            work = partial(self._conversations.set_scope, conversation.id, scope)
            self._unstored += 1
            self._do(work, self._set, self._not_set)
            self.changed.emit(conversation)

    @Slot(object, object)
    def add(self, book: Book, talks: Collection[str]) -> None:
        """Put a book on the desks of these conversations; an empty id means the first that will be shown."""
        for conversation_id in talks:
            if conversation_id != self._shown.id:
                self._add_unseen(conversation_id, BookRef(book.id))
            elif self._shown.conversation is None:
                self._early = (*self._early, book)
            elif all(ref.book_id != book.id for ref in self._shown.books):
                self.set((*self._shown.books, BookRef(book.id)))

    def add_early(self) -> None:
        """Put what was added before a conversation was shown on the desk of the one that is shown now."""
        early, self._early = self._early, ()
        for book in early:
            self.add(book, (self._shown.id,))

    def with_unstored(self, conversation: Conversation) -> Conversation:
        """Return a conversation as it was read, with the books and the scope that are still on their way to the
        store."""
        shown = self._shown.conversation
        if self._unstored and shown is not None and shown.id == conversation.id:
            conversation = msgspec.structs.replace(conversation, books=shown.books, scope=shown.scope)
        books = conversation.books
        known = {ref.book_id for ref in books}
        added = (ref for talk, ref in self._additions if talk == conversation.id and ref.book_id not in known)
        return msgspec.structs.replace(conversation, books=(*books, *added))

    @Slot()
    def _set(self) -> None:
        self._unstored -= 1

    @Slot(object)
    def _not_set(self, problem: Problem) -> None:
        self._unstored -= 1
        self._on_problem(problem)
        self.lost.emit()

    def _add_unseen(self, conversation_id: str, ref: BookRef) -> None:
        """Put a book on the desk of a conversation that is not shown."""
        addition = (conversation_id, ref)
        self._additions = (*self._additions, addition)
        work = partial(self._conversations.add_book, conversation_id, ref.book_id)
        self._do(work, partial(self._added, addition), partial(self._not_added, addition))

    def _added(self, addition: tuple[str, BookRef]) -> None:
        self._additions = tuple(other for other in self._additions if other is not addition)

    def _not_added(self, addition: tuple[str, BookRef], problem: Problem) -> None:
        self._added(addition)
        self._on_problem(problem)


class ConversationPresenter(Presenter):
    """Shows one conversation at a time: its turns, its draft, the answer under way. Ids are those of conversations,
    questions and answers."""

    shown = Signal(object)  # Conversation | None: which one is shown, or its title or books changed
    opened = Signal()  # another one is shown, and all who show something of it know
    stored = Signal()  # something of the list of conversations changed
    deleted = Signal(str)  # its id
    binned = Signal(object)  # BinEntry: what went into the bin
    ended = Signal(object)  # Outcome: an answer has ended, and is among the turns where it is shown

    def __init__(self, context: WindowContext, view: ConversationView, composer: Composer, writing: Writing) -> None:
        super().__init__(context.parent)
        self._branches = Branches(context.desk.conversations, Drafts(context.desk.database))
        self._removal = context.desk.documents.removal
        self._bridge = context.bridge
        self._view = view
        self._composer = composer
        self._writing = writing
        self._activity = context.activity
        self._shown = context.shown
        self._wanted = ""
        self.left_id = ""  # the conversation that was shown last when it was deleted
        self.books = DeskBooks(context)
        self.books.failed.connect(self.failed)
        self.books.changed.connect(self.shown)
        self.books.lost.connect(self._read_again)
        self.answer = AnswerPresenter(context, view)
        self.answer.stored.connect(self._on_stored)
        self.answer.begun.connect(self._on_begun)
        self.answer.ended.connect(self._on_ended)
        view.copy_answer.connect(self.copy)
        view.variant_chosen.connect(self._choose_variant)

    @property
    def empty(self) -> bool:
        """Nothing was asked yet in the shown conversation."""
        return not self._shown.turns and not self.answer.is_open_in(self._shown.id)

    # ---- which conversation

    @Slot(str)
    def open(self, conversation_id: str, question_id: str = "") -> None:
        """Show a conversation at its end, or at this question; at its end while a question is being answered."""
        self._wanted = conversation_id
        self.load(conversation_id, self._show, "" if self._activity.has(EngineTask.ANSWER) else question_id)

    def create(self, books: tuple[BookRef, ...] = (), instructions: str = "", scope: MatterScope | None = None) -> None:
        """Begin a conversation with these books on its desk; with none, an empty one that is there is taken."""
        conversations = self._branches.conversations
        if self._shown.conversation is not None and self.empty and not books:
            self._composer.setFocus()
        elif books or instructions or scope is not None:
            self._call(partial(conversations.create, "", books, instructions, scope), self._created)
        else:
            self._call(conversations.begin, self._created)

    @Slot(object)
    def _created(self, conversation: Conversation) -> None:
        self.stored.emit()
        self.open(conversation.id)
        self._composer.setFocus()

    @Slot(str, str)
    def instruct(self, dialog: SmallDialog, conversation_id: str, instructions: str) -> None:
        """Keep how the person wants answers in a conversation, as given in `dialog`, from the next one on."""
        work = partial(self._branches.conversations.instruct, conversation_id, instructions)
        self._submit(dialog, work, partial(self._instructed, conversation_id, instructions))

    def _instructed(self, conversation_id: str, instructions: str, _outcome: object) -> None:
        shown = self._shown.conversation
        if shown is not None and shown.id == conversation_id:
            self._shown.conversation = msgspec.structs.replace(shown, instructions=instructions)
            self.shown.emit(self._shown.conversation)
        self._changed(conversation_id)

    def _changed(self, conversation_id: str) -> None:
        self.look_again(conversation_id)

    @Slot(str)
    def look_again(self, conversation_id: str) -> None:
        """Read a conversation again because the store has another title of it, or other instructions; an older reading
        that is still under way is replaced."""
        work = partial(self._branches.conversations.get, conversation_id)
        self._call(work, self._take)
        self.stored.emit()

    @Slot(object)
    def _take(self, conversation: Conversation | None) -> None:
        if conversation is not None and conversation.id == self._shown.id:
            self._shown.conversation = self.books.with_unstored(conversation)
            self.shown.emit(self._shown.conversation)

    @Slot(str)
    def delete(self, conversation_id: str) -> None:
        running = self.answer.running
        if running is not None and running.conversation.id == conversation_id:
            self._activity.stop(EngineTask.ANSWER)
        work = partial(self._removal.delete, BinKind.CONVERSATION, conversation_id)
        self._call(work, partial(self._deleted, conversation_id))

    def _deleted(self, conversation_id: str, entry: BinEntry | None) -> None:
        self.deleted.emit(conversation_id)
        self._writing.forget(conversation_id)
        if self._shown.id == conversation_id:
            self.left_id = conversation_id
            self._shown.conversation, self._shown.turns, self._wanted = None, (), ""
            self._view.show_turns((), {})
            self.shown.emit(None)
            self.opened.emit()
        self.stored.emit()
        if entry is not None:
            self.binned.emit(entry)
        else:
            self._do(self._removal.release, executor=Executor.ENGINE)

    @Slot(str)
    def forget_book(self, book_id: str) -> None:
        """Remove the images that were taken of the pages of a book that is gone."""
        self._shown.turns = turns_without_images(self._shown.turns, book_id)
        running = self.answer.running
        if running is not None:
            running.before = turns_without_images(running.before, book_id)
            running.question = without_images(running.question, book_id)
        self._view.forget_book(book_id)

    # ---- what the store says

    def load(
        self, conversation_id: str, done: Callable[[Conversation, LoadedConversation], None], question_id: str = ""
    ) -> None:
        """Give `done` the conversation as it is now, if it still exists, and what else was read with it; with a
        question's id its branch becomes the shown one."""
        work = partial(self._branches.load, conversation_id, question_id)
        self._call(work, partial(self._loaded, done))

    def _loaded(self, done: Callable[[Conversation, LoadedConversation], None], loaded: LoadedConversation) -> None:
        if loaded.conversation is not None:
            done(self.books.with_unstored(loaded.conversation), loaded)

    def _show(self, conversation: Conversation, loaded: LoadedConversation) -> None:
        if conversation.id != self._wanted:
            return
        shown = self._shown
        shown.conversation, shown.turns = conversation, loaded.turns
        self._writing.show(conversation.id, shown.turns, loaded.draft)
        if self.answer.running is not None and self.answer.is_open_in(conversation.id):
            shown.turns = self.answer.running.before
            self._view.show_turns(shown.turns, shown.shelf)
            self.answer.show_again()
        else:
            self._view.show_turns(shown.turns, shown.shelf)
            self._view.go_to(loaded.place)
        self.shown.emit(conversation)
        self.books.add_early()
        self.opened.emit()

    def _refresh(self, conversation: Conversation, loaded: LoadedConversation) -> None:
        """Take fresh data for what is on screen already; draw it again only where it says something new."""
        if conversation.id != self._shown.id:
            return
        self._shown.conversation = conversation
        if not self.answer.is_open_in(conversation.id):
            self._shown.turns = loaded.turns
            if any(turn.question_variants > 1 or turn.answer_variants > 1 for turn in loaded.turns):
                self._view.show_turns(loaded.turns, self._shown.shelf)
        self.shown.emit(conversation)

    @Slot()
    def _read_again(self) -> None:
        if self._shown.id:
            self.open(self._shown.id)

    # ---- the answer under way

    @Slot(object)
    def _on_stored(self, running: Running) -> None:
        if running.written:
            self._writing.note_sent(running.conversation.id, running.question.text)
        if self._shown.id == running.conversation.id:
            if not running.again and running.before != self._shown.turns:
                self._view.show_turns(running.before, self._shown.shelf)
            self._shown.turns = running.before

    @Slot(object)
    def _on_begun(self, running: Running) -> None:
        if not running.conversation.title:
            self.load(running.conversation.id, self._refresh)
        self.stored.emit()

    @Slot(object)
    def _on_ended(self, outcome: Outcome) -> None:
        running, answer = outcome.running, outcome.answer
        if answer is not None and self._shown.id == running.conversation.id:
            self._shown.turns = (*running.before, Turn(running.question, answer))
            self.load(running.conversation.id, self._refresh)
        self.stored.emit()
        self.ended.emit(outcome)

    @Slot(object)
    def take_weighed(self, answer: Answer) -> None:
        """Put an answer in the place of the same one without the verdicts of the model, if it is shown."""
        self._shown.turns = tuple(
            msgspec.structs.replace(turn, answer=answer) if turn.answer and turn.answer.id == answer.id else turn
            for turn in self._shown.turns
        )
        self._view.show_weighed(answer)

    @Slot(object)
    def note_revived(self, info: object) -> None:  # noqa: ARG002 - which model came back is in its chip
        self._view.note(revived_words())

    # ---- what is done with its answers

    @Slot(str)
    def copy(self, answer_id: str) -> None:
        """Put the answer on the clipboard, for word processors and as plain text, with its page marks in words."""
        turns = (turn.answer for turn in self._shown.turns if turn.answer is not None)
        answer = next((answer for answer in turns if answer.id == answer_id), None)
        if answer is not None and answer.text:
            from app.export.clipboard import copy_answer  # with the first that is copied

            put_on_clipboard(copy_answer(answer, self._shown.shelf))
        elif text := self._view.text_of(answer_id):  # it is still being written
            QGuiApplication.clipboard().setText(text)

    @Slot()
    def copy_last(self) -> None:
        answers = [turn.answer for turn in self._shown.turns if turn.answer is not None]
        if answers:
            self.copy(answers[-1].id)

    @Slot(str, str, int)
    def _choose_variant(self, kind: str, question_id: str, step: int) -> None:
        """Show another variant of a "question" or of its "answer", so many places further."""
        if not self._shown.id or self._activity.has(EngineTask.ANSWER):
            return
        turns = self._shown.turns
        answer_id = next((turn.answer.id for turn in turns if turn.question.id == question_id and turn.answer), "")
        work = partial(self._branches.step_variant, kind, question_id, answer_id, step)
        self._do(work, self._variant_chosen)

    @Slot()
    def _variant_chosen(self) -> None:
        self._read_again()


def revived_words() -> str:
    """Say that the model is back after its engine had stopped."""
    return _("The model is ready again. You can ask again.")
