"""Looks for words in what was asked and answered, and on the pages of the books: what the palette finds by text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

import msgspec

from app.core.comparison import PageSpan
from app.core.conversation import Conversation
from app.core.work import Cancel, Stopped, Work
from app.services.library import Library
from app.store.conversations import Conversations
from app.store.folding import contains, fold, places
from app.store.passages import Passage, Passages

MOST_OF_A_KIND = 6
_LOOKED_AT = 60
"""Passages that hold some of the words; those with all of them are taken."""
_MOST_WORDS = 16
_BEFORE, _AFTER = 32, 96
"""Characters of an excerpt around the place that was found."""


class Excerpt(msgspec.Struct, frozen=True):
    """One line of a text; `matches` are the ranges of its characters that were looked for."""

    text: str
    matches: tuple[tuple[int, int], ...]


class FoundInConversation(msgspec.Struct, frozen=True):
    """`question_id`: the question that has the words, or the answer to it."""

    conversation: Conversation
    question_id: str
    excerpt: Excerpt


class FoundInBook(msgspec.Struct, frozen=True):
    """`span`: the words on their page."""

    book_id: str
    span: PageSpan
    excerpt: Excerpt


FoundText: TypeAlias = FoundInConversation | FoundInBook


@dataclass(frozen=True)
class TextSearch:
    """May be used from any thread. Only short reads are done, so that nobody waits for the database."""

    conversations: Conversations
    library: Library
    passages: Passages

    def find(self, text: str, cancel: Cancel) -> Work[FoundText, None]:
        """What contains all words of `text`: questions and answers, those of the newest conversations first, then
        passages of books, best first; at most MOST_OF_A_KIND of each. Case and width do not count. Raises AppError as
        the database does; Stopped."""
        needle = fold(text)
        if needle:
            yield from self._in_conversations(needle, cancel)
            yield from self._in_books(text, needle, cancel)

    def _in_conversations(self, needle: str, cancel: Cancel) -> Iterator[FoundInConversation]:
        count, words = 0, needle.split()[:_MOST_WORDS]
        for conversation in self.conversations.all():
            if cancel.requested:
                raise Stopped
            for needles in ([needle], words):  # side by side, else apart
                place = self.conversations.place_of(conversation.id, needles)
                if place is not None:
                    yield FoundInConversation(conversation, place.question_id, excerpt_of(place.text, needles))
                    count += 1
                    break
            if count == MOST_OF_A_KIND:
                return

    def _in_books(self, text: str, needle: str, cancel: Cancel) -> Iterator[FoundInBook]:
        words = needle.split()[:_MOST_WORDS]
        scopes = self.passages.scopes([(book.id, None) for book in self.library.books()])
        ranked = self.passages.by_words(scopes, text).ranked[:_LOOKED_AT]
        if cancel.requested:
            raise Stopped
        passages = self.passages.take(dict.fromkeys(ranked, 0.0))
        found = [each for each in passages if all(contains(each.text, word) for word in words)]
        for passage in found[:MOST_OF_A_KIND]:
            needles = [needle] if contains(passage.text, needle) else words
            yield FoundInBook(passage.book_id, _span(passage, needles), excerpt_of(passage.text, needles))


def _span(passage: Passage, needles: list[str]) -> PageSpan:
    """Of the first place in a passage."""
    start, end = min(place for needle in needles for place in places(passage.text, needle)[:1])
    return PageSpan(passage.page, passage.label, passage.start + start, passage.start + end)


def excerpt_of(text: str, needles: list[str]) -> Excerpt:
    """One line around the first place of `needles`, which `fold` returned, and which `text` contains."""
    first = needles[0]
    part = next((part for part in text.split("\n\n") if contains(part, first)), text)
    start, end = next(iter(places(part, first)), (0, 0))
    begin = _edge(part, start - _BEFORE, start)
    until = part[: end + _AFTER].rfind(" ", end + _AFTER // 2) if end + _AFTER < len(part) else len(part)
    line = " ".join(part[begin : until if until > end else end + _AFTER].replace("**", "").split())
    line = f"{'…' if begin else ''}{line}{'…' if until < len(part) else ''}"
    return Excerpt(line, tuple(sorted(place for needle in needles for place in places(line, needle))))


def _edge(text: str, wanted: int, last: int) -> int:
    """Where a word begins, about at `wanted`; `wanted` itself in a text without spaces."""
    if wanted <= 0:
        return 0
    space = text.find(" ", wanted, last)
    return space + 1 if space >= 0 else wanted
