"""Questions, answers and the conversations they belong to, as plain frozen data."""

from __future__ import annotations

from enum import StrEnum
from itertools import chain
from typing import TypeAlias

import msgspec

from app.core.conversations.image import Image, ImageRef
from app.core.conversations.values import FREE, AnswerForm
from app.core.conversations.verdict import SentenceVerdict
from app.core.errors import Problem


class CitationState(StrEnum):
    """The finding of the program, not of the model, about a citation."""

    VERIFIED = "verified"  # the words are on that page, word for word after normalising
    REPAIRED = "repaired"  # they are, word for word, on another page than the answer names
    NEAR = "near"  # something like it is on that page, in other words
    CUT = "cut"  # it is there word for word, but the words right before or after it turn its sense
    NOT_FOUND = "not_found"  # the quotation is not on that page, or there is no such page
    PAGE = "page"  # a page was named without a quotation; the page exists


class Citation(msgspec.Struct, frozen=True, gc=False):
    """A place in a book that an answer rests on.

    `quote` are the words that were looked up, those within quotation marks. `start` and `end` are the offsets, in
    characters of the answer's text, of the mark (`[p. 12]`) in the answer; both are -1 for a quotation that names no
    page and was found on one. `page` counts from 1; `label` is the page's own label. `on_page` is for NEAR what the
    page says where the quotation should be, for CUT the page's fuller wording. `named` is, for REPAIRED, and for CUT if
    it is on another page, the page that the answer names.

    A PAGE with `page` 0 is one that several books have: `document` has their titles, and nothing says which is meant.
    """

    book_id: str
    document: str
    page: int
    label: str
    quote: str
    state: CitationState
    start: int = -1
    end: int = -1
    on_page: str = ""
    named: str = ""

    @property
    def shown(self) -> str:
        """The text that is marked on the page: the quotation as it is there."""
        return self.on_page or self.quote

    @property
    def is_unresolved(self) -> bool:
        """True if several books have the page and nothing says which of them is meant."""
        return self.state is CitationState.PAGE and self.page == 0


class Usage(msgspec.Struct, frozen=True):
    """Counts of one answer, in tokens; reused + evaluated = prompt. `encoded_images` counts those of the prompt's
    images that went through the projector; those that were seen before did not. `tells_reused` is False if a server
    does not say what it held before: then `evaluated_tokens` is the most that it may have read."""

    prompt_tokens: int = 0
    reused_tokens: int = 0
    evaluated_tokens: int = 0
    generated_tokens: int = 0
    encoded_images: int = 0
    tells_reused: bool = True


class Timings(msgspec.Struct, frozen=True):
    """Seconds. `first_token_s` counts from the moment the question reached the engine."""

    load_s: float = 0.0
    read_s: float = 0.0
    first_token_s: float = 0.0
    generate_s: float = 0.0


class Ending(StrEnum):
    """The way in which an answer ended."""

    COMPLETE = "complete"
    LENGTH = "length"  # the limit of tokens for an answer, or the end of the context
    CANCELLED = "cancelled"  # by the person
    CLOSED = "closed"  # Octavo was closed, or killed, meanwhile
    FAILED = "failed"
    OPEN = "open"  # not ended yet


class PageRange(msgspec.Struct, frozen=True):
    """Pages `first` to `last` of a book, both included, counted from 1."""

    first: int
    last: int


class BookRef(msgspec.Struct, frozen=True):
    """A book on the desk of a conversation, whole or some of its pages."""

    book_id: str
    pages: PageRange | None = None


class PassageRef(msgspec.Struct, frozen=True):
    """A passage of a book: characters [start, end) of a page's text. `page` counts from 1; `label` is its own label."""

    book_id: str
    document: str
    page: int
    label: str
    start: int
    end: int


class MatterScope(msgspec.Struct, frozen=True):
    """The documents that a conversation asks besides the books on its desk: these, by their ids, or, where it names
    none, all that there are when a question is asked."""

    book_ids: tuple[str, ...] = ()


