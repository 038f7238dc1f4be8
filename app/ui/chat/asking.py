"""Questions to the shown conversation: sent, asked as soon as nothing is in their way, asked again, edited, stopped."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import partial

import msgspec
from PySide6.QtCore import Signal, Slot

from app.core.conversations.conversation import (
    AnotherAnswer,
    Answer,
    Asked,
    Conversation,
    LongerAnswer,
    Question,
    StoredQuestion,
    Turn,
)
from app.core.conversations.events import Checked, PartsProgress
from app.core.conversations.image import ImageRef, ref_of
from app.core.conversations.values import AnswerForm
from app.core.errors import Code
from app.core.work import Cancel, Work
from app.ui.chat.answer_presenter import Outcome, Running
from app.ui.chat.messages.view import ConversationView
from app.ui.chat.planning import Planning
from app.ui.chat.presenter import ConversationPresenter
from app.ui.chat.question_queue import QuestionQueue, QueuedQuestion
from app.ui.chat.submission import AnswerWay, AskedAgain, Gate, Submission
from app.ui.chat.words_presenter import WordsPresenter
from app.ui.chat.writing.branches import LoadedConversation, find_question, follow, number_of, turns_before
from app.ui.chat.writing.composer import Composer
from app.ui.chat.writing.drafts import Writing
from app.ui.kit.activity import EngineTask
from app.ui.kit.bridge import Executor
from app.ui.kit.presenter import Presenter
from app.ui.kit.window_context import WindowContext
from app.ui.kit.words import does_not_fit
from app.ui.shelf.file_import import FileImport
from app.wording.errors import sentence


class AskingPresenter(Presenter):
    """Takes the questions of the shown conversation, and has them asked one at a time. Ids are those of questions and
    answers."""

    held = Signal()  # a question waits now, or none does any more
    answered = Signal()
    misfit = Signal()  # the books of the shown conversation do not fit

    def __init__(
        self,
        context: WindowContext,
        conversation: ConversationPresenter,
        view: ConversationView,
        composer: Composer,
        writing: Writing,
        openings: FileImport,
    ) -> None:
        super().__init__(context.parent)
        self._ask = context.desk.asking.ask
        self._models = context.desk.models
        self.planning = Planning(context, conversation, composer)
        self.words = WordsPresenter(context, conversation, composer)
        self._gates: Sequence[Gate] = ()
        self._parts = context.desk.asking.parts
        self._bridge = context.bridge
        self._conversation = conversation
        self._composer = composer
        self._writing = writing
        self._activity = context.activity
        self._shown = context.shown
        self._longer: Running | None = None  # for which there was no room
        self.holding = QuestionQueue(openings, composer, EngineTask.ANSWER, context.activity, context.shown, self)
        self.holding.passes = self._passes
        self.holding.released.connect(self._on_released)
        self.holding.changed.connect(self.held)
        conversation.opened.connect(self.holding.look)
        conversation.deleted.connect(self.holding.give_back)
        conversation.ended.connect(self._on_ended)
        composer.submitted.connect(self.submit)
        composer.stop_requested.connect(self.stop)
        composer.cancelled_edit.connect(self.stop)
        composer.edit_last_requested.connect(self.edit_last)
        view.ask_again.connect(self.ask_again)
        view.go_on_wanted.connect(self.go_on)
        view.edit_question.connect(self.edit)
        writing.edited.connect(view.light)

    def use(self, gates: Sequence[Gate]) -> None:
        """Have a written question looked through by these, one after the other, before it is asked."""
        self._gates = gates

    @property
    def busy(self) -> bool:
        """An answer is under way, here or in another conversation."""
        return self._activity.has(EngineTask.ANSWER)

    @property
    def holds(self) -> bool:
        """A question of the shown conversation waits to be asked."""
        return self.holding.holds(self._shown.id)

    def _takes(self, *, next_one: bool = False) -> bool:
        """Return whether a question can be sent now, or as the `next_one` after the answer under way. Says what is in
        its way if a person cannot see that."""
        running = self._conversation.answer.running
        is_kept = running is not None and bool(running.answer_id)  # else it is in the field still
        if self.holds or (self.busy and not (next_one and is_kept)):
            return False
        series = self._activity.series
        if series is not None and not series.gives_way():
            self.failed.emit(series.busy_words)
            return False
        return True

    # ---- what the person wants

    @Slot(str)
    def submit(self, text: str) -> None:
        """Ask this, as soon as it can be asked: after the answer under way, if there is one."""
        if not self._takes(next_one=True):
            return
        if refusal := self._writing.refusal(self._shown.id):
            self.failed.emit(refusal)
        elif self._writing.put(text):
            self._look_through(self._written(self._shown.conversation, self._shown.turns))

    def _written(self, conversation: Conversation | None, turns: tuple[Turn, ...]) -> Submission:
        """Make a submission of the draft in a conversation with these turns; None: the one that will be shown first."""
        id, books = (conversation.id, conversation.books) if conversation is not None else ("", ())
        scope = conversation.scope if conversation is not None else None
        draft = self._writing.draft(id)
        before, parent_id = follow(turns, find_question(turns, draft.question_id))
        question = Question(id, draft.current.strip(), books, parent_id, self._writing.images(id), draft.question_id)
        return Submission(id, question=question, turns=before, scope=scope)

    def _look_through(self, submission: Submission, *, gate: int = 0) -> None:
        """Let the gates from this one on look at what was sent, and ask it once all have let it go on."""
        if gate < len(self._gates):
            self._gates[gate].look_through(submission, partial(self._look_through, gate=gate + 1))
        else:
            self._ask_when_free(submission)

    @Slot(str)
    def ask_again(self, question_id: str, way: AnswerWay = AnswerWay.WHOLE) -> None:
        """Get another answer to a question. One whose books were read in parts is not asked of all of them at once."""
        turn = next((turn for turn in self._shown.turns if turn.question.id == question_id), None)
        if turn is None or not self._takes():
            return
        if way is AnswerWay.WHOLE and turn.answer is not None and turn.answer.parts:
            way = AnswerWay.PARTS
        self._ask_when_free(AskedAgain(self._shown.id, question_id=question_id, way=way))

    @Slot()
    def ask_last_again(self) -> None:
        if self._shown.turns:
            self.ask_again(self._shown.turns[-1].question.id)

    @Slot()
    def ask_last_from_excerpts(self) -> None:
        if self._shown.turns:
            self.ask_again(self._shown.turns[-1].question.id, AnswerWay.EXCERPTS)

    @Slot(str)
    def go_on(self, answer_id: str) -> None:
        """Continue the last answer, or the reading for it."""
        if self._shown.conversation is None or not self._shown.turns or not self._takes():
            return
        question, answer = self._shown.turns[-1].question, self._shown.turns[-1].answer
        if answer is None or answer.id != answer_id:
            return
        if does_not_fit(answer):
            self.misfit.emit()
            return
        running = Running(
            self._shown.conversation,
            question,
            self._shown.turns[:-1],
            answer_id,
            again=True,
            goes_on=True,
            pieces=[answer.text] if answer.text else [],
            checked=Checked(answer.citations, answer.verdicts),
        )
        self._start(LongerAnswer(answer.id), AnswerWay.PARTS if answer.parts else AnswerWay.WHOLE, running)

    @Slot()
    def stop(self) -> None:
        """Take back the question that waits; without one stop the answer under way; without that end the editing."""
        if self.holding.give_back(self._shown.id) or self.planning.stop():
            return
        if self.busy:
            self._activity.stop(EngineTask.ANSWER)
        else:
            self._writing.leave_edit()

    @Slot(str)
    def edit(self, question_id: str) -> None:
        """Put a question into the composer; sent again, it becomes another variant of itself."""
        question = find_question(self._shown.turns, question_id)
        if question is not None and not self.busy:
            self.holding.give_back(self._shown.id)
            self._writing.edit(question, number_of(self._shown.turns, question_id))

    @Slot()
    def edit_last(self) -> None:
        if self._shown.turns:
            self.edit(self._shown.turns[-1].question.id)

    # ---- nothing is in its way

    def _passes(self, wanted: QueuedQuestion) -> bool:
        """Return whether a question can go ahead while a model is being loaded."""
        match wanted:
            case Submission(question=question):
                return self._is_searched(question)
            case AskedAgain(question_id=id, way=way) if way is not AnswerWay.PARTS:
                asked = find_question(self._shown.turns, id)
                return asked is not None and self._is_searched(asked)
        return False

    def _is_searched(self, question: Question | StoredQuestion) -> bool:
        """Return whether a search answers this question: the starter model need not be loaded for it yet."""
        return self._models.loads_starter and question.asks_documents and not question.images

    def _ask_when_free(self, wanted: Submission | AskedAgain) -> None:
        if self.holding.take(wanted):
            self._on_released(wanted)

    @Slot(object)
    def _on_released(self, wanted: Submission | AskedAgain) -> None:
        shown = self._shown.conversation
        if shown is not None and shown.id == wanted.conversation_id and self.words.is_verbatim() is not None:
            self._begin(wanted, shown, self._shown.turns)
        else:  # what is read now comes after what is found out of the model
            self._conversation.load(wanted.conversation_id, partial(self._begin_unseen, wanted))

    def _begin_unseen(
        self, wanted: Submission | AskedAgain, conversation: Conversation, loaded: LoadedConversation
    ) -> None:
        """Begin a question of a conversation that was not shown; it waits again if something is in its way by now."""
        if self.holding.take(wanted):
            self._begin(wanted, conversation, loaded.turns)

    def _begin(self, wanted: Submission | AskedAgain, conversation: Conversation, turns: tuple[Turn, ...]) -> None:
        if isinstance(wanted, AskedAgain):
            self._begin_again(wanted, conversation, turns)
            return
        if refusal := self._writing.refusal(conversation.id):
            self.failed.emit(refusal)
            return
        written = self._written(conversation, turns)
        if not written.question.text and not written.question.images:
            return
        planned = self.planning.planned(written)
        if planned is None or not planned.says(wanted):  # it changed while it waited
            self._look_through(written)
            return
        self.planning.forget(conversation.id)
        question = planned.question
        if question.books != conversation.books:
            self._conversation.books.put(conversation.id, question.books)
        if self.words.is_verbatim() and question.asks_documents:
            question = msgspec.structs.replace(question, form=AnswerForm(verbatim=True))
        self._writing.hand_over(conversation.id)
        self._start(question, AnswerWay.WHOLE, Running(conversation, _unkept(question), planned.turns, written=True))

    def _begin_again(self, wanted: AskedAgain, conversation: Conversation, turns: tuple[Turn, ...]) -> None:
        """Ask a question again. If books came on the desk while it waited, ask it as another question, about those
        books."""
        asked = find_question(turns, wanted.question_id)
        if asked is None:
            return
        before, books = turns_before(turns, asked.id), conversation.books
        if wanted.waited and books != asked.books:
            text, plan, form = asked.text, asked.plan, asked.form
            question = Question(conversation.id, text, books, asked.parent_id, asked.images, plan=plan, form=form)
            running = Running(conversation, msgspec.structs.replace(asked, id="", books=books), before)
            self._start(question, wanted.way, running)
        else:
            if self._writing.edited_id == asked.id:
                self._writing.leave_edit()
            running = Running(conversation, asked, before, again=True)
            self._start(AnotherAnswer(asked.id), wanted.way, running)

    def _start(self, asked: Asked, way: AnswerWay, running: Running) -> None:
        self._composer.set_busy(True)
        work: Callable[[Cancel], Work[PartsProgress, Answer]]
        books = running.question.books
        executor = Executor.ENGINE
        if way is AnswerWay.PARTS:
            work, books = partial(self._parts.ask, asked), ()
        elif self._is_searched(running.question):
            executor, work = Executor.FINDING, partial(self._ask.search, asked)
        else:
            work = partial(self._ask.ask, asked, excerpts=way is AnswerWay.EXCERPTS)
        job = self._bridge.stream(executor, work, self._conversation.answer.follow(running))
        self._activity.begin(EngineTask.ANSWER, job.cancel, books)

    @Slot(object)
    def _on_ended(self, outcome: Outcome) -> None:
        self._composer.set_busy(False)
        running, problem = outcome.running, outcome.problem
        if outcome.answer is None and problem is not None:
            self.failed.emit(sentence(problem))
        self.answered.emit()
        if running.conversation.id != self._shown.id:
            return
        self._longer = None
        if problem is not None and problem.code == Code.DOES_NOT_FIT:
            self._longer = running if running.goes_on else None
            if not running.again and not self._composer.text().strip():
                self.edit(running.question.id)
            self.misfit.emit()

    # ---- what did not fit

    @property
    def begun(self) -> str:
        """The text so far of the answer that had no room to get longer; empty if something else does not fit."""
        longer = self._missed_longer()
        return "".join(longer.pieces) if longer is not None else ""

    @property
    def missed(self) -> str:
        """The id of the last question of the shown conversation, if it or more of its answer did not fit."""
        if not self._shown.turns:
            return ""
        question, answer = self._shown.turns[-1].question, self._shown.turns[-1].answer
        return question.id if self._missed_longer() is not None or does_not_fit(answer) else ""

    def retry(self, way: AnswerWay = AnswerWay.WHOLE) -> None:
        """Ask once more what did not fit: the books that are on the desk now, whole, or as they were in another way."""
        longer, question = self._missed_longer(), find_question(self._shown.turns, self.missed)
        if question is None or self._shown.conversation is None:
            return
        edited_id = self._writing.edited_id
        whole = way is AnswerWay.WHOLE
        if longer is not None and whole:
            self.go_on(longer.answer_id)
        elif not whole or (question.books == self._shown.books and not edited_id):
            self.ask_again(question.id, way)
        else:
            if edited_id != question.id:
                self.edit(question.id)
            self.submit(self._composer.text())

    def take_missed(self) -> tuple[str, tuple[ImageRef, ...]] | None:
        """Return the question that did not fit, with its images, to be asked elsewhere, and take it out of the
        composer; None if it is gone."""
        question = find_question(self._shown.turns, self.missed)
        if question is None:
            return None
        text = question.text
        if self._writing.edited_id == question.id:
            text = self._composer.text()
            self._writing.leave_edit()
        return text, question.images

    def _missed_longer(self) -> Running | None:
        """Return the attempt to make the last answer longer, if there was no room for it; else None."""
        longer, answer = self._longer, self._shown.turns[-1].answer if self._shown.turns else None
        return longer if longer is not None and answer is not None and answer.id == longer.answer_id else None


def _unkept(question: Question) -> StoredQuestion:
    """Return a question in the form in which it is shown until it is kept, and has an id."""
    refs = tuple(map(ref_of, question.images))
    shown = StoredQuestion("", question.conversation_id, question.parent_id, question.text, question.books, time.time())
    return msgspec.structs.replace(shown, images=refs, plan=question.plan, form=question.form)
