"""The chronology on disk: events, persons and organisations, each with its places, which are gone with their books.

What rules or a model find in a book takes the place of what they found in it before. What a person changed stays, and
what a person deleted is known by a digest of its words, and left out.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterable, Sequence
from typing import Any

import apsw

from app.core.dates import DateSpan, PartialDate
from app.core.names import EntityKind, FoundName
from app.features.chronology.data import EntityPlace, EntrySource, EventPlace, FoundEvent, NamedEntity, TimelineEvent
from app.language.folding import fold, storable
from app.store.db import Database

_EVENTS = """
SELECT e.id, e.first_day, e.last_day, e.text, e.edited, p.book_id, p.page, p.quote, p.words, p.source, p.reckoned
FROM timeline_events e JOIN timeline_event_places p ON p.event_id = e.id JOIN books b ON b.id = p.book_id
WHERE b.bin_id = '' ORDER BY e.first_day, e.last_day, p.source, b.added_at, p.book_id, p.page, p.id"""
_ENTITIES = """
SELECT e.id, e.name, e.kind, e.edited, p.book_id, p.page, p.name, p.count, p.source
FROM timeline_entities e JOIN timeline_entity_places p ON p.entity_id = e.id JOIN books b ON b.id = p.book_id
WHERE b.bin_id = '' AND p.count > 0 ORDER BY b.added_at, p.book_id, p.page, p.name"""
_PUT_EVENT = "INSERT OR IGNORE INTO timeline_events (id, first_day, last_day, text) VALUES (?, ?, ?, ?)"
_PUT_PLACE = """
INSERT INTO timeline_event_places (event_id, book_id, page, quote, words, source, reckoned)
VALUES (?, ?, ?, ?, ?, ?, ?)"""
_PUT_NAME = """
INSERT INTO timeline_entity_places (entity_id, book_id, page, name, count, source) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT DO UPDATE SET
    count = CASE WHEN count = 0 OR source = excluded.source THEN count + excluded.count ELSE count END,
    source = CASE WHEN count = 0 THEN excluded.source ELSE source END"""
_FORGET_NAMES = """
DELETE FROM timeline_entity_places
WHERE entity_id NOT IN (SELECT id FROM timeline_entities WHERE edited) AND book_id = ?"""
"""Forgets the names of a book. Places with the names of an entity that a person changed stay, so that the names go on
to mean it; if they do not stand there any more, their count is 0, and they are not shown."""


class Timeline:
    """The chronology on disk. All methods raise AppError as `Database.read` and `Database.write` do; what they return
    is on disk."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def wanting(self, rules: int) -> tuple[str, ...]:
        """Return the books that were not looked through by these rules, those that were added first before others."""
        rows = self._database.rows(
            """SELECT b.id FROM books b LEFT JOIN timeline_books t ON t.book_id = b.id
                WHERE b.bin_id = '' AND ifnull(t.rules, 0) <> ? ORDER BY b.added_at, b.id""",
            (rules,),
        )
        return tuple(str(id) for (id,) in rows)

    def asked_pages(self, book_id: str, model: str) -> int:
        """Return the number of the last page about which a model was asked."""
        sql = "SELECT asked_pages FROM timeline_books WHERE book_id = ? AND asked = ?"
        row = self._database.row(sql, (book_id, model))
        return 0 if row is None else int(row[0])

    def events(self) -> tuple[TimelineEvent, ...]:
        """Return the events in the order of their days; what is known to the month comes before the days of it."""
        found: dict[str, tuple[tuple[Any, ...], list[EventPlace]]] = {}
        for id, first, last, text, edited, book_id, page, quote, words, source, reckoned in self._database.rows(
            _EVENTS
        ):
            place = EventPlace(book_id, page, quote, words, EntrySource(source), bool(reckoned))
            found.setdefault(id, ((first, last, text, edited), []))[1].append(place)
        return tuple(
            TimelineEvent(id, _span(first, last), text, tuple(places), bool(edited))
            for id, ((first, last, text, edited), places) in found.items()
        )

    def entities(self) -> tuple[NamedEntity, ...]:
        """Return all persons and organisations, the most frequently named first."""
        found: dict[str, tuple[tuple[Any, ...], list[EntityPlace]]] = {}
        for id, name, kind, edited, book_id, page, written, count, source in self._database.rows(_ENTITIES):
            place = EntityPlace(book_id, page, written, count, EntrySource(source))
            found.setdefault(id, ((name, kind, edited), []))[1].append(place)
        entities = (
            NamedEntity(id, name, EntityKind(kind), tuple(places), bool(edited))
            for id, ((name, kind, edited), places) in found.items()
        )
        return tuple(sorted(entities, key=lambda entity: (-entity.count, entity.name)))

    # ---- what is found

    def keep_found(self, book_id: str, rules: int, events: Sequence[FoundEvent], names: Sequence[FoundName]) -> None:
        """Keep the entries that these rules find in a book, in the place of what others found. This has no effect for a
        book that was deleted meanwhile."""
        with self._database.write() as connection:
            if connection.execute("SELECT 1 FROM books WHERE id = ?", (book_id,)).fetchone() is None:
                return
            if connection.execute("SELECT 1 FROM timeline_books WHERE book_id = ?", (book_id,)).fetchone() is None:
                _forget_asked(connection, book_id)
            self._put_events(connection, book_id, events, EntrySource.RULES)
            self._put_names(connection, book_id, names, EntrySource.RULES)
            connection.execute(
                """INSERT INTO timeline_books (book_id, rules) VALUES (?, ?)
                    ON CONFLICT DO UPDATE SET rules = excluded.rules""",
                (book_id, rules),
            )

    def keep_asked(
        self, book_id: str, model: str, page: int, events: Sequence[FoundEvent], names: Sequence[FoundName]
    ) -> int:
        """Keep the entries that a model finds up to this page, beside what is there already; return how many are new.
        This has no effect for a book that was deleted meanwhile."""
        with self._database.write() as connection:
            if connection.execute("SELECT 1 FROM books WHERE id = ?", (book_id,)).fetchone() is None:
                return 0
            added = sum([self._add_event(connection, book_id, event) for event in events])
            added += sum([self._add_name(connection, book_id, name) for name in names])
            connection.execute(
                """INSERT INTO timeline_books (book_id, asked, asked_pages) VALUES (?, ?, ?)
                    ON CONFLICT DO UPDATE SET asked = excluded.asked, asked_pages = excluded.asked_pages""",
                (book_id, model, page),
            )
        return added

    def _add_event(self, connection: apsw.Connection, book_id: str, event: FoundEvent) -> bool:
        """Add an event, and return whether it is new: no event of this day has these words, or some of them, on this
        page."""
        quote, words = storable(event.quote), storable(event.words)
        first, last = _days(event.span)
        folded = fold(quote)
        sql = """SELECT p.quote FROM timeline_event_places p JOIN timeline_events e ON e.id = p.event_id
            WHERE p.book_id = ? AND p.page = ? AND (e.first_day = ? OR e.edited)"""
        there = [fold(str(known)) for (known,) in connection.execute(sql, (book_id, event.page, first)).fetchall()]
        is_known = any(folded in known or known in folded for known in there)
        if is_known or _digest("event", folded, words) in _left_out(connection, book_id):
            return False
        id = _digest("event", first, last, folded)
        connection.execute(_PUT_EVENT, (id, first, last, storable(event.title)))
        place = (id, book_id, event.page, quote, words, EntrySource.MODEL, event.is_reckoned)
        connection.execute(_PUT_PLACE, place)
        return True

    def _add_name(self, connection: apsw.Connection, book_id: str, found: FoundName) -> bool:
        name = storable(found.name)
        key = _key(name)
        if not key or _digest("name", key) in _left_out(connection, book_id):
            return False
        entity_id = self._whom(connection, key, name, found.kind)
        sql = "SELECT 1 FROM timeline_entity_places WHERE entity_id = ? AND book_id = ? AND page = ? AND count > 0"
        if connection.execute(sql, (entity_id, book_id, found.page)).fetchone() is not None:
            return False
        connection.execute(_PUT_NAME, (entity_id, book_id, found.page, name, found.count, EntrySource.MODEL))
        return True

    def _put_events(
        self, connection: apsw.Connection, book_id: str, events: Sequence[FoundEvent], source: EntrySource
    ) -> None:
        left_out = _left_out(connection, book_id)
        before = _places_before(connection, book_id, source)
        kept: set[int] = set()
        for event in events:
            quote = storable(event.quote)
            first, last = _days(event.span)
            id = _digest("event", first, last, fold(quote))
            if _digest("event", fold(quote), event.words) in left_out:
                continue
            known = before.get((quote, event.words, first, last)) or before.get((quote, event.words, *_ANY_DAY))
            if known is not None:
                kept.add(known)
                connection.execute("UPDATE timeline_event_places SET page = ? WHERE id = ?", (event.page, known))
                continue
            connection.execute(_PUT_EVENT, (id, first, last, storable(event.title)))
            place = (id, book_id, event.page, quote, storable(event.words), source, event.is_reckoned)
            connection.execute(_PUT_PLACE, place)
            kept.add(connection.last_insert_rowid())
        stale = {place for key, place in before.items() if key[2:] != _ANY_DAY} - kept
        connection.executemany("DELETE FROM timeline_event_places WHERE id = ?", ((id,) for id in stale))

    def _put_names(
        self, connection: apsw.Connection, book_id: str, names: Sequence[FoundName], source: EntrySource
    ) -> None:
        left_out = _left_out(connection, book_id)
        sql = "SELECT entity_id, page, name FROM timeline_entity_places WHERE book_id = ? AND source = ?"
        before = set(connection.execute(sql, (book_id, source)).fetchall())
        connection.execute(
            "UPDATE timeline_entity_places SET count = 0 WHERE book_id = ? AND source = ?", (book_id, source)
        )
        for found in names:
            name = storable(found.name)
            key = _key(name)
            if not key or _digest("name", key) in left_out:
                continue
            entity_id = self._whom(connection, key, name, found.kind)
            connection.execute(_PUT_NAME, (entity_id, book_id, found.page, name, found.count, source))
            before.discard((entity_id, found.page, name))
        connection.executemany(
            f"{_FORGET_NAMES} AND entity_id = ? AND page = ? AND name = ?", ((book_id, *place) for place in before)
        )

    def _whom(self, connection: apsw.Connection, key: str, name: str, kind: EntityKind) -> str:
        """Return the id of the one whom a name means: somebody new, if nobody has it."""
        row = connection.execute("SELECT entity_id FROM timeline_names WHERE key = ?", (key,)).fetchone()
        if row is not None:
            return str(row[0])
        id = uuid.uuid4().hex
        connection.execute("INSERT INTO timeline_entities (id, name, kind) VALUES (?, ?, ?)", (id, name, kind))
        connection.execute("INSERT INTO timeline_names (key, entity_id) VALUES (?, ?)", (key, id))
        return id

    # ---- what a person changes

    def change_event(self, id: str, span: DateSpan, text: str) -> None:
        """Change an event; from now on a person vouches for its day and words."""
        first, last = _days(span)
        self._database.run(
            "UPDATE timeline_events SET first_day = ?, last_day = ?, text = ?, edited = 1 WHERE id = ?",
            (first, last, storable(text), id),
        )

    def merge_events(self, ids: Sequence[str]) -> None:
        """Make one event of several, with the day and the words of the first, and the places of all."""
        first, *others = ids
        with self._database.write() as connection:
            for other in others:
                connection.execute("UPDATE timeline_event_places SET event_id = ? WHERE event_id = ?", (first, other))
                connection.execute("DELETE FROM timeline_events WHERE id = ?", (other,))
            connection.execute("UPDATE timeline_events SET edited = 1 WHERE id = ?", (first,))

    def delete_events(self, ids: Iterable[str]) -> None:
        """Delete events for good: what was found of them is not found again in these books."""
        with self._database.write() as connection:
            for id in ids:
                sql = "SELECT book_id, quote, words FROM timeline_event_places WHERE event_id = ?"
                for book_id, quote, words in connection.execute(sql, (id,)).fetchall():
                    _leave_out(connection, str(book_id), _digest("event", fold(str(quote)), str(words)))
                connection.execute("DELETE FROM timeline_events WHERE id = ?", (id,))
        self._database.scrub()

    def change_entity(self, id: str, name: str, kind: EntityKind) -> None:
        sql = "UPDATE timeline_entities SET name = ?, kind = ?, edited = 1 WHERE id = ?"
        self._database.run(sql, (storable(name), kind, id))

    def merge_entities(self, ids: Sequence[str]) -> None:
        """Make one entity of several, with the name and kind of the first; what is found later under any of their names
        belongs to it."""
        first, *others = ids
        with self._database.write() as connection:
            for other in others:
                connection.execute(
                    f"{_MOVED_NAMES} WHERE entity_id = ?2 ON CONFLICT DO UPDATE SET count = count + excluded.count",
                    (first, other),
                )
                connection.execute("UPDATE timeline_names SET entity_id = ? WHERE entity_id = ?", (first, other))
                connection.execute("DELETE FROM timeline_entities WHERE id = ?", (other,))
            connection.execute("UPDATE timeline_entities SET edited = 1 WHERE id = ?", (first,))

    def delete_entities(self, ids: Iterable[str]) -> None:
        """Delete entities for good: their names are not found again in these books."""
        with self._database.write() as connection:
            for id in ids:
                keys = connection.execute("SELECT key FROM timeline_names WHERE entity_id = ?", (id,)).fetchall()
                sql = "SELECT DISTINCT book_id FROM timeline_entity_places WHERE entity_id = ?"
                for (book_id,) in connection.execute(sql, (id,)).fetchall():
                    _leave_out(connection, str(book_id), *(_digest("name", str(key)) for (key,) in keys))
                connection.execute("DELETE FROM timeline_entities WHERE id = ?", (id,))
        self._database.scrub()


