"""The encrypted database: one connection that threads take turns on, and its errors in Octavo's words."""

from __future__ import annotations

import contextlib
import errno
import functools
import os
import re
import secrets
import threading
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any, Final

import apsw

from app.core.errors import AppError, Code
from app.core.machine.files import (
    DRAFT_SUFFIX,
    create_private,
    hold_lock,
    link_private,
    open_private,
    remove_private,
    rename_private,
)
from app.core.machine.paths import machine_error
from app.core.machine.secret import Key
from app.language.folding import contains, count_places
from app.store.migrations import is_older, migrate

_CIPHER: Final = "chacha20"
"""ChaCha20 with a Poly1305 tag on every page: a changed page is noticed. Named, so that another default of the library
changes nothing. Source: SQLite3 Multiple Ciphers, "sqleet: ChaCha20 - Poly1305 HMAC"."""

RECORD_ENDING: Final = "-record"
"""The ending of the name of the file beside a database that has the seal of its record (`app.store.record`)."""

_BUSY_MS: Final = 5000
_COPY_PAGES: Final = 4096
"""Pages that are copied at a time: 16 MiB."""
_FULL: Final = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_FORBIDDEN: Final = (errno.EROFS, errno.EACCES, errno.EPERM)
_COPY = re.compile(r"\.v\d+")
_COMPANIONS: Final = ("-wal", "-shm", "-journal")
_LEAST_BYTES: Final = 512
"""The bytes of SQLite's smallest page: it takes a smaller file for a new database."""

_DAMAGED: Final = ".damaged-"
_RESCUED: Final = ".rescued"
_SUSPECT: Final = ".suspect"
"""The ending of a file beside a database in which damage was found, which the next one to open it looks for."""

_DRAFT = re.compile(rf"\.v\d+\.[0-9a-f]{{8}}{re.escape(DRAFT_SUFFIX)}")


