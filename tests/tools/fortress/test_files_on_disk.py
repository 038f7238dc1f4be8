"""Every file and name that a command leaves is put on the disk before the command ends: seen in its system calls."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.tools.fortress.program import Program
from tests.tools.fortress.walk import Walk
from tests.tools.power.syscalls import STRACE, Watch, words

pytestmark = [
    pytest.mark.fortress,
    pytest.mark.timeout(3600),
    pytest.mark.skipif(STRACE is None, reason="there is no strace"),
]

_PASSES = (".db-wal", ".db-shm", ".db-journal", "octavo.log", "window", ".lock", ".suspect")
"""The files that a power cut may take: logs that SQLite has moved into the database, and what is for this moment alone.
A journal that comes back undoes what was not acknowledged yet: `test_power_loss.py`."""


@pytest.mark.root
def test_files(program: Program, tiny_scout_fast: Path, tmp_path: Path, figure: Callable[[str], None]) -> None:
    folder, log, calls = tmp_path / "files", tmp_path / "strace.txt", 0
    walk = Walk(Program(program.command, program.data, words(log)), folder, tiny_scout_fast)
    walk.write_documents()
    careless, unsynced = list[str](), set[str]()
    commands = 0
    for name, done in walk.go(code=None):
        commands += done.code == 0
        watch = Watch(tmp_path)
        lines = log.read_text("utf-8", "replace").splitlines()
        watch.follow(lines)
        calls += watch.seen
        careless += [f"{name}: {each}" for each in watch.careless]
        unsynced |= {f"{name}: {each}" for each in watch.unsynced if not each.endswith(_PASSES)}
    assert not careless
    assert not unsynced
    assert commands > 20
    assert calls > 500, "strace sees nothing"
    figure(f"{calls:,} writing system calls of {commands} commands: 0 renames before data, 0 files or names not synced")
