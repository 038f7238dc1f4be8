"""Asking: the documents first and whole, then the conversation, then the question; the answer checked and kept."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from app.core.cancel import Cancel
from app.core.conversation import (
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
from app.core.events import (
    AnswerEvent,
    Cancelled,
    Checked,
    Done,
    Failed,
    Finished,
    Loading,
    Looking,
    Notice,
    Reading,
    Stored,
    Thinking,
    Token,
)
from app.core.image import ref_of
from app.core.settings import Settings
from app.engine.protocol import Engine, Generated, Message, ModelInfo, Prompt, PromptSize
from app.services.images import Images
from app.services.models import Models
from app.services.open_answer import OpenAnswer
from app.services.prompts import Prompts
from app.services.restating import Restating, in_reading_order
from app.store.conversations import Conversations

if TYPE_CHECKING:
    from app.documents.quotes import Checker

ANSWER_TOKENS = 1024
"""The longest answer when the settings name no number."""

STARTER_ANSWER_TOKENS = 96
"""The same for the starter, where it answers without a book: what so small a model says further is repetition."""

_RESERVE_SHARE = 8
_log = logging.getLogger("octavo.ask")
_MAY_END_MARK = re.compile(r"[\])\uff3d\uff09\u3011\u3015]")
_TITLE_CHARACTERS = 60


@dataclass(frozen=True)
class _Fitted:
    """A prompt with the passages that found room in it, and its size."""

    prompt: Prompt
    size: PromptSize
    books: tuple[CitedBook, ...]
    passages: tuple[PassageRef, ...]


class Ask:
    """Use-cases of the engine's one executor; each generator ends with Finished, Cancelled or Failed."""

    def __init__(
        self,
        engine: Engine,
        models: Models,
        prompts: Prompts,
        restating: Restating,
        images: Images,
        conversations: Conversations,
        settings: Callable[[], Settings],
    ) -> None:
        """`settings` gives those in force when a question is asked."""
        self._restating = restating
        self._images = images
        self._engine = engine
        self._models = models
        self._prompts = prompts
        self._conversations = conversations
        self._settings = settings

    def ask(self, question: Question, cancel: Cancel, *, excerpts: bool = False) -> Iterator[AnswerEvent]:
        """Keep the question, then answer it. `Stored` comes before anything else.

        `excerpts`: the model sees passages of the books that belong to the question, not the books.
        """
        try:
            stored = self._conversations.add_question(question)
            self._name(question)
        except AppError as error:
            yield Failed(error.problem)
            return
        yield from self.again(stored.id, cancel, excerpts=excerpts)

    def again(self, question_id: str, cancel: Cancel, *, excerpts: bool = False) -> Iterator[AnswerEvent]:
        """Answer a kept question, whether it was answered before or not."""
        try:
            question = self._conversations.question(question_id)
            if question is None:
                raise AppError(Code.BUG, where="ask.again")
            model = self._models.loaded()
            answer = self._conversations.begin_answer(question_id, model.name if model else "")
            writing = OpenAnswer(answer, self._conversations)
        except AppError as error:
            yield Failed(error.problem)
            return
        yield from self._write(question, writing, cancel, excerpts)

    def go_on(self, answer_id: str, cancel: Cancel) -> Iterator[AnswerEvent]:
        """Go on with an answer that was stopped or cut off: from exactly where its text ends, or with the reading where
        it has none yet. It stays the same answer; where nothing comes of it, it stays what it was."""
        try:
            answer = self._conversations.answer(answer_id)
            question = self._conversations.question(answer.question_id) if answer else None
            if answer is None or question is None:
                raise AppError(Code.BUG, where="ask.go_on")
            writing = OpenAnswer(answer, self._conversations)
        except AppError as error:
            yield Failed(error.problem)
            return
        yield from self._write(question, writing, cancel, answer.excerpts)

    # ---- one answer

    def _write(
        self, question: StoredQuestion, writing: OpenAnswer, cancel: Cancel, excerpts: bool
    ) -> Iterator[AnswerEvent]:
        yield Stored(question.id, writing.answer.id)
        try:
            yield from self._answer(question, writing, cancel, excerpts)
        except AppError as error:
            yield self._failed(writing, error.problem)
        finally:
            writing.abandon()

    def _answer(
        self, question: StoredQuestion, writing: OpenAnswer, cancel: Cancel, excerpts: bool
    ) -> Iterator[AnswerEvent]:
        started = time.monotonic()
        for step in self._models.ready(cancel):
            match step:
                case Loading():
                    yield step
                case Cancelled():
                    yield Cancelled(writing.end(_stopped(cancel)))
                    return
                case Failed(problem):
                    yield self._failed(writing, problem)
                    return
                case Done(model):
                    writing.by(model.name)
        load_s = time.monotonic() - started
        if question.images and (model := self._model()).vision is None:
            reason = model.vision_problem
            raise AppError.of(reason) if reason else AppError(Code.MODEL_BLIND, path=model.path)
        if question.books and self._models.is_starter(self._model().path):
            yield from self._quote_nearest(question, writing, cancel, load_s, excerpts=excerpts)
            return
        settings = self._settings()
        passages: tuple[PassageRef, ...] = ()
        if writing.goes_on:
            passages = writing.answer.passages
        elif excerpts or settings.close_reading:
            passages = self._restating.choose(question.text, question.books, excerpts=excerpts)
        fitted = self._fit(question, passages, excerpts, writing.text)
        prompt, books, passages = fitted.prompt, fitted.books, fitted.passages
        writing.saw(passages, excerpts)
        limit = self._room_for_answer(fitted.size)
        encoded = 0
        for sight in self._images.show(prompt, cancel) if any(message.images for message in prompt.messages) else ():
            match sight:
                case Looking():
                    yield sight
                case Cancelled():
                    yield Cancelled(writing.end(_stopped(cancel)))
                    return
                case Failed(problem):
                    yield self._failed(writing, problem)
                    return
                case Done(encoded):
                    pass
        from app.documents.quotes import Checker  # with the first question, as below: its patterns take a while

        checker = Checker(books)
        marked: tuple[Citation, ...] = ()
        for event in self._engine.answer(prompt, settings.sampling, limit, cancel):
            match event:
                case Reading() | Thinking() | Notice():
                    yield event
                case Token(text):
                    writing.add(text)
                    yield event
                    if books and _MAY_END_MARK.search(text):
                        known, marked = marked, tuple(c for c in checker.check(writing.text) if c.start >= 0)
                        if marked != known:
                            yield Checked(marked)
                case Generated(ending, usage, timings):
                    timings = msgspec.structs.replace(timings, load_s=load_s)
                    usage = msgspec.structs.replace(usage, encoded_images=encoded)
                    citations = _cite(writing.text, question.text, checker, books)
                    stopped = ending is Ending.CANCELLED
                    answer = writing.end(_stopped(cancel) if stopped else ending, usage, timings, citations)
                    _note(usage, citations)
                    yield Cancelled(answer) if stopped else Finished(answer)
                case Cancelled():
                    yield Cancelled(writing.end(_stopped(cancel)))
                case Failed(problem):
                    yield self._failed(writing, problem, _cite(writing.text, question.text, checker, books))

    def _quote_nearest(
        self, question: StoredQuestion, writing: OpenAnswer, cancel: Cancel, load_s: float, *, excerpts: bool
    ) -> Iterator[AnswerEvent]:
        """What the starter does with books: it reads them, and a search answers. With `excerpts` it reads nothing."""
        started = time.monotonic()
        writing.found()
        prompt, books = self._prompts.build(question.books, (), excerpts=excerpts)
        size, room = self._engine.measure(prompt), self._model().context_tokens
        if size.total > room:
            asked, _ = self._prompts.build(question.books, (), question.text, excerpts=excerpts)
            size = self._engine.measure(asked)
            raise _does_not_fit(size, size.total + self.reserve(), room)
        usage = Usage()
        for event in self._engine.read(prompt, cancel) if prompt.documents else ():
            match event:
                case Reading() | Notice():
                    yield event
                case Done(usage):
                    pass
                case Cancelled():
                    yield Cancelled(writing.end(_stopped(cancel)))
                    return
                case Failed(problem):
                    yield self._failed(writing, problem)
                    return
        read_s = time.monotonic() - started
        passages = self._restating.choose(question.text, question.books, excerpts=True)
        from app.documents.quotes import Checker
        from app.services import nearest

        text = nearest.answer(question.text, books, passages)
        writing.add(text)
        yield Token(text)
        citations = Checker(books).check(text)
        timings = Timings(load_s=load_s, read_s=read_s, first_token_s=time.monotonic() - started)
        _note(usage, citations)
        yield Finished(writing.end(Ending.COMPLETE, usage, timings, citations))

    def _failed(self, writing: OpenAnswer, problem: Problem, citations: tuple[Citation, ...] = ()) -> Failed:
        try:
            return Failed(problem, writing.end(Ending.FAILED, citations=citations, problem=problem))
        except AppError as error:  # the disk is full, say: the text is still in the window
            return Failed(error.problem, writing.answer)

    def _fit(self, question: StoredQuestion, passages: tuple[PassageRef, ...], excerpts: bool, begun: str) -> _Fitted:
        """The prompt with as many of the passages, best first, as leave room for the answer; they are gone first when
        room is short. `begun`: what there is of the answer; it was written with all of them."""
        history = self._conversations.history(question.id)
        sees = self._model().vision is not None
        while True:
            chosen = in_reading_order(passages, question.books)
            prompt, books = self._prompts.build(
                question.books, history, question.text, question.images, passages=chosen, excerpts=excerpts, sees=sees
            )
            if begun:
                prompt = msgspec.structs.replace(prompt, messages=(*prompt.messages, Message("assistant", begun)))
            size = self._engine.measure(prompt)
            if begun or not passages or size.total + self.reserve() <= self._model().context_tokens:
                return _Fitted(prompt, size, books, chosen)
            passages = passages[: len(passages) * 3 // 4]

    def _room_for_answer(self, size: PromptSize) -> int:
        """The most tokens that the answer may take. Raises AppError DOES_NOT_FIT when too few are left."""
        context_tokens = self._model().context_tokens
        needed = size.total + self.reserve()
        if needed > context_tokens:
            raise _does_not_fit(size, needed, context_tokens)
        return min(self.longest_answer(), context_tokens - size.total)

    def reserve(self) -> int:
        """Tokens of the room that is kept for an answer. Raises AppError NO_MODEL."""
        return min(self.longest_answer(), self._model().context_tokens // _RESERVE_SHARE)

    def longest_answer(self) -> int:
        """The most tokens that an answer may take. Raises AppError NO_MODEL."""
        usual = STARTER_ANSWER_TOKENS if self._models.is_starter(self._model().path) else ANSWER_TOKENS
        return self._settings().max_answer_tokens or usual

    def _model(self) -> ModelInfo:
        """Raises AppError NO_MODEL."""
        model = self._models.loaded()
        if model is None:
            raise AppError(Code.NO_MODEL)
        return model

    def _name(self, question: Question) -> None:
        """A conversation without a name takes its first question's first words, or its first image's name."""
        conversation = self._conversations.get(question.conversation_id)
        if conversation is not None and not conversation.title:
            images = (ref_of(image).untrusted_name for image in question.images)
            words = " ".join(question.text.split()) or next(images, "")
            short = words if len(words) <= _TITLE_CHARACTERS else words[: _TITLE_CHARACTERS - 1].rstrip() + "…"
            self._conversations.rename(conversation.id, short)


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


def _cite(answer: str, question: str, checker: Checker, books: tuple[CitedBook, ...]) -> tuple[Citation, ...]:
    """The answer's own citations, checked; where none has support, the pages that are most related to it."""
    citations = checker.check(answer)
    if any(citation.has_support for citation in citations):
        return citations
    from app.documents.quotes import find_related

    return citations + find_related(answer, question, books)
