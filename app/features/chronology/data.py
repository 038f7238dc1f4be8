"""The chronology of a desk: dated events, and persons and organisations, each with the pages that it stands on."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from app.core.dates import DateSpan
from app.core.names import EntityKind


class EntrySource(StrEnum):
    """The one who found that something stands on a page."""

    RULES = "rules"  # the program, by rules: it may miss some
    MODEL = "model"  # a model; the program looked its quotation up


class FoundEvent(msgspec.Struct, frozen=True):
    """A dated event on a page of a book, which counts from 1.

    `quote` are the words of the page, on one line; `words` are those of them that name the date. `title` is what a
    model, or the subject of a mail, says in their place; it may be empty. `is_reckoned` tells that the date was
    calculated from another one in the text.
    """

    span: DateSpan
    page: int
    quote: str
    words: str
    title: str = ""
    is_reckoned: bool = False


class EventPlace(msgspec.Struct, frozen=True):
    """A place where an event stands; its fields are as in `FoundEvent`."""

    book_id: str
    page: int
    quote: str
    words: str
    source: EntrySource = EntrySource.RULES
    is_reckoned: bool = False


class TimelineEvent(msgspec.Struct, frozen=True):
    """An event as it is shown. `text` is what a person, a model or a subject says of it; empty if its quotation says
    it. `places` has at least one; several if the same words stand in several books, or a person made one event of
    several. `is_edited` tells that a person did so by hand."""

    id: str
    span: DateSpan
    text: str
    places: tuple[EventPlace, ...]
    is_edited: bool = False

    @property
    def words(self) -> str:
        """The event on one line: its own words, or its first quotation."""
        return self.text or self.places[0].quote

    @property
    def is_reckoned(self) -> bool:
        return not self.is_edited and all(place.is_reckoned for place in self.places)


class EntityPlace(msgspec.Struct, frozen=True):
    """A page that names a person or an organisation, and by which name, so often."""

    book_id: str
    page: int
    name: str
    count: int = 1
    source: EntrySource = EntrySource.RULES


class NamedEntity(msgspec.Struct, frozen=True):
    """A person or an organisation. `places` in the order of books and pages; at least one."""

    id: str
    name: str
    kind: EntityKind
    places: tuple[EntityPlace, ...]
    is_edited: bool = False

    @property
    def count(self) -> int:
        """The number of times that it is named."""
        return sum(place.count for place in self.places)

    @property
    def names(self) -> tuple[str, ...]:
        """All names that the pages have for it, the most frequent first."""
        counted: dict[str, int] = {}
        for place in self.places:
            counted[place.name] = counted.get(place.name, 0) + place.count
        return tuple(sorted(counted, key=lambda name: (-counted[name], name)))


class TimelineFinding(msgspec.Struct, frozen=True):
    """Books are being looked through: `done` of `total` are done; `book_id` is the next one, empty behind the last."""

    done: int
    total: int
    book_id: str = ""
