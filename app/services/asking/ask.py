"""Asking: the documents first and whole, then the conversation, then the question; the answer checked and kept."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import msgspec

from app.core.conversations.conversation import (
    RULES_VERSION,
    AnotherAnswer,
    Answer,
    Asked,
    BookRef,
    Citation,
    Ending,
    LongerAnswer,
    Part,
    Question,
    QuestionContext,
    Sent,
    StoredQuestion,
    Thought,
    Timings,
    Usage,
)
from app.core.conversations.events import (
    AnswerProgress,
    Checked,
    Loading,
    Looking,
    Notice,
    Reading,
    Stored,
    Thinking,
    Token,
    Tokenizing,
    Weighing,
)
from app.core.conversations.image import ref_of
from app.core.conversations.values import held_form
from app.core.conversations.verdict import SentenceVerdict, Unweighed, Verdict, give_up
from app.core.documents.document import CitedBook
from app.core.errors import AppError, Code, Problem
from app.core.settings import Settings
from app.core.work import Cancel, Stopped, Work, relay
from app.engine.protocol import AnswerTo, Engine, Measure, Message, ModelInfo, Prompt, PromptSize, Weigh
from app.models import local
from app.services.asking import verbatim
from app.services.asking.budget import Budget, budget_of
from app.services.asking.prompts import PromptQuestion, Prompts, in_reading_order
from app.services.asking.retrieval import Retrieval
from app.services.audit_log import AuditLog
from app.services.finding.conversation_search import PassageQuery, QuestionKind
from app.services.library.images import Images
from app.services.models import judgement
from app.services.models.models import Models
from app.store.books import Books
from app.store.conversations import Conversations
from app.store.judges import Judges

if TYPE_CHECKING:
    from app.documents.citations.checker import CitationChecker
    from app.documents.citations.verdict import AnswerWeigher

_LOOKED_THROUGH = 24
"""Passages that an answer by search is chosen from."""

_NO_NOTES = "-"
_NOTHING_USED, _NO_TIME = Usage(), Timings()
_SAVE_INTERVAL_S = 2.0
_log = logging.getLogger("octavo.ask")
_MAY_END_MARK = re.compile(r"[\])\uff3d\uff09\u3011\u3015]")
_TITLE_CHARACTERS = 60


class OpenAnswer:
    """The answer while it is being written: kept every few seconds, its page marks checked, and ended exactly once.

    One that has text already gets longer. If nothing comes of that, it is again what it was before. `outcome` is the
    answer as it ended.
    """

    def __init__(
        self, question: StoredQuestion, answer: Answer, conversations: Conversations, audit_log: AuditLog
    ) -> None:
        self._asked = question
        self._before = answer
        self._conversations, self._recording = conversations, audit_log
        self._pieces = [answer.text] if answer.text else []
        self._thought: list[Thinking] = []
        self._marked: tuple[Citation, ...] = ()
        self._saved_at = time.monotonic()
        self._question, self._judged = "", True
        self._books: tuple[CitedBook, ...] = ()
        self._checker: CitationChecker | None = None
        self._weigher: AnswerWeigher | None = None
        self.answer = self.outcome = answer
        if answer.ending is not Ending.OPEN:
            self._save(ending=Ending.OPEN, problem=None, verdicts=())

    @property
    def goes_on(self) -> bool:
        """True if the answer had text before."""
        return bool(self._before.text)

    @property
    def text(self) -> str:
        return "".join(self._pieces)

    def by(self, model: str) -> None:
        """Name the model that writes it; of an answer that goes on, both where they differ."""
        known = self._before.model
        if self.goes_on and known:
            model = known if model in known.split(", ") else f"{known}, {model}"
        self.answer = msgspec.structs.replace(self.answer, model=model)

    def saw(self, retrieved: QuestionContext, excerpts: bool) -> None:
        """Note what stands next to the question."""
        self.answer = msgspec.structs.replace(
            self.answer,
            passages=retrieved.passages,
            outlines=retrieved.outlines,
            instructions=retrieved.instructions,
            excerpts=excerpts,
            words_alone=retrieved.words_alone,
        )

    def found(self) -> None:
        """Note that its sentences are chosen by a search, and none is the model's."""
        self.answer = msgspec.structs.replace(self.answer, from_search=True)

    def went_to(self, sent: Sent) -> None:
        """Note the server that answered; of an answer that goes on, the most that was replaced."""
        before = self._before.sent
        replaced = max(sent.replaced, before.replaced if before is not None else 0)
        self.answer = msgspec.structs.replace(self.answer, sent=msgspec.structs.replace(sent, replaced=replaced))

    def reads(self, parts: tuple[Part, ...]) -> None:
        """Keep what is read of the books, part by part, for the notes that it is written from."""
        self._save(parts=parts)

    def cites(self, question: str, books: tuple[CitedBook, ...], *, judged: bool = True) -> None:
        """Set the question that is answered, and the books that the answer is checked against from now on. `judged`
        says whether a model may be asked about what words do not decide."""
        from app.documents.citations.checker import CitationChecker  # with the first question: it takes a while
        from app.documents.citations.verdict import AnswerWeigher

        self._question, self._books, self._judged = question, books, judged
        self._checker, self._weigher = CitationChecker(books), AnswerWeigher(books)

    def add(self, progress: Tokenizing | Reading | Thinking | Token | Notice) -> Iterator[AnswerProgress]:
        """Take what was written; after what may end a page mark, say what was found out of those so far."""
        if isinstance(progress, Thinking):
            self._thought.append(progress)
        elif isinstance(progress, Token):
            self._pieces.append(progress.text)
        if isinstance(progress, Thinking | Token) and time.monotonic() - self._saved_at > _SAVE_INTERVAL_S:
            self._save(text=self.text)
        if isinstance(progress, Reading) and self.answer.excerpts:
            pages = {(passage.book_id, passage.page) for passage in self.answer.passages}
            progress = msgspec.structs.replace(progress, excerpts=len(pages))
        yield progress
        if isinstance(progress, Token) and self._books and _MAY_END_MARK.search(progress.text):
            marked = tuple(citation for citation in self.citations() if citation.start >= 0)
            if marked != self._marked:
                self._marked = marked
                yield Checked(marked, self.verdicts())

    def _thought_so_far(self) -> Thought | None:
        """Return what was thought so far; where that is nothing, an answer that goes on has what was thought before it
        began."""
        text = "".join(more.text for more in self._thought).strip()
        if not text:
            return self._before.thought if self.goes_on else None
        last = self._thought[-1]
        return Thought(text, last.tokens, last.seconds, last.limited)

    def citations(self) -> tuple[Citation, ...]:
        """Return the citations of the text so far, checked."""
        return self._checker.check(self.text) if self._checker is not None else ()

    def verdicts(self, *, whole: bool = True) -> tuple[SentenceVerdict, ...]:
        """Return the pages' verdicts on each sentence of the text so far; of an answer that is held to a form, on its
        value. If the text is not `whole`, the last sentence was cut off, so nobody knows what it says."""
        if self._weigher is None or not self._books or self.answer.from_search:
            return ()
        form, text = self._asked.form, self.text
        if form.schema:
            from app.documents.citations.json_values import place_values

            return tuple(each.verdict for each in place_values(text, self._question, self._books))
        if form.is_held:
            from app.documents.citations.held_values import weigh_value

            return weigh_value(text, form, self._question, self.citations(), self._books)
        found = self._weigher.weigh(text, self.citations())
        if not self._judged:
            found = tuple(give_up(each, Unweighed.NO_JUDGE) for each in found)
        return found if whole or not found or found[-1].end < len(text.rstrip()) else found[:-1]

    def end(
        self, ending: Ending, usage: Usage = _NOTHING_USED, timings: Timings = _NO_TIME, problem: Problem | None = None
    ) -> None:
        """Keep the whole answer. Raises AppError when it cannot be kept; `answer` is whole all the same.

        `usage` and `timings` are those of what was done now; what was written before is counted in.
        """
        before, done = self._before, usage
        if self.goes_on:
            if len(self._pieces) == 1 and ending not in (Ending.COMPLETE, Ending.LENGTH):
                ended = before if before.ending is not Ending.OPEN else msgspec.structs.replace(before, ending=ending)
                self.answer = self.outcome = ended
                self._save_recorded(ending, usage)
                return
            written = before.usage.generated_tokens + usage.generated_tokens
            usage = msgspec.structs.replace(usage, generated_tokens=written)
            timings = msgspec.structs.replace(
                timings,
                first_token_s=before.timings.first_token_s or timings.first_token_s,
                generate_s=before.timings.generate_s + timings.generate_s,
            )
        citations, verdicts = self.citations(), self.verdicts(whole=ending is Ending.COMPLETE)
        found = {"usage": usage, "timings": timings, "citations": citations, "verdicts": verdicts, "problem": problem}
        self._save_recorded(ending, done, text=self.text, ending=ending, **found)
        self.outcome = self.answer
        _log.info(
            "answer %s: %d tokens reused, %d read, %d written; %d citations; of %d sentences %d word for word",
            ending.value,
            usage.reused_tokens,
            usage.evaluated_tokens,
            usage.generated_tokens,
            len(citations),
            len(verdicts),
            sum(each.verdict is Verdict.VERBATIM for each in verdicts),
        )

    @contextmanager
    def kept(self, cancel: Cancel) -> Iterator[None]:
        """Keep what there is of it whatever happens: a stop and an AppError end it too, and `outcome` says which, even
        where that could not be kept, or it is kept as it was before."""
        try:
            try:
                yield
            except Stopped:
                self.end(_stopped(cancel))
                self.outcome = msgspec.structs.replace(self.answer, ending=_stopped(cancel), problem=None)
        except AppError as error:
            self._fail(error.problem)
        finally:
            if self.answer.ending is Ending.OPEN:  # nobody listens any more, or there was a fault of ours
                self.end(Ending.CANCELLED)

    def _fail(self, problem: Problem) -> None:
        try:
            self.end(Ending.FAILED, problem=problem)
        except AppError as error:  # the disk is full, say: the text is still in the window
            problem = error.problem
        self.outcome = msgspec.structs.replace(self.answer, ending=Ending.FAILED, problem=problem)

    def _save_recorded(self, how: Ending, done: Usage, **changes: Any) -> None:
        """Save the answer and its entry in the record: both are on disk together, or neither is."""
        with self._conversations.together():
            self._save(**changes)
            self._recording.answered(self._asked, self.answer, how, done)

    def _save(self, **changes: Any) -> None:
        self.answer = msgspec.structs.replace(self.answer, thought=self._thought_so_far(), **changes)
        self._conversations.save_answer(self.answer)
        self._saved_at = time.monotonic()


