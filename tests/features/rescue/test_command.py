"""`octavo rescue`, as a process would run it."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path

import pytest

from app.cli import arguments, main
from app.core.machine.paths import Paths
from app.services.services import Services
from app.store import keys
from app.store.conversations import Conversations
from app.store.db import Database
from tests.whole import KEEPS, TERMINAL_COMMANDS


def no_desk(_paths: Paths, _passphrase: str | None) -> Services:
    raise AssertionError("no desk is opened")


def run(*words: str) -> int:
    return main.run(arguments.parse(list(words), TERMINAL_COMMANDS), no_desk, TERMINAL_COMMANDS, KEEPS, ())


def test_it_saves_what_can_be_saved(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    paths = Paths(tmp_path / "desk")
    paths.create()
    with contextlib.closing(Database.open(paths.database, keys.obtain(paths))) as home:
        Conversations(home).create("kept")
    content = bytearray(paths.database.read_bytes())
    content[1000] ^= 1
    paths.database.write_bytes(content)

    place = ["--data-dir", str(paths.data)]
    assert run("rescue", *place) == 0
    assert "Saved from the library: conversations: 1" in capsys.readouterr().out
    assert run("rescue", "--json", *place) == 0
    assert json.loads(capsys.readouterr().out)["desks"] == [{"name": "", "rescued": None}]
    with contextlib.closing(Database.open(paths.database, keys.obtain(paths))) as home:
        assert [talk.title for talk in Conversations(home).all()] == ["kept"]