_ANY_DAY = ("", "")
_MOVED_NAMES = """
INSERT INTO timeline_entity_places (entity_id, book_id, page, name, count, source)
SELECT ?1, book_id, page, name, count, source FROM timeline_entity_places"""


def _places_before(
    connection: apsw.Connection, book_id: str, source: EntrySource
) -> dict[tuple[str, str, str, str], int]:
    """Return the places in a book, by quotation, words and days; those of events that a person changed have
    _ANY_DAY."""
    rows: list[tuple[Any, ...]] = connection.execute(
        """SELECT p.id, p.quote, p.words, e.first_day, e.last_day, e.edited FROM timeline_event_places p
            JOIN timeline_events e ON e.id = p.event_id WHERE p.book_id = ? AND p.source = ?""",
        (book_id, source),
    ).fetchall()
    return {
        (quote, words, *(_ANY_DAY if edited else (first, last))): id for id, quote, words, first, last, edited in rows
    }


def _forget_asked(connection: apsw.Connection, book_id: str) -> None:
    """Remove what a model found in a book whose pages are others by now, but for what a person changed."""
    connection.execute(
        """DELETE FROM timeline_event_places WHERE book_id = ? AND source = ?
            AND event_id IN (SELECT id FROM timeline_events WHERE NOT edited)""",
        (book_id, EntrySource.MODEL),
    )
    for statement in (
        "UPDATE timeline_entity_places SET count = 0 WHERE book_id = ? AND source = ?",
        f"{_FORGET_NAMES} AND source = ?",
    ):
        connection.execute(statement, (book_id, EntrySource.MODEL))


def _left_out(connection: apsw.Connection, book_id: str) -> set[str]:
    rows = connection.execute("SELECT digest FROM timeline_left_out WHERE book_id = ?", (book_id,)).fetchall()
    return {str(digest) for (digest,) in rows}


def _leave_out(connection: apsw.Connection, book_id: str, *digests: str) -> None:
    connection.executemany(
        "INSERT OR IGNORE INTO timeline_left_out (digest, book_id) VALUES (?, ?)", ((each, book_id) for each in digests)
    )


def _digest(*parts: str) -> str:
    return hashlib.blake2b("\0".join(parts).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def _key(name: str) -> str:
    """Return a key that is equal for names that differ in nothing but case, width, spaces and points."""
    return " ".join(fold(name).translate(_POINTS).split())


_POINTS = str.maketrans(".,", "  ")


def _days(span: DateSpan) -> tuple[str, str]:
    return span.first.text, span.last.text if span.last else ""


def _span(first: str, last: str) -> DateSpan:
    return DateSpan(PartialDate.parse(first) or PartialDate(1), PartialDate.parse(last) if last else None)
