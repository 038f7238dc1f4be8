"""The search for a name in the texts of a database: all of its tables are looked through, to the last one."""

from __future__ import annotations

from collections.abc import Iterator

import apsw

from app.core.kept import Keeps, KeptWhere, SearchedTable
from app.features.governance.data import PersonalDataPlace
from app.language.folding import fold
from app.store.db import Database

_TITLE = 80


class PersonalDataTexts:
    """The texts of a database. All methods raise AppError as `Database.read` does."""

    def __init__(self, database: Database, keeps: Keeps) -> None:
        """`keeps` is everything that the desk can have."""
        self._database = database
        self._keeps = keeps

    def totals(self) -> dict[str, int]:
        """Return how many documents, conversations and so on there are, those in the bin among them."""
        with self._database.read() as connection:
            return {
                kind.id: _number(connection, f"SELECT count(*) FROM {kind.total}")  # noqa: S608
                for kind in self._keeps.kinds
                if kind.total
            }

    def find(self, name: str) -> Iterator[tuple[int, int, tuple[PersonalDataPlace, ...]]]:
        """Look for a name, and yield the tables done, of how many, and what was found so far; case and width do not
        count. An empty name is found nowhere."""
        found: dict[tuple[str, str], int] = {}
        needle = fold(name)
        for done, searched in enumerate(self._keeps.tables, 1):
            with self._database.read() as connection:
                if needle:
                    for owner, count in _matching(connection, searched, needle):
                        key = searched.kind, owner
                        found[key] = found.get(key, 0) + count
                places = tuple(self._titled(connection, kind, id, n) for (kind, id), n in found.items())
            yield done, len(self._keeps.tables), places

    def _titled(self, connection: apsw.Connection, where: str, id: str, count: int) -> PersonalDataPlace:
        title_sql = self._keeps.kind(where).title
        row = connection.execute(title_sql, (id,)).fetchone() if title_sql else None
        title, in_bin = (id, False) if row is None else (str(row[0] or ""), bool(row[1]))
        if where == KeptWhere.CONVERSATIONS:
            apart = (kind for kind in self._keeps.kinds if kind.conversations)
            where = next((kind.id for kind in apart if _has(connection, kind.conversations, id)), where)
        return PersonalDataPlace(where, id, " ".join(title.split())[:_TITLE], count, in_bin)

    def documents_of(self, ids: frozenset[str]) -> frozenset[str]:
        """Return the SHA-256 of these books."""
        with self._database.read() as connection:
            rows = connection.execute("SELECT id, sha256 FROM books").fetchall()
        return frozenset(str(sha256) for id, sha256 in rows if id in ids)


def _matching(connection: apsw.Connection, searched: SearchedTable, needle: str) -> Iterator[tuple[str, int]]:
    having = " OR ".join(f"contains(t.{column}, :needle)" for column in searched.columns)
    rows = connection.execute(
        f"SELECT {searched.owner}, count(*) FROM {searched.table} t WHERE {having} GROUP BY 1",  # noqa: S608
        {"needle": needle},
    )
    for owner, count in rows:
        yield owner.decode("utf-8", "replace") if isinstance(owner, bytes) else str(owner), int(str(count))


def _has(connection: apsw.Connection, table: str, id: str) -> bool:
    return bool(_number(connection, f"SELECT count(*) FROM {table} WHERE conversation_id = ?", id))  # noqa: S608


def _number(connection: apsw.Connection, sql: str, *values: str) -> int:
    row = connection.execute(sql, values).fetchone()
    return 0 if row is None else int(str(row[0]))
