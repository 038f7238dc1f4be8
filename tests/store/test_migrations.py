"""Desks of all versions open, and a script that was released is never changed."""

from __future__ import annotations

import contextlib
import re
import shutil
from pathlib import Path

import apsw
import pytest

from app.core.errors import AppError, Code
from app.core.machine.secret import Key, KeyOrigin
from app.store.books import Books
from app.store.conversations import Conversations
from app.store.db import Database
from app.store.migrations import MIGRATIONS, migrate

FIXTURES = Path(__file__).parent / "fixtures"
KEY = Key("5a" * 32, KeyOrigin.FILE)
EMPTY_WHILE_AT_REST = {"deleted_matters", "left_out", "mcp_matters", "timeline_left_out"}
"""Tables of what is gone, and of what leads to a matter, whose database is another one."""


def schema(database: Database) -> set[tuple[str, str]]:
    """Names and definitions, without comments and spacing."""
    rows = database.rows("SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL")
    return {(name, " ".join(re.sub(r"--.*", "", sql).split())) for name, sql in rows}


@pytest.mark.parametrize("version", range(1, len(MIGRATIONS) + 1))
def test_a_desk_of_every_version_opens(tmp_path: Path, version: int) -> None:
    """Files written once, when the version was current (fixtures/fill.py), and never again."""
    path = tmp_path / "octavo.db"
    shutil.copy(FIXTURES / f"v{version}.db", path)
    with contextlib.closing(Database.open(path, KEY)) as database:
        (book,) = Books(database).all()
        assert (book.title, book.labels) == ("Moby-Dick 白鯨", ("i", "1"))
        assert [page.text for page in Books(database).pages(book.id)] == ["Call me Ishmael.", "海の物語"]
        (talk,) = Conversations(database).all()
        first, second = Conversations(database).turns(talk.id)
        assert (first.question.text, second.question.text) == ("Who speaks?", "Where does he go?")
        tables = database.rows("SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table'")
        names = {str(name) for (name,) in tables if not str(name).startswith("sqlite_")}
        empty = {name for name in names if database.row(f"SELECT 1 FROM {name} LIMIT 1") is None}
        assert empty <= EMPTY_WHILE_AT_REST, "the file has something in every table"
        with database.read() as connection:
            assert connection.pragma("user_version") == len(MIGRATIONS)
            assert connection.pragma("integrity_check") == "ok"
            assert connection.execute("PRAGMA foreign_key_check").fetchall() == []


def test_a_released_script_is_never_changed(tmp_path: Path, database: Database) -> None:
    """Else desks of the same version would differ: what is new belongs into a script of its own, at the end."""
    path = tmp_path / "octavo.db"
    shutil.copy(FIXTURES / f"v{len(MIGRATIONS)}.db", path)
    with contextlib.closing(Database.open(path, KEY)) as old:
        assert schema(old) == schema(database)


def test_all_pending_scripts_are_one_step(tmp_path: Path) -> None:
    path = tmp_path / "some.db"
    first, second = "CREATE TABLE a (x); INSERT INTO a VALUES (1);", "CREATE TABLE b (x);"
    with contextlib.closing(apsw.Connection(str(path))) as connection:
        migrate(connection, path, (first,))
        with pytest.raises(apsw.SQLError):
            migrate(connection, path, (first, second, "INSERT INTO a VALUES (2); SELECT nonsense;"))
        assert connection.pragma("user_version") == 1
        assert [row[0] for row in connection.execute("SELECT name FROM sqlite_schema")] == ["a"]
        assert connection.execute("SELECT x FROM a").fetchall() == [(1,)]

        migrate(connection, path, (first, second, "INSERT INTO a VALUES (2);"))
        migrate(connection, path, (first, second, "INSERT INTO a VALUES (2);"))
        assert connection.pragma("user_version") == 3
        assert connection.execute("SELECT x FROM a").fetchall() == [(1,), (2,)]

        with pytest.raises(AppError) as caught:
            migrate(connection, path, (first, second))
        assert caught.value.code is Code.DATABASE_NEWER
        assert caught.value.params == {"path": str(path), "found": 3, "known": 2}
