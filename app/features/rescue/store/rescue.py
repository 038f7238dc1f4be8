"""A damaged database is read, as far as it can be, into a new one that takes its place; it stays beside that."""

from __future__ import annotations

import contextlib
import secrets
from pathlib import Path

import msgspec

from app.core.errors import AppError, Code
from app.core.machine.files import DRAFT_SUFFIX
from app.core.machine.secret import Key
from app.core.work import Work
from app.features.rescue.store.reading import DERIVED, DamagedRows
from app.features.rescue.store.saving import NewRows, Saved, StandIns, index_books, make_whole
from app.features.rescue.store.shapes import layout_of
from app.store.database_pages import StoredPages, open_pages
from app.store.db import Database, draft_database, finish_rescue, replace_damaged
from app.store.migrations import MIGRATIONS, migrate


class Rescued(msgspec.Struct, frozen=True):
    """The outcome. `saved` is what the new database has. `aside` is where the damaged one is now."""

    saved: Saved
    aside: str


def rescue(path: Path, key: Key, words: StandIns) -> Work[float, Rescued]:
    """Rescue a database; yields how much is done, from 0 to 1.

    If this is killed on the way, the damaged database is as it was, or the new one is in its place. Raises AppError
    DATABASE_LOCKED while somebody has it open; DATABASE_KEY if the key opens none of its pages; DATABASE_NEWER;
    DISK_FULL, FOLDER_READ_ONLY.
    """
    for left in path.parent.glob(f"{path.name}.rescue-*"):
        Database.discard(left)
    draft = path.with_name(f"{path.name}.rescue-{secrets.token_hex(4)}{DRAFT_SUFFIX}")
    try:
        with open_pages(path, key, alone=True) as pages:
            if not pages.fits():
                raise AppError(Code.DATABASE_KEY, path=str(path))
            saved = yield from _copy(pages, draft, key, words)
            with contextlib.closing(Database.open(draft, key)) as database:
                for _ in index_books(database):
                    yield 1.0
                database.check()
                database.scrub()
            aside = replace_damaged(path, draft)
            with contextlib.suppress(AppError):  # Windows replaces no file that is open
                finish_rescue(path)
    finally:
        Database.discard(draft)
    finish_rescue(path)
    return Rescued(saved, str(aside))


def _copy(pages: StoredPages, draft: Path, key: Key, words: StandIns) -> Work[float, Saved]:
    reading = DamagedRows(pages)
    version = reading.layout.version
    with draft_database(draft, key) as connection:
        migrate(connection, draft, MIGRATIONS[:version])
        connection.execute("BEGIN")
        yield from reading.run(NewRows(connection))
        connection.execute("COMMIT")
        migrate(connection, draft)
        connection.execute("BEGIN")
        newest = layout_of(len(MIGRATIONS), DERIVED)
        saved = make_whole(connection, newest, words, reading.damaged, reading.unknown)
        connection.execute("COMMIT")
    return saved
