"""Asking: the documents first and whole, then the conversation, then the question; the answer checked and kept."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import msgspec

from app.core.conversation import (
    Answer,
    Citation,
    CitationState,
    Ending,
    PassageRef,
    Question,
    StoredQuestion,
    Timings,
    Usage,
)
from app.core.document import CitedBook
from app.core.errors import AppError, Code, Problem
from app.core.events import AnswerProgress, Checked, Notice, Reading, Stored, Thinking, Token
from app.core.image import ref_of
from app.core.settings import Settings
from app.core.work import Cancel, Stopped, Work, relay
from app.engine.protocol import Engine, Message, ModelInfo, Prompt, PromptSize
from app.models import local
from app.services.images import Images
from app.services.models import Models
from app.services.prompts import Prompts, Retrieval, in_reading_order
from app.store.conversations import Conversations

if TYPE_CHECKING:
    from app.documents.citations.checker import CitationChecker

ANSWER_TOKENS = 1024
"""The longest answer when the settings name no number."""

STARTER_ANSWER_TOKENS = 96
"""The same for the starter, where it answers without a book: what so small a model says further is repetition."""

_RESERVE_SHARE = 8
_NOTHING_USED, _NO_TIME = Usage(), Timings()
_SAVE_INTERVAL_S = 2.0
_log = logging.getLogger("octavo.ask")
_MAY_END_MARK = re.compile(r"[\])\uff3d\uff09\u3011\u3015]")
_TITLE_CHARACTERS = 60


class OpenAnswer:
    """The answer while it is being written: kept every few seconds, and ended exactly once.

    One that has text already gets longer. Where nothing comes of that, it is again what it was before.
    """

    def __init__(self, answer: Answer, conversations: Conversations) -> None:
        self._before = answer
        self._conversations = conversations
        self._pieces = [answer.text] if answer.text else []
        self._marked: tuple[Citation, ...] = ()
        self._saved_at = time.monotonic()
        self.answer = answer
        if answer.ending is not Ending.OPEN:
            self._save(ending=Ending.OPEN, problem=None)

    @property
    def goes_on(self) -> bool:
        """It had text before."""
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

    def saw(self, passages: tuple[PassageRef, ...], excerpts: bool) -> None:
        """Note the passages that are restated next to the question."""
        self.answer = msgspec.structs.replace(self.answer, passages=passages, excerpts=excerpts)

    def found(self) -> None:
        """Note that its sentences are chosen by a search, and none is the model's."""
        self.answer = msgspec.structs.replace(self.answer, from_search=True)

    def add(self, text: str) -> None:
        self._pieces.append(text)
        if time.monotonic() - self._saved_at > _SAVE_INTERVAL_S:
            self._save(text=self.text)

    def mark(self, citations: tuple[Citation, ...]) -> bool:
        """Note the page marks in the text so far; whether something is new about them."""
        known, self._marked = self._marked, citations
        return citations != known

    def end(
        self,
        ending: Ending,
        usage: Usage = _NOTHING_USED,
        timings: Timings = _NO_TIME,
        citations: tuple[Citation, ...] = (),
        problem: Problem | None = None,
    ) -> Answer:
        """Keep the whole answer. Raises AppError when it cannot be kept; `answer` is whole all the same.

        `usage` and `timings` are those of what was done now; what was written before is counted in.
        """
        before = self._before
        if self.goes_on:
            if len(self._pieces) == 1 and ending not in (Ending.COMPLETE, Ending.LENGTH):
                ended = before if before.ending is not Ending.OPEN else msgspec.structs.replace(before, ending=ending)
                self.answer = ended
                self._save()
                return ended
            written = before.usage.generated_tokens + usage.generated_tokens
            usage = msgspec.structs.replace(usage, generated_tokens=written)
            timings = msgspec.structs.replace(
                timings,
                first_token_s=before.timings.first_token_s or timings.first_token_s,
                generate_s=before.timings.generate_s + timings.generate_s,
            )
        self._save(text=self.text, ending=ending, usage=usage, timings=timings, citations=citations, problem=problem)
        return self.answer

    def fail(self, problem: Problem, citations: tuple[Citation, ...] = ()) -> Answer:
        """Keep what there is. The answer that is returned says what went wrong, even where it could not be kept, or is
        kept as it was before."""
        try:
            self.end(Ending.FAILED, citations=citations, problem=problem)
        except AppError as error:  # the disk is full, say: the text is still in the window
            problem = error.problem
        return msgspec.structs.replace(self.answer, ending=Ending.FAILED, problem=problem)

    def abandon(self) -> None:
        """Nobody listens any more, or there was a fault of ours: what was written stays."""
        if self.answer.ending is Ending.OPEN:
            self.end(Ending.CANCELLED)

    def _save(self, **changes: Any) -> None:
        self.answer = msgspec.structs.replace(self.answer, **changes)
        self._conversations.save_answer(self.answer)
        self._saved_at = time.monotonic()


