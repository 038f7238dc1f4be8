"""Says in a line what a document's file says of it: when it was written, by whom, to whom, where it was published."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from app.core.documents.facts import DocumentPerson, Facts, Role
from app.core.documents.untrusted import disarm
from app.wording import units
from app.wording.i18n import _

MAX_NAMED = 3
"""People of a role who are named; of more, it is said how many."""


def facts_line(facts: Facts) -> str:
    """Say in a line what the file says of its document; empty if it says nothing."""
    senders, receivers = facts.of(Role.SENDER), facts.of(Role.RECEIVER)
    parts = [
        date_words(facts.date) if facts.date else "",
        _people(facts.of(Role.AUTHOR, Role.EDITOR)),
        _("from {names}").format(names=_people(senders)) if senders else "",
        _("to {names}").format(names=_people(receivers)) if receivers else "",
        disarm(facts.container),
        disarm(facts.publisher),
        f"DOI {facts.doi}" if facts.doi else "",
        f"ISBN {facts.isbn}" if facts.isbn else "",
    ]
    return " · ".join(filter(None, parts))


def date_words(written: str) -> str:
    """Return a date of `Facts` as a person writes a day; unchanged if it is less exact than that."""
    day, _sign, time = written.partition("T")
    words = units.day(date.fromisoformat(day)) if len(day) == len("2026-03-12") else day
    return f"{words}, {time}" if time else words


def _people(people: Sequence[DocumentPerson]) -> str:
    named = ", ".join(disarm(person.shown) for person in people[:MAX_NAMED])
    more = len(people) - MAX_NAMED
    return _("{names} and {n} more").format(names=named, n=units.count(more)) if more > 0 else named
