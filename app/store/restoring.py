"""A desk that comes from elsewhere takes its place in a data folder: whole, or not at all.

It is put together in a folder inside the data folder (`Staging`), which nobody takes for a desk. One rename of that
folder decides that it is the desk; what is left is to move what is in it, and whoever is stopped there goes on at the
next start (`settle`): the database comes last.

Invariants:

- Every byte is on disk before the one rename of `restoring` to `restored`; `settle` moves what is in it at the latest
  at the next start, the database last. Held by:
  tests/store/test_restoring.py::test_whoever_is_killed_leaves_the_desk_of_before_or_the_whole_new_one.
- What comes from a backup is untrusted: names of members, tables and ids of matters are checked before anything is
  moved. Held by: tests/features/backup/test_service.py::test_a_name_inside_that_leads_elsewhere_is_refused,
  tests/features/backup/test_service.py::test_a_database_inside_that_is_none_of_octavo_is_refused.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from app.core.errors import AppError, Code
from app.core.machine.files import hold_lock, open_private, try_lock
from app.core.machine.paths import Paths, machine_error, sync_folder
from app.store.db import Database

_STAGED, _DECIDED = "restoring", "restored"
_LOCK = "restoring.lock"
_CARD, _NEXT_CARD = "octavo.keycard", "octavo.keycard.next"


def holds_desk(paths: Paths) -> bool:
    """Return whether there is a desk, or what is left of one. Raises AppError FOLDER_READ_ONLY."""
    try:
        return (
            (paths.database.exists() and paths.database.stat().st_size > 0)
            or (paths.data / _DECIDED).exists()
            or (paths.matters.is_dir() and any(paths.matters.glob("*.db")))
        )
    except OSError as error:
        raise machine_error(error, paths.data) from error


@contextlib.contextmanager
def staging(paths: Paths) -> Iterator[Paths]:
    """Make an empty data folder inside that of `paths`, for one desk. `decide` makes it the desk; else nothing is left
    of it, nor of the data folder if that was not there.

    Raises AppError DATABASE_LOCKED while another process does the same, FOLDER_READ_ONLY, DISK_FULL, NAME_NOT_UTF8.
    """
    was_there = paths.data.exists()
    staged = Paths(paths.data / _STAGED)
    try:
        paths.create()
        with _alone(paths):
            _remove(staged.data)  # what a kill left
            staged.create()
            try:
                yield staged
            finally:
                _remove(staged.data)
    finally:
        if not was_there and not holds_desk(paths):
            _remove(paths.data)


def decide(staged: Paths, paths: Paths) -> None:
    """Make what was staged, on disk and closed, the desk of `paths` from now on. Raises AppError."""
    shutil.rmtree(staged.log.parent, ignore_errors=True)
    staged.lock.unlink(missing_ok=True)
    try:
        for folder, _folders, files in os.walk(staged.data):
            for name in files:
                _sync(Path(folder) / name)
            sync_folder(Path(folder))
        staged.data.rename(paths.data / _DECIDED)
        sync_folder(paths.data)
    except OSError as error:
        raise machine_error(error, paths.data) from error


def settle(paths: Paths) -> None:
    """Put a desk that was decided on into its place, in which there is none, or one with nothing in it; and remove what
    a kill left of one that was not. Raises AppError FOLDER_READ_ONLY, DISK_FULL; the next start goes on."""
    if (paths.data / _STAGED).is_dir():
        with contextlib.suppress(AppError), _alone(paths):  # somebody may be at it
            _remove(paths.data / _STAGED)
    decided = Paths(paths.data / _DECIDED)
    if not decided.data.is_dir():
        return
    with hold_lock(paths.lock):
        try:
            _settle(decided, paths)
        except OSError as error:
            raise machine_error(error, paths.data) from error


def _settle(decided: Paths, paths: Paths) -> None:
    if (decided.data / _CARD).exists():  # nothing was moved yet: what is there is of the desk before
        Database.discard(paths.database)
        for old in (paths.key_file, paths.data / _NEXT_CARD):
            old.unlink(missing_ok=True)
        _remove(paths.matters)
        _remove(paths.readings)
    found = sorted(decided.data.iterdir(), key=lambda path: (path.name == paths.database.name, path.name != _CARD))
    for path in found:
        target = paths.data / path.name
        if target.is_dir():
            target.rmdir()  # made again since, and nobody has put anything into it
        path.replace(target)
        sync_folder(decided.data)
        sync_folder(paths.data)
    decided.data.rmdir()
    sync_folder(paths.data)


@contextlib.contextmanager
def _alone(paths: Paths) -> Iterator[None]:
    """Keep others from putting a desk together there. Raises AppError DATABASE_LOCKED."""
    lock = paths.data / _LOCK
    try:
        descriptor = open_private(lock, os.O_RDWR | os.O_CREAT)
    except OSError as error:
        raise machine_error(error, lock) from error
    try:
        if not try_lock(descriptor):
            raise AppError(Code.DATABASE_LOCKED, path=str(paths.data))
        try:
            yield
        finally:
            lock.unlink(missing_ok=True)
    finally:
        os.close(descriptor)


def _sync(file: Path) -> None:
    descriptor = os.open(file, os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _remove(folder: Path) -> None:
    try:
        if folder.exists():
            shutil.rmtree(folder)
    except OSError as error:
        raise machine_error(error, folder) from error
