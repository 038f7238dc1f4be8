"""Keys of remote engines: in the keyring, each for one origin, else in the encrypted database."""

from __future__ import annotations

from app.core.machine.secret import Password
from app.store.db import Database
from app.store.settings import SettingsStore
from app.store.system_keyring import RemoteKeys, Ring
from tests.store.test_ring import Forgetful, Locked, Memory

_HERE, _THERE = "https://models.example.org", "https://models.example.org:8443"


def test_a_key_lies_in_the_keyring_and_belongs_to_one_origin(database: Database) -> None:
    memory = Memory()
    settings = SettingsStore(database)
    keys = RemoteKeys(settings, lambda _may_ask: Ring(memory))
    assert not keys.has(_HERE)
    keys.set(_HERE, Password("secret"))
    assert keys.get(_HERE) == Password("secret")
    assert keys.has(_HERE)
    assert keys.get(_THERE) is None
    assert list(memory.entries.values()) == ["secret"]
    assert not any("example" in name for _service, name in memory.entries)
    assert not any(settings.get_blob(name) for _service, name in memory.entries), "it lies in one place only"
    keys.forget(_HERE)
    assert keys.get(_HERE) is None
    assert memory.entries == {}


def test_without_a_keyring_it_lies_in_the_encrypted_database(database: Database) -> None:
    for ring in (None, Ring(Locked()), Ring(Forgetful())):
        keys = RemoteKeys(SettingsStore(database), lambda _may_ask, ring=ring: ring)  # type: ignore[misc]
        keys.set(_HERE, Password("secret"))
        assert keys.get(_HERE) == Password("secret")
        keys.forget(_HERE)
        assert keys.get(_HERE) is None


def test_a_key_does_not_show_itself(database: Database) -> None:
    keys = RemoteKeys(SettingsStore(database), lambda _may_ask: None)
    keys.set(_HERE, Password("secret"))
    assert "secret" not in repr(keys.get(_HERE))
