"""Private files, 0600: written whole or not at all and on disk when the function returns, locked, or logged into."""

from __future__ import annotations

import contextlib
import errno
import logging
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from io import TextIOWrapper
from pathlib import Path
from typing import BinaryIO

from app.core.machine.paths import machine_error, sync_folder

DRAFT_SUFFIX = ".part"

_PRIVATE_FILE = 0o600
_LOCK_STEP_S = 0.02
_LOG_BYTES = 1_000_000
_KEPT_LOGS = 3


def create_private(path: Path, data: bytes) -> bool:
    """Write a new file; False, and nothing changed, when `path` is there already, whoever was first.

    Raises AppError FOLDER_READ_ONLY or DISK_FULL.
    """
    draft = path.with_name(f"{path.name}.{os.urandom(4).hex()}")
    try:
        try:
            _write(draft, lambda file: file.write(data))
            if not _publish(draft, path):
                return False
            sync_folder(path.parent)
        finally:
            draft.unlink(missing_ok=True)
    except OSError as error:
        raise machine_error(error, path) from error
    return True


def write_private(path: Path, write: Callable[[BinaryIO], object]) -> None:
    """Have `write` fill a draft beside `path`, then put it in the place of `path`, whether that was there or not.

    The draft's name ends in DRAFT_SUFFIX; one that is there when nobody writes was left by a crash. What `write`
    raises goes through, and the draft is gone. Raises AppError FOLDER_READ_ONLY or DISK_FULL.
    """
    draft = path.with_name(f"{path.name}.{os.urandom(4).hex()}{DRAFT_SUFFIX}")
    try:
        try:
            _write(draft, write)
            draft.replace(path)
            sync_folder(path.parent)
        finally:
            draft.unlink(missing_ok=True)
    except OSError as error:
        raise machine_error(error, path) from error


def rename_private(source: Path, target: Path) -> None:
    """Put `source` in the place of `target`. Raises AppError FOLDER_READ_ONLY or DISK_FULL."""
    try:
        source.replace(target)
        sync_folder(target.parent)
    except OSError as error:
        raise machine_error(error, target) from error


def link_private(source: Path, target: Path) -> None:
    """Give a file a second name, or copy it where a file has but one. Raises AppError FOLDER_READ_ONLY or DISK_FULL."""
    try:
        try:
            os.link(source, target)
            sync_folder(target.parent)
        except (OSError, NotImplementedError):  # a file system without hard links
            if target.exists():
                raise
            with source.open("rb") as file:
                write_private(target, lambda copy: shutil.copyfileobj(file, copy))
    except OSError as error:
        raise machine_error(error, target) from error


def remove_private(path: Path) -> None:
    """Remove a file that may be there. Raises AppError FOLDER_READ_ONLY."""
    try:
        path.unlink(missing_ok=True)
        sync_folder(path.parent)
    except OSError as error:
        raise machine_error(error, path) from error


def open_private(path: Path, flags: int) -> int:
    """Open a file that nobody else may read; the descriptor, which the caller closes. Raises OSError.

    A disk that knows no modes, such as a USB stick with FAT, gives a new file what it gives all files.
    """
    descriptor = os.open(path, flags | getattr(os, "O_BINARY", 0), _PRIVATE_FILE)
    try:
        if hasattr(os, "fchmod"):
            _make_private(descriptor, is_new=bool(flags & os.O_EXCL))
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def _make_private(descriptor: int, *, is_new: bool) -> None:
    """Set the mode to 0600, since a umask may have taken bits away, or somebody may have added some. Raises OSError."""
    try:
        os.fchmod(descriptor, _PRIVATE_FILE)
    except PermissionError:
        if not is_new:  # then it may be somebody else's
            raise


def _write(path: Path, write: Callable[[BinaryIO], object]) -> None:
    with os.fdopen(open_private(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL), "wb") as file:
        write(file)
        file.flush()
        os.fsync(file.fileno())


def _publish(draft: Path, path: Path) -> bool:
    """Give a finished file its name unless the name is taken: a hard link refuses that in one step."""
    try:
        os.link(draft, path)
    except FileExistsError:
        return False
    except OSError:  # a file system without hard links
        if path.exists():
            return False
        draft.rename(path)
    return True


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


def try_lock_range(descriptor: int, start: int, size: int) -> bool:
    """Lock some bytes of a file that is open for writing, for this process alone, until any descriptor of the file is
    closed; False where another process holds a lock there."""
    try:
        if sys.platform == "win32":
            import msvcrt

            os.lseek(descriptor, start, os.SEEK_SET)
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, size)
        else:
            import fcntl

            fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB, size, start)
    except OSError as error:
        return error.errno not in (errno.EAGAIN, errno.EACCES, errno.EWOULDBLOCK, errno.EDEADLK)
    return True


@contextlib.contextmanager
def hold_lock(path: Path) -> Iterator[None]:
    """Wait until nobody else holds the lock at `path`, and hold it; the file is made where there is none, and stays.

    Raises AppError FOLDER_READ_ONLY or DISK_FULL where it cannot be made.
    """
    try:
        descriptor = open_private(path, os.O_RDWR | os.O_CREAT)
    except OSError as error:
        raise machine_error(error, path) from error
    try:
        while not try_lock(descriptor):
            time.sleep(_LOCK_STEP_S)
        yield
    finally:
        os.close(descriptor)


def start_log(path: Path) -> None:
    """Send the records of the `octavo` logger to `path`, rotating: ids, counts, durations and error codes, never text,
    titles, file names or prompts. Raises AppError when it cannot be written."""
    from logging.handlers import RotatingFileHandler  # it loads sockets, which no child needs

    class PrivateHandler(RotatingFileHandler):
        def _open(self) -> TextIOWrapper:
            descriptor = os.open(self.baseFilename, os.O_WRONLY | os.O_CREAT | os.O_APPEND, _PRIVATE_FILE)
            return open(descriptor, "a", encoding="utf-8")

        def handleError(self, record: logging.LogRecord) -> None:
            """Print no traceback for an OSError: the work that the log is written for says itself that the disk is
            full."""
            if not isinstance(sys.exception(), OSError):
                super().handleError(record)

    try:
        handler = PrivateHandler(path, maxBytes=_LOG_BYTES, backupCount=_KEPT_LOGS, encoding="utf-8")
    except OSError as error:
        raise machine_error(error, path) from error
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logger = logging.getLogger("octavo")
    for old in list(logger.handlers):
        logger.removeHandler(old)
        old.close()
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    logger.propagate = False
