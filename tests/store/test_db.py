"""The database: encrypted, private, safe among threads and processes, and clear about what went wrong."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import stat
import threading
from collections.abc import Callable
from pathlib import Path

import apsw
import pytest

from app.core.errors import AppError, Code
from app.core.machine.paths import Paths
from app.core.machine.secret import Key, KeyOrigin, draw_secret
from app.store.db import Database
from app.store.migrations import MIGRATIONS
from app.store.settings import SettingsStore

SECRET = "The quick brown fox knows 契約書"


def files_of(path: Path) -> list[Path]:
    return sorted(path.parent.glob(f"{path.name}*"))


def test_nothing_on_disk_can_be_read_without_the_key(paths: Paths, key: Key) -> None:
    database = Database.open(paths.database, key)
    SettingsStore(database).set_blob(SECRET, SECRET.encode() * 1000)
    names = {path.name for path in files_of(paths.database)}
    assert names == {"octavo.db", "octavo.db-wal", "octavo.db-shm"}
    for round_ in ("open", "closed"):
        content = b"".join(path.read_bytes() for path in files_of(paths.database))
        assert len(content) > 20_000, round_
        for clear in (SECRET.encode(), SECRET[:12].encode(), b"SQLite format 3", b"CREATE TABLE", b"blobs"):
            assert clear not in content, round_
        database.close()


@pytest.mark.parametrize("umask", [0, 0o777])
def test_files_are_private_whatever_the_umask(paths: Paths, key: Key, umask: int) -> None:
    before = os.umask(umask)
    try:
        with contextlib.closing(Database.open(paths.database, key)) as database:
            SettingsStore(database).set_blob("a", b"b")
            modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in files_of(paths.database)}
    finally:
        os.umask(before)
    assert modes == {"octavo.db": 0o600, "octavo.db-wal": 0o600, "octavo.db-shm": 0o600}


def test_a_file_that_became_readable_for_others_is_private_again(paths: Paths, key: Key) -> None:
    Database.open(paths.database, key).close()
    paths.database.chmod(0o644)
    Database.open(paths.database, key).close()
    assert stat.S_IMODE(paths.database.stat().st_mode) == 0o600


def test_how_it_is_kept(database: Database) -> None:
    wanted = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "secure_delete": 1, "temp_store": 2}
    with database.read() as connection:
        assert {name: connection.pragma(name) for name in wanted} == wanted
        assert connection.pragma("cipher") == "chacha20"


def test_a_wrong_key_is_refused_and_harms_nothing(paths: Paths, key: Key) -> None:
    with contextlib.closing(Database.open(paths.database, key)) as database:
        SettingsStore(database).set_blob("a", b"b")
    before = paths.database.read_bytes()
    with pytest.raises(AppError) as caught:
        Database.open(paths.database, Key(draw_secret(), KeyOrigin.FILE))
    assert caught.value.code is Code.DATABASE_KEY
    assert caught.value.params == {"path": str(paths.database)}
    assert paths.database.read_bytes() == before
    with contextlib.closing(Database.open(paths.database, key)) as database:
        assert SettingsStore(database).get_blob("a") == b"b"


def plain_database(path: Path) -> None:
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE someone_elses (x)")


def cut_in_half(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def change_a_bit_of_page(number: int) -> Callable[[Path], None]:
    def change(path: Path) -> None:
        content = bytearray(path.read_bytes())
        content[(number - 1) * 4096 + 2000] ^= 1
        path.write_bytes(content)

    return change


def read_everything(path: Path, key: Key) -> None:
    with contextlib.closing(Database.open(path, key)) as database, database.read() as connection:
        for (table,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall():
            connection.execute(f"SELECT * FROM {table}").fetchall()


@pytest.mark.parametrize(
    ("harm", "code"),
    [
        (plain_database, Code.DATABASE_KEY),
        (lambda path: path.write_bytes(os.urandom(50_000)), Code.DATABASE_KEY),
        (lambda path: os.truncate(path, 100), Code.DATABASE_KEY),
        (change_a_bit_of_page(1), Code.DATABASE_DAMAGED),
        (change_a_bit_of_page(2), Code.DATABASE_DAMAGED),
        (cut_in_half, Code.DATABASE_DAMAGED),
    ],
    ids=["plain SQLite", "noise", "a stub", "bit of page 1", "bit of page 2", "half"],
)
def test_a_damaged_file_is_named_and_left_alone(
    paths: Paths, key: Key, harm: Callable[[Path], None], code: Code
) -> None:
    with contextlib.closing(Database.open(paths.database, key)) as database:
        SettingsStore(database).set_blob("a", b"b" * 10_000)
    if harm is plain_database:
        paths.database.unlink()
    harm(paths.database)
    before = paths.database.read_bytes()
    with pytest.raises(AppError) as caught:
        read_everything(paths.database, key)
    assert caught.value.code is code
    assert paths.database.read_bytes() == before


def test_a_database_of_a_newer_octavo_is_refused_and_stays_as_it_is(paths: Paths, key: Key, tmp_path: Path) -> None:
    newer = Paths(tmp_path / "newer")
    newer.create()
    with contextlib.closing(Database.open(paths.database, key)) as database:
        with database.write() as connection:
            connection.pragma("user_version", 99)
            connection.execute("CREATE TABLE of_the_future (x)")
        for path in files_of(paths.database):  # as a kill would leave it: with a write-ahead log
            (newer.data / path.name).write_bytes(path.read_bytes())
    kept = {path.name: path.read_bytes() for path in files_of(newer.database) if not path.name.endswith("-shm")}
    assert set(kept) == {"octavo.db", "octavo.db-wal"}
    for desk in (newer, paths):
        before = kept if desk is newer else {"octavo.db": paths.database.read_bytes()}
        with pytest.raises(AppError) as caught:
            Database.open(desk.database, key)
        assert caught.value.code is Code.DATABASE_NEWER
        assert caught.value.params["found"] == 99
        assert caught.value.params["known"] == len(MIGRATIONS)
        assert {name: (desk.data / name).read_bytes() for name in before} == before


def test_a_write_is_whole_or_not_at_all(database: Database) -> None:
    store = SettingsStore(database)

    def write_and_fail() -> None:
        with database.write():
            store.set_blob("a", b"1")  # a write within a write is part of it
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write_and_fail()
    assert store.get_blob("a") is None
    with database.write():
        store.set_blob("a", b"2")
        assert store.get_blob("a") == b"2"
    assert store.get_blob("a") == b"2"


def test_our_own_mistakes_are_not_dressed_up_as_the_machines(database: Database) -> None:
    with pytest.raises(apsw.SQLError), database.write() as connection:
        connection.execute("SELECT nonsense")
    with pytest.raises(apsw.ConstraintError), database.write() as connection:
        connection.execute("INSERT INTO blobs VALUES (NULL, NULL)")
    SettingsStore(database).set_blob("a", b"1")


def test_a_read_sees_one_moment(paths: Paths, key: Key, database: Database) -> None:
    with contextlib.closing(Database.open(paths.database, key)) as other:
        with database.read() as connection:
            assert connection.execute("SELECT count(*) FROM blobs").fetchone() == (0,)
            SettingsStore(other).set_blob("a", b"1")
            assert connection.execute("SELECT count(*) FROM blobs").fetchone() == (0,)
        assert SettingsStore(database).get_blob("a") == b"1"


def test_who_waits_too_long_is_told(paths: Paths, key: Key, database: Database) -> None:
    with contextlib.closing(Database.open(paths.database, key, busy_ms=1)) as other:
        with database.write():
            with pytest.raises(AppError) as caught:
                SettingsStore(other).set_blob("a", b"1")
            assert caught.value.code is Code.DATABASE_LOCKED
            assert SettingsStore(other).get_blob("a") is None  # reading goes on
        SettingsStore(other).set_blob("a", b"1")


def test_threads_and_processes_take_turns(paths: Paths, key: Key, database: Database) -> None:
    """Two connections stand for two processes: SQLite keeps them apart in the same way."""
    failures: list[BaseException] = []

    def count(opened: Database, name: str) -> None:
        try:
            for _ in range(10):
                with opened.write() as connection:
                    ((value,),) = connection.execute("SELECT value FROM settings WHERE name = 'n'").fetchall()
                    connection.execute("INSERT OR REPLACE INTO settings VALUES ('n', ?)", (str(int(str(value)) + 1),))
                SettingsStore(opened).set_blob(name, b"done")
        except BaseException as error:
            failures.append(error)

    with database.write() as connection:
        connection.execute("INSERT INTO settings VALUES ('n', '0')")
    with contextlib.closing(Database.open(paths.database, key, busy_ms=60_000)) as other:
        threads = [
            threading.Thread(target=count, args=(opened, f"{number}-{which}"))
            for which, opened in enumerate((database, other))
            for number in range(4)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert not failures
    with database.read() as connection:
        assert connection.execute("SELECT value FROM settings WHERE name = 'n'").fetchone() == ("80",)
        assert connection.execute("SELECT count(*) FROM blobs").fetchone() == (8,)


def test_a_full_disk_is_named_and_nothing_is_half_written(database: Database) -> None:
    store = SettingsStore(database)
    with database.read() as connection:
        pages = connection.pragma("page_count")
        connection.pragma("max_page_count", pages + 5)

    def write_too_much() -> None:
        with database.write():
            store.set_blob("small", b"1")
            store.set_blob("large", bytes(1_000_000))

    with pytest.raises(AppError) as caught:
        write_too_much()
    assert caught.value.code is Code.DISK_FULL
    assert store.get_blob("small") is None
    store.set_blob("small", b"1")
    with database.read() as connection:
        connection.pragma("max_page_count", pages + 1000)
    store.set_blob("large", bytes(1_000_000))
    assert store.get_blob("small") == b"1"


def test_a_file_that_may_not_grow_is_a_full_disk(database: Database) -> None:
    """Real failed writes: the system refuses to make any file of this process larger."""
    resource = pytest.importorskip("resource", reason="limits of a process are POSIX")
    store = SettingsStore(database)
    store.set_blob("before", b"1")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, limits[1]))
    try:
        with pytest.raises(AppError) as caught:
            store.set_blob("large", os.urandom(2_000_000))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert caught.value.code is Code.DISK_FULL
    assert store.get_blob("large") is None
    store.set_blob("large", bytes(2_000_000))
    assert store.get_blob("before") == b"1"


def test_a_read_only_folder_is_named(ordinary_folder: Path, key: Key) -> None:
    path = ordinary_folder / "octavo.db"
    Database.open(path, key).close()
    before = path.read_bytes()
    ordinary_folder.chmod(0o500)
    for which in (path, ordinary_folder / "new.db"):
        with pytest.raises(AppError) as caught:
            Database.open(which, key)
        assert caught.value.code is Code.FOLDER_READ_ONLY
        assert caught.value.params == {"path": str(which)}
    path.chmod(0o400)
    with pytest.raises(AppError) as caught:
        Database.open(path, key)
    assert caught.value.code is Code.FOLDER_READ_ONLY
    ordinary_folder.chmod(0o700)
    path.chmod(0o600)
    Database.open(path, key).close()
    assert path.read_bytes() == before


def test_what_is_deleted_leaves_no_bytes_in_the_log(paths: Paths, database: Database) -> None:
    SettingsStore(database).set_blob("a", os.urandom(100_000))
    wal = paths.database.with_name("octavo.db-wal")
    assert wal.stat().st_size > 100_000
    with database.write() as connection:
        connection.execute("DELETE FROM blobs")
    database.scrub()
    assert wal.stat().st_size == 0
