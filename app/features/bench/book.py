"""The book that a benchmark reads: made-up pages, the same each time."""

from __future__ import annotations

import random
from dataclasses import dataclass

from app.core.conversations.conversation import RULES_VERSION
from app.engine.protocol import BookSpan, DocumentText, Message, PageText, Prompt
from app.services.asking.rules import rules_of

_TITLE, _BOOK = "Bench", "bench"

_WORDS = (
    "the and for are but not you all any can her was one our out day get has him his how man new now old see two way"
    " who boy did its let put say she too use that with have this will your from they know want been good much some"
    " time very when come here just like long make many more only over such take than them well were"
)
_PAGE_WORDS = 200


def page(number: int) -> PageText:
    """Return a page of the book; it is the same for the same number."""
    pick = random.Random(number)  # noqa: S311 - a text that is the same each time, and no secret
    return PageText(str(number), " ".join(pick.choices(_WORDS.split(), k=_PAGE_WORDS)))


@dataclass(frozen=True)
class MadeBook:
    """A book of made-up pages, and its prompt's tokens up to its end. `page_ends` are positions among these."""

    pages: tuple[PageText, ...]
    tokens: tuple[int, ...]
    start: int
    page_ends: tuple[int, ...]

    def prompt(self, pages: int, *messages: Message) -> Prompt:
        """Make a prompt of so many pages and these messages."""
        return Prompt(rules_of(RULES_VERSION).documents, (DocumentText(_TITLE, self.pages[:pages], _BOOK),), messages)

    def pages_within(self, position: int) -> int:
        """Return how many pages end at `position` or before it."""
        return sum(end <= position for end in self.page_ends)

    def spans(self, pages: int) -> tuple[BookSpan, ...]:
        return (BookSpan(_BOOK, _TITLE, self.start, self.page_ends[pages - 1]),)
