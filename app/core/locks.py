"""A lock on an open file, which the system takes back from a process that ends, however it does."""

from __future__ import annotations

import errno
import sys


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
