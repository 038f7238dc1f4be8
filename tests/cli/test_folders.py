"""A folder in the place of a document: all that can be read in it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.core.errors import AppError, Code
from app.embedding.client import Embedder
from tests.cli.conftest import Octavo, answered_here


def _fails(*_arguments: object, **_options: object) -> bytes:
    raise AppError(Code.READER_CRASHED, path="", signal=9)


@answered_here
def test_all_documents_of_a_folder_are_opened(octavo: Octavo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Embedder, "embed", _fails)  # words are enough
    case = tmp_path / "case"
    (case / "sub").mkdir(parents=True)
    (case / "a.txt").write_text("The rent is due on Monday.")
    (case / "sub" / "b.txt").write_text("The rent is late on Friday.")
    (case / "empty.txt").write_text("")
    (case / "song.mp3").write_bytes(b"")
    command = ("find", "--data-dir", tmp_path / "desk", "--json", "--document", case, "When is the rent due?")
    code, out, err = octavo(*command)
    assert code == 0, err
    assert {passage["document"] for passage in json.loads(out)["passages"]} == {"a", "b"}
    empty, summary, *_others = err.splitlines()
    assert "empty.txt" in empty
    assert "is empty" in empty
    assert summary == (
        "octavo: 2 documents of “case” are on the shelf. 1 could not be read. Left out: 1 file of another kind."
    )


def test_a_folder_without_documents_is_refused(octavo: Octavo, tmp_path: Path) -> None:
    (tmp_path / "case").mkdir()
    code, _out, err = octavo("find", "--data-dir", tmp_path / "desk", "--document", tmp_path / "case", "rent")
    assert code == 3
    assert "There is no document in the folder" in err
