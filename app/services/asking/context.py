"""The context of a conversation: what fills it, reading its books ahead, and what there is to choose from when it does
not fit."""

from __future__ import annotations

import time
from bisect import bisect_right
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Literal

import msgspec

from app.core.conversations.chapters import OutlineChapter, chapters_of
from app.core.conversations.conversation import BookRef, Conversation, QuestionContext, StoredQuestion, Timings, Turn
from app.core.conversations.events import Loading, Notice, Reading, Tokenizing
from app.core.documents.document import Book, CitedBook
from app.core.documents.page_names import PageNames
from app.core.errors import AppError, Code
from app.core.work import Cancel, Work, finish
from app.engine.protocol import ContextOptions, Engine, Measure, Message, Prompt, PromptSize, ReadBooks
from app.services.asking.ask import Ask
from app.services.asking.fitting import BookSize, Choices, fewest
from app.services.asking.prompts import PromptQuestion, Prompts
from app.services.library.library import Library, document_text
from app.services.models.models import Models
from app.store.conversations import Conversations

_SHORT_QUESTION = 96
"""Tokens of a question, with the rules in short, while none was asked."""


class ContextSegment(msgspec.Struct, frozen=True):
    """A part of the context and its tokens. `book_id` and `title` are empty for all but books.

    `held_tokens` of a book's tokens, from its beginning, are read already: they are in the context, or saved.
    `page_ends` are how many of its tokens come before the end of each page on the desk, the first of which is
    `first_page`. `page_names` are those of all its pages.
    """

    kind: Literal["rules", "book", "talk"]
    tokens: int
    book_id: str = ""
    title: str = ""
    held_tokens: int = 0
    first_page: int = 1
    page_ends: tuple[int, ...] = ()
    page_names: PageNames = PageNames()

    def page_at(self, tokens: int) -> int:
        """Return the page that the book's token number `tokens` is on; after the last one, the last page."""
        return self.first_page + min(bisect_right(self.page_ends, tokens), max(0, len(self.page_ends) - 1))

    @property
    def read_to(self) -> int:
        """The last page that is read whole; 0 where none is."""
        pages = bisect_right(self.page_ends, self.held_tokens)
        return self.first_page + pages - 1 if pages else 0


class ContextUse(msgspec.Struct, frozen=True):
    """The use of a conversation's context; what the segments do not take is free.

    `to_read_tokens` of them would have to be read for the next question; the others are read already. `next_tokens` is
    what one more question with its answer is expected to take.
    """

    context_tokens: int
    segments: tuple[ContextSegment, ...]
    to_read_tokens: int = 0
    next_tokens: int = 0

    def after(self, done_tokens: int) -> ContextUse:
        """Return the same use once `done_tokens` of the prompt are read."""
        segments, before = [], 0
        for segment in self.segments:
            if segment.kind == "book":
                held = max(segment.held_tokens, min(segment.tokens, done_tokens - before))
                segment = msgspec.structs.replace(segment, held_tokens=held)
            segments.append(segment)
            before += segment.tokens
        return msgspec.structs.replace(self, segments=tuple(segments))

    @property
    def used_tokens(self) -> int:
        return sum(segment.tokens for segment in self.segments)

    @property
    def is_tight(self) -> bool:
        """All fits, but there is hardly room for one more question with its answer."""
        return 0 <= self.context_tokens - self.used_tokens < self.next_tokens


