"""An upgrade of a desk: it is copied first, nobody else is at it, and a step that fails leaves all as it was."""

from __future__ import annotations

import contextlib
import json
import stat
from collections.abc import Iterator
from pathlib import Path

import apsw
import msgspec
import pytest

from app.core.conversations.conversation import BookRef, Ending, Question, Timings, Usage
from app.core.errors import AppError, Code
from app.core.machine.paths import Paths
from app.core.machine.secret import Key
from app.store.conversations import Conversations
from app.store.db import Database, find_copy
from app.store.key_derivation import Argon2Cost
from app.store.keys import obtain, set_passphrase
from app.store.migrations import MIGRATIONS, migrate
from app.store.settings import SettingsStore
from tests.store.fixtures.words import kept_as_json

OLD = len(MIGRATIONS)
"""The newest version, which is an older one where the test has `next_version`."""

KEPT_AS_JSON = Path(__file__).parent / "fixtures" / f"v{len(MIGRATIONS)}.json"


@contextlib.contextmanager
def raw(path: Path, key: Key) -> Iterator[apsw.Connection]:
    with contextlib.closing(apsw.Connection(str(path))) as connection:
        connection.pragma("cipher", "chacha20")
        connection.pragma("key", f"raw:{key.secret}")
        yield connection


def write_older(path: Path, key: Key, version: int = OLD, titles: int = 1) -> None:
    """A desk as the Octavo of `version` left it, with so many conversations."""
    with raw(path, key) as connection:
        migrate(connection, path, MIGRATIONS[:version])
        connection.pragma("journal_mode", "wal")
        with connection:
            connection.executemany(
                "INSERT INTO conversations (id, title, created_at, updated_at) VALUES (?, ?, 1.0, 2.0)",
                [(f"c{number}", f"A secret title {number}") for number in range(titles)],
            )


def version_in(path: Path, key: Key) -> int:
    with raw(path, key) as connection:
        assert connection.pragma("integrity_check") == "ok"
        return int(connection.pragma("user_version"))


def names(paths: Paths) -> set[str]:
    return {file.name for file in paths.data.glob("octavo.db*")}


@pytest.mark.parametrize("version", range(1, len(MIGRATIONS) + 1))
def test_a_copy_is_made_before_a_desk_is_upgraded(paths: Paths, key: Key, version: int, next_version: int) -> None:
    write_older(paths.database, key, version, titles=1000)
    with contextlib.closing(Database.open(paths.database, key)) as database:
        assert len(Conversations(database).all()) == 1000
        with contextlib.closing(Database.open(paths.database, key)) as second:  # it is free for others again
            assert Conversations(second).create("new").title == "new"
        with database.read() as connection:
            assert connection.pragma("journal_mode") == "wal"
    copy = find_copy(paths.database)
    assert copy == paths.database.with_name(f"octavo.db.v{version}")
    assert names(paths) == {"octavo.db", copy.name}
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert b"secret title" not in copy.read_bytes()
    assert (version_in(paths.database, key), version_in(copy, key)) == (next_version, version)
    with raw(copy, key) as connection:
        assert connection.execute("SELECT count(*) FROM conversations").fetchall() == [(1000,)]

    copy.replace(paths.database)  # the way back
    with contextlib.closing(Database.open(paths.database, key)) as database:
        assert len(Conversations(database).all()) == 1000


def test_a_new_desk_and_one_of_this_version_are_not_copied(paths: Paths, key: Key) -> None:
    for _start in range(2):
        Database.open(paths.database, key).close()
        assert names(paths) == {"octavo.db"}


@pytest.mark.usefixtures("next_version")
def test_one_copy_is_kept_and_drafts_of_a_kill_go(paths: Paths, key: Key) -> None:
    write_older(paths.database, key)
    for left in ("octavo.db.v0", "octavo.db.v0.0123abcd.part"):
        (paths.data / left).write_bytes(b"")
    (paths.data / "octavo.db.vacation").write_bytes(b"a person's own")
    Database.open(paths.database, key).close()
    assert names(paths) == {"octavo.db", f"octavo.db.v{OLD}", "octavo.db.vacation"}


@pytest.mark.usefixtures("next_version")
def test_a_desk_that_another_octavo_has_open_is_not_upgraded(paths: Paths, key: Key) -> None:
    write_older(paths.database, key)
    with raw(paths.database, key) as older:
        older.execute("SELECT title FROM conversations").fetchall()
        with pytest.raises(AppError) as caught:
            Database.open(paths.database, key, busy_ms=50)
        assert caught.value.code is Code.DATABASE_LOCKED
        older.execute("UPDATE conversations SET title = 'still mine'")
    assert version_in(paths.database, key) == OLD
    with contextlib.closing(Database.open(paths.database, key)) as database:
        assert Conversations(database).all()[0].title == "still mine"