@dataclass(frozen=True)
class _Fitted:
    """A prompt with the passages that found room in it, and its size."""

    prompt: Prompt
    size: PromptSize
    books: tuple[CitedBook, ...]
    passages: tuple[PassageRef, ...]


@dataclass(frozen=True)
class Ask:
    """Use-cases of the engine's one executor. Each returns the answer however it ended: `Answer.ending` and `problem`
    say how. AppError is raised only where no answer could be begun. `settings` gives those in force when a
    question is asked."""

    engine: Engine
    models: Models
    prompts: Prompts
    restating: Retrieval
    images: Images
    conversations: Conversations
    settings: Callable[[], Settings]

    def ask(self, question: Question, cancel: Cancel, *, excerpts: bool = False) -> Work[AnswerProgress, Answer]:
        """Keep the question, then answer it. `Stored` comes before anything else.

        `excerpts`: the model sees passages of the books that belong to the question, not the books.
        """
        stored = self.conversations.add_question(question)
        self._name(question)
        return (yield from self.again(stored.id, cancel, excerpts=excerpts))

    def again(self, question_id: str, cancel: Cancel, *, excerpts: bool = False) -> Work[AnswerProgress, Answer]:
        """Answer a kept question, whether it was answered before or not."""
        question = self.conversations.question(question_id)
        if question is None:
            raise AppError(Code.BUG, where="ask.again")
        model = self.models.loaded()
        answer = self.conversations.begin_answer(question_id, model.name if model else "")
        return (yield from self._keep(question, OpenAnswer(answer, self.conversations), cancel, excerpts))

    def go_on(self, answer_id: str, cancel: Cancel) -> Work[AnswerProgress, Answer]:
        """Go on with an answer that was stopped or cut off: from exactly where its text ends, or with the reading where
        it has none yet. It stays the same answer. Where nothing comes of it, what is kept stays what it was; only what
        is returned says how this ended."""
        answer = self.conversations.answer(answer_id)
        question = self.conversations.question(answer.question_id) if answer else None
        if answer is None or question is None:
            raise AppError(Code.BUG, where="ask.go_on")
        return (yield from self._keep(question, OpenAnswer(answer, self.conversations), cancel, answer.excerpts))

    # ---- one answer

    def _keep(
        self, question: StoredQuestion, writing: OpenAnswer, cancel: Cancel, excerpts: bool
    ) -> Work[AnswerProgress, Answer]:
        """Answer, and keep what there is of the answer whatever happens."""
        yield Stored(question.id, writing.answer.id)
        try:
            try:
                return (yield from self._answer(question, writing, cancel, excerpts))
            except Stopped:
                return msgspec.structs.replace(writing.end(_stopped(cancel)), ending=_stopped(cancel), problem=None)
        except AppError as error:
            return writing.fail(error.problem)
        finally:
            writing.abandon()

    def _answer(
        self, question: StoredQuestion, writing: OpenAnswer, cancel: Cancel, excerpts: bool
    ) -> Work[AnswerProgress, Answer]:
        """Load the model, choose what it reads, show it the images, have it write. Raises AppError; Stopped."""
        started = time.monotonic()
        model = yield from self.models.ready(cancel)
        load_s = time.monotonic() - started
        writing.by(model.name)
        if question.images and model.vision is None:
            reason = model.vision_problem
            raise AppError.of(reason) if reason else AppError(Code.MODEL_BLIND, path=model.path)
        if question.books and local.is_starter(model.path):
            return (yield from self._quote_nearest(question, writing, cancel, load_s, excerpts=excerpts))
        passages = self._passages(question, writing, excerpts)
        fitted = self._fit(question, passages, excerpts, writing.text)
        writing.saw(fitted.passages, excerpts)
        limit = self._room_for_answer(fitted.size)
        images = 0
        if any(message.images for message in fitted.prompt.messages):
            images = yield from self.images.show(fitted.prompt, cancel)
        from app.documents.citations.checker import (
            CitationChecker,  # with the first question, as below: its patterns take a while
        )

        checker = CitationChecker(fitted.books)
        work = self.engine.answer(fitted.prompt, self.settings().sampling, limit, cancel)
        try:
            generated = yield from relay(work, partial(_written, writing, checker if fitted.books else None))
        except AppError as error:
            return writing.fail(error.problem, _cite(writing.text, question.text, checker, fitted.books))
        citations = _cite(writing.text, question.text, checker, fitted.books)
        usage = msgspec.structs.replace(generated.usage, encoded_images=images)
        timings = msgspec.structs.replace(generated.timings, load_s=load_s)
        _note(usage, citations)
        ending = _stopped(cancel) if generated.ending is Ending.CANCELLED else generated.ending
        return writing.end(ending, usage, timings, citations)

    def _passages(self, question: StoredQuestion, writing: OpenAnswer, excerpts: bool) -> tuple[PassageRef, ...]:
        """What of the books is restated next to the question; of an answer that goes on, what was."""
        if writing.goes_on:
            return writing.answer.passages
        if excerpts or self.settings().close_reading:
            return self.restating.choose(question.text, question.books, excerpts=excerpts)
        return ()

    def _quote_nearest(
        self, question: StoredQuestion, writing: OpenAnswer, cancel: Cancel, load_s: float, *, excerpts: bool
    ) -> Work[Reading | Notice | Token, Answer]:
        """What the starter does with books: it reads them, and a search answers. With `excerpts` it reads nothing."""
        started = time.monotonic()
        writing.found()
        prompt, books = self.prompts.build(question.books, (), excerpts=excerpts)
        size, room = self.engine.measure(prompt), self.model().context_tokens
        if size.total > room:
            asked, _ = self.prompts.build(question.books, (), question.text, excerpts=excerpts)
            size = self.engine.measure(asked)
            raise _does_not_fit(size, size.total + self.reserve(), room)
        usage = (yield from self.engine.read(prompt, cancel)) if prompt.documents else Usage()
        read_s = time.monotonic() - started
        passages = self.restating.choose(question.text, question.books, excerpts=True)
        from app.documents.citations.checker import CitationChecker
        from app.services import search_answer

        text = search_answer.answer(question.text, books, passages)
        writing.add(text)
        yield Token(text)
        citations = CitationChecker(books).check(text)
        timings = Timings(load_s=load_s, read_s=read_s, first_token_s=time.monotonic() - started)
        _note(usage, citations)
        return writing.end(Ending.COMPLETE, usage, timings, citations)

    def _fit(self, question: StoredQuestion, passages: tuple[PassageRef, ...], excerpts: bool, begun: str) -> _Fitted:
        """The prompt with as many of the passages, best first, as leave room for the answer; they are gone first when
        room is short. `begun`: what there is of the answer; it was written with all of them."""
        history = self.conversations.history(question.id)
        sees = self.model().vision is not None
        while True:
            chosen = in_reading_order(passages, question.books)
            prompt, books = self.prompts.build(
                question.books, history, question.text, question.images, passages=chosen, excerpts=excerpts, sees=sees
            )
            if begun:
                prompt = msgspec.structs.replace(prompt, messages=(*prompt.messages, Message("assistant", begun)))
            size = self.engine.measure(prompt)
            if begun or not passages or size.total + self.reserve() <= self.model().context_tokens:
                return _Fitted(prompt, size, books, chosen)
            passages = passages[: len(passages) * 3 // 4]

    def _room_for_answer(self, size: PromptSize) -> int:
        """The most tokens that the answer may take. Raises AppError DOES_NOT_FIT when too few are left."""
        context_tokens = self.model().context_tokens
        needed = size.total + self.reserve()
        if needed > context_tokens:
            raise _does_not_fit(size, needed, context_tokens)
        return min(self.longest_answer(), context_tokens - size.total)

    def reserve(self) -> int:
        """Tokens of the room that is kept for an answer. Raises AppError NO_MODEL."""
        return min(self.longest_answer(), self.model().context_tokens // _RESERVE_SHARE)

    def longest_answer(self) -> int:
        """The most tokens that an answer may take. Raises AppError NO_MODEL."""
        usual = STARTER_ANSWER_TOKENS if local.is_starter(self.model().path) else ANSWER_TOKENS
        return self.settings().max_answer_tokens or usual

    def model(self) -> ModelInfo:
        """The loaded one. Raises AppError NO_MODEL."""
        model = self.models.loaded()
        if model is None:
            raise AppError(Code.NO_MODEL)
        return model

    def _name(self, question: Question) -> None:
        """A conversation without a name takes its first question's first words, or its first image's name."""
        conversation = self.conversations.get(question.conversation_id)
        if conversation is not None and not conversation.title:
            images = (ref_of(image).untrusted_name for image in question.images)
            words = question.text.strip() or next(images, "")
            self.conversations.rename(conversation.id, title_of(words))


def title_of(text: str) -> str:
    """The first words of a text, on one line."""
    words = " ".join(text.split())
    return words if len(words) <= _TITLE_CHARACTERS else words[: _TITLE_CHARACTERS - 1].rstrip() + "…"


def _written(
    writing: OpenAnswer, checker: CitationChecker | None, progress: Reading | Thinking | Token | Notice
) -> Iterator[AnswerProgress]:
    """Keeps the text; after what may end a page mark, says what was found out of those so far. No books, no marks."""
    if not isinstance(progress, Token):
        yield progress
        return
    writing.add(progress.text)
    yield progress
    if checker is not None and _MAY_END_MARK.search(progress.text):
        marked = tuple(citation for citation in checker.check(writing.text) if citation.start >= 0)
        if writing.mark(marked):
            yield Checked(marked)


def _stopped(cancel: Cancel) -> Ending:
    return Ending.CLOSED if cancel.leaving else Ending.CANCELLED


def _does_not_fit(size: PromptSize, needed: int, context_tokens: int) -> AppError:
    return AppError(
        Code.DOES_NOT_FIT,
        needed_tokens=needed,
        context_tokens=context_tokens,
        documents_tokens=sum(size.documents),
        conversation_tokens=sum(size.messages),
        reserve_tokens=needed - size.total,
    )


def _note(usage: Usage, citations: tuple[Citation, ...]) -> None:
    _log.info(
        "answered: %d tokens reused, %d read, %d written; %d citations, %d verified",
        usage.reused_tokens,
        usage.evaluated_tokens,
        usage.generated_tokens,
        len(citations),
        sum(citation.state is CitationState.VERIFIED for citation in citations),
    )


def _cite(answer: str, question: str, checker: CitationChecker, books: tuple[CitedBook, ...]) -> tuple[Citation, ...]:
    """The answer's own citations, checked; where none has support, the pages that are most related to it."""
    citations = checker.check(answer)
    if any(citation.has_support for citation in citations):
        return citations
    from app.documents.citations.checker import find_related

    return citations + find_related(answer, question, books)
