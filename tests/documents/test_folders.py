"""Documents in a folder: found by their names, in the folders below too; never beyond it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from app.core.documents.document import RefusedKind
from app.core.errors import AppError, Code
from app.core.work import Cancel, Stopped, finish
from app.documents import folders
from app.documents.folders import FolderFiles, documents_in


def _write(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name)


def _found(folder: Path) -> FolderFiles:
    return finish(documents_in(folder, Cancel()))


def test_documents_of_all_folders_are_found_in_order(tmp_path: Path) -> None:
    _write(tmp_path, "b.txt", "A.PDF", "sub/deep/c.epub", "sub/d.md")
    names = [path.relative_to(tmp_path).as_posix() for path in _found(tmp_path).files]
    assert names == ["A.PDF", "b.txt", "sub/d.md", "sub/deep/c.epub"]


def test_what_is_hidden_or_of_another_kind_is_counted(tmp_path: Path) -> None:
    _write(tmp_path, "a.pdf", ".hidden.pdf", "~$a.docx", ".git/config.txt", ".git/x/y.md", "song.mp3", "sub/program")
    found = _found(tmp_path)
    assert [path.name for path in found.files] == ["a.pdf"]
    assert (found.hidden, found.links, found.others) == (3, 0, 2)


def test_what_people_take_for_documents_and_octavo_does_not_read_is_named(tmp_path: Path) -> None:
    _write(tmp_path, "Plan 1998.PPT", "mail.pst", "server.key", "a.zip")
    found = _found(tmp_path)
    assert [(path.name, kind) for path, kind in found.refused] == [
        ("mail.pst", RefusedKind.OUTLOOK_DATA),
        ("Plan 1998.PPT", RefusedKind.POWERPOINT),
    ]
    assert (len(found.files), found.others) == (1, 1)


@pytest.mark.skipif(os.name == "nt", reason="links need a right there")
def test_no_link_leads_out_of_the_folder(tmp_path: Path) -> None:
    inside, outside = tmp_path / "inside", tmp_path / "outside"
    _write(inside, "sub/a.pdf")
    _write(outside, "secret.pdf", "more/b.pdf")
    (inside / "link.pdf").symlink_to(outside / "secret.pdf")
    (inside / "more").symlink_to(outside / "more")
    (inside / "again.pdf").symlink_to(inside / "sub" / "a.pdf")
    (inside / "loop").symlink_to(inside)
    (inside / "broken.pdf").symlink_to(inside / "none.pdf")
    found = _found(inside)
    assert [path.name for path in found.files] == ["a.pdf"], "each once, in its own place"
    assert (found.links, found.others) == (2, 0)
    (tmp_path / "way").symlink_to(inside)
    assert len(_found(tmp_path / "way").files) == 1, "what the person names may be a link"


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="nobody is kept out")
def test_a_folder_that_is_closed_is_named(tmp_path: Path) -> None:
    _write(tmp_path, "a.pdf", "closed/b.pdf")
    (tmp_path / "closed").chmod(0)
    try:
        assert _found(tmp_path).closed == (tmp_path / "closed",)
    finally:
        (tmp_path / "closed").chmod(0o700)


def test_a_folder_has_a_limit_and_can_be_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _write(tmp_path, *(f"{number}.txt" for number in range(5)))
    with pytest.raises(AppError) as raised:
        _found(tmp_path / "none")
    assert raised.value.code is Code.FILE_MISSING
    cancel = Cancel()
    cancel.request()
    with pytest.raises(Stopped):
        finish(documents_in(tmp_path, cancel))
    monkeypatch.setattr(folders, "MAX_ENTRIES", 4)
    with pytest.raises(AppError) as raised:
        _found(tmp_path)
    assert (raised.value.code, raised.value.params["limit"]) == (Code.FOLDER_TOO_LARGE, 4)
