"""The ways out when a conversation with its books does not fit: what can be done, with numbers, the best first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import StrEnum

import msgspec

from app.core.conversations.chapters import OutlineChapter
from app.core.settings import KvType
from app.engine.protocol import Room

_HEADROOM = 1.1
"""A larger context is proposed with room for a few questions and answers."""

_STEP = 4096
_MOST_BOOKS = 4  # of which something can be chosen at once


class BookSize(msgspec.Struct, frozen=True):
    """A book on the desk, what it takes there, and its chapters. `page_tokens` is what its shortest page takes, with
    the title; 0 if it has but one."""

    book_id: str
    title: str
    tokens: int
    chapters: tuple[OutlineChapter, ...]
    page_tokens: int = 0


class Choices(msgspec.Struct, frozen=True):
    """The content of the context, and what there is to choose from if that is too much.

    `needed_tokens` is the whole prompt with the question that waits (`question_tokens`), or one like those before it,
    and the room that is kept for an answer (`reserve_tokens`). `turns` earlier questions are read with their answers,
    and take `turns_tokens`. `oldest` are the ids of the oldest answers, as few as make the rest fit without them and
    their questions, and `oldest_tokens` is what that spares; they are empty if that does not help, or all fits.
    `takes_notes` says whether the model can write notes on parts of the books. `excerpts_tokens` is the most that
    passages in place of books take. `tokens_per_second` is how fast the model reads, 0 if that was not measured. If it
    is `planned`, the question that waits takes passages of other documents, too.
    """

    needed_tokens: int
    context_tokens: int
    books: tuple[BookSize, ...]
    rooms: tuple[Room, ...]
    question_tokens: int = 0
    reserve_tokens: int = 0
    turns: int = 0
    turns_tokens: int = 0
    oldest: tuple[str, ...] = ()
    oldest_tokens: int = 0
    takes_notes: bool = True
    excerpts_tokens: int = 0
    tokens_per_second: float = 0.0
    planned: bool = False

    @property
    def books_tokens(self) -> int:
        return sum(book.tokens for book in self.books)

    def largest(self, most: int) -> list[BookSize]:
        """Return at most so many of the books, the largest first."""
        return sorted(self.books, key=lambda book: book.tokens, reverse=True)[:most]

    def seconds(self, kind: RemedyKind) -> float | None:
        """Return how long a way out has the model read, about; None where it reads nothing for it, or it is not known
        how fast."""
        read = {
            RemedyKind.LARGER: self.needed_tokens - self.reserve_tokens,
            RemedyKind.PARTS: self.books_tokens,
            RemedyKind.EXCERPTS: self.needed_tokens - self.reserve_tokens - self.books_tokens + self.excerpts_tokens,
        }
        return read[kind] / self.tokens_per_second if kind in read and self.tokens_per_second else None

    def fits_without(self, tokens: int) -> bool:
        """Return whether the rest fits once so many tokens are gone."""
        return self.needed_tokens - tokens <= self.context_tokens


class RemedyKind(StrEnum):
    LARGER = "larger"  # the same model, loaded again with a larger context
    LEAVE_OUT = "leave_out"  # the oldest turns
    NEW = "new"  # a new conversation with the same books
    PAGES = "pages"  # some pages of a book
    TAKE_OFF = "take_off"  # a book off the desk
    PARTS = "parts"  # the books read in parts, and notes in their place
    CHOOSE = "choose"  # what matters for the question: some books whole, passages of others
    EXCERPTS = "excerpts"  # passages instead of the books
    MODEL = "model"  # another model


class Remedy(msgspec.Struct, frozen=True):
    """Something to do, and whether that alone helps as far as is known. `book`, `room` where its kind has one."""

    kind: RemedyKind
    helps: bool
    book: BookSize | None = None
    room: Room | None = None


def ways(choices: Choices, kv_type: KvType | None, *, asked: bool) -> tuple[Remedy, ...]:
    """Return the ways out, first those that help. `kv_type` is the present one, None if the model runs elsewhere;
    `asked` says that a question waits, which excerpts, or notes on parts, can answer: these come before what would
    change the books on the desk."""
    found = [Remedy(RemedyKind.LARGER, True, room=room) for room in proposed_rooms(choices, kv_type)] if kv_type else []
    if choices.oldest:
        found.append(Remedy(RemedyKind.LEAVE_OUT, True))
    if choices.turns:
        found.append(Remedy(RemedyKind.NEW, choices.fits_without(choices.turns_tokens)))
    if asked and choices.books and not choices.planned:
        helps = choices.fits_without(choices.books_tokens)
        found.append(Remedy(RemedyKind.EXCERPTS, helps))
        found += [Remedy(RemedyKind.CHOOSE, helps)] if choices.books[1:] else []
        found += [Remedy(RemedyKind.PARTS, helps)] if choices.takes_notes else []
    of_books = []
    for book in choices.largest(_MOST_BOOKS):
        if book.page_tokens:
            of_books.append(Remedy(RemedyKind.PAGES, choices.fits_without(book.tokens - book.page_tokens), book))
        of_books.append(Remedy(RemedyKind.TAKE_OFF, choices.fits_without(book.tokens), book))
    # Where no book alone is too much, the person goes on choosing after the first one.
    found += [way for way in of_books if way.helps] or of_books
    if kv_type:
        found.append(Remedy(RemedyKind.MODEL, False))
    return tuple(sorted(found, key=lambda way: not way.helps))


def proposed_rooms(choices: Choices, kv_type: KvType) -> list[Room]:
    """Return a context that is large enough, for the present KV type or the first smaller one that is needed for it."""
    rooms = choices.rooms
    present = next((number for number, room in enumerate(rooms) if room.kv_type is kv_type), 0)
    wanted = -int(-choices.needed_tokens * _HEADROOM // _STEP) * _STEP
    for room in rooms[present:]:
        if room.context_tokens >= choices.needed_tokens and room.context_tokens > choices.context_tokens:
            return [Room(room.kv_type, min(wanted, room.context_tokens))]
    return []


def fewest(answer_ids: Sequence[str], fits: Callable[[int], bool]) -> tuple[str, ...]:
    """Return as few of the first ids as are needed for `fits`, which is asked with their number; none where all are too
    few."""
    low, high = 0, len(answer_ids)
    if not fits(high):
        return ()
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if fits(middle) else (middle + 1, high)
    return tuple(answer_ids[:low])