class Database:
    """An open database. Every method may be called from any thread; a transaction belongs to the thread it began on."""

    def __init__(self, path: Path, key: Key, connection: apsw.Connection, busy_ms: int) -> None:
        """Take a connection that `open` made."""
        self.path = path
        self._key = key
        self._connection: apsw.Connection | None = connection
        self._busy_ms = busy_ms
        self._lock = threading.RLock()
        self._writing = False
        self._afterwards: list[Callable[[], object]] = []

    @classmethod
    def open(cls, path: Path, key: Key, *, busy_ms: int = _BUSY_MS) -> Database:
        """Open the database at `path`, make it if there is none, and bring it to this program's version.

        An older one is copied first, and nobody else may have it open. `busy_ms` is how many milliseconds to wait for
        another process that is writing. If damage was found while it was in use, all of it is read now. Raises AppError
        DATABASE_KEY (the key does not fit, or the file is no database), DATABASE_DAMAGED, DATABASE_NEWER (the file
        stays as it was), DATABASE_LOCKED, FOLDER_READ_ONLY, DISK_FULL. An older database that could not be copied stays
        as it was.
        """
        finish_rescue(path)
        _make_private(path)
        try:
            connection = _connect(path, key, busy_ms)
        except AppError as error:
            if error.code is Code.DATABASE_KEY and _fits(path, key):  # only its first page is damaged
                raise AppError(Code.DATABASE_DAMAGED, path=str(path)) from error
            raise
        opened = cls(path, key, connection, busy_ms)
        if (suspicion := path.with_name(path.name + _SUSPECT)).exists():
            try:
                opened.verify()
            except BaseException:
                opened.close()
                raise
            remove_private(suspicion)
        return opened

    @staticmethod
    @contextlib.contextmanager
    def probe(path: Path, key: Key) -> Iterator[bool]:
        """Try whether `key` opens the database at `path`, and give that; if so, nobody else can have it open until the
        block is left.

        Raises AppError DATABASE_LOCKED while another process has it open, and else like `open`, save DATABASE_KEY.
        """
        with _explained(path):
            connection = _unlock(path, key, _BUSY_MS)
        with contextlib.closing(connection):
            try:
                with _explained(path, connection):
                    _seize(connection, path)
                fits = True
            except AppError as error:
                if error.code is not Code.DATABASE_KEY:
                    raise
                fits = False
            yield fits

    @classmethod
    def look(cls, path: Path, key: Key, *, busy_ms: int = _BUSY_MS) -> Database:
        """Open the database at `path` as it is, to be read while others write: it is not upgraded. Raises AppError
        DATABASE_KEY, and as `open` does; FOLDER_READ_ONLY where there is none."""
        with _explained(path):
            connection = _unlock(path, key, busy_ms)
        try:
            with _explained(path, connection):
                _choose_moment(connection)  # whether the key fits
                connection.config(apsw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0)
        except BaseException:
            connection.close()
            raise
        return cls(path, key, connection, busy_ms)

    @staticmethod
    def bytes_of(path: Path) -> int:
        """Return how many bytes the database at `path` takes on the disk, with the files beside it; 0 if it is gone."""
        sizes = 0
        for ending in ("", *_COMPANIONS):
            with contextlib.suppress(OSError):
                sizes += path.with_name(path.name + ending).stat().st_size
        return sizes

    @staticmethod
    def discard(path: Path) -> None:
        """Delete a database that nobody has open, with its companions and copies. Raises AppError FOLDER_READ_ONLY."""
        _remove_copies(path)
        for file in path.parent.glob(f"{path.name}{_DAMAGED}*"):
            remove_private(file)
        for ending in (RECORD_ENDING, *_COMPANIONS, _SUSPECT, ""):
            remove_private(path.with_name(path.name + ending))

    @property
    def key(self) -> Key:
        return self._key

    @property
    def is_open(self) -> bool:
        return self._connection is not None

    def close(self) -> None:
        """Close the database. May be called again; anything else after it is a mistake."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    @contextlib.contextmanager
    def read(self) -> Iterator[apsw.Connection]:
        """Show the database as it is at one moment, whatever others write meanwhile. Raises AppError as `open` does."""
        with self._lock, self._explained() as connection:
            if connection.in_transaction:
                yield connection
                return
            connection.execute("BEGIN")
            try:
                yield connection
            finally:
                _roll_back(connection)

    @contextlib.contextmanager
    def write(self) -> Iterator[apsw.Connection]:
        """Make one transaction: on disk when the block is left, or undone if it raises. Raises AppError as `open` does.

        A `write` inside a `write` is part of it; a `write` inside a `read` is a mistake.
        """
        with self._lock, self._explained() as connection:
            if self._writing:
                yield connection
                return
            connection.execute("BEGIN IMMEDIATE")
            self._writing = True
            self._afterwards.clear()
            try:
                yield connection
                connection.execute("COMMIT")
            finally:
                self._writing = False
                _roll_back(connection)
            for call in self._afterwards:
                call()

    def afterwards(self, call: Callable[[], object]) -> None:
        """Have this called, inside `write`, once it is all on disk, and not at all if it is undone."""
        self._afterwards.append(call)

    def rows(self, sql: str, values: apsw.Bindings = ()) -> list[tuple[Any, ...]]:
        """Return all rows that one statement reads. Raises AppError as `read` does."""
        with self.read() as connection:
            return connection.execute(sql, values).fetchall()

    def row(self, sql: str, values: apsw.Bindings = ()) -> tuple[Any, ...] | None:
        """Return the first row of what one statement reads, as `read`."""
        return next(iter(self.rows(sql, values)), None)

    def run(self, sql: str, values: apsw.Bindings = ()) -> None:
        """Run one statement that writes, as `write`."""
        with self.write() as connection:
            connection.execute(sql, values)

    def scrub(self) -> None:
        """Leave no copy of deleted rows in the write-ahead log, nor in a copy from before an upgrade, which goes; what
        they took in the database is overwritten already.

        Does what it can while another process reads; closing does the rest.
        """
        with self._lock, self._explained() as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            _remove_copies(self.path)

    def hold(self) -> None:
        """Show this moment to all that reads from now on, until it is held anew or closed. Raises AppError as `open`
        does."""
        with self._lock, self._explained() as connection:
            _roll_back(connection)
            connection.execute("BEGIN")
            _choose_moment(connection)

    @property
    def size_bytes(self) -> int:
        with self.read() as connection:
            return int(connection.pragma("page_count")) * int(connection.pragma("page_size"))

    def copy_to(self, path: Path, key: Key) -> None:
        """Copy all that is in it into a new database, which has another key. Raises AppError as `open` does."""
        for _done in self.copying(path, key):
            pass

    def copying(self, path: Path, key: Key) -> Generator[float]:
        """Copy as `copy_to` does; yield the part that is done, from 0 to 1, as often as a person wants to see it."""
        _make_private(path)
        with self.read() as connection, contextlib.closing(_unlock(path, key, _BUSY_MS)) as copy:
            _choose_moment(connection)
            yield from _back_up(connection, copy, path)

    def check(self) -> None:
        """Read and verify all of it; its tables must be those of this version, with no other trigger or view. Raises
        AppError DATABASE_DAMAGED."""
        self.verify()
        with self.read() as connection:
            if _schema(connection) != _newest_schema():
                raise AppError(Code.DATABASE_DAMAGED, path=str(self.path))

    def verify(self) -> None:
        """Read all of it, of whichever version it is. Raises AppError DATABASE_DAMAGED."""
        with self.read() as connection:
            if connection.execute("PRAGMA quick_check").fetchall() != [("ok",)]:
                _suspect(self.path)
                raise AppError(Code.DATABASE_DAMAGED, path=str(self.path))

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """Keep everybody else from having the database open until the block is left. It is opened again then, with its
        key.

        Raises AppError DATABASE_LOCKED while another process has it open.
        """
        with self._lock:
            if self._connection is None:
                raise RuntimeError("the database is closed")
            try:
                with self._explained() as connection:
                    connection.set_busy_timeout(self._busy_ms)
                    _seize(connection, self.path)
                yield
            except BaseException:
                with contextlib.suppress(AppError):  # what went wrong first is said
                    self._open_again()
                raise
            self._open_again()

    def _open_again(self) -> None:
        self.close()
        self._connection = _connect(self.path, self._key, self._busy_ms)

    def rekey(self, key: Key) -> None:
        """Encrypt everything again, inside `alone`. Cut short by a kill, the database opens with one of the two keys.

        A copy from before an upgrade goes: it would open with the old key. Raises AppError DISK_FULL, FOLDER_READ_ONLY;
        then the key is the old one.
        """
        with self._lock, self._explained() as connection:
            _remove_copies(self.path)
            connection.pragma("rekey", _raw(key))
            self._key = key

    @contextlib.contextmanager
    def _explained(self) -> Iterator[apsw.Connection]:
        if self._connection is None:
            raise RuntimeError("the database is closed")
        with _explained(self.path, self._connection):
            yield self._connection


def _make_private(path: Path) -> None:
    """Make the file before SQLite does, 0600; SQLite gives its companions (-wal, -shm, -journal) the same mode."""
    try:
        os.close(open_private(path, os.O_RDWR | os.O_CREAT))
    except OSError as error:
        raise machine_error(error, path) from error


def _raw(key: Key) -> str:
    return f"raw:{key.secret}"  # 32 bytes as they are: the library derives nothing from them


def _unlock(path: Path, key: Key, busy_ms: int) -> apsw.Connection:
    if _was_emptied(path):
        raise AppError(Code.DATABASE_DAMAGED, path=str(path))
    connection = apsw.Connection(str(path), apsw.SQLITE_OPEN_READWRITE)
    try:
        connection.set_busy_timeout(busy_ms)
        if connection.pragma("cipher", _CIPHER) != _CIPHER:
            raise RuntimeError("this SQLite cannot encrypt: apsw instead of apsw-sqlite3mc?")
        connection.pragma("key", _raw(key))
        # Until the database is known to be ours, closing must not write into it either.
        connection.config(apsw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1)
    except BaseException:
        connection.close()
        raise
    return connection


def _was_emptied(path: Path) -> bool:
    """Return whether a database has lost its file, and its log is left: SQLite would take it for a new one, and delete
    the log. A database has no log until all that it begins with is in its file."""
    sizes = []
    for ending in ("", "-wal"):
        try:
            sizes.append(path.with_name(path.name + ending).stat().st_size)
        except OSError:
            sizes.append(0)
    return sizes[0] < _LEAST_BYTES and sizes[1] > 0


def _connect(path: Path, key: Key, busy_ms: int) -> apsw.Connection:
    with _explained(path):
        connection = _unlock(path, key, busy_ms)
    try:
        with _explained(path, connection):
            if is_older(connection, path):
                _upgrade(connection, path, key)
            migrate(connection, path)
            connection.config(apsw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0)
            connection.pragma("journal_mode", "wal")
            connection.pragma("synchronous", "FULL")
            connection.pragma("fullfsync", True)  # macOS: through the drive's own cache
            connection.pragma("foreign_keys", True)
            connection.pragma("secure_delete", True)
            connection.pragma("temp_store", "MEMORY")  # temporary files would not be encrypted
            connection.create_scalar_function("contains", _contains, 2, deterministic=True)
            connection.create_scalar_function("count_places", _count_places, 2, deterministic=True)
    except BaseException:
        connection.close()
        raise
    return connection


def _upgrade(connection: apsw.Connection, path: Path, key: Key) -> None:
    """Copy an older database, then bring it to this version. An older Octavo that still ran would not notice, and go on
    writing as it knows; so nobody else may have it open."""
    _seize(connection, path)
    if is_older(connection, path):  # another process may have been first
        _copy(connection, path, key)
        migrate(connection, path)
    connection.pragma("locking_mode", "normal")


def _copy(connection: apsw.Connection, path: Path, key: Key) -> None:
    """Copy the database through SQLite: to close a file that is open in SQLite too would give up its locks."""
    version = int(connection.pragma("user_version"))
    target = path.with_name(f"{path.name}.v{version}")
    for cut_short in _beside(path, _DRAFT):
        remove_private(cut_short)
    draft = target.with_name(f"{target.name}.{secrets.token_hex(4)}{DRAFT_SUFFIX}")
    try:
        _make_private(draft)
        with contextlib.closing(_unlock(draft, key, _BUSY_MS)) as copy:
            for _done in _back_up(connection, copy, draft):
                pass
        rename_private(draft, target)
        for other in _beside(path, _COPY):
            if other != target:
                remove_private(other)
    finally:
        remove_private(draft)


def _choose_moment(connection: apsw.Connection) -> None:
    """Look once, since a transaction shows the moment of its first look, not that of its beginning."""
    connection.execute("SELECT count(*) FROM sqlite_schema").fetchall()


def _back_up(connection: apsw.Connection, copy: apsw.Connection, path: Path) -> Iterator[float]:
    """Copy a database; yields the part that is done. `path` is that of the copy."""
    with _explained(path, copy):
        copy.pragma("journal_mode", "off")  # a draft needs no way back
        copy.pragma("fullfsync", True)
        with copy.backup("main", connection, "main") as backup:
            while not backup.done:
                backup.step(_COPY_PAGES)
                yield 1 - backup.remaining / max(backup.page_count, 1)


def _schema(connection: apsw.Connection) -> frozenset[tuple[str, str, str]]:
    rows = connection.execute("SELECT type, name, sql FROM sqlite_schema")
    return frozenset((str(type), str(name), str(sql)) for type, name, sql in rows)


@functools.cache
def _newest_schema() -> frozenset[tuple[str, str, str]]:
    with contextlib.closing(apsw.Connection(":memory:")) as connection:
        migrate(connection, Path(":memory:"))
        return _schema(connection)


def _seize(connection: apsw.Connection, path: Path) -> None:
    """Let nobody else read or write until this connection closes; only the last one can leave a write-ahead log."""
    if connection.pragma("journal_mode", "delete") != "delete":
        raise AppError(Code.DATABASE_LOCKED, path=str(path))
    connection.pragma("locking_mode", "exclusive")
    connection.execute("BEGIN EXCLUSIVE; COMMIT")


def _contains(*values: apsw.SQLiteValue) -> bool:
    text, folded_needle = values
    read = text.decode("utf-8", "replace") if isinstance(text, bytes) else "" if text is None else str(text)
    return contains(read, str(folded_needle))


def _count_places(*values: apsw.SQLiteValue) -> int:
    text, folded_needle = values
    return count_places(str(text), str(folded_needle))


def _roll_back(connection: apsw.Connection) -> None:
    """End a transaction that was not committed; some errors have ended it already."""
    if connection.in_transaction:
        with contextlib.suppress(apsw.Error):
            connection.execute("ROLLBACK")


@contextlib.contextmanager
def _explained(path: Path, connection: apsw.Connection | None = None) -> Iterator[None]:
    """Turn what the machine did to us into an AppError; what we did wrong ourselves stays an apsw.Error."""
    try:
        yield
    except apsw.Error as error:
        code = _code(error, 0 if connection is None else connection.system_errno)
        if code is None:
            raise
        if code is Code.DATABASE_DAMAGED:
            _suspect(path)
        raise AppError(code, path=str(path)) from error


def _suspect(path: Path) -> None:
    """Have the next one to open the database read all of it."""
    with contextlib.suppress(AppError):  # a disk that takes nothing
        create_private(path.with_name(path.name + _SUSPECT), b"")


def _code(error: apsw.Error, system_errno: int) -> Code | None:
    match error:
        case apsw.FullError():
            return Code.DISK_FULL
        case apsw.BusyError() | apsw.LockedError():
            return Code.DATABASE_LOCKED
        case apsw.NotADBError():
            return Code.DATABASE_KEY
        case apsw.CorruptError():
            return Code.DATABASE_DAMAGED
        case apsw.ReadOnlyError() | apsw.PermissionsError() | apsw.CantOpenError() | apsw.IOError():
            if system_errno in _FULL:
                return Code.DISK_FULL
            if isinstance(error, apsw.IOError) and system_errno not in _FORBIDDEN:
                return Code.DATABASE_DAMAGED
            return Code.FOLDER_READ_ONLY
    return None


# ---- the copy from before an upgrade, so that the older Octavo can be gone back to
#
# It is beside the database, encrypted with the same key, as `octavo.db.v3`: 3 is the version of the schema in it. There
# is one at most. It would keep what a person deletes, and open with a key that was taken away: so it goes with the
# first deletion, and before the key is changed.


def find_copy(path: Path) -> Path | None:
    """Return the copy of the database at `path`, if there is one."""
    return next(iter(_beside(path, _COPY)), None)


def _remove_copies(path: Path) -> None:
    """Remove the copies of the database at `path`, half-made ones too. Raises AppError FOLDER_READ_ONLY."""
    for file in (*_beside(path, _COPY), *_beside(path, _DRAFT)):
        remove_private(file)


def _beside(path: Path, ending: re.Pattern[str]) -> list[Path]:
    found = path.parent.glob(f"{path.name}.v*")
    return [file for file in found if ending.fullmatch(file.name.removeprefix(path.name))]


# ---- what a rescue leaves
#
# `octavo.db.damaged-1` is the damaged database, with its log beside it as SQLite names it. The new one takes its place
# in two steps: as `octavo.db.rescued` it counts, and whoever opens the desk next finishes the rest.


@contextlib.contextmanager
def draft_database(path: Path, key: Key) -> Iterator[apsw.Connection]:
    """Create a new, empty database, in which nothing is checked, and which has no way back. Raises AppError as `open`
    does."""
    _make_private(path)
    with _explained(path), contextlib.closing(_unlock(path, key, _BUSY_MS)) as connection, _explained(path, connection):
        connection.pragma("journal_mode", "off")
        connection.pragma("fullfsync", True)
        connection.config(apsw.SQLITE_DBCONFIG_ENABLE_TRIGGER, 0)
        yield connection


def find_damaged(path: Path) -> list[Path]:
    """Return the damaged databases that the one at `path` has replaced, the last one last."""
    found = (file for file in path.parent.glob(f"{path.name}{_DAMAGED}*") if file.name.rpartition("-")[2].isdecimal())
    return sorted(found, key=lambda file: int(file.name.rpartition("-")[2]))


def replace_damaged(path: Path, draft: Path) -> Path:
    """Put `draft` in the place of a damaged database that nobody has open; where that is then. Raises AppError
    FOLDER_READ_ONLY, DISK_FULL; then all is as it was."""
    before = find_damaged(path)
    number = int(before[-1].name.rpartition("-")[2]) + 1 if before else 1
    aside = path.with_name(f"{path.name}{_DAMAGED}{number}")
    for ending in ("-journal", "-wal", ""):
        source = path.with_name(path.name + ending)
        if source.exists():
            link_private(source, aside.with_name(aside.name + ending))
    rename_private(draft, path.with_name(path.name + _RESCUED))
    return aside


def finish_rescue(path: Path) -> None:
    """Finish a rescue that was cut short when the new database was whole. Raises AppError FOLDER_READ_ONLY,
    DISK_FULL."""
    rescued = path.with_name(path.name + _RESCUED)
    if not rescued.exists():
        return
    with hold_lock(path.with_name(f"{rescued.name}.lock")):
        if rescued.exists():  # another process may have been first
            for ending in (*_COMPANIONS, _SUSPECT):  # SQLite would take the old log for that of the new database
                remove_private(path.with_name(path.name + ending))
            rename_private(rescued, path)


def suspect_in(folder: Path) -> Path | None:
    """Return a database in this folder in which damage was found while it was in use, if there is one."""
    marked = (mark.with_name(mark.name.removesuffix(_SUSPECT)) for mark in sorted(folder.glob(f"*{_SUSPECT}")))
    return next((file for file in marked if file.exists()), None)


def _fits(path: Path, key: Key) -> bool:
    from app.store.database_pages import open_pages  # now: only damage asks for it

    try:
        with open_pages(path, key) as pages:
            return pages.fits()
    except AppError:
        return False
