"""The progress that long work (`core.work`) yields while it runs."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import msgspec
from msgspec import Meta

from app.core.conversations.conversation import BookRef, Citation, PartState
from app.core.conversations.verdict import SentenceVerdict
from app.core.errors import Problem

Count: TypeAlias = Annotated[int, Meta(ge=0, le=1 << 53)]
"""A number of bytes, as a child process may report it."""


class Advance(msgspec.Struct, frozen=True):
    """A report of how far long work is: of several that nobody has seen yet, only the newest is worth showing."""


class Loading(Advance, frozen=True, tag=True):
    """A model is being loaded; `fraction` from 0 to 1."""

    fraction: float


class Opening(Advance, frozen=True, tag=True):
    """A file is being turned into pages; `total` is 0 while it is not known.

    `recognising` tells that the text of its pictures is being recognised, of which it has `total`.
    """

    done: int
    total: int
    recognising: bool = False


class Indexing(msgspec.Struct, frozen=True, tag=True):
    """Passages of a book get their vectors: `done` of `total` have one. If `closely`, all have some already, and get
    those of a closer look."""

    done: int
    total: int
    book_id: str
    closely: bool = False


class Asking(msgspec.Struct, frozen=True, tag=True):
    """A model hub is being asked; `host` is the one address that is spoken to."""

    host: str


class Fetching(Advance, frozen=True, tag=True):
    """Bytes of a model's files are arriving: `done` of `total` are on disk, of which `hashed` belong to files whose
    hash was found right. `rate` is in bytes a second of late, 0 while it is not known. `host` is the one address that
    is spoken to. `file` is the name of the file that arrives, or of the first if several do."""

    done: Count
    total: Count
    hashed: Count
    rate: Annotated[float, Meta(ge=0, le=1e15)]
    host: str
    file: str


class Hashing(Advance, frozen=True, tag=True):
    """Bytes of files are compared with their hash: `done` of `total`. `file` is the name of the present one."""

    done: Count
    total: Count
    file: str


class Copying(Advance, frozen=True, tag=True):
    """Bytes of files are copied from disk to disk: `done` of `total`. `file` is the name of the present one."""

    done: int
    total: int
    file: str


class Stored(msgspec.Struct, frozen=True, tag=True):
    """The question is on disk and may be shown as sent; its answer will have the id `answer_id`."""

    question_id: str
    answer_id: str


class Tokenizing(Advance, frozen=True, tag=True):
    """Texts of a prompt that no tokens are known of are being tokenized: `done` of `total` characters."""

    done: int
    total: int


class Reading(Advance, frozen=True, tag=True):
    """Tokens of the prompt: `done` of `total` are in the context, `reused` of them were there before. `excerpts` counts
    the pages with the passages that are read in place of books; 0 if whole books are read."""

    done: int
    total: int
    reused: int
    excerpts: int = 0


class Looking(msgspec.Struct, frozen=True, tag=True):
    """The images of a question go through the projector: `done` of `total` tiles of image `image` of `images`, both
    counted from 1."""

    done: int
    total: int
    image: int
    images: int


class Thinking(msgspec.Struct, frozen=True, tag=True):
    """The model thinks before it answers; none of that is part of the answer. `text` is more of what it thinks, empty
    where a thought begins. So far, `tokens` went into thoughts, and `seconds`. `limited` tells that their limit ended
    them."""

    text: str = ""
    tokens: int = 0
    seconds: float = 0.0
    limited: bool = False


class Token(msgspec.Struct, frozen=True, tag=True):
    """More text of the answer; always whole characters, possibly of several tokens."""

    text: str


class Checked(msgspec.Struct, frozen=True, tag=True):
    """The findings on the text so far: the citations that have a page mark, in order, and the verdicts
    on the sentences that a page mark ends."""

    citations: tuple[Citation, ...]
    verdicts: tuple[SentenceVerdict, ...] = ()


class Weighing(Advance, frozen=True, tag=True):
    """The model was asked about `done` of `total` sentences: those of an answer or, where `calibrating`, those that
    show first whether it can be asked."""

    done: int
    total: int
    calibrating: bool = False


class Notice(msgspec.Struct, frozen=True, tag=True):
    """Something went wrong that does not stop the answer, and that a person should know."""

    problem: Problem


class PartBegun(msgspec.Struct, frozen=True, tag=True):
    """Part `number` of `total`, counted from 1, of books that do not fit is being read: these pages of `books`."""

    number: int
    total: int
    books: tuple[BookRef, ...]


class PartEnded(msgspec.Struct, frozen=True, tag=True):
    """Part `number` of `total` of books that do not fit is done with; `problem` says why it was not read."""

    number: int
    total: int
    books: tuple[BookRef, ...]
    state: PartState
    problem: Problem | None = None


class Noting(msgspec.Struct, frozen=True, tag=True):
    """Notes are being written; they are not shown as they are written."""


AnswerProgress: TypeAlias = Loading | Stored | Tokenizing | Looking | Reading | Thinking | Token | Checked | Notice
PartsProgress: TypeAlias = AnswerProgress | PartBegun | PartEnded | Noting
