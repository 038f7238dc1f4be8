"""A rescue of all desks: the library, matters, and matters whose keys are lost with the library's damage."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

import pytest

from app.core.errors import AppError, Code
from app.core.machine.paths import Paths
from app.core.work import finish
from app.features.rescue.service import RescueReport, rescue_desks
from app.features.rescue.store.saving import StandIns
from app.features.rescue.words import report_lines, stand_ins
from app.store import keys
from app.store.conversations import Conversations
from app.store.database_pages import PAGE_BYTES
from app.store.db import Database
from app.store.key_derivation import Argon2Cost
from app.store.matters import MatterStore
from tests.whole import KEEPS

CHEAP = Argon2Cost(memory_kib=32, passes=1, lanes=1)
FIRST = "lantern quay otter violet"


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    """A library and a matter, with a conversation in each."""
    made = Paths(tmp_path / "desk")
    made.create()
    with contextlib.closing(Database.open(made.database, keys.obtain(made))) as home:
        Conversations(home).create("of the library")

        def make(id: str, key: keys.Key) -> None:
            with contextlib.closing(Database.open(made.matter(id), key)) as database:
                Conversations(database).create("of the matter")

        MatterStore(home).create("Smith v Jones", make)
    return made


def matter_file(paths: Paths) -> Path:
    (file,) = paths.matters.glob("*.db")
    return file


def spoil(path: Path, page: int) -> None:
    content = bytearray(path.read_bytes())
    content[page * PAGE_BYTES - 2000] ^= 1
    path.write_bytes(content)


def page_of(path: Path, key: keys.Key, table: str) -> int:
    with contextlib.closing(Database.open(path, key)) as database:
        return int(database.rows("SELECT rootpage FROM sqlite_schema WHERE name = ?", (table,))[0][0])


def run(paths: Paths) -> RescueReport:
    return finish(rescue_desks(paths, None, StandIns("?", "?", "?")))


def titles(database: Database) -> list[str]:
    return [talk.title for talk in Conversations(database).all()]


def test_what_is_whole_stays_as_it_is(paths: Paths) -> None:
    before = paths.database.read_bytes()
    report = run(paths)
    assert [desk.name for desk in report.desks] == ["", "Smith v Jones"]
    assert not report.damaged
    assert not report.keyless
    assert paths.database.read_bytes() == before
    assert len(report_lines(report, KEEPS.counted)) == 1


def test_a_library_and_a_matter_are_saved(paths: Paths) -> None:
    for path in (paths.database, matter_file(paths)):
        spoil(path, 1)
    report = run(paths)
    assert [desk.name for desk in report.damaged] == ["", "Smith v Jones"]
    with contextlib.closing(Database.open(paths.database, keys.obtain(paths))) as home:
        assert titles(home) == ["of the library"]
        (matter,) = MatterStore(home).all()
        with contextlib.closing(Database.open(paths.matter(matter.id), MatterStore(home).key(matter.id))) as database:
            assert titles(database) == ["of the matter"]
    words = "\n".join(report_lines(report, KEEPS.counted))
    assert "Saved from the matter “Smith v Jones”: conversations: 1" in words
    assert "octavo.db.damaged-1" in words


def test_a_matter_whose_key_is_lost_is_named_and_left(paths: Paths) -> None:
    spoil(paths.database, page_of(paths.database, keys.obtain(paths), "matters"))
    file = matter_file(paths)
    before = file.read_bytes()
    report = run(paths)
    assert report.keyless == (str(file),)
    assert file.read_bytes() == before
    assert str(file) in "\n".join(report_lines(report, KEEPS.counted))


def test_a_passphrase_is_needed_where_there_is_one(paths: Paths) -> None:
    with contextlib.closing(Database.open(paths.database, keys.obtain(paths))) as home:
        keys.set_passphrase(home, paths, FIRST, cost=CHEAP)
    spoil(paths.database, 1)
    with pytest.raises(AppError) as caught:
        run(paths)
    assert caught.value.code is Code.PASSPHRASE_NEEDED
    report = finish(rescue_desks(paths, FIRST, stand_ins()))
    assert report.damaged


def test_places_of_which_nobody_can_say_what_was_there_are_told(paths: Paths) -> None:
    os.truncate(paths.database, PAGE_BYTES)
    words = "\n".join(report_lines(run(paths), KEEPS.counted))
    assert "Nobody can say what was in" in words
    assert "Nothing of it was lost" not in words
