"""Settings: kept field by field, so that one bad value costs one field."""

from __future__ import annotations

import contextlib

import msgspec
import pytest

from app.core.errors import AppError, Code
from app.core.machine.paths import Paths
from app.core.machine.secret import Key
from app.core.policy import Policy, PolicyRules
from app.core.settings import (
    EngineSettings,
    KvType,
    RemoteSettings,
    Sampling,
    Settings,
    ThemeChoice,
    value_of,
    with_value,
)
from app.store.db import Database
from app.store.settings import SettingsStore

CHANGED = Settings(
    engine=EngineSettings("/models/書.gguf", "/models/mmproj.gguf", 8192, KvType.Q8_0, 4, 256, 0),
    sampling=Sampling(0.0, 1, 0.5, 0.0, 1.5, true_quotes=False, lookup=False, seed=42),
    close_reading=False,
    readings_quota_gb=3,
    max_answer_tokens=7,
    theme=ThemeChoice.DARK,
    language="ja",
)


@pytest.fixture
def store(database: Database) -> SettingsStore:
    return SettingsStore(database)


def test_a_new_desk_has_the_defaults(store: SettingsStore) -> None:
    assert store.load() == Settings()


def test_settings_come_back_as_they_were(store: SettingsStore, paths: Paths, key: Key) -> None:
    store.save(CHANGED)
    with contextlib.closing(Database.open(paths.database, key)) as another:
        assert SettingsStore(another).load() == CHANGED
    store.save(msgspec.structs.replace(CHANGED, theme=ThemeChoice.SYSTEM))
    assert store.load() == msgspec.structs.replace(CHANGED, theme=ThemeChoice.SYSTEM)


@pytest.mark.parametrize("value", ['"a lot"', "-1", "99999999", "1.5", "null", "not json", ""])
def test_a_value_that_is_not_valid_costs_its_own_field_only(
    store: SettingsStore, database: Database, value: str
) -> None:
    store.save(CHANGED)
    with database.write() as connection:
        connection.execute("UPDATE settings SET value = ? WHERE name = 'engine.threads'", (value,))
        connection.execute("UPDATE settings SET value = ? WHERE name = 'theme'", ('"sepia"',))
        connection.execute("INSERT INTO settings VALUES ('engine.of_the_future', '1')")
    engine = msgspec.structs.replace(CHANGED.engine, threads=0)
    assert store.load() == msgspec.structs.replace(CHANGED, engine=engine, theme=ThemeChoice.SYSTEM)
    store.save(CHANGED)
    assert store.load() == CHANGED
    with database.read() as connection:
        kept = connection.execute("SELECT value FROM settings WHERE name = 'engine.of_the_future'").fetchone()
    assert kept == ("1",)


def test_what_is_at_its_default_is_not_kept(store: SettingsStore, database: Database) -> None:
    store.save(CHANGED)
    store.save(Settings(max_answer_tokens=9))
    with database.read() as connection:
        assert connection.execute("SELECT name, value FROM settings").fetchall() == [("max_answer_tokens", "9")]


@pytest.mark.parametrize(
    ("settings", "name"),
    [
        (Settings(max_answer_tokens=-1), "max_answer_tokens"),
        (Settings(sampling=Sampling(temperature=3)), "sampling.temperature"),
        (Settings(sampling=Sampling(temperature=float("nan"))), "sampling.temperature"),
        (Settings(engine=EngineSettings(model_path="\udcff")), "engine.model_path"),
    ],
)
def test_what_is_not_valid_is_not_kept(store: SettingsStore, settings: Settings, name: str) -> None:
    store.save(CHANGED)
    with pytest.raises(AppError) as caught:
        store.save(settings)
    assert caught.value.code is Code.SETTING_INVALID
    assert caught.value.params["name"] == name
    assert store.load() == CHANGED


def test_one_setting_is_changed_beside_the_others(store: SettingsStore) -> None:
    store.save(CHANGED)
    changed = store.change("engine.threads", 3)
    assert changed == store.load() == with_value(CHANGED, "engine.threads", 3)
    assert value_of(changed, "engine.threads") == 3
    with pytest.raises(AppError) as raised:
        store.change("engine.threads", -3)
    assert raised.value.code is Code.SETTING_INVALID
    assert store.load() == changed
    with pytest.raises((AttributeError, TypeError)):
        store.change("engine.wings", 2)


def test_blobs_come_back_as_they_were(store: SettingsStore) -> None:
    assert store.get_blob("window") is None
    store.set_blob("window", b"\0\xff")
    store.set_blob("window", b"\0\xff\1")
    store.set_blob("splitter", b"")
    assert (store.get_blob("window"), store.get_blob("splitter")) == (b"\0\xff\1", b"")


def test_settings_keep_what_a_person_chose_for_the_time_after_the_policy(database: Database) -> None:
    elsewhere = RemoteSettings("https://models.example.org")
    SettingsStore(database).save(Settings(remote=elsewhere))
    under = SettingsStore(database, Policy(PolicyRules(remote_engine=False)))
    assert not under.load().remote.in_use
    with pytest.raises(AppError) as caught:
        under.change("remote.address", "https://other.example.org")
    assert caught.value.code is Code.SETTING_HELD
    under.change("text_percent", 110)
    assert not under.load().remote.in_use
    after = SettingsStore(database).load()
    assert (after.remote, after.text_percent) == (elsewhere, 110)
