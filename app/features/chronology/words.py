"""The words of the chronology: days as far as they are known, who found an entry, what the rules cannot do."""

from __future__ import annotations

from collections.abc import Mapping

from app.core.dates import DateSpan, PartialDate
from app.core.documents.document import Book
from app.core.names import EntityKind
from app.features.chronology.data import EntrySource, EventPlace, TimelineEvent
from app.wording import units
from app.wording.i18n import _
from app.wording.page_lines import page_line


def day_words(day: PartialDate) -> str:
    """Return a day as far as it is known, such as `5 March 2024`, `March 2024`, `2024`."""
    if not day.month:
        return _("{year}").format(year=day.year)
    month = units.month(day.month)
    if not day.day:
        return _("{month} {year}").format(month=month, year=day.year)
    return _("{day} {month} {year}").format(day=day.day, month=month, year=day.year)


def span_words(span: DateSpan) -> str:
    """Return a span, such as `3–5 June 2019`, `30 May – 2 June 2019`, `2019 – March 2021`: what both ends share is said
    once."""
    first, last = span.first, span.last
    if last is None:
        return day_words(first)
    if first.day and last.day and (first.year, first.month) == (last.year, last.month):
        words = _("{first}–{last} {month} {year}")
        return words.format(first=first.day, last=last.day, month=units.month(first.month), year=first.year)
    if first.day and last.day and first.year == last.year:
        words = _("{first_day} {first_month} – {day} {month} {year}")
        months = units.month(first.month), units.month(last.month)
        return words.format(first_day=first.day, first_month=months[0], day=last.day, month=months[1], year=first.year)
    return _("{first} – {last}").format(first=day_words(span.first), last=day_words(last))


def kind_words(kind: EntityKind) -> str:
    return {EntityKind.PERSON: _("Person"), EntityKind.ORGANISATION: _("Organisation")}[kind]


def remark_words(event: TimelineEvent) -> str:
    """Say in short how an event's day came about, if it was edited or calculated; empty otherwise."""
    if event.is_edited:
        return _("edited")
    return _("date calculated") if event.is_reckoned else ""


def event_words(event: TimelineEvent, books: Mapping[str, Book]) -> str:
    """Return what happened, on one line and untrusted: an event's own words, or its first quotation. `books` are by
    their ids."""
    return event.text or quote_words(event.places[0], books)


def quote_words(place: EventPlace, books: Mapping[str, Book]) -> str:
    """Return the quotation of a place as a person reads it, untrusted. `books` are by their ids."""
    return page_line(place.quote, place.book_id, books)


def source_words(event: TimelineEvent) -> str:
    """Say who vouches for an event."""
    if event.is_edited:
        return _("Edited by hand")
    if any(place.source is EntrySource.MODEL for place in event.places):
        return _("Found by the model, quotation verified")
    return _("Found by rules, date calculated from the text") if event.is_reckoned else _("Found by rules")


def asked_words(added: int, dropped: int) -> str:
    """Say how many entries were added after a model was asked, and how many were left out."""
    words = units.counted(added, _("1 entry was added."), _("{n} entries were added."))
    if not dropped:
        return words
    one = _("1 was left out: no page has the words that the model quotes.")
    many = _("{n} were left out: no page has the words that the model quotes.").format(n=units.count(dropped))
    left_out = one if dropped == 1 else many
    return f"{words} {left_out}"


def limits_words() -> str:
    """Warn whoever reads the list that dates and names may be missing or wrong."""
    return _("Dates and names are found by rules. Some may be missing or wrong: check the pages.")
