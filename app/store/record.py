"""The record on disk: entries that are only added, texts apart from them, and a seal on how many there are.

The seal is kept twice: in the database, and in a file beside it, so that a database from before shows, too. A file that
is behind, since the program was killed between the two, is no fault; one that is ahead is.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial

import apsw
import msgspec

from app.core.errors import AppError
from app.core.machine.files import write_private
from app.core.record import (
    FIELDS,
    NO_HASH,
    Happening,
    RecordEntry,
    RecordFlaw,
    RecordKind,
    RecordVerdict,
    entry_of,
    verify,
)
from app.language.folding import storable
from app.store.db import RECORD_ENDING, Database

_ENTRY = ", ".join(f"e.{name}" for name in FIELDS) + ", e.sha256, ifnull(t.salt, ''), ifnull(t.text, '')"
_FROM = "record_entries e LEFT JOIN record_texts t ON t.number = e.number"
_SECRET_BYTES = 32
_SALT_BYTES = 16


class Seal(msgspec.Struct, frozen=True):
    """The seal of a record of `count` entries, the last of which has the hash `sha256`; `mac` says that this desk wrote
    so (HMAC-SHA256)."""

    count: int
    sha256: str
    mac: str


class RecordStore:
    """All methods raise AppError as `Database.read` and `Database.write` do; what they did is on disk."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._outside = database.path.with_name(database.path.name + RECORD_ENDING)

    def add(self, happenings: tuple[Happening, ...], *, texts: bool) -> None:
        """Add entries, in this order; within a transaction of the caller's they are part of it. `texts` also keeps the
        texts of entries that are about something; they go when that is deleted."""
        if not happenings:
            return
        time = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        with self._database.write() as connection:
            secret, count, head = self._head(connection)
            if count == 0:
                happenings = (Happening(RecordKind.BEGUN, detail=secrets.token_hex(8)), *happenings)
            for happening in happenings:
                salt = secrets.token_hex(_SALT_BYTES) if texts and happening.text and happening.item else ""
                happening = msgspec.structs.replace(happening, text=storable(happening.text))
                entry = entry_of(happening, count + 1, time, head, salt)
                _put(connection, entry)
                count, head = entry.number, entry.sha256
            seal = _sealed(secret, count, head)
            connection.execute("UPDATE record_head SET count = ?, sha256 = ?, mac = ?", (count, head, seal.mac))
            self._database.afterwards(partial(self._seal_outside, seal))

    def entries(self, since: int = 1) -> tuple[RecordEntry, ...]:
        """Return the entries from a number on, in their order."""
        with self._database.read() as connection:
            return tuple(_entries(connection, since))

    def is_of_sheet(self, conversation_id: str) -> bool:
        """Return whether the questions of this conversation are cells."""
        return self._database.row("SELECT 1 FROM sheets WHERE conversation_id = ?", (conversation_id,)) is not None

    def count(self) -> int:
        row = self._database.row("SELECT count FROM record_head")
        return int(row[0]) if row else 0

    def seal(self) -> Seal:
        """Return the seal of the record as it is now; that of a record that was not begun says that it has no
        entries."""
        with self._database.read() as connection:
            secret, count, head = _read_head(connection)
        return _sealed(secret, count, head)

    def has_sealed(self, count: int, sha256: str, mac: str) -> bool:
        """Return whether this desk has ever said that it has so many entries, the last with this hash."""
        with self._database.read() as connection:
            secret, _count, _head = _read_head(connection)
        return bool(secret) and hmac.compare_digest(_sealed(secret, count, sha256).mac, mac)

    def verify(self) -> RecordVerdict:
        """Check whether all entries are there as they were written. The verdict is `is_sealed` if the file beside the
        database is there."""
        with self._database.read() as connection:
            row = connection.execute("SELECT secret, count, sha256, mac FROM record_head").fetchone()
            entries = tuple(_entries(connection, 1))
        if row is None:
            flaw = RecordFlaw.SEAL if entries else None
            return RecordVerdict(len(entries), NO_HASH, flaw, 1 if entries else 0)
        secret, inside = bytes(row[0]), Seal(int(row[1]), str(row[2]), str(row[3]))
        verdict = verify(entries, head=(inside.count, inside.sha256))
        if verdict.flaw is None and inside != _sealed(secret, inside.count, inside.sha256):
            verdict = msgspec.structs.replace(verdict, flaw=RecordFlaw.SEAL, at=inside.count)
        if verdict.flaw is not None or (outside := self._read_outside()) is None:
            return verdict
        return _with_outside(verdict, entries, secret, outside)

    def _head(self, connection: apsw.Connection) -> tuple[bytes, int, str]:
        """Return the secret, the number of entries, and the hash of the last; for a new record they are made."""
        secret, count, head = _read_head(connection)
        if not secret:
            secret = secrets.token_bytes(_SECRET_BYTES)
            connection.execute(
                "INSERT INTO record_head (one, secret, count, sha256, mac) VALUES (1, ?, 0, ?, '')", (secret, NO_HASH)
            )
        return secret, count, head

    def _seal_outside(self, seal: Seal) -> None:
        content = msgspec.json.encode(seal)
        with contextlib.suppress(AppError):  # it is behind then, which is no fault
            write_private(self._outside, lambda file: file.write(content))

    def _read_outside(self) -> Seal | None:
        """Return the seal in the file beside the database, None where it cannot be read; for a file that is no seal,
        one that no record fits."""
        try:
            content = self._outside.read_bytes()
        except OSError:
            return None
        try:
            return msgspec.json.decode(content, type=Seal)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            return Seal(-1, "", "")


