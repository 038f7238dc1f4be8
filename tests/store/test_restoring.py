"""A desk that comes from elsewhere is in its place as a whole, or not at all, whenever the process is killed."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from app.core.errors import AppError, Code
from app.core.machine.paths import Paths
from app.store import restoring
from app.store.db import Database

COMING = {
    "octavo.db": b"new",
    "octavo.keycard": b"new",
    "octavo.key": b"new",
    "matters/one.db": b"new",
    "readings/images/two": b"new",
}
THERE = {
    "octavo.db": b"begun",
    "octavo.db-wal": b"begun",
    "octavo.key": b"begun",
    "octavo.keycard": b"begun",
    "matters/other.db": b"begun",
    "readings/other": b"begun",
}


class _Killed(BaseException):
    """Whatever comes after it in the process is not done."""


def put(folder: Path, files: dict[str, bytes]) -> None:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)


def files_of(folder: Path) -> dict[str, bytes]:
    found = {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    found.pop("octavo.lock", None)
    found.pop("restoring.lock", None)
    return found


def restore(paths: Paths) -> None:
    with restoring.staging(paths) as staged:
        put(staged.data, COMING)
        restoring.decide(staged, paths)
    restoring.settle(paths)


@pytest.mark.parametrize("there", [{}, {"models/big.gguf": b"GGUF"}, THERE])
def test_whoever_is_killed_leaves_the_desk_of_before_or_the_whole_new_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, there: dict[str, bytes]
) -> None:
    monkeypatch.setattr(os, "fsync", lambda _descriptor: None)
    others = {name: content for name, content in there.items() if name.startswith("models")}
    ends = []
    for steps in range(60):
        paths, left = Paths(tmp_path / f"{steps}"), [steps]
        put(paths.data, there)

        def counted(done: Callable[..., object], left: list[int] = left) -> Callable[..., object]:
            def step(*values: object) -> object:
                if left[0] == 0:
                    raise _Killed
                left[0] -= 1
                return done(*values)

            return step

        with monkeypatch.context() as killing:
            for name in ("rename", "replace", "rmdir"):
                killing.setattr(Path, name, counted(getattr(Path, name)))
            for name in ("_remove", "sync_folder"):
                killing.setattr(restoring, name, counted(getattr(restoring, name)))
            killing.setattr(Database, "discard", counted(Database.discard))
            with contextlib.suppress(_Killed):
                restore(paths)
        paths.create()  # as the next start does
        restoring.settle(paths)
        found = files_of(paths.data)
        ends.append(found == COMING | others)
        if not ends[-1]:
            assert found == there, "nothing is left of what was not decided on"
            restore(paths)
            assert files_of(paths.data) == COMING | others
        if left[0]:
            break
    assert ends == sorted(ends), "once it is decided, it stays so"
    assert ends.count(True) > 8
    assert ends.count(False) > 3


def test_a_folder_that_holds_anything_of_a_desk_is_known(tmp_path: Path) -> None:
    paths = Paths(tmp_path)
    assert not restoring.holds_desk(Paths(tmp_path / "nothing"))
    paths.create()
    paths.database.touch()
    assert not restoring.holds_desk(paths), "a start that was cut short left it"
    paths.matter("one").write_bytes(b"x")
    assert restoring.holds_desk(paths)
    paths.matter("one").unlink()
    paths.database.write_bytes(b"x")
    assert restoring.holds_desk(paths)


def test_two_do_not_restore_into_one_folder(tmp_path: Path) -> None:
    paths = Paths(tmp_path / "desk")
    with restoring.staging(paths), pytest.raises(AppError) as error, restoring.staging(paths):
        pytest.fail("both may")
    assert error.value.code is Code.DATABASE_LOCKED
    assert not paths.data.exists()
