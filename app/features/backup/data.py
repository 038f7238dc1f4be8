"""The outcome of a backup, and of a desk that was made of one."""

from __future__ import annotations

import msgspec


class BackupSizes(msgspec.Struct, frozen=True):
    """The bytes, about, that a backup would have; `readings_bytes` are those that saved readings would add."""

    matters: int
    desk_bytes: int
    readings_bytes: int


class BackupMade(msgspec.Struct, frozen=True):
    """A backup that was made. `size_bytes` are those of the file; `left_out` are names of matters that could not be
    read, and are not in it."""

    path: str
    size_bytes: int
    matters: int
    readings: bool
    left_out: tuple[str, ...] = ()


class Restored(msgspec.Struct, frozen=True):
    """A desk that was made of a backup. `made_at` is when the backup was made, in seconds since the epoch, UTC; `key`
    is where the desk's key is now (a `KeyOrigin`); `was_protected` tells that a passphrase protected the desk that it
    came from."""

    path: str
    made_at: float
    matters: int
    readings: bool
    key: str
    was_protected: bool