def _with_outside(
    verdict: RecordVerdict, entries: tuple[RecordEntry, ...], secret: bytes, outside: Seal
) -> RecordVerdict:
    if outside.count < 0 or outside != _sealed(secret, outside.count, outside.sha256):
        return msgspec.structs.replace(verdict, flaw=RecordFlaw.SEAL, at=max(verdict.count, 1))
    if outside.count > len(entries):
        return msgspec.structs.replace(verdict, flaw=RecordFlaw.CUT, at=len(entries) + 1)
    if outside.count and entries[outside.count - 1].sha256 != outside.sha256:
        return msgspec.structs.replace(verdict, flaw=RecordFlaw.CHANGED, at=outside.count)
    return msgspec.structs.replace(verdict, is_sealed=True)


def _entries(connection: apsw.Connection, since: int) -> Iterator[RecordEntry]:
    rows = connection.execute(
        f"SELECT {_ENTRY} FROM {_FROM} WHERE e.number >= ? ORDER BY e.number",  # noqa: S608
        (since,),
    )
    return (RecordEntry(*row) for row in rows)


def _put(connection: apsw.Connection, entry: RecordEntry) -> None:
    values = (*(getattr(entry, name) for name in FIELDS), entry.sha256)
    connection.execute(
        f"INSERT INTO record_entries ({', '.join(FIELDS)}, sha256) VALUES ({', '.join('?' * len(values))})",  # noqa: S608
        values,
    )
    if entry.text:
        connection.execute(
            "INSERT INTO record_texts (number, item, salt, text) VALUES (?, ?, ?, ?)",
            (entry.number, entry.item, entry.salt, entry.text),
        )


def _read_head(connection: apsw.Connection) -> tuple[bytes, int, str]:
    row = connection.execute("SELECT secret, count, sha256 FROM record_head").fetchone()
    return (b"", 0, NO_HASH) if row is None else (bytes(row[0]), int(row[1]), str(row[2]))


def _sealed(secret: bytes, count: int, sha256: str) -> Seal:
    said = f"octavo record 1\n{count}\n{sha256}".encode()
    return Seal(count, sha256, hmac.new(secret, said, hashlib.sha256).hexdigest())
