"""Folders that were added, the places of documents in them, and the versions of documents."""

# ruff: noqa: S608 (what is put into the SQL below are constants of the store, never a value)

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import apsw
import msgspec

from app.core.conversations.sources import PlaceState, Shelved, Source, SourceCounts, SourcePlace
from app.core.errors import Problem
from app.store.db import Database

_SOURCE = "id, path, added_at, watched, scanned_at"
_PLACE = "source_id, path, member, name, size, mtime_ns, sha256, book_id, state, problem"
_ITSELF = Path()
"""The path of a source's own file below it."""
_DIGEST_BYTES = 16
_MOST_VERSIONS = 1_000
"""The most versions of one document that are counted: a chain of links is followed no further."""


class Sources:
    """All methods raise AppError as `Database.read` and `Database.write` do; what they did is on disk."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, path: Path, now: float) -> Source:
        """Return the source with this absolute path; it is made if there is none."""
        with self._database.write() as connection:
            connection.execute(
                "INSERT INTO sources (path, added_at) VALUES (?, ?) ON CONFLICT DO NOTHING", (os.fsencode(path), now)
            )
            row = connection.execute(f"SELECT {_SOURCE} FROM sources WHERE path = ?", (os.fsencode(path),)).fetchone()
        assert row is not None
        return _source(row)

    def all(self) -> tuple[SourceCounts, ...]:
        """Return all sources; the one that was added last comes first."""
        with self._database.read() as connection:
            rows = connection.execute(f"SELECT {_SOURCE} FROM sources ORDER BY added_at DESC, id DESC").fetchall()
            counts = connection.execute(
                """SELECT source_id, state, count(*) FROM places WHERE state != ? OR book_id != ''
                    GROUP BY source_id, state""",
                (PlaceState.READ,),
            )
            known: dict[int, dict[str, int]] = {}
            for source_id, state, number in counts:
                known.setdefault(int(str(source_id)), {})[str(state)] = int(str(number))
            holding = connection.execute(
                "SELECT DISTINCT source_id FROM places WHERE path != ? OR member != ''", (os.fsencode(_ITSELF),)
            )
            hold = {int(str(source_id)) for (source_id,) in holding}
        return tuple(
            SourceCounts(source, **known.get(source.id, {}), alone=source.id in known and source.id not in hold)
            for source in map(_source, rows)
        )

    def set_watched(self, source_id: int, watched: bool) -> None:
        self._database.run("UPDATE sources SET watched = ? WHERE id = ?", (watched, source_id))

    def forget(self, source_id: int) -> None:
        """Forget a source. Its books stay."""
        self._database.run("DELETE FROM sources WHERE id = ?", (source_id,))
        self._database.scrub()

    # ---- places

    def places(self, source_id: int, *states: PlaceState) -> tuple[SourcePlace, ...]:
        """Return the places of a source by their paths; those in `states`, all if none is named."""
        wanted = states or tuple(PlaceState)
        rows = self._database.rows(
            f"SELECT {_PLACE} FROM places WHERE source_id = ? AND state IN ({', '.join('?' * len(wanted))})"
            " ORDER BY path, member",
            (source_id, *wanted),
        )
        return tuple(map(_place, rows))

    def members(self, source_id: int, path: Path) -> tuple[SourcePlace, ...]:
        """Return the places of the documents that are inside this file of a source."""
        rows = self._database.rows(
            f"SELECT {_PLACE} FROM places WHERE source_id = ? AND path = ? AND member != '' ORDER BY member",
            (source_id, os.fsencode(path)),
        )
        return tuple(map(_place, rows))

    def of_book(self, book_id: str) -> tuple[Path, ...]:
        """Return the files that have a book's content, as far as was last seen; those inside others by their names
        there."""
        rows = self._database.rows(
            """SELECT s.path, p.path, p.name FROM places p JOIN sources s ON s.id = p.source_id
                WHERE p.book_id = ? AND p.state = ? ORDER BY p.member != '', s.added_at, s.id, p.path, p.member""",
            (book_id, PlaceState.READ),
        )
        return tuple(dict.fromkeys(_whole(*row) for row in rows))

    def put(self, places: Iterable[SourcePlace], now: float) -> None:
        """Record these as they are."""
        rows = [
            (
                *_key(place),
                place.name,
                place.size,
                place.mtime_ns,
                place.sha256,
                place.book_id,
                place.state,
                msgspec.json.encode(place.problem).decode(),
                now,
                _digest(place),
            )
            for place in places
        ]
        with self._database.write() as connection:
            connection.executemany(
                f"""INSERT OR REPLACE INTO places ({_PLACE}, seen_at, digest)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
                rows,
            )

    def replace_members(self, container: SourcePlace, members: Iterable[SourcePlace], now: float) -> None:
        """Record that these are in a file, or in a member of one, and nothing else."""
        inside = f"{container.member}/" if container.member else ""
        with self._database.write() as connection:
            connection.execute(
                "DELETE FROM places WHERE source_id = ? AND path = ? AND member != '' AND substr(member, 1, ?) = ?",
                (container.source_id, os.fsencode(container.path), len(inside), inside),
            )
            self.put(members, now)

    def wait(self, places: Iterable[SourcePlace]) -> None:
        """Mark places that will be read again; what is known of the last time stays."""
        keys = [(PlaceState.WAITING, *_key(place)) for place in places]
        with self._database.write() as connection:
            connection.executemany(
                "UPDATE places SET state = ?, problem = 'null' WHERE source_id = ? AND path = ? AND member = ?", keys
            )

    def forget_waiting(self, source_id: int) -> None:
        """Forget that files of a source wait to be read: each is new or changed once more, when somebody looks."""
        with self._database.write() as connection:
            waiting = (source_id, PlaceState.WAITING)
            connection.execute("DELETE FROM places WHERE source_id = ? AND state = ? AND book_id = ''", waiting)
            connection.execute(
                "UPDATE places SET state = ? WHERE source_id = ? AND state = ?", (PlaceState.READ, *waiting)
            )

    def forget_unread(self, source_id: int) -> None:
        """Forget a source of which nothing was read or is still to be read."""
        self._database.run(
            """DELETE FROM sources WHERE id = ? AND NOT EXISTS (
                SELECT 1 FROM places WHERE source_id = sources.id AND (state != ? OR book_id != ''))""",
            (source_id, PlaceState.FAILED),
        )

    def take_away(self, places: Iterable[SourcePlace]) -> None:
        """Take places away, so that nothing is recorded of them any more."""
        keys = list(map(_key, places))
        with self._database.write() as connection:
            connection.executemany("DELETE FROM places WHERE source_id = ? AND path = ? AND member = ?", keys)

    def deleted_among(self, places: Sequence[SourcePlace]) -> frozenset[tuple[int, Path, str]]:
        """Return the keys of those whose books a person deleted for good; a file that is a source is never among them,
        since it was added by its name."""
        found = self._database.rows("SELECT source_id, digest FROM left_out")
        known = {(int(source_id), bytes(digest)) for source_id, digest in found}
        return frozenset(
            place.key
            for place in places
            if (place.source_id, _digest(place)) in known and (place.path != _ITSELF or place.member)
        )

    def note_scan(self, source_id: int, now: float) -> None:
        self._database.run("UPDATE sources SET scanned_at = ? WHERE id = ?", (now, source_id))

    # ---- versions

    def link(self, older_id: str, newer_id: str) -> None:
        """Link two books: the file of the first has become the second."""
        with self._database.write() as connection:
            # The newer one may have been the older one once.
            connection.execute("UPDATE books SET newer_id = '' WHERE id = ?", (newer_id,))
            connection.execute("UPDATE books SET newer_id = ? WHERE id = ?", (newer_id, older_id))

    # ---- the shelf

    def shelf(self) -> dict[str, Shelved]:
        """Return places on the shelf by book, for those that are in a folder, or of which there are several versions or
        places."""
        with self._database.read() as connection:
            files: Sequence[tuple[Any, ...]] = connection.execute(
                """SELECT p.book_id, b.parent_id, p.state, s.id, s.path, p.path, p.name FROM places p
                    JOIN sources s ON s.id = p.source_id JOIN books b ON b.id = p.book_id
                    ORDER BY p.state = ?, p.member != '', s.added_at, s.id, p.path""",
                (PlaceState.GONE,),
            ).fetchall()
            newer = {
                str(old): str(new)
                for old, new in connection.execute("SELECT id, newer_id FROM books WHERE newer_id != ''")
            }
        found: dict[str, Shelved] = {}
        parents: dict[str, str] = {}
        folders: dict[Path, Path] = {}  # one for all that are in it
        for book_id, parent_id, state, source_id, source, path, name in files:
            known, inside = found.get(book_id, Shelved()), Path(os.fsdecode(path), name)
            if parent_id:
                parents[book_id] = parent_id
            elif known.folder is None and inside != _ITSELF:
                known = msgspec.structs.replace(
                    known, source_id=source_id, folder=folders.setdefault(inside.parent, inside.parent)
                )
            place = _whole(source, path, name)
            if state == PlaceState.READ and place not in known.places:
                known = msgspec.structs.replace(known, places=(*known.places, place))
            found[book_id] = known
        _follow(found, parents)
        _add_versions(found, newer)
        return found