class MatterPlan(msgspec.Struct, frozen=True):
    """A plan of what a question to more documents than fit takes of those that it does not read whole.

    `passages` are what the model sees of them, the best first. By their ids, `left_out` are documents in which
    something was found that it does not see, for want of room or because the person dropped them; `nothing` are those
    in which nothing was found. `words_alone` tells that some were searched by words alone.
    """

    passages: tuple[PassageRef, ...] = ()
    left_out: tuple[str, ...] = ()
    nothing: tuple[str, ...] = ()
    words_alone: bool = False

    @property
    def others(self) -> tuple[BookRef, ...]:
        """The documents that the passages are of, the best first."""
        return tuple(map(BookRef, dict.fromkeys(passage.book_id for passage in self.passages)))


class Question(msgspec.Struct, frozen=True):
    """A question of a person. `parent_id` is the answer it follows (None: the conversation's first question).

    `replaces` is the id of a question in whose place this one comes, if that never got a word of an answer. `images`
    are in the order in which the model sees them; one that is kept already is named by its reference. `books` are read
    whole; `plan` is what is taken of other documents, None if no others are asked. `form` is what its answer has to be.
    """

    conversation_id: str
    text: str
    books: tuple[BookRef, ...] = ()
    parent_id: str | None = None
    images: tuple[Image | ImageRef, ...] = ()
    replaces: str = ""
    plan: MatterPlan | None = None
    form: AnswerForm = FREE

    @property
    def others(self) -> tuple[BookRef, ...]:
        """The documents of which the model sees passages alone."""
        return _others(self.books, self.plan)

    @property
    def all_books(self) -> tuple[BookRef, ...]:
        """All documents that it asks: those that are read whole, then the others."""
        return (*self.books, *self.others)

    @property
    def asks_documents(self) -> bool:
        return bool(self.books) or self.plan is not None


class StoredQuestion(msgspec.Struct, frozen=True):
    """A question as it is kept. `form` is what its answer has to be."""

    id: str
    conversation_id: str
    parent_id: str | None
    text: str
    books: tuple[BookRef, ...]
    created_at: float  # seconds since the epoch, UTC
    images: tuple[ImageRef, ...] = ()
    plan: MatterPlan | None = None
    form: AnswerForm = FREE

    @property
    def others(self) -> tuple[BookRef, ...]:
        """The documents of which the model sees passages alone."""
        return _others(self.books, self.plan)

    @property
    def all_books(self) -> tuple[BookRef, ...]:
        """All documents that it asks: those that are read whole, then the others."""
        return (*self.books, *self.others)

    @property
    def asks_documents(self) -> bool:
        return bool(self.books) or self.plan is not None


def _others(books: tuple[BookRef, ...], plan: MatterPlan | None) -> tuple[BookRef, ...]:
    whole = {ref.book_id for ref in books}
    return tuple(ref for ref in plan.others if ref.book_id not in whole) if plan is not None else ()


class Draft(msgspec.Struct, frozen=True):
    """The text that is written in a conversation and not asked yet. While the kept question `question_id` is edited,
    `edited` is what became of it, and `text` what was written before that; empty where none is edited."""

    text: str = ""
    question_id: str = ""
    edited: str = ""

    @property
    def current(self) -> str:
        """The text that the person is writing now."""
        return self.edited if self.question_id else self.text


class OutlineRef(msgspec.Struct, frozen=True):
    """The outline of a book down to a level, the first of which is 1."""

    book_id: str
    document: str
    levels: int


class QuestionContext(msgspec.Struct, frozen=True):
    """The texts that stand next to a question besides the rules: all that has to be kept so that later turns repeat it
    as it was read. `words_alone` tells that not all of the books could be searched for passages by what they mean.
    `instructions` say how the person wants answers."""

    passages: tuple[PassageRef, ...] = ()
    outlines: tuple[OutlineRef, ...] = ()
    instructions: str = ""
    words_alone: bool = False

    @property
    def book_ids(self) -> tuple[str, ...]:
        """The ids of the books that passages or outlines here are taken from, each once."""
        ids = [passage.book_id for passage in self.passages], [outline.book_id for outline in self.outlines]
        return tuple(dict.fromkeys(chain.from_iterable(ids)))


class PartState(StrEnum):
    """The outcome of reading a part of the books."""

    UNREAD = "unread"  # not yet, or it failed
    READ = "read"
    CUT = "cut"  # read, but its notes reached their limit: the last pages may be missing in them


