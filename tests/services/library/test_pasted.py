"""A pasted text as a file: it is written for its owner alone, and a place without room or rights is told."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from app.core.errors import AppError
from app.services.library.pasted import discard_pasted, write_pasted


def test_it_is_for_its_owner_alone_and_goes_with_its_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    path = write_pasted("The quay is closed.", "Minutes")
    assert (path.name, path.read_text(encoding="utf-8")) == ("Minutes.txt", "The quay is closed.")
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    discard_pasted(path)
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written_is_told_and_nothing_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    with pytest.raises(AppError):
        write_pasted("The quay is closed.", "no/such/folder")
    assert list(tmp_path.iterdir()) == []
    monkeypatch.setenv("XDG_RUNTIME_DIR", "")
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(tmp_path / "gone"))
    with pytest.raises(AppError):
        write_pasted("The quay is closed.", "Minutes")
