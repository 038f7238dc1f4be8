"""Two books, or two versions of one, compared: what each paragraph of the one became in the other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

import msgspec

from app.core.conversations.events import Advance
from app.core.documents.document import Book
from app.core.documents.page_span import PageSpan


class ChangeKind(StrEnum):
    """The fate of a paragraph between the two books."""

    SAME = "same"
    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    MOVED = "moved"  # here it is in the second book, from elsewhere in the first; its words may differ too
    LEFT = "left"  # the place in the first book that a moved one had; no change of its own
    SPLIT = "split"  # the words are the same, and what was one paragraph is several
    JOINED = "joined"


class WordState(StrEnum):
    SAME = "same"
    REMOVED = "removed"
    ADDED = "added"


class Stretch(msgspec.Struct, frozen=True):
    """Words that follow each other and share a state, with the white space before them. Words that are the same in both
    are written as the second book has them. A line break in `text` is one between paragraphs."""

    state: WordState
    text: str


class ComparedPassage(msgspec.Struct, frozen=True):
    """A paragraph of one book, as printed: `spans` in reading order, several where it goes over a page.

    `words` are the places in it that the other book does not have like that; none if that is all of it.
    """

    text: str
    spans: tuple[PageSpan, ...]
    words: tuple[PageSpan, ...] = ()


class ComparedParagraph(msgspec.Struct, frozen=True):
    """A paragraph of the first book, `before`, and what it is in the second, `after`; each is None if it is not there.

    `stretches` are both in one, in the order in which a marked-up text has them. A heading is part of the paragraph
    after it if both were added, removed or moved together; `heading` tells that it is nothing but one, and the outline
    has it.
    """

    kind: ChangeKind
    before: ComparedPassage | None
    after: ComparedPassage | None
    stretches: tuple[Stretch, ...]
    heading: bool = False

    @property
    def is_change(self) -> bool:
        return self.kind not in (ChangeKind.SAME, ChangeKind.LEFT)

    @property
    def has_other_words(self) -> bool:
        """True if both books have the paragraph, in other words."""
        both = self.before is not None and self.after is not None
        return both and any(stretch.state is not WordState.SAME for stretch in self.stretches)


class Renumbering(msgspec.Struct, frozen=True):
    """A paragraph whose number, at its beginning, moved on with the numbering around it."""

    before: str
    after: str
    page_before: PageSpan
    page_after: PageSpan


class Doubt(StrEnum):
    """The reason why a comparison may have missed something."""

    NO_TEXT = "no_text"  # pages show something that could not be read
    RECOGNISED = "recognised"  # text was recognised in pictures: what differs may be an error of that
    HIDDEN = "hidden"  # text that a person would not see was not compared
    RECORDED = "recorded"  # the file records changes: they were taken as accepted
    OUTDATED = "outdated"  # an earlier reader read this book, and another the other one
    PARAGRAPHS = "paragraphs"  # where paragraphs end was not compared
    UNLIKE = "unlike"  # the two have hardly any text in common


class Reservation(msgspec.Struct, frozen=True):
    """A doubt about the book `book`, 0 or 1, on these pages, counted from 1. Without pages it is about all of that book
    or, if it is about both, of both."""

    doubt: Doubt
    book: int = 0
    pages: tuple[int, ...] = ()


class Comparison(msgspec.Struct, frozen=True, dict=True):
    """All paragraphs of both books, in the order of the second one; what is gone is where it was."""

    paragraphs: tuple[ComparedParagraph, ...]
    renumbered: tuple[Renumbering, ...] = ()
    reservations: tuple[Reservation, ...] = ()

    @cached_property
    def changes(self) -> tuple[ComparedParagraph, ...]:
        return tuple(paragraph for paragraph in self.paragraphs if paragraph.is_change)

    @property
    def counts(self) -> Mapping[ChangeKind, int]:
        """The number of changes of each kind; kinds without any are left out."""
        counted = Counter(change.kind for change in self.changes)
        return {kind: counted[kind] for kind in ChangeKind if counted[kind]}


class Comparing(Advance, frozen=True):
    """The progress of a comparison: `done` of `total` steps, as many as both books have pages and a few."""

    done: int
    total: int


@dataclass(frozen=True)
class ComparedBooks:
    first: Book
    second: Book
    found: Comparison
