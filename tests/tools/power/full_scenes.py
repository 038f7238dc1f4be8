"""Plays scenes of a desk on a disk that fails, and says what must be so afterwards."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import msgspec

from app.core.conversations.conversation import Ending, Question
from app.core.errors import AppError, Code
from app.core.machine.paths import Paths
from app.export import files
from app.store.conversations import Conversations
from app.store.db import Database
from app.store.keys import obtain, set_passphrase
from app.store.migrations import MIGRATIONS
from app.store.settings import SettingsStore
from tests.tools.power.scenes import CHEAP, FIRST_AND_SECOND, found_in, write_older
from tests.tools.power.trouble import Trouble, troubled

SAID = {Code.DISK_FULL, Code.FOLDER_READ_ONLY, Code.DATABASE_DAMAGED, Code.EXPORT_NOT_WRITTEN, Code.DATABASE_LOCKED}
"""The problems that a person may be told of a disk that fails."""

Scene = Callable[[Paths, Trouble], None]


def attempt(step: Callable[[], object], trouble: Trouble) -> bool:
    """Whether it worked; raises AssertionError for an error that has no sentence, or that nothing caused."""
    said = SAID - ({Code.DATABASE_DAMAGED} if trouble.number == errno.ENOSPC else set())
    try:
        step()
    except AppError as error:
        if not trouble.hit or error.code not in said:
            raise AssertionError(f"write {trouble.at}: {error}") from error
        return False
    return True


def using(paths: Paths, trouble: Trouble) -> None:
    """Questions, answers and large writes; what was acknowledged is there, and afterwards all works."""
    trouble.over = True
    database = Database.open(paths.database, obtain(paths))
    trouble.over, trouble.count = False, 0
    kept: set[str] = set()

    def say(number: int) -> None:
        conversations = Conversations(database)
        made = conversations.create(f"title {number}")
        kept.add(f"title {number}")
        asked = conversations.add_question(Question(made.id, f"question {number} {'x' * 3000}"))
        kept.add(f"question {number}")
        begun = conversations.begin_answer(asked.id, "tiny")
        text = f"answer {number} {'y' * 5000}"
        conversations.save_answer(msgspec.structs.replace(begun, text=text, ending=Ending.COMPLETE))
        kept.add(f"answer {number}")

    def grow() -> None:
        SettingsStore(database).set_blob("large", os.urandom(300_000))

    def clean() -> None:
        conversations = Conversations(database)
        conversations.delete(conversations.create("gone").id)
        database.scrub()

    with contextlib.closing(database):
        for step in (lambda: say(0), grow, clean, lambda: say(1)):
            attempt(step, trouble)
        trouble.over = True
        for step in (lambda: say(2), grow, clean):  # the same desk goes on
            step()
        assert kept <= found_in(database)
    with contextlib.closing(Database.open(paths.database, obtain(paths))) as database:
        assert kept <= found_in(database)


def beginning(paths: Paths, trouble: Trouble) -> None:
    """A new desk."""

    def begin() -> None:
        with contextlib.closing(Database.open(paths.database, obtain(paths))) as database:
            Conversations(database).create("title")

    worked = attempt(begin, trouble)
    trouble.over = True
    begin()
    with contextlib.closing(Database.open(paths.database, obtain(paths))) as database:
        assert "title" in found_in(database)
        assert len(Conversations(database).all()) >= 1 + worked


def upgrading(paths: Paths, trouble: Trouble) -> None:
    """A desk of an older Octavo: it stays as it was, or is upgraded. The test has `next_version`."""

    def open_it() -> None:
        Database.open(paths.database, obtain(paths)).close()

    trouble.over = True
    write_older(paths.database, obtain(paths), len(MIGRATIONS))
    trouble.over, trouble.count = False, 0
    attempt(open_it, trouble)
    trouble.over = True
    with contextlib.closing(Database.open(paths.database, obtain(paths))) as database:
        assert {f"old {number}" for number in range(5)} <= found_in(database)
    assert not list(paths.data.glob("*.part"))


def changing_passphrases(paths: Paths, trouble: Trouble) -> None:
    """The desk opens with the passphrase that was acknowledged last, or with the one whose change failed."""
    trouble.over = True
    with contextlib.closing(Database.open(paths.database, obtain(paths))) as database:
        Conversations(database).create("title")
    trouble.over, trouble.count = False, 0
    first, _second = FIRST_AND_SECOND

    def change() -> None:
        with contextlib.closing(Database.open(paths.database, obtain(paths))) as database:
            set_passphrase(database, paths, first, cost=CHEAP)

    changed = attempt(change, trouble)
    trouble.over = True
    opened = None
    for passphrase in (first,) if changed else (None, first):
        with contextlib.suppress(AppError):
            opened = opened or Database.open(paths.database, obtain(paths, passphrase))
    assert opened is not None
    with contextlib.closing(opened):
        assert "title" in found_in(opened)


def exporting(paths: Paths, trouble: Trouble) -> None:
    """A file that a person exports is whole, or as it was."""
    target = paths.data / "out.md"
    target.write_bytes(b"before")
    worked = attempt(lambda: files.write_bytes(b"after" * 1000, target), trouble)
    whole = b"after" * 1000
    assert target.read_bytes() in ((whole,) if worked else (whole, b"before"))
    assert [file.name for file in paths.data.glob("out*")] == ["out.md"]
    trouble.over = True
    files.write_bytes(b"again", target)
    assert target.read_bytes() == b"again"


SCENES: dict[str, Scene] = {
    "a new desk": beginning,
    "a desk in use": using,
    "an upgrade": upgrading,
    "a change of passphrases": changing_passphrases,
    "an export": exporting,
}


def fail_at(scene: Scene, folder: Path, trouble: Trouble) -> bool:
    """Whether the disk failed at all: the scene has fewer writes."""
    shutil.rmtree(folder, ignore_errors=True)
    paths = Paths(folder)
    paths.create()
    with troubled(folder, trouble):
        scene(paths, trouble)
    return trouble.hit
