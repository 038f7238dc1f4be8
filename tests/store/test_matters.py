"""Which matters there are: names are unique, each has its own key, and a deleted one leaves neither."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.core.errors import AppError, Code
from app.core.machine.secret import is_secret
from app.core.matter import NAME_CHARACTERS, Matter
from app.store.db import Database
from app.store.matters import MatterStore
from tests.store.decrypted import decrypted


@pytest.fixture
def matters(database: Database) -> MatterStore:
    return MatterStore(database)


def new(matters: MatterStore, name: str) -> Matter:
    return matters.create(name, lambda _id, _key: None)


def refused(code: Code, work: object, *values: object) -> None:
    with pytest.raises(AppError) as error:
        work(*values)  # type: ignore[operator]
    assert error.value.code is code


def test_matters_are_found_by_their_names(matters: MatterStore) -> None:
    first, second = new(matters, "  Harbour  v Marlow "), new(matters, "Ｐatent")
    assert first.name == "Harbour v Marlow"
    assert matters.named("HARBOUR V MARLOW") == first
    assert matters.named("patent") == second
    assert matters.get(second.id) == second
    refused(Code.MATTER_UNKNOWN, matters.named, "Marlow")
    refused(Code.MATTER_UNKNOWN, matters.get, "")
    refused(Code.MATTER_EXISTS, new, matters, "harbour v marlow")
    refused(Code.MATTER_EXISTS, matters.rename, first.id, "PATENT")
    for name in ("", " \n", "x" * (NAME_CHARACTERS + 1)):
        refused(Code.MATTER_NAME, new, matters, name)
    matters.rename(first.id, "Harbour V Marlow")
    assert matters.get(first.id).name == "Harbour V Marlow", "the same name in other letters is its own"


def test_the_one_opened_last_comes_first(matters: MatterStore) -> None:
    first, second = new(matters, "One"), new(matters, "Two")
    matters.note_opened(first.id)
    assert [matter.name for matter in matters.all()] == ["One", "Two"]
    matters.archive(second.id, True)
    assert [matter.archived for matter in matters.all()] == [False, True]


def test_each_has_a_key_of_its_own(matters: MatterStore, database: Database) -> None:
    first, second = new(matters, "One"), new(matters, "Two")
    secrets = {matters.key(matter.id).secret for matter in (first, second)}
    assert len(secrets) == 2
    assert all(map(is_secret, secrets))
    assert database.key.secret not in secrets


def test_a_deleted_one_leaves_neither_name_nor_key(matters: MatterStore, database: Database) -> None:
    gone = new(matters, "Harbour v Marlow")
    secret = matters.key(gone.id).secret
    new(matters, "Two")
    matters.give_up(gone.id)
    refused(Code.MATTER_UNKNOWN, matters.key, gone.id)
    assert matters.given_up() == (gone.id,), "until its files are gone"
    matters.note_gone(gone.id)
    assert matters.given_up() == ()
    pages = decrypted(database.path, database.key)
    assert b"Two" in pages
    for trace in (secret.encode(), b"Harbour", b"harbour"):
        assert trace not in pages


def test_a_database_is_discarded_with_all_that_is_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "one.db"
    for ending in ("", "-wal", "-shm", "-journal", ".v9", ".v9.0123abcd.part"):
        path.with_name(path.name + ending).write_bytes(b"x")
    other = tmp_path / "two.db"
    other.write_bytes(b"x")
    Database.discard(path)
    assert [file.name for file in tmp_path.iterdir()] in (["two.db"], ["two.db", "one.db.v9.0123abcd.part"])
