"""A list model of the chronology's lists: years with their events, or persons and organisations."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from PySide6.QtCore import QModelIndex

from app.core.conversations.conversation import Citation, CitationState
from app.core.documents.document import Book
from app.core.documents.untrusted import disarm
from app.features.chronology.data import EntityPlace, EntrySource, EventPlace, NamedEntity, TimelineEvent
from app.features.chronology.export import pages_of
from app.features.chronology.words import event_words, kind_words, quote_words, remark_words, span_words
from app.ui.chat.text.citations import label_citation
from app.ui.kit.rows import RowsModel
from app.ui.kit.words import spoken_words
from app.wording.i18n import _
from app.wording.units import counted

_MOST_PLACES = 20


@dataclass(frozen=True)
class YearRow:
    """The heading of a year. `n` is the number of events that follow under it."""

    year: int
    n: int

    @property
    def words(self) -> str:
        return _("{year}").format(year=self.year)


@dataclass(frozen=True)
class PlaceChip:
    """A chip. `label` is what it says; the citation leads to its page."""

    label: str
    citation: Citation


@dataclass(frozen=True)
class EventRow:
    """An event. `words` are untrusted; `remark` says what is special about how it was found, if anything is. `quote` is
    what the page says, if a model or a person says it in other words."""

    event: TimelineEvent
    day: str
    words: str
    remark: str
    chips: tuple[PlaceChip, ...]
    quote: str = ""

    @property
    def id(self) -> str:
        return self.event.id

    @property
    def spoken(self) -> str:
        return spoken_words(self.day, self.words, self.quote, *(chip.label for chip in self.chips), self.remark)


@dataclass(frozen=True)
class NameRow:
    """A name. `where` are its documents with their pages."""

    entity: NamedEntity
    name: str
    kind: str
    mentions: str
    where: str
    chips: tuple[PlaceChip, ...]

    @property
    def id(self) -> str:
        return self.entity.id

    @property
    def spoken(self) -> str:
        return spoken_words(self.name, self.kind, self.mentions, self.where)


EntryRow: TypeAlias = YearRow | EventRow | NameRow


def event_rows(events: Iterable[TimelineEvent], books: Mapping[str, Book]) -> Iterator[EntryRow]:
    """Yield the rows of events, with a heading above each year."""
    found = list(events)
    years: dict[int, int] = {}
    for event in found:
        years[event.span.first.year] = years.get(event.span.first.year, 0) + 1
    year = None
    for event in found:
        if event.span.first.year != year:
            year = event.span.first.year
            yield YearRow(year, years[year])
        yield _event_row(event, books)


def name_rows(entities: Iterable[NamedEntity], books: Mapping[str, Book]) -> Iterator[EntryRow]:
    for entity in entities:
        n = entity.count
        mentions = counted(n, _("1 mention"), _("{n} mentions"))
        chips = tuple(_chip(place, place.name, books) for place in entity.places[:_MOST_PLACES])
        where = disarm("  ·  ".join(pages_of(entity.places, books)))
        yield NameRow(entity, _one_line(entity.name), kind_words(entity.kind), mentions, where, chips)


def _event_row(event: TimelineEvent, books: Mapping[str, Book]) -> EventRow:
    chips = tuple(_chip(place, place.quote, books) for place in event.places)
    is_reworded = event.is_edited or event.places[0].source is EntrySource.MODEL
    quote = f"“{_one_line(quote_words(event.places[0], books))}”" if event.text and is_reworded else ""
    return EventRow(
        event, span_words(event.span), _one_line(event_words(event, books)), remark_words(event), chips, quote
    )


def _chip(place: EventPlace | EntityPlace, quote: str, books: Mapping[str, Book]) -> PlaceChip:
    book = books.get(place.book_id)
    title = book.title if book else ""
    label = book.page_names.of(place.page).label if book else str(place.page)
    citation = Citation(place.book_id, title, place.page, label, quote, CitationState.VERIFIED)
    return PlaceChip(f"{_one_line(title)} {label_citation(citation, books)}".strip(), citation)


def _one_line(untrusted_text: str) -> str:
    return " ".join(disarm(untrusted_text).split())


class TimelineList(RowsModel[EntryRow]):
    """Entries of the chronology; headings cannot be chosen."""

    def show_rows(self, rows: Iterable[EntryRow]) -> None:
        """Show these rows; if they are those that are shown, choice and scroll position stay."""
        made = list(rows)
        if made != self.rows:
            self.put(made)

    def index_of(self, id: str) -> QModelIndex:
        """Return the index of an entry; an invalid one if there is no such entry."""
        return self.find(lambda row: not isinstance(row, YearRow) and row.id == id)

    def words(self, row: EntryRow) -> str:
        return row.words if isinstance(row, YearRow) else row.spoken

    def can_choose(self, row: EntryRow) -> bool:
        return not isinstance(row, YearRow)
