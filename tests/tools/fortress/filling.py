"""Commands for a disk that becomes full while they run, and what must be so afterwards."""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.core.machine.paths import Paths
from app.store.db import Database
from tests.features.rescue.store.rescuing import damage
from tests.store.test_migrations import KEY
from tests.tools.fortress.program import Done, Program

PASSPHRASE = "nine ferries and a lighthouse"
_FIXTURES = Path(__file__).parents[2] / "store" / "fixtures"
_KEPT = "What did the keeper hide?"


@dataclass(frozen=True)
class Scene:
    """`folder` has what the commands need; `prepared` is the data folder that they begin with, None for none."""

    name: str
    words: tuple[object, ...]
    prepared: Path | None
    typed: str = ""
    damaged: bool = False  # the desk opens once the command has worked
    older: bool = False  # nothing of the other scenes is in it
    begins: bool = False  # the command makes the desk

    def holds(self, database: Database, said: Iterable[Done]) -> None:
        """All that was there before, and what the command acknowledged each time. Raises AssertionError."""
        if self.older:
            assert database.rows("SELECT 1 FROM questions WHERE text = 'Who speaks?'")
            return
        answers = dict(
            database.rows(
                """SELECT q.text, group_concat(a.text, char(10)) FROM questions q
                    LEFT JOIN answers a ON a.question_id = q.id GROUP BY q.text"""
            )
        )
        assert self.prepared is None or answers.get(_KEPT), "the first answer is lost"
        for done in said:
            for question, answer in zip(self.words[-2:], finished(done), strict=False):
                assert answer in str(answers.get(question)), f"the answer to {question} is lost"
            added = [line.removesuffix(": added") for line in done.out.splitlines() if line.endswith(": added")]
            paths = {bytes(path).decode() for (path,) in database.rows("SELECT path FROM books")}
            assert set(added) <= paths, "a document is lost"
            if done.code == 0 and self.name == "settings":
                assert database.rows("SELECT 1 FROM settings WHERE name = 'theme'"), "the setting is lost"
            if done.code == 0 and self.name == "matters":
                assert database.rows("SELECT 1 FROM matters WHERE name = 'Wharf'"), "the matter is lost"


def finished(done: Done) -> list[str]:
    """The answers that were acknowledged."""
    events: list[dict[str, Any]] = [json.loads(line) for line in done.out.splitlines() if line.startswith("{")]
    return [str(event["answer"]) for event in events if event.get("event") == "finished"]


def scenes(program: Program, folder: Path, model: Path, target: Path) -> list[Scene]:
    """`folder` gets what they need; `target` is on the small disk."""
    folder.mkdir()
    (text := folder / "a.txt").write_text("The keeper hid the ledger under the stair. " * 20, "utf-8")
    (secret := folder / "passphrase.txt").write_text(PASSPHRASE + "\n", "utf-8")
    documents, backup, usual = folder / "documents", folder / "it.octavo-backup", program.data
    documents.mkdir()
    for number in range(3):
        (documents / f"{number}.txt").write_text(f"Document {number}. " + "Some words. " * 8000, "utf-8")
    quick = ("--model", model, "--context", "2048", "--max-tokens", "6", "--no-close-reading", "--no-weighing")
    ask = ("ask", "--json", "--document", text, *quick)
    program.run(*ask, _KEPT)
    program.run("backup", backup, "--readings", "--passphrase-file", secret)
    return [
        Scene("a new desk", ("bin",), None, begins=True),
        Scene("add", ("add", documents), usual),
        Scene("ask", (*ask, "Who hid it?", "And where?"), usual),
        Scene("settings", ("settings", "theme", "dark"), usual),
        Scene("matters", ("matters", "new", "Wharf"), usual),
        Scene("backup", ("backup", target, "--readings", "--passphrase-file", secret), usual),
        Scene("restore", ("restore", backup, "--passphrase-file", secret), None, begins=True),
        Scene("passphrase", ("passphrase",), usual, typed=PASSPHRASE + "\n"),
        Scene("an upgrade", ("bin",), _older(folder / "older"), older=True),
        Scene("rescue", ("rescue",), _damaged(usual, folder / "damaged"), damaged=True),
    ]


def _older(folder: Path) -> Path:
    paths = Paths(folder)
    paths.create()
    shutil.copy(_FIXTURES / "v6.db", paths.database)
    paths.key_file.write_text(KEY.secret, "ascii")
    return folder


def _damaged(usual: Path, folder: Path) -> Path:
    """Its first page, which says what is in the database."""
    database = Paths(Path(shutil.copytree(usual, folder))).database
    damage(database, database, [1], random.Random(21))
    return folder
