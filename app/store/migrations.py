"""The versions of the schema, and how a database comes to the newest one.

A version is a script, appended to `MIGRATIONS`; one that was released is never changed. What is kept as JSON in a
column belongs to the version too: an older Octavo could not read a new word of an enumeration. So such a change comes
with a script, which may be empty; then an older Octavo refuses the desk, instead of failing later.
"""

from __future__ import annotations

from pathlib import Path

import apsw

from app.core.errors import AppError, Code
from app.store.schema import SCHEMA

_FORMER_TITLES = "ALTER TABLE books ADD COLUMN former_titles TEXT NOT NULL DEFAULT '[]'"
"""JSON: the titles that a person has replaced, the newest first."""
MIGRATIONS: tuple[str, ...] = (SCHEMA, _FORMER_TITLES)
"""Script n, counted from 1, leads from version n - 1 to version n. They run with foreign keys unchecked."""


def is_older(connection: apsw.Connection, path: Path) -> bool:
    """Return whether an older Octavo wrote this database; an empty one is not older. Raises AppError DATABASE_NEWER."""
    return 0 < _version(connection, path, len(MIGRATIONS)) < len(MIGRATIONS)


def migrate(connection: apsw.Connection, path: Path, scripts: tuple[str, ...] | None = None) -> None:
    """Bring a database to the newest version in one transaction: all pending scripts, or none. `scripts` are run
    instead of `MIGRATIONS`.

    Raises AppError DATABASE_NEWER, with the database untouched, when a newer Octavo wrote it.
    """
    scripts = MIGRATIONS if scripts is None else scripts
    if _version(connection, path, len(scripts)) == len(scripts):
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        found = _version(connection, path, len(scripts))  # another process may have been first
        for script in scripts[found:]:
            connection.execute(script)
        connection.pragma("user_version", len(scripts))
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _version(connection: apsw.Connection, path: Path, known: int) -> int:
    found = int(connection.pragma("user_version"))
    if found > known:
        raise AppError(Code.DATABASE_NEWER, path=str(path), found=found, known=known)
    return found
