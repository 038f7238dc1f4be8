"""A matter in one file: what `store.sealing` begins it with, then its database, encrypted with the key of that."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import BinaryIO

from app.core.errors import AppError, Code
from app.core.machine.files import write_private
from app.core.machine.secret import Key
from app.store import sealing
from app.store.key_derivation import Argon2Cost
from app.store.sealing import PassphraseWrong, SealedKind, Sealing, SealingNewer, SealingUnknown

_KIND = SealedKind("octavo-matter", 1)
_STEP_BYTES = 4 << 20


def new_sealing(passphrase: str, cost: Argon2Cost | None = None) -> Sealing:
    """Make a sealing. `cost` is that of a guess; without one, it is as much as this machine bears. Raises AppError
    PASSPHRASE_WEAK, PASSPHRASE_UNSUPPORTED."""
    return sealing.new_sealing(_KIND, passphrase, cost)


def write(database: Path, sealed: Sealing, target: Path) -> None:
    """Write a file, whole or not at all, of a closed database that has the key of `sealed`. Raises AppError
    EXPORT_NOT_WRITTEN, DISK_FULL."""

    def fill(file: BinaryIO) -> None:
        file.write(sealed.begin)
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
    FILE_NEWER, MATTER_FILE, MATTER_PASSPHRASE, DISK_FULL."""
    try:
        with source.open("rb") as file:
            key = sealing.read_sealing(_KIND, file, passphrase)
            write_private(database, lambda target: shutil.copyfileobj(file, target, _STEP_BYTES))
    except PassphraseWrong as error:
        raise AppError(Code.MATTER_PASSPHRASE, path=str(source)) from error
    except SealingNewer as error:
        raise AppError(Code.FILE_NEWER, path=str(source)) from error
    except SealingUnknown as error:
        raise AppError(Code.MATTER_FILE, path=str(source)) from error
    except FileNotFoundError as error:
        raise AppError(Code.FILE_MISSING, path=str(source)) from error
    except OSError as error:
        raise AppError(Code.FILE_UNREADABLE, path=str(source)) from error
    return key
