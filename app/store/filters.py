"""Finds the documents, and the pages of them, that the filters of a search let pass."""

# ruff: noqa: S608 (what is put into the SQL below are constants of the store, never a value)

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from pathlib import PurePath
from typing import NamedTuple

import msgspec

from app.core.documents.document import Flag, Format
from app.core.documents.facts import Facts
from app.core.documents.ingestion import LOOK_AT
from app.core.kept import FoundPeople
from app.core.search_query import PageCondition, SearchQuery
from app.language.folding import fold
from app.store.db import Database

_FLAGS: dict[PageCondition, frozenset[Flag]] = {
    PageCondition.FLAGGED: LOOK_AT,
    PageCondition.SCANNED: frozenset(
        {Flag.RECOGNISED, Flag.TEXT_LAYER, Flag.NO_TEXT, Flag.LOW_CONFIDENCE, Flag.NOT_RECOGNISED}
    ),
    PageCondition.HIDDEN: frozenset({Flag.HIDDEN_TEXT}),
}


_DAY = "substr(iif(ifnull(facts ->> 'date', '') = '', '', facts ->> 'date' || '-01-01'), 1, 10)"
"""A document's own date; the first day of a year or a month, where it says no more."""


class FoundDocument(NamedTuple):
    """A document that filters let pass."""

    id: str
    title: str
    format: Format


class PagePlace(NamedTuple):
    """A page that filters let pass, with the beginning of its text. `number` counts from 1."""

    book_id: str
    number: int
    label: str
    beginning: str


class SearchFilters:
    """All methods raise AppError as `Database.read` does."""

    def __init__(self, database: Database, people: Sequence[FoundPeople] = ()) -> None:
        """Take the database. `people` say where persons and organisations were found on pages."""
        self._database = database
        self._people = people

    def documents(self, query: SearchQuery) -> tuple[FoundDocument, ...]:
        """Return the documents that the filters for documents let pass, the newest first; filters for pages do not
        count."""
        after, before = ("" if day is None else day.isoformat() for day in (query.after, query.before))
        dated = f"(:after = '' OR {_DAY} >= :after) AND (:before = '' OR ({_DAY} != '' AND {_DAY} < :before))"
        return self._documents(query, dated, {"after": after, "before": before})

    def undated(self, query: SearchQuery) -> int:
        """Count how many more documents would pass, had they a date: no filter for dates lets one without it pass."""
        return len(self._documents(query, f"{_DAY} = ''", {}))

    def _documents(self, query: SearchQuery, condition: str, values: Mapping[str, str]) -> tuple[FoundDocument, ...]:
        rows = self._database.rows(
            f"""SELECT id, title, format, path, facts FROM books WHERE bin_id = ''
                AND (:kinds = '[]' OR format IN (SELECT value FROM json_each(:kinds)))
                AND {condition} ORDER BY added_at DESC, id""",
            {"kinds": msgspec.json.encode(query.kinds).decode(), **values},
        )
        folders, people = list(map(fold, query.folders)), list(map(fold, query.people))
        places = self._places() if folders else {}
        named = self._with_people(people) if people else frozenset[str]()
        return tuple(
            FoundDocument(id, title, Format(format))
            for id, title, format, path, facts in rows
            if (not folders or any(_is_in(place, folders) for place in (path, *places.get(id, ()))))
            and (not people or _names(facts, people) or id in named)
        )

    def people(self) -> tuple[str, ...]:
        """Return whom the documents name as writers, senders and receivers, and who was found on their pages; those
        first that most documents name."""
        rows = self._database.rows("SELECT facts FROM books WHERE bin_id = '' AND facts ->> 'people' IS NOT NULL")
        named = Counter(person.shown for (facts,) in rows for person in _facts(facts).people)
        for found in self._people:
            named.update(dict(self._database.rows(found.counted)))
        return tuple(name for name, _times in named.most_common())

    def folders(self) -> tuple[str, ...]:
        """Return the names of the folders that documents are in, the fullest first."""
        rows = self._database.rows("SELECT path FROM books WHERE bin_id = ''")
        paths = [path for (path,) in rows] + [path for some in self._places().values() for path in some]
        parents = Counter(name for path in paths if (name := PurePath(os.fsdecode(path)).parent.name))
        return tuple(name for name, _times in parents.most_common())

    def kinds(self) -> tuple[Format, ...]:
        """Return the formats that documents have, the most frequent first."""
        rows = self._database.rows(
            "SELECT format FROM books WHERE bin_id = '' GROUP BY format ORDER BY count(*) DESC, format"
        )
        return tuple(Format(kind) for (kind,) in rows)

    def _with_people(self, people: list[str]) -> frozenset[str]:
        """Return the documents on whose pages one of these, all words of a name, was found."""
        rows = [row for found in self._people for row in self._database.rows(found.places)]
        return frozenset(book_id for book_id, name in rows if _is_one(name, people))

    def _places(self) -> dict[str, list[bytes]]:
        """Return where else the documents are, by their ids: the same content may be in several places."""
        found: dict[str, list[bytes]] = {}
        rows = self._database.rows(
            """SELECT p.book_id, s.path, p.path, p.name FROM places p JOIN sources s ON s.id = p.source_id
                WHERE p.book_id != ''"""
        )
        for book_id, source, path, name in rows:
            found.setdefault(book_id, []).append(b"/".join((source, path, os.fsencode(name))).rstrip(b"/"))
        return found

    def pages(self, query: SearchQuery) -> tuple[PagePlace, ...]:
        """Return the pages that the filters for pages let pass, of all documents."""
        rows = self._database.rows(
            f"""SELECT g.book_id, g.number, g.label, substr(g.text, 1, 400) FROM pages g
                JOIN books b ON b.id = g.book_id WHERE b.bin_id = '' AND g.flags != '[]' AND ({_condition(query)})
                ORDER BY b.added_at DESC, b.id, g.number"""
        )
        return tuple(PagePlace(*row) for row in rows)

    def first_pages(self, book_ids: Sequence[str]) -> tuple[PagePlace, ...]:
        """Return, for each of these documents in their order, the first page that has text."""
        rows = self._database.rows(
            """SELECT j.value, g.number, g.label, substr(g.text, 1, 400) FROM json_each(?) j
                JOIN pages g ON g.book_id = j.value
                AND g.number = (SELECT min(number) FROM pages WHERE book_id = j.value AND text != '') ORDER BY j.key""",
            (msgspec.json.encode(book_ids).decode(),),
        )
        return tuple(PagePlace(*row) for row in rows)

    def passages(self, query: SearchQuery) -> list[int]:
        """Return the ids of the passages on such pages, ascending."""
        rows = self._database.rows(
            f"""SELECT p.id FROM pages g CROSS JOIN passages p ON p.book_id = g.book_id AND p.page = g.number
                WHERE g.flags != '[]' AND ({_condition(query)}) ORDER BY p.id"""
        )  # CROSS: from the few pages with flags, which an index has, to their passages
        return [id for (id,) in rows]