@dataclass(frozen=True)
class Context:
    """Belongs to the engine's one executor."""

    engine: Engine
    models: Models
    library: Library
    prompts: Prompts
    conversations: Conversations
    ask: Ask

    def use(self, conversation: Conversation, cancel: Cancel) -> Work[Tokenizing, ContextUse | None]:
        """Measure the context that a conversation's books and its shown branch take; None where the starter is loaded,
        which reads no documents. Raises AppError NO_MODEL and others; Stopped."""
        model = self.ask.model()
        if self.ask.is_starter():
            return None
        turns = self.conversations.turns(conversation.id)
        prompt, books = self.prompts.build(
            PromptQuestion(conversation.books),
            turns,
            sees=model.vision is not None,
            rules=conversation.rules,
            conversation_id=conversation.id,
        )
        size = yield from self.engine.run(Measure(prompt), cancel)
        segments = [ContextSegment("rules", size.frame)]
        parts = zip(conversation.books, books, size.documents, size.held, size.page_ends, strict=True)
        for ref, book, tokens, held, ends in parts:
            first = ref.pages.first if ref.pages else 1
            names = self.library.book(book.book_id).page_names
            segments.append(ContextSegment("book", tokens, book.book_id, book.title, held, first, ends, names))
        segments.append(ContextSegment("talk", sum(size.messages)))
        next_tokens = _question_tokens(size) + self.ask.longest_answer()
        return ContextUse(model.context_tokens, tuple(segments), size.to_read, next_tokens)

    def read(self, conversation: Conversation, cancel: Cancel) -> Work[Loading | Tokenizing | Reading | Notice, None]:
        """Read the books on a conversation's desk ahead of its next question. What was read stays when it is stopped.
        Raises AppError; Stopped."""
        yield from self.models.ready(cancel)
        prompt, _books = self.prompts.build(
            PromptQuestion(conversation.books), rules=conversation.rules, conversation_id=conversation.id
        )
        started, pauses = time.monotonic(), self.engine.pause_count
        usage = yield from self.engine.run(ReadBooks(prompt), cancel)
        if self.engine.pause_count == pauses:
            self.models.learn(usage, Timings(read_s=time.monotonic() - started))

    def choices(self, conversation_id: str, question_id: str = "", begun: str = "") -> Choices:
        """Return the choices that there are when a conversation does not fit, with the books that are on its desk now.

        `question_id` is the question that waits; without it, the shown branch counts, and a question like those before.
        `begun` is what there is of its answer. Raises AppError NO_MODEL and others.
        """
        model, conversation = self.ask.model(), self.conversations.get(conversation_id)
        if conversation is None:
            raise AppError(Code.NO_MODEL)
        asked = self.conversations.question(question_id) if question_id else None
        turns = self.conversations.history(question_id) if asked else self.conversations.turns(conversation_id)
        read = [turn for turn in turns if turn.is_read]

        def size_without(oldest: int, refs: tuple[BookRef, ...]) -> PromptSize:
            kept = tuple(turn for turn in turns if turn not in read[:oldest])
            return self._size(conversation, refs, kept, asked, begun)

        size = size_without(0, conversation.books)
        turns_total = size_without(0, ()).total
        spared = lru_cache(lambda n: turns_total - size_without(n, ()).total)
        question = sum(size.messages[2 * len(read) :]) if asked else _question_tokens(size)
        reserve = self.ask.reserve()
        needed = size.total + reserve + (0 if asked else question)
        over = needed - model.context_tokens
        oldest = fewest([_answer_id(turn) for turn in read], lambda n: spared(n) >= over) if over > 0 else ()
        return Choices(
            needed,
            model.context_tokens,
            tuple(
                self._book_size(ref, tokens, ends)
                for ref, tokens, ends in zip(conversation.books, size.documents, size.page_ends, strict=True)
            ),
            finish(self.engine.run(ContextOptions())),
            question,
            reserve,
            len(read),
            spared(len(read)),
            oldest,
            spared(len(oldest)),
            not self.ask.is_starter(),
            excerpts_tokens=self.ask.budget().excerpts,
            tokens_per_second=self.models.reading_speed(),
            planned=asked is not None and asked.plan is not None,
        )

    def _size(
        self,
        conversation: Conversation,
        refs: tuple[BookRef, ...],
        turns: tuple[Turn, ...],
        asked: StoredQuestion | None,
        begun: str,
    ) -> PromptSize:
        """Measure a prompt with these books, turns and question, and with the answer so far in `begun`."""
        text, images = (asked.text, asked.images) if asked else ("", ())
        sees = self.ask.model().vision is not None
        passages = asked.plan.passages if asked is not None and asked.plan is not None else ()
        retrieved = QuestionContext(passages, instructions=self.ask.instructions(conversation.id))
        others = asked.others if asked is not None else ()
        prompt, _books = self.prompts.build(
            PromptQuestion(refs, text, images, others, retrieved),
            turns,
            sees=sees,
            rules=conversation.rules,
            conversation_id=conversation.id,
        )
        answer = (Message("assistant", begun),) if begun else ()
        whole = msgspec.structs.replace(prompt, messages=prompt.messages + answer)
        return finish(self.engine.run(Measure(whole)))

    def _book_size(self, ref: BookRef, tokens: int, page_ends: tuple[int, ...]) -> BookSize:
        book = self.library.book(ref.book_id)
        shortest = min(page_ends[0], *(end - begin for begin, end in pairwise(page_ends))) if len(page_ends) > 1 else 0
        return BookSize(book.id, book.title, tokens, self.chapters(book), shortest)

    def chapters(self, book: Book) -> tuple[OutlineChapter, ...]:
        """Return a book's chapters with their tokens; without them for a remote engine, which gets only what is on the
        desk. Raises AppError NO_MODEL and others."""
        chapters = chapters_of(book.outline, book.page_count)
        if (model := self.models.loaded()) is not None and model.host:
            return chapters
        pages = self.library.pages(book.id)
        parts = (CitedBook(book.id, book.title, pages[c.pages.first - 1 : c.pages.last]) for c in chapters)
        documents = tuple(map(document_text, parts))
        if not documents:
            return ()
        tokens = finish(self.engine.run(Measure(Prompt("", documents, ())))).documents
        return tuple(msgspec.structs.replace(c, tokens=n) for c, n in zip(chapters, tokens, strict=True))

    def tokens_of(self, ref: BookRef) -> int | None:
        """Return the exact tokens that a book, or some of its pages, would take on the desk; None for a remote engine,
        which gets nothing that is not there yet. Raises AppError NO_MODEL, PAGES_INVALID."""
        if (model := self.models.loaded()) is not None and model.host:
            return None
        prompt, _books = self.prompts.build(PromptQuestion((ref,)))
        return finish(self.engine.run(Measure(prompt))).documents[0]


def _question_tokens(size: PromptSize) -> int:
    """Return how many tokens a question takes, going by the questions of a prompt, which alternate with their
    answers."""
    asked = size.messages[::2]
    return max(_SHORT_QUESTION, sum(asked) // len(asked)) if asked else _SHORT_QUESTION


def _answer_id(turn: Turn) -> str:
    return turn.answer.id if turn.answer else ""
