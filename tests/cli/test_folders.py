"""A folder in the place of a document: all that can be read in it."""

from __future__ import annotations

import contextlib
import json
import os
import threading
from pathlib import Path

import pytest

from app.cli import folders
from app.core.conversations.sources import SourcePlace
from app.core.errors import AppError, Code, Problem
from app.core.machine.paths import Paths
from app.embedding.client import Embedder
from app.wording.errors import sentence
from tests.cli.conftest import Octavo, answered_here
from tests.said import says
from tests.whole import open_desk


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
        "octavo: 2 documents of “case” are on the shelf. 1 could not be read. Skipped: 1 file of another type."
    )


def test_a_folder_without_documents_is_refused(octavo: Octavo, tmp_path: Path) -> None:
    (tmp_path / "case").mkdir()
    code, _out, err = octavo("find", "--data-dir", tmp_path / "desk", "--document", tmp_path / "case", "rent")
    assert code == 3
    assert says(err, Code.FOLDER_WITHOUT_DOCUMENTS, path=str(tmp_path / "case"))


@pytest.fixture
def case(tmp_path: Path) -> Path:
    made = tmp_path / "case"
    (made / "sub").mkdir(parents=True)
    (made / "a.txt").write_text("The rent is due on Monday.")
    (made / "sub" / "b.txt").write_text("The rent is late on Friday.")
    (made / "sub" / "copy.txt").write_text("The rent is due on Monday.")
    (made / "empty.txt").write_text("")
    return made


@answered_here
def test_a_folder_is_added_and_later_only_what_is_otherwise(octavo: Octavo, tmp_path: Path, case: Path) -> None:
    command = ("add", "--data-dir", tmp_path / "desk", case)
    code, out, err = octavo(*command)
    assert code == 3, "one could not be read"
    *lines, summary = out.splitlines()
    assert f"{case}/sub/b.txt: added" in lines
    assert any("has the same content as" in line for line in lines)
    assert summary == ("2 documents of “case” are on the shelf. 1 duplicate. 1 could not be read.")
    assert err.endswith(f"octavo: {case / 'empty.txt'}: {sentence(Problem(Code.FILE_EMPTY, {'path': 'empty.txt'}))}\n")
    (case / "empty.txt").unlink()
    (case / "a.txt").write_text("The rent is due on Tuesday.")
    code, out, err = octavo(*command)
    assert (code, err) == (0, "")
    # The two files with the same content are read at the same time; the document has the name of the first.
    assert out.splitlines() in (
        [f"{case}/a.txt: a new version of “{name}”", "1 document of “case” has a new version."]
        for name in ("a", "copy")
    )


@answered_here
def test_each_file_is_a_line_of_json(octavo: Octavo, tmp_path: Path, case: Path) -> None:
    code, out, err = octavo("add", "--json", "--data-dir", tmp_path / "desk", case)
    assert (code, err) == (3, "")
    *files, ended = map(json.loads, out.splitlines())
    assert {Path(file["path"]).name: file["state"] for file in files} == {
        "a.txt": "read",
        "b.txt": "read",
        "copy.txt": "read",
        "empty.txt": "failed",
    }
    (double,) = [file for file in files if "same_content" in file]
    assert double["known"]
    assert (ended["added"], ended["same_content"], [each["code"] for each in ended["failed"]]) == (2, 1, ["file_empty"])
    code, out, _err = octavo("folders", "--json", "--data-dir", tmp_path / "desk")
    (folder,) = json.loads(out)["folders"]
    assert (folder["path"], folder["read"], folder["failed"], folder["watched"]) == (str(case), 3, 1, False)
    code, out, _err = octavo("folders", "--data-dir", tmp_path / "desk")
    assert out == f"{case}\n    3 documents · 1 could not be read\n"
    assert octavo("folders", "--forget", case, "--data-dir", tmp_path / "desk")[1] == ""
    assert octavo("folders", "--forget", case, "--data-dir", tmp_path / "desk")[0] == 3
    assert "No folders were added" in octavo("folders", "--data-dir", tmp_path / "desk")[2]


@answered_here
def test_a_watched_folder_is_added_again_until_it_is_stopped(
    octavo: Octavo, tmp_path: Path, case: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[str] = []

    def wait(self: threading.Event, _seconds: float) -> bool:
        looks.append("look")
        (case / "new.txt").write_text("A new file.")
        os.utime(case / "new.txt", (1e9, 1e9))  # nobody is writing it any more
        return len(looks) > 2

    monkeypatch.setattr(folders, "_wait", wait)
    code, out, err = octavo("add", "--watch", "--data-dir", tmp_path / "desk", case)
    assert (code, len(looks)) == (3, 3)
    assert f"{case}/new.txt: added" in out.splitlines()
    assert "Watching for new and changed files" in err
    (case / "empty.txt").unlink()
    code, out, _err = octavo("folders", "--unwatch", case, "--data-dir", tmp_path / "desk")
    assert "· watched" not in out


@answered_here
def test_several_folders_and_files_are_counted_and_not_quoted(octavo: Octavo, tmp_path: Path, case: Path) -> None:
    code, out, err = octavo("add", "--data-dir", tmp_path / "desk", case / "a.txt", case / "sub" / "b.txt")
    assert (code, err) == (0, "")
    assert out.splitlines()[-1] == "2 documents of 2 folders and files are on the shelf."


def test_what_to_add_is_named(octavo: Octavo, tmp_path: Path) -> None:
    code, _out, err = octavo("add", "--data-dir", tmp_path / "desk")
    assert code == 2
    assert "name a folder or a file" in err
    code, _out, err = octavo("add", "--data-dir", tmp_path / "desk", tmp_path / "none")
    assert code == 3
    assert says(err, Code.FILE_MISSING, path=str(tmp_path / "none"))


@answered_here
def test_without_a_folder_it_goes_on_with_what_is_left(octavo: Octavo, tmp_path: Path, case: Path) -> None:
    with contextlib.closing(open_desk(Paths(tmp_path / "desk"))) as desk:
        source = desk.documents.adding.sources.add(case, 1.0)
        desk.documents.adding.sources.put([SourcePlace(source.id, Path("a.txt"))], 1.0)
    code, out, _err = octavo("add", "--data-dir", tmp_path / "desk")
    assert code == 3
    assert out.splitlines()[-1].startswith("2 documents of “case” are on the shelf.")
    assert octavo("add", "--data-dir", tmp_path / "desk")[0] == 2, "nothing is left"
    (case / "empty.txt").write_text("No longer empty.")
    os.utime(case / "empty.txt", (1e9, 1e9))
    code, out, _err = octavo("add", "--retry", "--data-dir", tmp_path / "desk")
    assert (code, out.splitlines()[0]) == (0, f"{case}/empty.txt: added")
