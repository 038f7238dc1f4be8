"""Plays scenes of a desk while the power may go, and says what must be found of it afterwards."""

from __future__ import annotations

import contextlib
import random
import shutil
from collections.abc import Iterator
from pathlib import Path

import apsw
import msgspec

from app.core.conversations.conversation import Ending, Question
from app.core.errors import AppError, Code
from app.core.machine.paths import Paths
from app.core.machine.secret import Key
from app.store.conversations import Conversations
from app.store.db import Database
from app.store.key_derivation import Argon2Cost
from app.store.keys import obtain, set_passphrase
from app.store.migrations import MIGRATIONS, migrate
from tests.tools.power.disk import Acknowledged, Disk, State
from tests.tools.power.files import recorded
from tests.tools.power.vfs import below

CHEAP = Argon2Cost(32, 1, 1)
PASSPHRASES = "the passphrases"
NOT = "no more "


@contextlib.contextmanager
def watched(paths: Paths) -> Iterator[Disk]:
    """Whatever the desk writes from now on."""
    disk = Disk()
    disk.adopt(paths.data)
    with below(paths.data, disk), recorded(paths.data, disk):
        yield disk


FIRST_AND_SECOND = ("a lamp on the quay at night", "nine ropes below the mole")


def talk(database: Database, disk: Disk, rounds: int, first: int = 0) -> None:
    """Questions, answers and deletions, each acknowledged once it is stored."""
    conversations = Conversations(database)
    for number in range(first, first + rounds):
        made = conversations.create(f"title {number}")
        disk.note(Acknowledged(f"title {number}"))
        question = conversations.add_question(Question(made.id, f"question {number} {'x' * 3000}"))
        disk.note(Acknowledged(f"question {number}"))
        answer = conversations.begin_answer(question.id, "tiny")
        text = f"answer {number} {'y' * 5000}"
        conversations.save_answer(msgspec.structs.replace(answer, text=text, ending=Ending.COMPLETE))
        disk.note(Acknowledged(f"answer {number}"))
        if number % 3 == 2:
            conversations.delete(conversations.create(f"gone {number}").id)
            disk.note(Acknowledged(f"{NOT}gone {number}"))
            database.scrub()


def new_desk(paths: Paths, rounds: int) -> Disk:
    """A desk is made, and used."""
    with watched(paths) as disk, contextlib.closing(Database.open(paths.database, obtain(paths))) as database:
        talk(database, disk, rounds)
    return disk


def upgraded_desk(paths: Paths, version: int, rounds: int) -> Disk:
    """A desk of an older Octavo is opened, and used."""
    write_older(paths.database, obtain(paths), version)
    with watched(paths) as disk:
        disk.note(Acknowledged("old 0"))
        disk.note(Acknowledged("old 4"))
        with contextlib.closing(Database.open(paths.database, obtain(paths))) as database:
            talk(database, disk, rounds)
    return disk


def other_passphrases(paths: Paths, passphrases: tuple[str | None, ...]) -> Disk:
    """A desk gets these passphrases, one after the other; what is acknowledged names the one that opens it then."""
    with contextlib.closing(Database.open(paths.database, obtain(paths))) as database:
        Conversations(database).create("title")
    with watched(paths) as disk:
        disk.note(Acknowledged(f"{PASSPHRASES} None"))
        passphrase: str | None = None
        for following in passphrases:
            with contextlib.closing(Database.open(paths.database, obtain(paths, passphrase))) as database:
                set_passphrase(database, paths, following, cost=CHEAP)
                disk.note(Acknowledged(f"{PASSPHRASES} {following}"))
                Conversations(database).create(f"title {following}")
                disk.note(Acknowledged(f"title {following}"))
            passphrase = following
    return disk


def write_older(path: Path, key: Key, version: int) -> None:
    """Write a database as the Octavo of `version` left it, with five conversations."""
    with contextlib.closing(apsw.Connection(str(path))) as connection:
        connection.pragma("cipher", "chacha20")
        connection.pragma("key", f"raw:{key.secret}")
        migrate(connection, path, MIGRATIONS[:version])
        connection.pragma("journal_mode", "wal")
        with connection:
            connection.executemany(
                "INSERT INTO conversations (id, title, created_at, updated_at) VALUES (?, ?, 1.0, 2.0)",
                [(f"c{number}", f"old {number}") for number in range(5)],
            )


def found_in(database: Database) -> set[str]:
    """Raises AssertionError for a database that is not whole."""
    with database.read() as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        titles = {str(title) for (title,) in connection.execute("SELECT title FROM conversations")}
        texts = connection.execute("SELECT text FROM questions UNION ALL SELECT text FROM answers").fetchall()
    return titles | {" ".join(str(text).split(" ")[:2]) for (text,) in texts}


def start_after(state: State, folder: Path) -> None:
    """Start the desk on a disk in this state; raises AssertionError if anything is lost or half."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    state.lay_out(folder)
    paths = Paths(folder)
    where = f"after step {state.step}, {type(state.last).__name__}"
    with contextlib.closing(_open(paths, state, where)) as database:
        kept, found = {each for each in state.kept if not each.startswith(PASSPHRASES)}, found_in(database)
        wrong = {each for each in kept if (each.removeprefix(NOT) in found) == each.startswith(NOT)}
        assert not wrong, f"{where}: lost, or come back: {wrong}"
        Conversations(database).create("goes on")


def _open(paths: Paths, state: State, where: str) -> Database:
    """With the passphrase that was acknowledged last, or with the one after it, whose change was under way."""
    acknowledged = [each.removeprefix(PASSPHRASES + " ") for each in state.kept if each.startswith(PASSPHRASES)]
    tries = [None] if not acknowledged or acknowledged[-1] == "None" else [acknowledged[-1]]
    for passphrase in (*tries, *FIRST_AND_SECOND, None):
        try:
            return Database.open(paths.database, obtain(paths, passphrase))
        except AppError as error:
            if not acknowledged or error.code not in (Code.PASSPHRASE_NEEDED, Code.DATABASE_KEY):
                raise AssertionError(f"{where}: {error}") from error
            if state.settled:
                raise AssertionError(f"{where}: {passphrase} was acknowledged and opens nothing") from error
    raise AssertionError(f"{where}: nothing opens it")


def survey(disk: Disk, folder: Path, each: int, seed: int, every: int = 1) -> int:
    """How many states the desk was started in."""
    states = 0
    for state in disk.states(each, random.Random(seed), every):
        start_after(state, folder)
        states += 1
    return states
