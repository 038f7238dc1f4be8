"""The whole desk in one encrypted file, made while it is in use, and a desk made of such a file."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import secrets
import shutil
import time
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from typing import BinaryIO, Self

from app import __version__
from app.core.conversations.events import Copying, Hashing
from app.core.errors import AppError, Code
from app.core.machine.files import DRAFT_SUFFIX, open_private
from app.core.machine.paths import Paths, machine_error, sync_folder
from app.core.machine.secret import Key, KeyOrigin, draw_secret, is_secret
from app.core.matter import Matter
from app.core.record import Happening, RecordKind
from app.core.work import Cancel, Stopped, Work
from app.features.backup.backup_file import (
    DATABASE,
    KIND,
    MATTER,
    READING,
    BackupHead,
    BackupManifest,
    BackupMember,
    BackupReader,
    BackupWriter,
    backup_errors,
)
from app.features.backup.data import BackupMade, BackupSizes, Restored
from app.features.backup.snapshots import freeze
from app.services.services import Services
from app.store import keys, restoring
from app.store.db import Database
from app.store.key_derivation import Argon2Cost
from app.store.matters import MatterStore
from app.store.migrations import MIGRATIONS
from app.store.record import RecordStore
from app.store.sealing import Sealing, new_sealing
from app.store.settings import SettingsStore

_WEEK_S = 7 * 86_400
_LAST = "backup.last"
"""The name of a blob: when the last backup was made."""

_UNSOUND = (Code.DATABASE_KEY, Code.DATABASE_DAMAGED)
_DERIVED = ("tokens",)
"""The folders beside saved readings whose files are made again in seconds."""


@dataclass(frozen=True)
class Backups:
    """The backups of a desk. `home` is the main database, which has the keys of all matters; `guess_cost` is
    that of a guess at the passphrase of a new backup, None for as much as this machine bears."""

    paths: Paths
    home: Database
    guess_cost: Argon2Cost | None = None

    def last_at(self) -> float | None:
        """Return when the last backup was made, in seconds since the epoch; None for never. Raises AppError as the
        store does."""
        kept = SettingsStore(self.home).get_blob(_LAST)
        with contextlib.suppress(ValueError):
            return None if kept is None else float(kept)
        return None

    def is_due(self, now: float) -> bool:
        """Return whether the next backup is due, of which a person wants to be reminded. Raises AppError as the store
        does."""
        weeks, last_at = SettingsStore(self.home).load().backup_reminder_weeks, self.last_at()
        return weeks > 0 and (last_at is None or now - last_at >= weeks * _WEEK_S)

    def sizes(self) -> BackupSizes:
        """Return how large a backup would be. Raises AppError as the store does."""
        ids = [matter.id for matter in MatterStore(self.home).all()]
        files = (self.paths.database, *map(self.paths.matter, ids))
        readings = (self.paths.data / name for name in self._readings())
        return BackupSizes(
            len(ids), sum(_size(file) or 0 for file in files), sum(_size(file) or 0 for file in readings)
        )

    def is_blank(self, known: Path) -> bool:
        """Return whether nobody would miss what is kept: nothing but one book, that of the file `known`. Raises
        AppError as the store does."""
        made = ("matters", "questions", "notes", "sheets", "saved_prompts", "bin")
        with self.home.read() as connection:
            if any(connection.execute(f"SELECT 1 FROM {each} LIMIT 1").fetchone() for each in made):  # noqa: S608
                return False
            paths = connection.execute("SELECT path FROM books UNION SELECT path FROM sources").fetchall()
        return all(path == os.fsencode(known.resolve()) for (path,) in paths)

    def make(
        self, target: Path, passphrase: str, cancel: Cancel, *, readings: bool = False
    ) -> Work[Copying | Hashing, BackupMade]:
        """Write all that belongs to the desk and its matters to one file, as it is at this moment, and read it back.

        Whoever uses the desk meanwhile is not kept waiting. What another computer makes again is not in it: models,
        tokens of books, and saved readings unless `readings`. Raises AppError PASSPHRASE_WEAK,
        BACKUP_INSIDE, BACKUP_NO_ROOM, BACKUP_NOT_PROVED, BACKUP_TOO_LARGE, EXPORT_NOT_WRITTEN, DISK_FULL,
        DATABASE_LOCKED; Stopped. Then there is no file, or the one that was there before.
        """
        target = target.absolute()
        if target.is_dir():
            raise AppError(Code.EXPORT_NOT_WRITTEN, path=str(target))
        if target.resolve().is_relative_to(self.paths.data.resolve()):
            raise AppError(Code.BACKUP_INSIDE, path=str(target))
        sealing = new_sealing(KIND, passphrase, self.guess_cost)
        with _Moment(self.paths, self.home.key) as moment:
            made_at, names = time.time(), self._readings() if readings else ()
            head = BackupHead(__version__, len(MIGRATIONS), made_at, self.home.key.origin is KeyOrigin.PASSPHRASE)
            making = _Making(self.paths, moment, names, cancel)
            _sweep(target)
            making.check_room(target)
            draft = target.with_name(f"{target.name}.{secrets.token_hex(4)}{DRAFT_SUFFIX}")
            try:
                with _target_errors(target):
                    manifest = yield from making.write(draft, sealing, head)
                    yield from _prove(draft, passphrase, manifest, cancel)
                    size = draft.stat().st_size
                    draft.replace(target)
                    sync_folder(target.parent)
            finally:
                with contextlib.suppress(OSError):
                    draft.unlink(missing_ok=True)
        SettingsStore(self.home).set_blob(_LAST, repr(made_at).encode("ascii"))
        matters = len(manifest.members_like(MATTER))
        RecordStore(self.home).add((Happening(RecordKind.BACKUP, detail=f"matters: {matters}"),), texts=False)
        return BackupMade(str(target), size, matters, readings, tuple(making.left_out))

    def _readings(self) -> tuple[str, ...]:
        found = (path for path in self.paths.readings.rglob("*") if path.is_file() and path.suffix != DRAFT_SUFFIX)
        names = ("/".join(path.relative_to(self.paths.data).parts) for path in found)
        return tuple(sorted(name for name in names if READING.fullmatch(name) and name.split("/")[1] not in _DERIVED))


def backups_of(desk: Services) -> Backups:
    matters = desk.shared.matters
    return Backups(desk.paths, matters.home, matters.guess_cost)


class _Moment:
    """The databases of a desk as they are at one moment: `home`, and those of matters by their ids. `unreadable` are
    the names of matters that do not open."""

    def __init__(self, paths: Paths, key: Key) -> None:
        """Open the databases. Raises AppError."""
        self._paths = paths
        self.home = Database.look(paths.database, key)
        self.matters: dict[str, Database] = {}
        self.unreadable: dict[str, str] = {}
        try:
            self._freeze()
        except BaseException:
            self.__exit__()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        for database in (self.home, *self.matters.values()):
            database.close()

    def _freeze(self) -> None:
        kept, known = MatterStore(self.home), tuple[Matter, ...]()
        while True:
            for matter in known:
                if matter.id not in self.matters and matter.id not in self.unreadable:
                    self._look(matter, kept.key(matter.id))
            freeze([self.home, *self.matters.values()])
            now = kept.all()
            if {matter.id for matter in now} <= self.matters.keys() | self.unreadable.keys():
                break
            known = now  # one was made meanwhile
        for gone in self.matters.keys() - {matter.id for matter in now}:
            self.matters.pop(gone).close()

    def _look(self, matter: Matter, key: Key) -> None:
        try:
            self.matters[matter.id] = Database.look(self._paths.matter(matter.id), key)
        except AppError as error:
            if error.code not in (*_UNSOUND, Code.FOLDER_READ_ONLY):  # the last where there is no file
                raise
            self.unreadable[matter.id] = matter.name


class _Making:
    """One backup while it is written. `readings` are names of files; `left_out` are names of matters that cannot be
    read."""

    def __init__(self, paths: Paths, moment: _Moment, readings: Iterable[str], cancel: Cancel) -> None:
        self._paths, self._moment, self._cancel = paths, moment, cancel
        self._readings = {name: size for name in readings if (size := _size(paths.data / name)) is not None}
        self._sizes = {each: each.size_bytes for each in (moment.home, *moment.matters.values())}
        self.left_out = list(moment.unreadable.values())
        self._done, self._now = 0, ""

    def check_room(self, target: Path) -> None:
        """Check that there is room. Raises AppError BACKUP_NO_ROOM, EXPORT_NOT_WRITTEN."""
        draft, whole = max(self._sizes.values()), sum(self._sizes.values()) + sum(self._readings.values())
        try:
            disks = [(target.parent, target.parent.stat().st_dev, whole)]
            disks.append((self._paths.matters, self._paths.matters.stat().st_dev, draft))
            for folder, device, _needed in disks:
                needed = sum(each for _folder, other, each in disks if other == device)
                if needed > (free := shutil.disk_usage(folder).free):
                    raise AppError(Code.BACKUP_NO_ROOM, path=str(folder), needed_bytes=needed, free_bytes=free)
        except OSError as error:
            raise AppError(Code.EXPORT_NOT_WRITTEN, path=str(target)) from error

    def write(self, draft: Path, sealing: Sealing, head: BackupHead) -> Work[Copying, BackupManifest]:
        """Write the backup into a draft. Raises AppError as the databases do, OSError for the draft, Stopped."""
        moment, names = self._moment, {matter.id: matter.name for matter in MatterStore(self._moment.home).all()}
        descriptor = open_private(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
        with os.fdopen(descriptor, "wb") as file:
            writer = BackupWriter(file, sealing, head)
            once = Key(draw_secret(), KeyOrigin.FILE)
            matters = [(f"matters/{id}.db", database) for id, database in moment.matters.items()]
            yield from self._add_database(writer, DATABASE, moment.home, once)
            for name, database in matters:
                try:
                    yield from self._add_database(writer, name, database, database.key)
                except AppError as error:
                    if error.code is not Code.DATABASE_DAMAGED:
                        raise
                    self.left_out.append(names[Path(name).stem])
            for name in self._readings:
                yield from self._add_reading(writer, name)
            manifest = writer.finish()
            file.flush()
            os.fsync(file.fileno())
        return manifest

    def _add_database(self, writer: BackupWriter, name: str, database: Database, key: Key) -> Work[Copying, None]:
        """Add a database by way of a copy, so that nobody is kept from tidying it up while the backup is written."""
        copy, size = self._paths.matters / f"{uuid.uuid4().hex}{DRAFT_SUFFIX}", self._sizes[database]
        try:
            before, self._now = self._done, name
            with contextlib.closing(database.copying(copy, key)) as parts:
                for part in parts:
                    self._done = before + int(part * size)
                    yield self._step()
            database.close()
            with contextlib.closing(Database.look(copy, key)) as copied, _named(database):
                copied.verify()
            with copy.open("rb") as source:
                yield from self._add(writer, BackupMember(name, copy.stat().st_size, key.secret), source)
        finally:
            Database.discard(copy)

    def _add_reading(self, writer: BackupWriter, name: str) -> Work[Copying, None]:
        try:
            source = (self._paths.data / name).open("rb")
        except FileNotFoundError:  # a better one has taken its place, or it was deleted
            return
        with source:
            yield from self._add(writer, BackupMember(name, os.fstat(source.fileno()).st_size), source)

    def _add(self, writer: BackupWriter, member: BackupMember, source: BinaryIO) -> Work[Copying, None]:
        self._now = member.name
        for written in writer.add(member, source):
            self._done += written
            yield self._step()

    def _step(self) -> Copying:
        if self._cancel.requested:
            raise Stopped
        total = 2 * sum(self._sizes.values()) + sum(self._readings.values())
        return Copying(min(self._done, total), total, self._now)


@contextlib.contextmanager
def _named(database: Database) -> Iterator[None]:
    """Name this database in an error about its copy: whatever is wrong with its copy is wrong with it."""
    try:
        yield
    except AppError as error:
        raise AppError(error.code, **(error.params | {"path": str(database.path)})) from error


def _sweep(target: Path) -> None:
    """Remove what backups of this name left that were killed."""
    draft = re.compile(rf"{re.escape(target.name)}\.[0-9a-f]{{8}}{re.escape(DRAFT_SUFFIX)}")
    with contextlib.suppress(OSError):
        for left in target.parent.iterdir():
            if draft.fullmatch(left.name):
                left.unlink()


def _size(path: Path) -> int | None:
    try:
        return path.stat().st_size
    except OSError:
        return None


def _prove(draft: Path, passphrase: str, manifest: BackupManifest, cancel: Cancel) -> Work[Hashing, None]:
    """Read all of a backup from the disk. Raises AppError BACKUP_NOT_PROVED, Stopped."""
    done, total = 0, sum(member.size_bytes for member in manifest.members)
    try:
        with draft.open("rb") as file, backup_errors(draft):
            if hasattr(os, "posix_fadvise"):
                os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)  # the disk is asked, not the memory
            reader = BackupReader(file, passphrase)
            for member, content in reader.members():
                for step in content:
                    done += len(step)
                    yield Hashing(done, total, member.name)
                    if cancel.requested:
                        raise Stopped
    except AppError as error:
        raise AppError(Code.BACKUP_NOT_PROVED, path=str(draft.parent)) from error
    if reader.manifest != manifest:
        raise AppError(Code.BACKUP_NOT_PROVED, path=str(draft.parent))


@contextlib.contextmanager
def _target_errors(target: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        match error.errno:
            case errno.ENOSPC | errno.EDQUOT:
                code = Code.DISK_FULL
            case errno.EFBIG:
                code = Code.BACKUP_TOO_LARGE
            case _:
                code = Code.EXPORT_NOT_WRITTEN
        raise AppError(code, path=str(target)) from error


# ---- a desk made of a backup


def restore(
    source: Path, passphrase: str, paths: Paths, cancel: Cancel, *, may_replace: bool = False
) -> Work[Copying, Restored]:
    """Make the desk of a data folder, which has none, from a backup; its key is kept as this computer keeps one.

    With `may_replace`, the desk that is there has nothing in it, and goes at the next start, when this one comes.
    Raises AppError DATA_THERE, BACKUP_FILE, BACKUP_PASSPHRASE, FILE_NEWER, FILE_MISSING, FILE_UNREADABLE,
    DATABASE_LOCKED, DISK_FULL, FOLDER_READ_ONLY; Stopped. Then nothing was changed.
    """
    if restoring.holds_desk(paths) and not may_replace:
        raise AppError(Code.DATA_THERE, path=str(paths.data))
    try:
        with backup_errors(source), source.open("rb") as file:
            reader = BackupReader(file, passphrase)
            if reader.head.schema > len(MIGRATIONS):
                raise AppError(Code.FILE_NEWER, path=str(source))
            with restoring.staging(paths) as staged:
                restored = yield from _Restoring(source, file, reader, staged, cancel).restore(paths)
    except OSError as error:
        raise AppError(Code.FILE_UNREADABLE, path=str(source)) from error
    if not may_replace:
        restoring.settle(paths)
    return restored


class _Restoring:
    def __init__(self, source: Path, file: BufferedReader, reader: BackupReader, staged: Paths, cancel: Cancel) -> None:
        self._source, self._reader, self._staged, self._cancel = source, reader, staged, cancel
        self._total, self._done = os.fstat(file.fileno()).st_size, 0

    def restore(self, paths: Paths) -> Work[Copying, Restored]:
        """Restore the backup. Raises as `backup_errors` knows, AppError, Stopped."""
        desk, secrets_, readings = self._staged.data / f"desk{DRAFT_SUFFIX}", dict[str, str](), False
        for member, content in self._reader.members():
            target = desk if member.name == DATABASE else self._staged.data / member.name
            if member.secret:
                secrets_[member.name] = member.secret
            readings = readings or READING.fullmatch(member.name) is not None
            yield from self._write(member, content, target)
        try:
            origin = self._take(desk, secrets_)
        except AppError as error:
            if error.code not in (*_UNSOUND, Code.DATABASE_NEWER):
                raise
            code = Code.FILE_NEWER if error.code is Code.DATABASE_NEWER else Code.BACKUP_FILE
            raise AppError(code, path=str(self._source)) from error
        if self._cancel.requested:
            raise Stopped
        restoring.decide(self._staged, paths)
        head, matters = self._reader.head, len(secrets_) - 1
        return Restored(str(paths.data), head.made_at, matters, readings, origin.value, head.protected)

    def _write(self, member: BackupMember, content: Iterator[memoryview], target: Path) -> Work[Copying, None]:
        try:
            for folder in reversed([each for each in target.parents if not each.exists()]):
                folder.mkdir(mode=0o700)
            with os.fdopen(open_private(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL), "wb") as file:
                for step in content:
                    file.write(step)
                    self._done += len(step)
                    yield Copying(min(self._done, self._total), self._total, member.name)
                    if self._cancel.requested:
                        raise Stopped
        except OSError as error:
            raise machine_error(error, target) from error

    def _take(self, desk: Path, secrets_: dict[str, str]) -> KeyOrigin:
        """Verify the databases, bring them to this program's version, and give the desk a key of this computer."""
        with contextlib.closing(_verified(desk, secrets_[DATABASE])) as database:
            self._check_names(database)
            key = keys.obtain(self._staged)
            database.copy_to(self._staged.database, key)
        Database.discard(desk)
        for name, secret in secrets_.items():
            if name != DATABASE:
                _verified(self._staged.data / name, secret).close()
        return key.origin

    def _check_names(self, database: Database) -> None:
        """Check the ids of matters, which become names of files. Raises AppError DATABASE_DAMAGED."""
        for (id,) in database.rows("SELECT id FROM matters UNION ALL SELECT id FROM deleted_matters"):
            if MATTER.fullmatch(f"matters/{id}.db") is None:
                raise AppError(Code.DATABASE_DAMAGED, path=str(self._source))


def _verified(path: Path, secret: str) -> Database:
    """Open a database and verify it. Raises AppError as opening it does."""
    if not is_secret(secret):
        raise AppError(Code.DATABASE_KEY, path=str(path))
    database = Database.open(path, Key(secret, KeyOrigin.FILE))
    try:
        database.check()
        database.scrub()  # of an older version, a copy was made
    except BaseException:
        database.close()
        raise
    return database