@dataclass(frozen=True)
class _Fitted:
    """A prompt with what found room next to its question, and its size."""

    prompt: Prompt
    size: PromptSize
    books: tuple[CitedBook, ...]
    retrieved: QuestionContext


@dataclass(frozen=True)
class Ask:
    """Belongs to the engine's one executor. `settings` gives those in force when a question is asked."""

    engine: Engine
    models: Models
    prompts: Prompts
    retrieval: Retrieval
    books: Books
    images: Images
    conversations: Conversations
    settings: Callable[[], Settings]
    audit_log: AuditLog
    judges: Judges

    def ask(
        self, asked: Asked, cancel: Cancel, *, excerpts: bool = False, notes: bool = False
    ) -> Work[AnswerProgress, Answer]:
        """Answer a question that was just written, and is kept first; or one that is kept, whether it was answered
        before or not; or go on with an answer that was stopped or cut off. `Stored` comes before anything else. Return
        the answer however it ended: `Answer.ending` and `problem` say how. Raises AppError only if no answer could be
        begun.

        An answer goes on from exactly where its text ends, or with the reading if it has none yet. It stays the same
        answer. If nothing comes of it, what is kept stays what it was; only what is returned says how this ended. With
        `excerpts` the model sees passages of the books that belong to the question, not the books. With `notes` it
        writes notes for another answer: nothing stands next to the question, and they are as short as notes must be.
        """
        question, writing = self.open(asked)
        of_passages_alone = question.plan is not None and not question.books
        excerpts = excerpts or writing.answer.excerpts or of_passages_alone
        yield Stored(question.id, writing.answer.id)
        with writing.kept(cancel):
            if not (writing.goes_on or notes) and (excerpts or self.settings().close_reading):
                self.retrieval.prepare(question.books, excerpts=excerpts)
            load_s = yield from self.ready(question, writing, cancel)
            if question.form.verbatim and (host := self.model().host):
                raise AppError(Code.ANSWER_VERBATIM_REMOTE, host=host)
            if question.asks_documents and self.is_starter():
                yield from self._quote_nearest(question, writing, load_s)
                return writing.outcome
            if question.form.verbatim and not judgement.may_judge(self.judges, self.model()):
                yield from self._choose_sentences(question, writing, cancel, load_s)
                return writing.outcome
            retrieved = QuestionContext() if notes else (yield from self._retrieve(question, writing, excerpts, cancel))
            fitted = yield from self._fit(
                question, _put(question, retrieved, plain=notes), excerpts, writing.text, cancel
            )
            writing.saw(fitted.retrieved, excerpts)
            limit = self._room_for_answer(fitted.size, self.budget().notes if notes else self.longest_answer())
            yield from self._write(question, writing, fitted, limit, cancel, load_s)
        return writing.outcome

    def search(self, asked: Asked, cancel: Cancel) -> Work[AnswerProgress, Answer]:
        """Answer as `ask` does with the starter, by a search. It needs no model, and may be used from any thread."""
        question, writing = self.open(asked)
        yield Stored(question.id, writing.answer.id)
        with writing.kept(cancel):
            yield from self._quote_nearest(question, writing)
        return writing.outcome

    def written_from(self, answer: Answer, cancel: Cancel) -> Work[Tokenizing | Looking, _Fitted]:
        """Return the prompt that an answer was written from, with the answer at its end. Raises AppError NO_MODEL, and
        BUG if its question is gone."""
        question = self.conversations.question(answer.question_id)
        if question is None:
            raise AppError(Code.BUG, where="ask.written_from")
        in_parts = bool(answer.parts)  # its notes are not needed again: a sentence is weighed with that of its page
        retrieved = QuestionContext(instructions=answer.instructions) if in_parts else answer.retrieved
        fitted = yield from self._fit(
            question, _put(question, retrieved), answer.excerpts or in_parts, answer.text, cancel
        )
        yield from self.images.show(fitted.prompt, cancel)
        return fitted

    # ---- one answer

    def ready(self, question: StoredQuestion, writing: OpenAnswer, cancel: Cancel) -> Work[Loading, float]:
        """Have the model loaded that answers; the seconds that this took. Raises AppError; Stopped."""
        started = time.monotonic()
        model = yield from self.models.ready(cancel)
        writing.by(model.name)
        _check_sight(question, model)
        return time.monotonic() - started

    def write_from_notes(
        self, question: StoredQuestion, writing: OpenAnswer, notes: str, cancel: Cancel, load_s: float
    ) -> Work[AnswerProgress, None]:
        """Write the answer from notes on all of the books. Raises AppError DOES_NOT_FIT and others; Stopped."""
        retrieved = QuestionContext(instructions=self.instructions(question.conversation_id))
        fitted = yield from self._fit(question, _put(question, retrieved, notes), True, writing.text, cancel)
        writing.saw(retrieved, False)
        limit = self._room_for_answer(fitted.size, self.longest_answer())
        yield from self._write(question, writing, fitted, limit, cancel, load_s)

    def room_for_notes(self, question: StoredQuestion, cancel: Cancel) -> Work[Tokenizing, int]:
        """Return how many tokens notes may take next to a question. Raises AppError DOES_NOT_FIT if there are too
        few."""
        retrieved = QuestionContext(instructions=self.instructions(question.conversation_id))
        fitted = yield from self._fit(question, _put(question, retrieved, _NO_NOTES), True, "", cancel)
        room = self.model().context_tokens - fitted.size.total - self.reserve()
        if room < self.budget().notes:
            raise does_not_fit(fitted.size, fitted.size.total + self.reserve(), self.model().context_tokens)
        return room

    def _write(
        self, question: StoredQuestion, writing: OpenAnswer, fitted: _Fitted, limit: int, cancel: Cancel, load_s: float
    ) -> Work[AnswerProgress, None]:
        images = yield from self.images.show(fitted.prompt, cancel)
        writing.cites(question.text, fitted.books, judged=self.settings().weigh_sentences)
        form, thought = question.form, self._room_for_thought(fitted.size)
        held = held_form(form, question.text)
        sentences = verbatim.held_to(question.text, fitted.books) if form.verbatim else None
        order = AnswerTo(fitted.prompt, self.settings().sampling, limit, held, thought, form.schema, sentences)
        work = self.engine.run(order, cancel)
        generated = yield from relay(work, writing.add)
        usage = msgspec.structs.replace(generated.usage, encoded_images=images)
        self.models.learn(usage, generated.timings)
        timings = msgspec.structs.replace(generated.timings, load_s=load_s)
        ending = _stopped(cancel) if generated.ending is Ending.CANCELLED else generated.ending
        if host := self.model().host:
            writing.went_to(Sent(host, generated.replaced))
        writing.end(ending, usage, timings)

    def open(self, asked: Asked) -> tuple[StoredQuestion, OpenAnswer]:
        """Return the question as it is kept, and the answer that will be written. Raises AppError BUG if one is
        gone."""
        answer = None
        match asked:
            case Question():
                question_id = self.conversations.add_question(asked).id
                self._name(asked)
            case AnotherAnswer(question_id):
                pass
            case LongerAnswer(answer_id):
                answer = self.conversations.answer(answer_id)
                question_id = answer.question_id if answer is not None else ""
        question = self.conversations.question(question_id)
        if question is None:
            raise AppError(Code.BUG, where="ask")
        if answer is None:
            model = self.models.loaded()
            answer = self.conversations.begin_answer(question.id, model.name if model else "")
        return question, OpenAnswer(question, answer, self.conversations, self.audit_log)

    def _retrieve(
        self, question: StoredQuestion, writing: OpenAnswer, excerpts: bool, cancel: Cancel
    ) -> Work[Tokenizing, QuestionContext]:
        """Find what stands next to the question, the best passages first; an answer that goes on keeps what it had."""
        if writing.goes_on:
            return writing.answer.retrieved
        found = QuestionContext()
        if excerpts or self.settings().close_reading:
            turns = self.conversations.history(question.id)
            found = yield from self.retrieval.retrieve(question, turns, self.budget(), cancel, excerpts=excerpts)
        if question.plan is not None:
            passages = tuple(dict.fromkeys((*question.plan.passages, *found.passages)))
            words_alone = question.plan.words_alone or found.words_alone
            found = msgspec.structs.replace(found, passages=passages, words_alone=words_alone)
        return msgspec.structs.replace(found, instructions=self.instructions(question.conversation_id))

    def instructions(self, conversation_id: str) -> str:
        """Return how the person wants answers: always, and in this conversation."""
        conversation = self.conversations.get(conversation_id)
        wanted = (self.settings().instructions, conversation.instructions if conversation else "")
        return "\n".join(filter(None, map(str.strip, wanted)))

    def _rules(self, question: StoredQuestion) -> int:
        conversation = self.conversations.get(question.conversation_id)
        return conversation.rules if conversation else RULES_VERSION

    def _quote_nearest(
        self, question: StoredQuestion, writing: OpenAnswer, load_s: float = 0.0
    ) -> Work[AnswerProgress, None]:
        """Answer as the starter does with books: a search answers, and no model reads anything. Raises AppError
        ANSWER_SCHEMA_STARTER."""
        if question.form.schema:
            raise AppError(Code.ANSWER_SCHEMA_STARTER)
        started = time.monotonic()
        writing.found()
        books = self.prompts.cited(question.all_books)
        query = PassageQuery(QuestionKind.ORDINARY, question.text, question.all_books)
        passages = self.retrieval.find(query, _LOOKED_THROUGH).passages
        from app.services.asking import search_answer

        found = search_answer.answer(question.text, books, passages, question.form)
        yield from writing.add(Token(found))
        writing.cites(question.text, books)
        writing.end(Ending.COMPLETE, Usage(), Timings(load_s=load_s, first_token_s=time.monotonic() - started))

    def _choose_sentences(
        self, question: StoredQuestion, writing: OpenAnswer, cancel: Cancel, load_s: float
    ) -> Work[AnswerProgress, None]:
        """Compose an answer in the documents' words with a model that cannot be trusted to choose them as it writes: it
        is asked about each sentence that a search finds. Nothing is read for it."""
        started, books = time.monotonic(), self.prompts.cited(question.all_books)
        writing.cites(question.text, books)
        query = PassageQuery(QuestionKind.ORDINARY, question.text, question.all_books)
        passages = self.retrieval.find(query, _LOOKED_THROUGH // 4).passages
        sentences = verbatim.likeliest(question.text, books, passages)
        about = tuple({each.book.book_id: None for each in sentences})
        prompt = Prompt("", (), (), conversation_id=question.conversation_id, about=about)
        questions = tuple(verbatim.asked_of(question.text, each) for each in sentences)
        weighed = yield from relay(self.engine.run(Weigh(prompt, questions, judgement.WORDS), cancel), _as_reading)
        if sentences and None in weighed.logs:
            raise AppError(Code.WEIGHING_NO_ROOM)
        weights = [judgement.weight(logs) for logs in weighed.logs if logs is not None]
        text = verbatim.chosen(question.text, sentences, weights, several_books=len(books) > 1)
        yield from writing.add(Token(text))
        tokens, taken_s = weighed.evaluated_tokens, time.monotonic() - started
        usage = Usage(tokens, 0, tokens, 0)
        writing.end(Ending.COMPLETE, usage, Timings(load_s=load_s, read_s=taken_s, first_token_s=taken_s))

    def _fit(
        self, question: StoredQuestion, put: PromptQuestion, excerpts: bool, begun: str, cancel: Cancel
    ) -> Work[Tokenizing, _Fitted]:
        """Return the prompt with as many of the passages, best first, as leave room for the answer; they are gone first
        when room is short, then outlines. `put` is how the question is put to the model; `begun` is what there is of
        the answer, which was written with all of them."""
        retrieved = put.retrieved
        history, rules = self.conversations.history(question.id), self._rules(question)
        sees = self.model().vision is not None
        while True:
            chosen = msgspec.structs.replace(retrieved, passages=in_reading_order(retrieved.passages, put.all_books))
            prompt, books = self.prompts.build(
                replace(put, retrieved=chosen),
                history,
                excerpts=excerpts,
                sees=sees,
                rules=rules,
                conversation_id=question.conversation_id,
            )
            messages = (*prompt.messages, Message("assistant", begun)) if begun else prompt.messages
            prompt = msgspec.structs.replace(prompt, thinks=self.settings().thinking, messages=messages)
            size = yield from self.engine.run(Measure(prompt), cancel)
            is_bare = not retrieved.passages and not retrieved.outlines
            if begun or is_bare or size.total + self.reserve() <= self.model().context_tokens:
                return _Fitted(prompt, size, books, chosen)
            passages = retrieved.passages[: len(retrieved.passages) * 3 // 4]
            outlines = retrieved.outlines if retrieved.passages else ()
            retrieved = msgspec.structs.replace(retrieved, passages=passages, outlines=outlines)

    def _room_for_answer(self, size: PromptSize, longest: int) -> int:
        """Return the most tokens that the answer may take, `longest` if there is room. Raises AppError DOES_NOT_FIT if
        too few are left."""
        context_tokens = self.model().context_tokens
        needed = size.total + self.reserve()
        if needed > context_tokens:
            raise does_not_fit(size, needed, context_tokens)
        return min(longest, context_tokens - size.total)

    def _room_for_thought(self, size: PromptSize) -> int:
        """Return the most tokens that the model may think, so that what is kept free for an answer stays so."""
        return max(1, min(self.budget().thought, self.model().context_tokens - size.total - self.reserve()))

    def has_room_for(self, books: tuple[BookRef, ...], cancel: Cancel) -> Work[Loading | Tokenizing, bool]:
        """Return whether the model, which is loaded for that, can read these books whole, and write. Raises AppError;
        Stopped."""
        yield from self.models.ready(cancel)
        prompt, _books = self.prompts.build(PromptQuestion(books))
        size = yield from self.engine.run(Measure(prompt), cancel)
        return size.total + self.reserve() <= self.model().context_tokens

    def budget(self) -> Budget:
        """Return how the loaded model's context is shared out. Raises AppError NO_MODEL."""
        return budget_of(self.model(), self.settings())

    def reserve(self) -> int:
        """Return the tokens of the room that is kept for an answer. Raises AppError NO_MODEL."""
        return self.budget().reserve

    def longest_answer(self) -> int:
        """Return the most tokens that an answer may take. Raises AppError NO_MODEL."""
        return self.budget().answer

    def is_starter(self) -> bool:
        """Return whether the loaded model is the one that comes with Octavo. Raises AppError NO_MODEL."""
        return local.is_starter(self.model().path)

    def model(self) -> ModelInfo:
        """Return the loaded model. Raises AppError NO_MODEL."""
        model = self.models.loaded()
        if model is None:
            raise AppError(Code.NO_MODEL)
        return model

    def _name(self, question: Question) -> None:
        """Name a conversation that has no name after its first question's first words, or its first image's name."""
        conversation = self.conversations.get(question.conversation_id)
        if conversation is not None and not conversation.title:
            self.conversations.rename(conversation.id, first_title(question))


def first_title(question: Question | StoredQuestion) -> str:
    """Return the title of a conversation without a name, after its first question."""
    images = (ref_of(image).untrusted_name for image in question.images)
    return title_of(question.text.strip() or next(images, ""))


def title_of(text: str) -> str:
    """Return the first words of a text, on one line."""
    words = " ".join(text.split())
    return words if len(words) <= _TITLE_CHARACTERS else words[: _TITLE_CHARACTERS - 1].rstrip() + "…"


def _check_sight(question: StoredQuestion, model: ModelInfo) -> None:
    """Check that the model sees images, if the question has any. Raises AppError MODEL_BLIND, or why its projector is
    of no use."""
    if question.images and model.vision is None:
        reason = model.vision_problem
        raise AppError.of(reason) if reason else AppError(Code.MODEL_BLIND, path=model.path)


def _as_reading(event: Weighing | Notice) -> Iterator[Reading | Notice]:
    """Yield sentences that are asked about in the form in which a face shows what is read."""
    yield Reading(event.done, event.total, 0) if isinstance(event, Weighing) else event


def _stopped(cancel: Cancel) -> Ending:
    return Ending.CLOSED if cancel.leaving else Ending.CANCELLED


def _put(
    question: StoredQuestion, retrieved: QuestionContext, notes: str = "", *, plain: bool = False
) -> PromptQuestion:
    """Return a stored question as it is put to the model with these things beside it."""
    return PromptQuestion(
        question.books, question.text, question.images, question.others, retrieved, notes, question.form, plain
    )


def does_not_fit(size: PromptSize, needed: int, context_tokens: int) -> AppError:
    """Return the error for a prompt that does not fit. `needed` counts the prompt's tokens, and what is kept free
    behind it."""
    return AppError(
        Code.DOES_NOT_FIT,
        needed_tokens=needed,
        context_tokens=context_tokens,
        documents_tokens=sum(size.documents),
        conversation_tokens=sum(size.messages),
        reserve_tokens=needed - size.total,
    )
