"""All that is in a data folder's databases, to be compared: every row of every table."""

from __future__ import annotations

import contextlib
from typing import Any, TypeAlias

from app.core.machine.paths import Paths
from app.core.machine.secret import Key
from app.store import keys
from app.store.db import Database
from app.store.matters import MatterStore

Rows: TypeAlias = dict[str, list[tuple[Any, ...]]]


def rows_of(database: Database) -> Rows:
    """By table, those of indexes of words among them; with the schema itself."""
    with database.read() as connection:
        schema: list[tuple[Any, ...]] = connection.execute(
            "SELECT type, name, sql FROM sqlite_schema ORDER BY name"
        ).fetchall()
        tables = [name for kind, name, _sql in schema if kind == "table"]
        found: Rows = {str(name): connection.execute(f'SELECT * FROM "{name}"').fetchall() for name in tables}
    return {"schema": schema} | {name: sorted(rows, key=repr) for name, rows in found.items()}


def desk_rows(paths: Paths, key: Key | None = None) -> dict[str, Rows]:
    """By matter, that of the library is ""; of a desk that nobody need have open."""
    with contextlib.closing(Database.look(paths.database, key or keys.obtain(paths))) as home:
        found = {"": rows_of(home)}
        for matter in MatterStore(home).all():
            with contextlib.closing(Database.look(paths.matter(matter.id), MatterStore(home).key(matter.id))) as other:
                found[matter.id] = rows_of(other)
    return found
