"""The beginning of a file that a passphrase opens: what the file is, then what the key of the rest follows from.

First a line that says which kind of file it is, then the length of what follows as four bytes (little-endian), JSON,
and the SHA-256 of that. The JSON has the version of the kind, the salt, the cost of guessing, and a check value, by
which a wrong passphrase is told from a damaged file.

Invariants:

- Every file that a passphrase opens begins like this, and what follows is encrypted by `engine.kv.encrypted_file` or is
  a database. Held by:
  tests/features/backup/test_service.py::test_what_is_no_whole_backup_is_refused_and_nothing_is_written,
  tests/services/library/test_matters.py::test_what_is_no_exported_matter_is_refused.
- A passphrase that is set here is strong. Held by:
  tests/features/backup/test_service.py::test_a_backup_is_not_written_into_the_desk_nor_nowhere,
  tests/services/library/test_matters.py::test_a_weak_passphrase_protects_no_exported_matter.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import struct
from typing import BinaryIO

import msgspec

from app.core.machine.passphrase import require_strong
from app.core.machine.secret import Key
from app.store.key_derivation import Argon2Cost, Stretching, chosen_cost, derive

_LENGTH = struct.Struct("<I")
_HEADER_BYTES = 4096
_DIGEST_BYTES = 32
_SALT_BYTES = 32


class SealedKind(msgspec.Struct, frozen=True):
    """A kind of sealed file. `name` is the first line of its files; `version` is the newest that this program knows."""

    name: str
    version: int

    @property
    def line(self) -> bytes:
        return f"{self.name}\n".encode("ascii")


class SealingUnknown(Exception):
    """The file is of another kind, or it is damaged."""


class SealingNewer(SealingUnknown):
    """The file is of a version that this program does not know."""


class PassphraseWrong(Exception):
    """The passphrase is not the one that the file was written with."""


class _Header(Stretching, frozen=True, kw_only=True):
    version: int
    check: bytes


class _Version(msgspec.Struct, frozen=True):
    version: int


class Sealing(msgspec.Struct, frozen=True):
    """The key that a file is encrypted with, and the bytes that it begins with."""

    key: Key
    begin: bytes


def new_sealing(kind: SealedKind, passphrase: str, cost: Argon2Cost | None = None) -> Sealing:
    """Make a sealing. `cost` is that of a guess; without one, it is as much as this machine bears. Raises AppError
    PASSPHRASE_WEAK, PASSPHRASE_UNSUPPORTED."""
    require_strong(passphrase)
    made = Stretching(secrets.token_bytes(_SALT_BYTES), chosen_cost(cost))
    key = derive(passphrase, made)
    check = _check(kind, key)
    header = msgspec.json.encode(_Header(made.salt, made.argon2, version=kind.version, check=check))
    return Sealing(key, kind.line + _LENGTH.pack(len(header)) + header + hashlib.sha256(header).digest())


def read_sealing(kind: SealedKind, file: BinaryIO, passphrase: str) -> Key:
    """Return the key of what follows in a file.

    Raises SealingUnknown, SealingNewer, PassphraseWrong, OSError; AppError PASSPHRASE_UNSUPPORTED.
    """
    header = _read_header(kind, file)
    try:
        key = derive(passphrase, header)
    except (ValueError, MemoryError) as error:  # more than can be spent on it
        raise SealingUnknown from error
    if not hmac.compare_digest(_check(kind, key), header.check):
        raise PassphraseWrong
    return key


def _read_header(kind: SealedKind, file: BinaryIO) -> _Header:
    if file.read(len(kind.line)) != kind.line:
        raise SealingUnknown
    try:
        (length,) = _LENGTH.unpack(file.read(_LENGTH.size))
        content = file.read(length) if length <= _HEADER_BYTES else b""
        if hashlib.sha256(content).digest() != file.read(_DIGEST_BYTES):
            raise SealingUnknown
        if msgspec.json.decode(content, type=_Version).version > kind.version:
            raise SealingNewer
        header = msgspec.json.decode(content, type=_Header)
    except (msgspec.MsgspecError, struct.error) as error:
        raise SealingUnknown from error
    if not header.is_bearable:
        raise SealingUnknown
    return header


def _check(kind: SealedKind, key: Key) -> bytes:
    """Return what shows that a key fits, and says nothing else about the key."""
    return hmac.digest(bytes.fromhex(key.secret), kind.line, "sha256")
