"""The copy of a desk in use is one moment of all its databases."""

from __future__ import annotations

import contextlib
import threading
from pathlib import Path

import pytest

from app.core.errors import AppError, Code
from app.core.machine.paths import Paths
from app.core.machine.secret import Key, KeyOrigin, draw_secret
from app.features.backup import snapshots
from app.store.db import Database
from app.store.settings import SettingsStore


def test_what_is_written_afterwards_is_not_in_the_copy(database: Database, key: Key, tmp_path: Path) -> None:
    kept, copied, other = SettingsStore(database), tmp_path / "copy.db", Key(draw_secret(), KeyOrigin.FILE)
    kept.set_blob("before", b"1" * 100_000)
    with contextlib.closing(Database.look(database.path, key)) as snapshot:
        snapshots.freeze([snapshot])
        kept.set_blob("after", b"2" * 5_000_000)  # so much that SQLite brings its log of changes into the database
        parts = list(snapshot.copying(copied, other))
        kept.set_blob("later", b"3")
    assert parts[-1] == 1
    assert kept.get_blob("later") == b"3", "nobody was kept from writing"
    with contextlib.closing(Database.open(copied, other)) as copy:
        copy.check()
        assert SettingsStore(copy).get_blob("before") == b"1" * 100_000
        assert SettingsStore(copy).get_blob("after") is None
    with pytest.raises(AppError) as error:
        Database.look(database.path, other)
    assert error.value.code is Code.DATABASE_KEY


def test_several_databases_show_one_moment(paths: Paths, key: Key) -> None:
    """Something goes to and fro between two databases, and is in one of them at least at any moment."""
    with contextlib.ExitStack() as opened:
        two = [
            opened.enter_context(contextlib.closing(Database.open(path, key)))
            for path in (paths.database, paths.matter("other"))
        ]
        stores = [SettingsStore(each) for each in two]
        stores[0].set_blob("it", b"here")
        stop = threading.Event()

        def move_to_and_fro() -> None:
            while not stop.is_set():
                for here, there in (stores, stores[::-1]):
                    there.set_blob("it", b"here")
                    here.set_blob("it", b"")

        moving = threading.Thread(target=move_to_and_fro)
        moving.start()
        try:
            for _ in range(20):
                with contextlib.ExitStack() as looking:
                    shown = [
                        looking.enter_context(contextlib.closing(Database.look(each.path, key, busy_ms=5000)))
                        for each in two
                    ]
                    snapshots.freeze(shown)
                    assert any(SettingsStore(each).get_blob("it") == b"here" for each in shown)
        finally:
            stop.set()
            moving.join()


def test_a_database_that_is_always_written_to_is_waited_for_and_then_refused(
    database: Database, key: Key, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshots, "_PATIENCE_S", 0.0)
    with contextlib.closing(Database.look(database.path, key)) as snapshot:
        with database.write(), pytest.raises(AppError) as error:
            snapshots.freeze([snapshot])
        assert error.value.code is Code.DATABASE_LOCKED
        snapshots.freeze([snapshot])