def seconds(day: date | None, otherwise: float) -> float:
    """Return when a day begins, where this machine is, in seconds since the epoch."""
    if day is None:
        return otherwise
    try:
        return datetime.combine(day, time()).astimezone().timestamp()
    except (OverflowError, ValueError, OSError):  # years that this machine's clock does not have
        return datetime.combine(day, time(), UTC).timestamp()


def _facts(kept: str) -> Facts:
    return msgspec.json.decode(kept, type=Facts)


def _names(facts: str, people: list[str]) -> bool:
    """Return whether the document names one of these people, by all words of a name."""
    return any(_is_one(f"{person.name} {person.address}", people) for person in _facts(facts).people)


def _is_one(name: str, people: list[str]) -> bool:
    folded = fold(name)
    return any(all(word in folded for word in wanted.split()) for wanted in people)


def _condition(query: SearchQuery) -> str:
    wanted = {flag for condition in query.pages for flag in _FLAGS[condition]}
    return " OR ".join(f"g.flags LIKE '%\"{flag.value}\"%'" for flag in sorted(wanted)) or "1"


def _is_in(path: bytes, folders: list[str]) -> bool:
    """Return whether one of these is the name of a folder above the file, or the last names of the way to one."""
    above = [fold(part) for part in PurePath(os.fsdecode(path)).parent.parts]
    for folder in folders:
        wanted = [part for part in folder.replace("\\", "/").split("/") if part]
        ends = range(len(wanted), len(above) + 1)
        if wanted and any(above[end - len(wanted) : end] == wanted for end in ends):
            return True
    return False
