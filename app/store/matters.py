"""The list of matters, with the key of each one's own database; in the main database, beside the library."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable

import apsw

from app.core.errors import AppError, Code
from app.core.machine.secret import Key, draw_secret
from app.core.matter import NAME_CHARACTERS, Matter
from app.language.folding import fold, storable
from app.store.db import Database

_MATTER = "id, name, created_at, opened_at, archived"


class MatterStore:
    """All methods raise AppError as `Database.read` and `Database.write` do; what they did is on disk."""

    def __init__(self, home: Database) -> None:
        self._home = home

    def all(self) -> tuple[Matter, ...]:
        """Return all matters; the one that was opened last comes first."""
        rows = self._home.rows(f"SELECT {_MATTER} FROM matters ORDER BY opened_at DESC, id")  # noqa: S608
        return tuple(_matter(*row) for row in rows)

    def get(self, id: str) -> Matter:
        """Return the matter of this id. Raises AppError MATTER_UNKNOWN."""
        return self._found("id", id, id)

    def named(self, name: str) -> Matter:
        """Return the matter of this name; case and width do not count. Raises AppError MATTER_UNKNOWN."""
        return self._found("folded", fold(storable(name)), name)

    def create(self, name: str, make: Callable[[str, Key], object], key: Key | None = None) -> Matter:
        """Create a matter. `make` is called with its id and its key, and makes its database, before anybody can see it.
        Without `key` one is drawn. Raises AppError MATTER_NAME, MATTER_EXISTS."""
        shown, now = _checked(name), time.time()
        key = key or Key(draw_secret(), self._home.key.origin)
        made = Matter(uuid.uuid4().hex, shown, now, now)
        try:
            with self._home.write() as connection:
                connection.execute(
                    f"INSERT INTO matters ({_MATTER}, folded, secret) VALUES (?, ?, ?, ?, ?, ?, ?)",  # noqa: S608
                    (made.id, shown, now, now, False, fold(shown), key.secret),
                )
                make(made.id, key)
        except apsw.ConstraintError as error:
            raise AppError(Code.MATTER_EXISTS, name=shown) from error
        return made

    def free_name(self, name: str) -> str:
        """Return this name, or one with a number if there is a matter of that name."""
        taken = {fold(matter.name) for matter in self.all()}
        name = " ".join(storable(name).split())[:NAME_CHARACTERS] or "?"
        tries = (name, *(f"{name[: NAME_CHARACTERS - 8]} ({n})" for n in range(2, len(taken) + 3)))
        return next(each for each in tries if fold(each) not in taken)

    def rename(self, id: str, name: str) -> None:
        """Give a matter another name. Raises AppError MATTER_NAME, MATTER_EXISTS."""
        shown = _checked(name)
        try:
            self._home.run("UPDATE matters SET name = ?, folded = ? WHERE id = ?", (shown, fold(shown), id))
        except apsw.ConstraintError as error:
            raise AppError(Code.MATTER_EXISTS, name=shown) from error

    def archive(self, id: str, archived: bool) -> None:
        self._home.run("UPDATE matters SET archived = ? WHERE id = ?", (archived, id))

    def note_opened(self, id: str) -> None:
        self._home.run("UPDATE matters SET opened_at = ? WHERE id = ?", (time.time(), id))

    def key(self, id: str) -> Key:
        """Return the key of the matter's database. Raises AppError MATTER_UNKNOWN."""
        row = self._home.row("SELECT secret FROM matters WHERE id = ?", (id,))
        if row is None:
            raise AppError(Code.MATTER_UNKNOWN, name=id)
        return Key(str(row[0]), self._home.key.origin)

    # ---- deleting: without its key nothing can open a matter any more; then its files go

    def give_up(self, id: str) -> None:
        """Forget its name and its key: the bytes of both are overwritten, in the log of changes too."""
        with self._home.write() as connection:
            connection.execute("DELETE FROM matters WHERE id = ?", (id,))
            connection.execute("INSERT OR IGNORE INTO deleted_matters (id) VALUES (?)", (id,))
        self._home.scrub()

    def given_up(self) -> tuple[str, ...]:
        """Return the ids of the matters that were given up and whose files may still be there."""
        return tuple(str(id) for (id,) in self._home.rows("SELECT id FROM deleted_matters"))

    def note_gone(self, id: str) -> None:
        """Note that a deleted matter's files are gone, too."""
        self._home.run("DELETE FROM deleted_matters WHERE id = ?", (id,))

    def _found(self, column: str, value: str, shown: str) -> Matter:
        row = self._home.row(f"SELECT {_MATTER} FROM matters WHERE {column} = ?", (value,))  # noqa: S608
        if row is None:
            raise AppError(Code.MATTER_UNKNOWN, name=shown)
        return _matter(*row)


def _matter(id: str, name: str, created_at: float, opened_at: float, archived: int) -> Matter:
    return Matter(id, name, created_at, opened_at, bool(archived))


def _checked(name: str) -> str:
    shown = " ".join(storable(name).split())
    if not fold(shown) or len(shown) > NAME_CHARACTERS:
        raise AppError(Code.MATTER_NAME, limit=NAME_CHARACTERS)
    return shown
