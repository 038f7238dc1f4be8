"""A lock on an open file, which the system takes back from a process that ends, however it does."""

from __future__ import annotations

import contextlib
import errno
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from app.core.paths import machine_error

_PRIVATE_FILE = 0o600
_STEP_S = 0.02


def try_lock(descriptor: int) -> bool:
    """Lock the file for this descriptor alone, until it is closed; False where another one holds it.

    A disk that knows no locks counts as one on which nobody holds any.
    """
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        return error.errno not in (errno.EAGAIN, errno.EACCES, errno.EWOULDBLOCK)
    return True


@contextlib.contextmanager
def hold_lock(path: Path) -> Iterator[None]:
    """Wait until nobody else holds the lock at `path`, and hold it; the file is made where there is none, and stays.

    Raises AppError FOLDER_READ_ONLY or DISK_FULL where it cannot be made.
    """
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, _PRIVATE_FILE)
    except OSError as error:
        raise machine_error(error, path) from error
    try:
        if hasattr(os, "fchmod"):
            os.fchmod(descriptor, _PRIVATE_FILE)  # a umask may have taken bits away
        while not try_lock(descriptor):
            time.sleep(_STEP_S)
        yield
    finally:
        os.close(descriptor)
