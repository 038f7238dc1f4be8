"""A backup in one file: what `store.sealing` begins it with, then members in a sealed stream, and a list of them.

The stream (`engine.kv.encrypted_file`) has records of MessagePack, each behind its length as four bytes
(little-endian): first a `BackupHead`; of each member a `BackupMember`, behind which its bytes follow; last a
`BackupManifest`.
"""

from __future__ import annotations

import contextlib
import hashlib
import re
import struct
from collections.abc import Iterator
from io import BufferedReader
from pathlib import Path
from typing import BinaryIO, TypeAlias

import msgspec

from app.core.errors import AppError, Code
from app.engine.kv.encrypted_file import SealBroken, SealedReader, SealedWriter, SealUnknown
from app.store.sealing import PassphraseWrong, SealedKind, Sealing, SealingNewer, SealingUnknown, read_sealing

KIND = SealedKind("octavo-backup", 1)

DATABASE = "octavo.db"
MATTER = re.compile(r"matters/([0-9a-f]{32})\.db")
READING = re.compile(r"readings(?:/[A-Za-z0-9_-][A-Za-z0-9_.-]{0,199}){1,3}")
"""Matches the names of the files of saved readings: no part of one is above the folder that is restored into, and none
is hidden."""

STEP_BYTES = 4 << 20
_LENGTH = struct.Struct("<I")
_RECORD_BYTES = 64 << 20


class BackupHead(msgspec.Struct, frozen=True, tag="head"):
    """The head of a backup. `octavo` is the version that wrote it; `schema` is that of its databases; `made_at` is in
    seconds since the epoch, UTC; `protected` tells that the desk had a passphrase of its own."""

    octavo: str
    schema: int
    made_at: float
    protected: bool


class BackupMember(msgspec.Struct, frozen=True, tag="member"):
    """The head of a member. `name` is where it belongs in a data folder; `secret` is that of the `Key` of a
    database."""

    name: str
    size_bytes: int
    secret: str = ""


class ListedMember(msgspec.Struct, frozen=True):
    name: str
    size_bytes: int
    sha256: str


class BackupManifest(msgspec.Struct, frozen=True, tag="manifest"):
    members: tuple[ListedMember, ...] = ()

    def members_like(self, name: re.Pattern[str]) -> tuple[ListedMember, ...]:
        return tuple(each for each in self.members if name.fullmatch(each.name))


_Record: TypeAlias = BackupHead | BackupMember | BackupManifest


class BackupWriter:
    """Writes a backup. Its methods raise OSError."""

    def __init__(self, file: BinaryIO, sealing: Sealing, head: BackupHead) -> None:
        file.write(sealing.begin)
        self._sealed = SealedWriter(file, bytes.fromhex(sealing.key.secret))
        self._listed: list[ListedMember] = []
        self._write(head)

    def add(self, member: BackupMember, source: BinaryIO) -> Iterator[int]:
        """Add a member; yields how many bytes were written, step by step. Raises AppError FILE_UNREADABLE for the
        source."""
        self._write(member)
        left, digest = member.size_bytes, hashlib.sha256()
        while left:
            content = _take(member, source, left)
            digest.update(content)
            self._sealed.write(content)
            left -= len(content)
            yield len(content)
        self._listed.append(ListedMember(member.name, member.size_bytes, digest.hexdigest()))

    def finish(self) -> BackupManifest:
        manifest = BackupManifest(tuple(self._listed))
        self._write(manifest)
        self._sealed.finish()
        return manifest

    def _write(self, record: _Record) -> None:
        encoded = msgspec.msgpack.encode(record)
        self._sealed.write(_LENGTH.pack(len(encoded)) + encoded)


class BackupReader:
    """Reads a backup once, from its beginning; nothing is given that was not authenticated."""

    def __init__(self, file: BufferedReader, passphrase: str) -> None:
        """Read the head of a backup. Raises as `backup_errors` knows."""
        key = read_sealing(KIND, file, passphrase)
        self._sealed = SealedReader(file, bytes.fromhex(key.secret))
        self._listed: list[ListedMember] = []
        self._names: set[str] = set()
        head = self._record()
        if not isinstance(head, BackupHead):
            raise SealBroken
        self.head = head

    def members(self) -> Iterator[tuple[BackupMember, Iterator[memoryview]]]:
        """Yield each member with its bytes, which have to be taken before the next one. The database of the desk comes
        first.

        Only after the last one is it known that all are there, and as they were written.
        """
        while not isinstance(record := self._record(), BackupManifest):
            if not isinstance(record, BackupMember) or not self._may_follow(record):
                raise SealBroken
            self._names.add(record.name)
            yield record, self._content(record)
            if len(self._listed) != len(self._names):
                raise RuntimeError("the bytes of a member were not taken")
        if record != BackupManifest(tuple(self._listed)) or not self._listed:
            raise SealBroken
        self._sealed.finish()
        self.manifest = record

    def _may_follow(self, member: BackupMember) -> bool:
        if not self._names:
            return member.name == DATABASE
        known = MATTER.fullmatch(member.name) or READING.fullmatch(member.name)
        return known is not None and member.name not in self._names

    def _content(self, member: BackupMember) -> Iterator[memoryview]:
        left, digest = member.size_bytes, hashlib.sha256()
        buffer = memoryview(bytearray(min(STEP_BYTES, max(left, 0))))
        while left > 0:
            step = buffer[: min(left, len(buffer))]
            self._sealed.read_into(step)
            digest.update(step)
            yield step
            left -= len(step)
        self._listed.append(ListedMember(member.name, member.size_bytes, digest.hexdigest()))

    def _record(self) -> _Record:
        (size,) = _LENGTH.unpack(self._sealed.read(_LENGTH.size))
        if size > _RECORD_BYTES:
            raise SealBroken
        record: _Record = msgspec.msgpack.decode(self._sealed.read(size), type=_Record)
        return record


def _take(member: BackupMember, source: BinaryIO, most: int) -> bytes:
    try:
        if content := source.read(min(STEP_BYTES, most)):
            return content
    except OSError as error:
        raise AppError(Code.FILE_UNREADABLE, path=member.name) from error
    raise AppError(Code.FILE_UNREADABLE, path=member.name)


@contextlib.contextmanager
def backup_errors(path: Path) -> Iterator[None]:
    """Turn what is wrong with a backup into AppError BACKUP_FILE, BACKUP_PASSPHRASE, FILE_NEWER, FILE_MISSING."""
    try:
        yield
    except PassphraseWrong as error:
        raise AppError(Code.BACKUP_PASSPHRASE, path=str(path)) from error
    except (SealingNewer, SealUnknown) as error:
        raise AppError(Code.FILE_NEWER, path=str(path)) from error
    except (SealingUnknown, SealBroken, msgspec.MsgspecError) as error:
        raise AppError(Code.BACKUP_FILE, path=str(path)) from error
    except FileNotFoundError as error:
        raise AppError(Code.FILE_MISSING, path=str(path)) from error
