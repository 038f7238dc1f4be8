"""The chronology of a desk: its books looked through one by one, and what is shown of it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

import msgspec

from app.core.dates import PartialDate
from app.core.errors import AppError, Code
from app.core.work import Cancel, Stopped, Work
from app.features.chronology.data import NamedEntity, TimelineEvent, TimelineFinding
from app.features.chronology.store import Timeline
from app.services.library.library import Library
from app.services.services import Services

RULES = 4
"""The version of the rules in `finding`, which is one more whenever they may find something else. All books are then
looked through again."""


@dataclass(frozen=True)
class Timelines:
    """The chronology. `find` takes the processor for a while; everything else is quick. Both need no engine."""

    library: Library
    store: Timeline

    def wanting(self) -> tuple[str, ...]:
        """Return the books that have not been looked through yet."""
        return self.store.wanting(RULES)

    def find(self, cancel: Cancel, only: Collection[str] | None = None) -> Work[TimelineFinding, None]:
        """Look through the books that this was not done with yet, or those of `only`. Each is kept when it is done, so
        the next call goes on where this one was stopped. Raises AppError as the store does; Stopped."""
        books = [book_id for book_id in self.wanting() if only is None or book_id in only]
        for number, book_id in enumerate(books):
            if cancel.requested:
                raise Stopped
            yield TimelineFinding(number, len(books), book_id)
            self._look_through(book_id)
        yield TimelineFinding(len(books), len(books))

    def _look_through(self, book_id: str) -> None:
        from app.features.chronology.finding import find_events, find_names  # now: their expressions take a moment

        try:
            book, pages = self.library.book(book_id), self.library.pages(book_id)
        except AppError as error:
            if error.code is Code.FILE_MISSING:
                return  # it was taken away meanwhile
            raise
        events = find_events(pages, book.title, PartialDate.parse(book.facts.date[:10]))
        self.store.keep_found(book_id, RULES, tuple(events), tuple(find_names(pages)))


def timelines_of(desk: Services) -> Timelines:
    return Timelines(desk.documents.library, Timeline(desk.database))


def events_of(
    events: Iterable[TimelineEvent], *, books: Collection[str] | None = None, entity: NamedEntity | None = None
) -> tuple[TimelineEvent, ...]:
    """Return the events that stand in one of these books, with the places there alone, and that name this person or
    organisation."""
    found: Sequence[TimelineEvent] = tuple(events)
    if books is not None:
        within = ((event, tuple(place for place in event.places if place.book_id in books)) for event in found)
        found = [msgspec.structs.replace(event, places=places) for event, places in within if places]
    if entity is not None:
        names = _pattern(entity)
        found = [event for event in found if names.search(_said(event))]
    return tuple(found)


def entities_of(entities: Iterable[NamedEntity], books: Collection[str]) -> tuple[NamedEntity, ...]:
    """Return the persons and organisations that are named in one of these books, with the places there alone; the most
    frequent first."""
    within = ((each, tuple(place for place in each.places if place.book_id in books)) for each in entities)
    found = (msgspec.structs.replace(entity, places=places) for entity, places in within if places)
    return tuple(sorted(found, key=lambda entity: (-entity.count, entity.name)))


def _pattern(entity: NamedEntity) -> re.Pattern[str]:
    names = sorted({entity.name, *entity.names}, key=len, reverse=True)
    alternatives = "|".join(r"\s+".join(map(re.escape, name.split())) for name in names)
    return re.compile(rf"(?<!\w)(?:{alternatives})(?!\w)|{_unspaced(names)}", re.IGNORECASE)


def _unspaced(names: Sequence[str]) -> str:
    """Return a pattern of the names in scripts without spaces, which are inside of what counts as a word."""
    found = [re.escape(name) for name in names if not name.isascii() and len(name) > 1 and not name[0].isascii()]
    return "|".join(found) or r"(?!)"


def _said(event: TimelineEvent) -> str:
    return "\n".join((event.text, *(place.quote for place in event.places)))
