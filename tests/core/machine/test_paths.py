"""The folders of a desk are for their owner alone, the ones on the way to it included."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from app.core.errors import AppError, Code
from app.core.machine import paths as app_paths
from app.core.machine.paths import Paths, make_private


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o777])
def test_folders_on_the_way_are_private_too(tmp_path: Path, umask: int) -> None:
    open_to_others = tmp_path / "shared"
    open_to_others.mkdir()
    open_to_others.chmod(0o755)
    before = os.umask(umask)
    try:
        Paths(open_to_others / "a" / "b" / "desk").create()
    finally:
        os.umask(before)
    made = [open_to_others / "a", *(open_to_others / "a").rglob("*")]
    assert {folder.name: folder.stat().st_mode & 0o777 for folder in made} == dict.fromkeys(
        ("a", "b", "desk", "logs", "matters"), 0o700
    )
    assert open_to_others.stat().st_mode & 0o777 == 0o755, "what was there stays as it was"


@pytest.mark.parametrize("name", [b"d\xff", b"d\xff/desk"])
def test_a_name_that_is_no_text_is_refused_and_nothing_is_made(tmp_path: Path, name: bytes) -> None:
    folder = Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name))
    with pytest.raises(AppError) as refused:
        Paths(folder).create()
    assert refused.value.code is Code.NAME_NOT_UTF8
    assert refused.value.params["path"] == f"{tmp_path}/{name.decode('utf-8', 'replace')}"
    assert list(tmp_path.iterdir()) == []


def test_a_new_folder_outlives_a_power_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[Path] = []
    monkeypatch.setattr(app_paths, "sync_folder", synced.append)
    make_private(tmp_path / "a" / "b" / "c")
    make_private(tmp_path / "a" / "b" / "c")
    assert synced == [tmp_path, tmp_path / "a", tmp_path / "a" / "b"]
