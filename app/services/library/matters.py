"""Matters as a person handles them: made, renamed, put away, deleted with all that is in them."""

from __future__ import annotations

import contextlib
import time
import uuid
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec

from app.core.errors import AppError, Code
from app.core.kept import Keeps
from app.core.machine.files import DRAFT_SUFFIX, remove_private, rename_private
from app.core.machine.paths import Paths
from app.core.machine.secret import Key, draw_secret
from app.core.matter import LIBRARY, Matter
from app.core.record import Happening, Noting, RecordKind, unrecorded
from app.core.settings import Settings
from app.services.models.readings import SavedReadings
from app.store import matter_file
from app.store.books import Books
from app.store.db import Database
from app.store.key_derivation import Argon2Cost
from app.store.matters import MatterStore
from app.store.moving import Moved, move
from app.store.record import RecordStore
from app.store.settings import SettingsStore

_NAME_BLOB = "matter_name"
"""The name of the blob that has an exported matter's name."""

_OLD_S = 3600
"""A copy of a matter that is older than this was left by a crash."""

_UNREADABLE = (Code.DATABASE_KEY, Code.DATABASE_DAMAGED, Code.DATABASE_NEWER)


@dataclass(frozen=True)
class Matters:
    """A matter's database has a random key, which is in the main one, `home`: a new passphrase leaves it as it is.

    All methods raise AppError FOLDER_READ_ONLY, DISK_FULL, and as the store does; those that take an id raise
    MATTER_UNKNOWN, too.
    """

    paths: Paths
    home: Database
    readings: SavedReadings
    keeps: Keeps
    note: Noting = unrecorded
    """Note something in the record of the library."""

    guess_cost: Argon2Cost | None = None
    """The cost of a guess at a new passphrase; None for as much as this machine bears."""

    @property
    def kept(self) -> MatterStore:
        return MatterStore(self.home)

    def all(self) -> tuple[Matter, ...]:
        """Return all matters; the one that was opened last comes first."""
        return self.kept.all()

    def sizes(self) -> dict[str, int]:
        """Return how many bytes each matter takes on the disk, by its id; saved readings are not among them."""
        return {matter.id: Database.bytes_of(self.paths.matter(matter.id)) for matter in self.all()}

    def create(self, name: str) -> Matter:
        """Create a matter with nothing in it. Raises AppError MATTER_NAME, MATTER_EXISTS."""

        def make(id: str, key: Key) -> None:
            Database.open(self.paths.matter(id), key).close()

        return self.kept.create(name, make)

    def open(self, id: str) -> Database:
        """Open a matter's database; that of the library is `home`. Raises AppError MATTER_MISSING, and as
        `Database.open` does."""
        if id == LIBRARY:
            return self.home
        database = self.look_into(id)
        self.kept.note_opened(id)
        return database

    def look_into(self, id: str) -> Database:
        """Return the database of a matter that is not being opened. Raises AppError as `open` does."""
        return Database.open(self._file(self.kept.get(id)), self.kept.key(id))

    def delete(self, id: str) -> None:
        """Delete a matter for good, with all that was saved of it. Raises AppError MATTER_IN_USE; then all of it is
        still there."""
        matter = self.kept.get(id)
        with self._alone(matter) as book_ids:
            self.note(Happening(RecordKind.PURGED, id, detail="matter"))
            if book_ids is not None:
                self.readings.delete_of_desk(id, book_ids)
            else:  # nobody can say which readings are of its books: they go with those of all other matters
                self.readings.delete_of_desk(id, ())
                self.readings.delete_but_of(Books(self.home).ids(with_bin=True))
            self.kept.give_up(id)
        self._discard(id)

    def move(
        self, source: Database, target_id: str, books: Collection[str] = (), conversations: Collection[str] = ()
    ) -> Moved:
        """Move books and conversations of the open desk, `source`, into another one (`store.moving`). Raises AppError
        as opening that one does."""
        target = self.open(target_id)
        try:
            moved = move(source, target, books, conversations, keeps=self.keeps)
            _note_moved(source, target, target_id, moved)
        finally:
            if target is not self.home:
                target.close()
        for here, there in moved.books.items():
            if here != there:
                self.readings.delete_of_book(here)
        return moved

    # ---- in one file, to be kept or carried elsewhere

    def export(self, id: str, target: Path, passphrase: str) -> None:
        """Write all of a matter into one file that the passphrase opens, and read it back. Saved readings stay behind:
        the model reads again. Raises AppError EXPORT_NOT_WRITTEN, PASSPHRASE_WEAK, and as opening the matter does."""
        matter, sealing = self.kept.get(id), matter_file.new_sealing(passphrase, self.guess_cost)
        with self._draft() as draft:
            with contextlib.closing(Database.open(self._file(matter), self.kept.key(id))) as database:
                database.copy_to(draft, sealing.key)
            with contextlib.closing(Database.open(draft, sealing.key)) as copy:
                SettingsStore(copy).set_blob(_NAME_BLOB, matter.name.encode())
            unproved = target.with_name(f"{target.name}.{uuid.uuid4().hex[:8]}{DRAFT_SUFFIX}")
            try:
                matter_file.write(draft, sealing, unproved)
                with self._unpacked(unproved, passphrase):
                    rename_private(unproved, target)
                self.note(Happening(RecordKind.EXPORT, id, detail="matter"))
            finally:
                remove_private(unproved)

    def take(self, source: Path, passphrase: str) -> Matter:
        """Import a matter that was exported; one whose name is taken gets a number. Raises AppError FILE_MISSING,
        FILE_UNREADABLE, MATTER_FILE, MATTER_PASSPHRASE, DATABASE_NEWER."""
        with self._unpacked(source, passphrase) as (draft, database):
            name = (SettingsStore(database).get_blob(_NAME_BLOB) or b"").decode("utf-8", "replace")
            key = Key(draw_secret(), self.home.key.origin)
            with database.alone():
                database.rekey(key)
            database.close()
            taken = self.kept.create(
                self.kept.free_name(name), lambda id, _key: rename_private(draft, self.paths.matter(id)), key
            )
        self.note(Happening(RecordKind.IMPORT, taken.id, detail="matter"))
        return taken

    @contextlib.contextmanager
    def _unpacked(self, source: Path, passphrase: str) -> Iterator[tuple[Path, Database]]:
        """Unpack the database in a file, verified, into a place of its own that goes afterwards."""
        with self._draft() as draft:
            key = matter_file.unpack(source, passphrase, draft)
            try:
                with contextlib.closing(Database.open(draft, key)) as database:
                    database.check()
                    yield draft, database
            except AppError as error:
                if error.code is Code.DATABASE_NEWER:
                    raise AppError(error.code, **(error.params | {"path": str(source)})) from error
                if error.code not in _UNREADABLE:
                    raise
                raise AppError(Code.MATTER_FILE, path=str(source)) from error

    @contextlib.contextmanager
    def _draft(self) -> Iterator[Path]:
        draft = self.paths.matters / f"{uuid.uuid4().hex}{DRAFT_SUFFIX}"
        try:
            yield draft
        finally:
            Database.discard(draft)

    def finish_deleting(self) -> None:
        """Delete the files of matters whose deletion was cut short, and copies that a crash left."""
        for id in self.kept.given_up():
            self._discard(id)
        for draft in self.paths.matters.glob(f"*{DRAFT_SUFFIX}*"):
            with contextlib.suppress(FileNotFoundError):  # another process has just finished
                if draft.stat().st_mtime < time.time() - _OLD_S:
                    remove_private(draft)

    @contextlib.contextmanager
    def _alone(self, matter: Matter) -> Iterator[frozenset[str] | None]:
        """Keep everybody else from having a matter open until the block is left. Gives the ids of its books; None if it
        cannot be read."""
        try:
            database = Database.open(self._file(matter), self.kept.key(matter.id))
        except AppError as error:
            if error.code not in (*_UNREADABLE, Code.MATTER_MISSING):
                raise
            yield None
            return
        with contextlib.closing(database):
            book_ids = Books(database).ids(with_bin=True)
            try:
                with database.alone():
                    yield book_ids
            except AppError as error:
                if error.code is not Code.DATABASE_LOCKED:
                    raise
                raise AppError(Code.MATTER_IN_USE, name=matter.name) from error

    def _file(self, matter: Matter) -> Path:
        path = self.paths.matter(matter.id)
        if not path.exists():
            raise AppError(Code.MATTER_MISSING, name=matter.name, path=str(path))
        return path

    def _discard(self, id: str) -> None:
        Database.discard(self.paths.matter(id))
        self.kept.note_gone(id)


def _note_moved(source: Database, target: Database, target_id: str, moved: Moved) -> None:
    """Note a move in the records of both desks: where from and where to, by the ids that things have there."""
    hashes = Books(target).hashes(moved.books.values())
    for id in moved.conversations:
        RecordStore(source).add((Happening(RecordKind.MOVED, id, detail=f"to {target_id or 'library'}"),), texts=False)
        RecordStore(target).add((Happening(RecordKind.MOVED, id, detail="from another matter"),), texts=False)
    for here, there in moved.books.items():
        documents = (hashes[there],) if there in hashes else ()
        out = Happening(RecordKind.MOVED, here, documents, detail=f"to {target_id or 'library'}")
        RecordStore(source).add((out,), texts=False)
        into = Happening(RecordKind.MOVED, there, documents, detail="from another matter")
        RecordStore(target).add((into,), texts=False)


def settings_of_matter(of_all: SettingsStore, own: SettingsStore) -> Settings:
    """Return the settings in force in a matter: a person's own, with the matter's standing instructions after
    theirs."""
    settings = of_all.in_force()
    given = [each for each in (settings.instructions, own.load().instructions) if each.strip()]
    return msgspec.structs.replace(settings, instructions="\n\n".join(given))