class Part(msgspec.Struct, frozen=True):
    """Pages that are read on their own, and noted, for a question to books that do not fit into the context.
    `document` is the book's title, `pages` what it calls these pages, such as "iv–12"."""

    book: BookRef
    document: str
    pages: str
    state: PartState = PartState.UNREAD


class Thought(msgspec.Struct, frozen=True):
    """The text that a model thought before it answered, which is no part of the answer. `limited` tells that its limit
    ended it."""

    text: str
    tokens: int
    seconds: float
    limited: bool = False


class Sent(msgspec.Struct, frozen=True):
    """The server that the texts of an answer went to. `replaced` counts the names and numbers that were replaced on the
    way."""

    host: str
    replaced: int = 0


class Answer(msgspec.Struct, frozen=True):
    """An answer as it is kept; partial text stays whatever ended it.

    `passages`, `outlines` and `instructions` stood next to the question, as `QuestionContext` says; with `excerpts`
    the model saw nothing else of the books. `parts` tells that it is written from notes of these, which are all pages
    that were asked; none for other answers. `from_search` tells that its sentences were chosen by a search in the
    books, and the model wrote none of it; `left_out` that questions that follow are asked without it and its question,
    so that they fit. `verdicts` are what the pages have of each of its sentences that states something, as far as
    words alone decide it when the answer ends; a model that may judge is asked about the others after that. An answer
    from a search has none: its sentences are the pages' own. `sent` says that it came from a server; None if a model
    on this machine answered. `thought` is what came before it; if there is no text, the answer ended in it.
    """

    id: str
    question_id: str
    text: str
    ending: Ending
    model: str
    created_at: float
    citations: tuple[Citation, ...] = ()
    usage: Usage = Usage()
    timings: Timings = Timings()
    problem: Problem | None = None
    passages: tuple[PassageRef, ...] = ()
    excerpts: bool = False
    from_search: bool = False
    left_out: bool = False
    outlines: tuple[OutlineRef, ...] = ()
    instructions: str = ""
    parts: tuple[Part, ...] = ()
    verdicts: tuple[SentenceVerdict, ...] = ()
    words_alone: bool = False
    sent: Sent | None = None
    thought: Thought | None = None

    @property
    def retrieved(self) -> QuestionContext:
        """The texts that stood next to the question when it was asked."""
        return QuestionContext(self.passages, self.outlines, self.instructions, self.words_alone)

    @property
    def is_whole(self) -> bool:
        """The model ended it, or its limit did."""
        return self.ending in (Ending.COMPLETE, Ending.LENGTH)

    @property
    def was_stopped(self) -> bool:
        """By the person, or because Octavo was closed."""
        return self.ending in (Ending.CANCELLED, Ending.CLOSED)


class AnotherAnswer(msgspec.Struct, frozen=True):
    """Asks a kept question once more."""

    question_id: str


class LongerAnswer(msgspec.Struct, frozen=True):
    """Asks for more of a kept answer, from exactly where it ends."""

    answer_id: str


Asked: TypeAlias = Question | AnotherAnswer | LongerAnswer


class Turn(msgspec.Struct, frozen=True):
    """One step of the branch that is shown: a question and the chosen one of its answers.

    `question_variant` of `question_variants` (both counted from 1) says which edit of the question is shown,
    `answer_variant` of `answer_variants` which answer. `answer` is None while none was begun.
    """

    question: StoredQuestion
    answer: Answer | None
    question_variant: int = 1
    question_variants: int = 1
    answer_variant: int = 1
    answer_variants: int = 1

    @property
    def is_read(self) -> bool:
        """True if a model reads this turn when it is asked something further."""
        return self.answer is not None and bool(self.answer.text) and not self.answer.left_out


RULES_VERSION = 1
"""The newest of the rules that models are given (`services.rules`): a conversation keeps those that it began with, or
its books would have to be read again."""


class Conversation(msgspec.Struct, frozen=True):
    """A conversation. `rules` is the version of those that its books were read with. `instructions` say how the person
    wants answers here. `pinned` tells that it is listed first, `archived` that it is listed only if a person asks for
    these. `scope` is what is asked besides `books`; None if they are all."""

    id: str
    title: str
    created_at: float
    updated_at: float
    books: tuple[BookRef, ...] = ()
    rules: int = RULES_VERSION
    instructions: str = ""
    pinned: bool = False
    archived: bool = False
    scope: MatterScope | None = None
