"""A matter in one file: a header, then its database, encrypted with a key that follows from a passphrase.

The header is `octavo-matter` and a line break, the length of what follows as four bytes (little-endian), and JSON: the
salt, the cost of guessing, and a check value, by which a wrong passphrase is told from a damaged file.
"""

from __future__ import annotations

import hmac
import secrets
import shutil
import struct
from pathlib import Path
from typing import BinaryIO

import msgspec

from app.core.errors import AppError, Code
from app.core.files import write_private
from app.core.passphrase import require_strong
from app.core.secret import Key
from app.store.derivation import Cost, Stretching, costing, derive

_MAGIC = b"octavo-matter\n"
_LENGTH = struct.Struct("<I")
_HEADER_BYTES = 4096
_SALT_BYTES = 32
_STEP_BYTES = 4 << 20


class _Header(Stretching, frozen=True, omit_defaults=True, kw_only=True):
    check: bytes


class Sealing(msgspec.Struct, frozen=True):
    """What a file is encrypted with, and how it begins."""

    key: Key
    begin: bytes


def new_sealing(passphrase: str, cost: Cost | None = None) -> Sealing:
    """`cost`: of a guess, else as much as this machine bears. Raises AppError PASSPHRASE_WEAK."""
    require_strong(passphrase)
    header = Stretching(secrets.token_bytes(_SALT_BYTES), *costing(cost))
    key = derive(passphrase, header)
    content = msgspec.json.encode(_Header(header.salt, header.cost, header.argon2, check=_check(key)))
    return Sealing(key, _MAGIC + _LENGTH.pack(len(content)) + content)


def write(database: Path, sealing: Sealing, target: Path) -> None:
    """Write a file, whole or not at all, of a closed database that has the key of `sealing`. Raises AppError
    EXPORT_NOT_WRITTEN, DISK_FULL."""

    def fill(file: BinaryIO) -> None:
        file.write(sealing.begin)
        with database.open("rb") as source:
            shutil.copyfileobj(source, file, _STEP_BYTES)

    try:
        write_private(target, fill)
    except AppError as error:
        if error.code is Code.FOLDER_READ_ONLY:
            raise AppError(Code.EXPORT_NOT_WRITTEN, path=str(target)) from error
        raise


def unpack(source: Path, passphrase: str, database: Path) -> Key:
    """Write the database that is in a file, and give its key. Raises AppError FILE_MISSING, FILE_UNREADABLE,
    MATTER_FILE, MATTER_PASSPHRASE, DISK_FULL."""
    try:
        with source.open("rb") as file:
            header = _read_header(file, source)
            key = _key(passphrase, header, source)
            if not hmac.compare_digest(_check(key), header.check):
                raise AppError(Code.MATTER_PASSPHRASE, path=str(source))
            write_private(database, lambda target: shutil.copyfileobj(file, target, _STEP_BYTES))
    except FileNotFoundError as error:
        raise AppError(Code.FILE_MISSING, path=str(source)) from error
    except OSError as error:
        raise AppError(Code.FILE_UNREADABLE, path=str(source)) from error
    return key


def _read_header(file: BinaryIO, source: Path) -> _Header:
    begin = file.read(len(_MAGIC) + _LENGTH.size)
    try:
        if not begin.startswith(_MAGIC):
            raise msgspec.MsgspecError
        (length,) = _LENGTH.unpack(begin[len(_MAGIC) :])
        if length > _HEADER_BYTES:
            raise msgspec.MsgspecError
        header = msgspec.json.decode(file.read(length), type=_Header)
        if not header.is_bearable:
            raise msgspec.MsgspecError
    except (msgspec.MsgspecError, struct.error) as error:
        raise AppError(Code.MATTER_FILE, path=str(source)) from error
    return header


def _key(passphrase: str, header: _Header, source: Path) -> Key:
    try:
        return derive(passphrase, header)
    except (ValueError, MemoryError) as error:  # no cost that there is
        raise AppError(Code.MATTER_FILE, path=str(source)) from error


def _check(key: Key) -> bytes:
    """Says nothing about the key."""
    return hmac.digest(bytes.fromhex(key.secret), b"octavo matter", "sha256")
