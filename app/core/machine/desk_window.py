"""The signs by which other processes see a desk's window: whether it is open, whether it has locked the desk; and a
knock at it.

All of it is files in the window's folder (`Paths.window`): the lock that an open window holds, a mark that it leaves
while the desk is locked, and one that it watches for. A window that ended while the desk was locked leaves the mark,
and the desk stays locked until a window opens it with the passphrase.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from app.core.errors import AppError
from app.core.machine.files import create_private, remove_private, try_lock
from app.core.machine.paths import Paths, make_private

KNOCK = "knock"
"""The file that says that somebody waits for a decision."""

_LOCK, _LOCKED = "lock", "locked"


def is_open(paths: Paths) -> bool:
    """Return whether the desk has a window now."""
    try:
        descriptor = os.open(paths.window / _LOCK, os.O_RDWR)
    except OSError:
        return False
    try:
        return not try_lock(descriptor)
    finally:
        os.close(descriptor)


def is_locked(paths: Paths) -> bool:
    """Return whether a window has locked the desk, and none has opened it since."""
    return (paths.window / _LOCKED).exists()


def note_locked(paths: Paths, locked: bool) -> None:
    """Mark the desk as locked or not; only the window calls this."""
    _mark(paths.window / _LOCKED, locked)


def knock(paths: Paths) -> None:
    """Have the open window look who waits; nothing happens where there is none."""
    _mark(paths.window / KNOCK, False)
    _mark(paths.window / KNOCK, True)


def answer_knock(paths: Paths) -> bool:
    """Return whether somebody has knocked since the window last asked, and forget the knock; only the window calls
    this."""
    there = (paths.window / KNOCK).exists()
    if there:
        _mark(paths.window / KNOCK, False)
    return there


def _mark(path: Path, there: bool) -> None:
    with contextlib.suppress(AppError, OSError):  # a folder that nothing can be written into
        if there:
            make_private(path.parent)
            create_private(path, b"")
        else:
            remove_private(path)
