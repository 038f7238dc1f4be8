"""Matters as a person handles them: made, renamed, put away, deleted with all that is in them."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec

from app.core.errors import AppError, Code
from app.core.matter import LIBRARY, Matter
from app.core.paths import Paths
from app.core.secret import Key
from app.core.settings import Settings
from app.services.models import SavedReadings
from app.store.books import Books
from app.store.db import Database
from app.store.matters import MatterStore
from app.store.settings import SettingsStore

_UNREADABLE = (Code.DATABASE_KEY, Code.DATABASE_DAMAGED, Code.DATABASE_NEWER)


@dataclass(frozen=True)
class Matters:
    """A matter's database has a random key, which is in the main one, `home`: a new passphrase leaves it as it is.

    All methods raise AppError FOLDER_READ_ONLY, DISK_FULL, and as the store does; those with an id MATTER_UNKNOWN.
    """

    paths: Paths
    home: Database
    readings: SavedReadings

    @property
    def kept(self) -> MatterStore:
        return MatterStore(self.home)

    def all(self) -> tuple[Matter, ...]:
        """The one that was opened last comes first."""
        return self.kept.all()

    def create(self, name: str) -> Matter:
        """With nothing in it. Raises AppError MATTER_NAME, MATTER_EXISTS."""

        def make(id: str, key: Key) -> None:
            Database.open(self.paths.matter(id), key).close()

        return self.kept.create(name, make)

    def open(self, id: str) -> Database:
        """Its database; that of the library is `home`. Raises AppError MATTER_MISSING, and as `Database.open` does."""
        if id == LIBRARY:
            return self.home
        matter = self.kept.get(id)
        database = Database.open(self._file(matter), self.kept.key(id))
        self.kept.note_opened(id)
        return database

    def delete(self, id: str) -> None:
        """For good, with all that was saved of it. Raises AppError MATTER_IN_USE; then all of it is still there."""
        matter = self.kept.get(id)
        with self._alone(matter) as book_ids:
            if book_ids is not None:
                self.readings.delete_of_desk(id, book_ids)
            else:  # nobody can say which readings are of its books: they go with those of all other matters
                self.readings.delete_of_desk(id, ())
                self.readings.delete_but_of(Books(self.home).ids(with_bin=True))
            self.kept.give_up(id)
        self._discard(id)

    def finish_deleting(self) -> None:
        """Delete the files of matters whose deletion was cut short."""
        for id in self.kept.given_up():
            self._discard(id)

    @contextlib.contextmanager
    def _alone(self, matter: Matter) -> Iterator[frozenset[str] | None]:
        """Nobody else has it open until the block is left. Gives the ids of its books; None where it cannot be read."""
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


def settings_of_matter(of_all: SettingsStore, own: SettingsStore) -> Settings:
    """Those in force in a matter: a person's own, with the matter's standing instructions after theirs."""
    settings = of_all.load()
    given = [each for each in (settings.instructions, own.load().instructions) if each.strip()]
    return msgspec.structs.replace(settings, instructions="\n\n".join(given))