def forget_files(connection: apsw.Connection) -> None:
    """Forget a file that was added by itself with the last of what was made of it, within the transaction that deletes
    books for good; but not a folder, which may have other files some day."""
    itself = _digest(SourcePlace(0, _ITSELF))
    connection.execute(
        """DELETE FROM sources WHERE id IN (SELECT source_id FROM left_out WHERE digest = ?)
            AND NOT EXISTS (SELECT 1 FROM places WHERE source_id = sources.id)""",
        (itself,),
    )


def _follow(found: dict[str, Shelved], to: dict[str, str]) -> None:
    """Follow each book to the one where it belongs: an attachment to its mail, an earlier version to the newest."""
    for book_id in to:
        last = book_id
        for _step in range(_MOST_VERSIONS):
            there = found.get(last, Shelved())
            if there.folder is not None or not (last := to.get(last, "")):
                break
        shelved = found.get(book_id, Shelved())
        found[book_id] = msgspec.structs.replace(shelved, source_id=there.source_id, folder=there.folder)


def _add_versions(found: dict[str, Shelved], newer: dict[str, str]) -> None:
    _follow(found, newer)
    for book_id, versions in _versions(newer).items():
        shelved, newest = found.get(book_id, Shelved()), newer.get(book_id, "")
        found[book_id] = msgspec.structs.replace(shelved, newer_id=newest, versions=versions)