def test_without_room_for_the_copy_nothing_is_upgraded(paths: Paths, key: Key, next_version: int) -> None:
    resource = pytest.importorskip("resource", reason="limits of a process are POSIX")
    write_older(paths.database, key, titles=2000)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, limits[1]))
    try:
        with pytest.raises(AppError) as caught:
            Database.open(paths.database, key)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert caught.value.code is Code.DISK_FULL
    assert names(paths) == {"octavo.db"}
    assert version_in(paths.database, key) == OLD
    Database.open(paths.database, key).close()
    assert version_in(paths.database, key) == next_version


@pytest.mark.usefixtures("next_version")
def test_a_step_that_fails_leaves_the_old_desk_and_its_copy(paths: Paths, key: Key) -> None:
    write_older(paths.database, key)
    with raw(paths.database, key) as connection:
        connection.execute("ALTER TABLE conversations ADD COLUMN of_the_next_version TEXT")
    with pytest.raises(apsw.SQLError):  # what the last script makes is there already
        Database.open(paths.database, key)
    assert version_in(paths.database, key) == version_in(paths.data / f"octavo.db.v{OLD}", key) == OLD


@pytest.mark.usefixtures("next_version")
def test_the_copy_goes_with_the_first_deletion(paths: Paths, key: Key) -> None:
    write_older(paths.database, key, titles=2)
    with contextlib.closing(Database.open(paths.database, key)) as database:
        assert find_copy(paths.database) is not None
        Conversations(database).delete("c0")
        assert find_copy(paths.database) is None


@pytest.mark.usefixtures("next_version")
def test_the_copy_goes_when_the_key_is_changed(paths: Paths) -> None:
    key = obtain(paths)
    write_older(paths.database, key)
    with contextlib.closing(Database.open(paths.database, key)) as database:
        assert find_copy(paths.database) is not None
        set_passphrase(database, paths, "lantern quay otter violet", cost=Argon2Cost(32, 1, 1))
        assert find_copy(paths.database) is None


def test_an_answer_that_failed_for_an_unknown_reason_is_shown(database: Database) -> None:
    conversations = Conversations(database)
    talk = conversations.create("Whales")
    question = conversations.add_question(Question(talk.id, "Who?"))
    answer = conversations.begin_answer(question.id, "tiny")
    with database.write() as connection:
        connection.execute(
            "UPDATE answers SET text = 'Ish', ending = ?, problem = ?",
            (Ending.FAILED, '{"code": "engine_on_fire", "params": {"degrees": [451]}, "since": "0.9"}'),
        )
    (turn,) = conversations.turns(talk.id)
    assert turn.answer is not None
    assert (turn.answer.id, turn.answer.text) == (answer.id, "Ish")
    assert turn.answer.problem == AppError(Code.PROBLEM_UNKNOWN, name="engine_on_fire").problem


def test_what_a_newer_octavo_adds_to_a_struct_is_passed_over(database: Database) -> None:
    conversations = Conversations(database)
    talk = conversations.create("Whales")
    question = conversations.add_question(Question(talk.id, "Who?", (BookRef("b1"),)))
    conversations.begin_answer(question.id, "tiny")
    with database.write() as connection:
        connection.execute("UPDATE questions SET books = json_set(books, '$[0].colour', 'red')")
        connection.execute("UPDATE answers SET usage = '{\"prompt_tokens\": 9, \"joules\": 4}', timings = '{}'")
    (turn,) = conversations.turns(talk.id)
    assert turn.question.books == (BookRef("b1"),)
    assert turn.answer is not None
    assert (turn.answer.usage, turn.answer.timings) == (Usage(prompt_tokens=9), Timings())


def test_settings_of_a_newer_octavo_do_no_harm_and_are_not_lost(database: Database) -> None:
    settings = SettingsStore(database)
    newer = [("engine.phase", '"full"'), ("theme", '"sepia"'), ("engine.threads", '"many"')]
    with database.write() as connection:
        connection.executemany("INSERT INTO settings (name, value) VALUES (?, ?)", newer)
    loaded = settings.load()
    assert (loaded.theme.value, loaded.engine.threads) == ("system", 0)
    settings.save(msgspec.structs.replace(loaded, max_answer_tokens=7))
    with database.read() as connection:
        assert connection.execute("SELECT value FROM settings WHERE name = 'engine.phase'").fetchall() == [('"full"',)]


def test_a_change_of_what_is_kept_as_json_comes_with_a_new_version() -> None:
    """Append a script to MIGRATIONS, an empty one if no table changes, and write the file of the new version with
    fixtures/words.py; files of older versions are never changed."""
    assert json.loads(json.dumps(kept_as_json())) == json.loads(KEPT_AS_JSON.read_text(encoding="utf-8"))
