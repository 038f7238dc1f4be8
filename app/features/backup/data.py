"""The outcome of a backup, and of a desk that was made of one."""

from __future__ import annotations

import msgspec


class BackupSizes(msgspec.Struct, frozen=True):
    """About how many bytes a backup would have; `readings_bytes` more with saved readings."""

    matters: int
    desk_bytes: int
    readings_bytes: int


class BackupMade(msgspec.Struct, frozen=True):
    """`size_bytes`: of the file; `left_out`: names of matters that could not be read, and are not in it."""

    path: str
    size_bytes: int
    matters: int
    readings: bool
    left_out: tuple[str, ...] = ()


class Restored(msgspec.Struct, frozen=True):
    """`made_at`: when the backup was made, in seconds since the epoch, UTC; `key`: where the desk's key is now (a
    `KeyOrigin`); `was_protected`: where it came from, a passphrase protected it."""

    path: str
    made_at: float
    matters: int
    readings: bool
    key: str
    was_protected: bool