def _versions(newer: dict[str, str]) -> dict[str, int]:
    """Return how many versions lead to each book, itself included."""
    leading: dict[str, list[str]] = {}
    for old, new in newer.items():
        leading.setdefault(new, []).append(old)
    counted: dict[str, int] = {}
    for last in {*newer, *newer.values()}:
        waiting, seen = [last], set[str]()
        while waiting and len(seen) < _MOST_VERSIONS:
            book_id = waiting.pop()
            if book_id not in seen:
                seen.add(book_id)
                waiting += leading.get(book_id, ())
        counted[last] = len(seen)
    return counted


def _source(row: tuple[Any, ...]) -> Source:
    id, path, added_at, watched, scanned_at = row
    return Source(id, Path(os.fsdecode(path)), added_at, bool(watched), scanned_at)


def _place(row: tuple[Any, ...]) -> SourcePlace:
    source_id, path, member, name, size, mtime_ns, sha256, book_id, state, problem = row
    known = msgspec.json.decode(problem, type=Problem | None)
    where = Path(os.fsdecode(path))
    return SourcePlace(source_id, where, member, name, size, mtime_ns, sha256, book_id, PlaceState(state), known)


def _key(place: SourcePlace) -> tuple[int, bytes, str]:
    return place.source_id, os.fsencode(place.path), place.member


def _digest(place: SourcePlace) -> bytes:
    return hashlib.sha256(os.fsencode(place.path) + b"\0" + place.name.encode()).digest()[:_DIGEST_BYTES]


def _whole(source: bytes, path: bytes, name: str) -> Path:
    return Path(os.fsdecode(source), os.fsdecode(path), name)
