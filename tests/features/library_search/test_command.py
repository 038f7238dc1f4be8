"""`octavo find`: passages best first, for people and for programs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.core.errors import AppError, Code
from app.embedding.client import Embedder
from app.wording.support import searched_words
from tests.cli.conftest import Octavo, answered_here
from tests.said import says

LEASE = """# Rent

The money for the flat is due on the first day of each month.

# Pets

A cat or a dog may be kept.

# Notice

Whoever wants to leave writes three months before.
"""


@pytest.fixture
def lease(tmp_path: Path) -> Path:
    path = tmp_path / "lease.md"
    path.write_text(LEASE, encoding="utf-8")
    return path


def test_a_program_gets_one_object(octavo: Octavo, lease: Path, tmp_path: Path) -> None:
    command = ("find", "--data-dir", tmp_path / "desk", "--document", lease, "--json")
    code, out, _err = octavo(*command, "--limit", 2, "When do I pay?")
    (line,) = out.splitlines()
    assert json.loads(line)["words_alone"] is False
    first, second = json.loads(line)["passages"]
    assert code == 0
    assert {"document", "page", "page_index", "heading", "text", "score"} == first.keys()
    assert (first["document"], first["page"], first["page_index"]) == (second["document"], "1", 1)
    assert "The money for the flat" in first["text"]
    assert first["score"] > second["score"] >= 0

    code, out, _err = octavo(*command[:-1], "Which", "pets?")
    assert code == 0
    assert out.startswith("[p. 1]\n")
    assert out.index("A cat or a dog") < out.index("three months")


@answered_here
def test_where_indexing_fails_words_alone_are_searched(
    octavo: Octavo, lease: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Embedder, "embed", _fails)
    code, out, err = octavo("find", "--data-dir", tmp_path / "desk", "--document", lease, "Which", "dog?")
    assert code == 0
    assert "A cat or a dog" in out
    assert err == f"octavo: {searched_words()}\n"
    code, out, err = octavo("find", "--data-dir", tmp_path / "desk", "--document", lease, "--json", "Which", "dog?")
    assert (code, err, json.loads(out)["words_alone"]) == (0, "", True)


def _fails(*_arguments: object, **_options: object) -> bytes:
    raise AppError(Code.READER_CRASHED, path="", signal=9)


def test_a_chapter_is_found_by_its_heading_where_the_file_has_no_outline(octavo: Octavo, tmp_path: Path) -> None:
    path = tmp_path / "plain.txt"
    filler = "Nothing happened on the river for a long while, and whales were rare. " * 40
    path.write_text("\n\n".join(f"Chapter {n}\nWhales {n}\n\n{filler}" for n in range(1, 5)), encoding="utf-8")
    command = ("find", "--data-dir", tmp_path / "desk", "--document", path, "--json", "Whales in chapter 3?")
    code, out, _err = octavo(*command)
    assert code == 0
    (line,) = out.splitlines()
    passages = json.loads(line)["passages"]
    assert len(passages) > 2
    assert {passage["heading"] for passage in passages} == {"Whales 3"}, "though others share its pages"


@pytest.mark.parametrize("words", [("find", "rent"), ("find", "--limit", 0, "--document", "lease.md", "rent")])
def test_what_is_missing_is_said(octavo: Octavo, tmp_path: Path, words: tuple[object, ...]) -> None:
    code, out, err = octavo(*words, "--data-dir", tmp_path)
    assert (code, out) == (2, "")
    assert "--document" in err or "--limit" in err
    assert octavo("find", "--data-dir", tmp_path, "--document", tmp_path / "none.pdf", "rent")[0] == 3


@pytest.fixture
def desk(octavo: Octavo, lease: Path, tmp_path: Path) -> Path:
    """With two documents in two folders."""
    folder = tmp_path / "Mail"
    folder.mkdir()
    letter = folder / "letter.txt"
    letter.write_text("Dear tenant, the cat may stay and the flat is yours.", encoding="utf-8")
    for path in (lease, letter):
        octavo("find", "--data-dir", tmp_path / "desk", "--document", path, "anything")
    return tmp_path / "desk"


def test_without_a_document_all_of_the_desk_is_searched(octavo: Octavo, desk: Path) -> None:
    code, out, err = octavo("find", "--data-dir", desk, "--json", "cat")
    (line,) = out.splitlines()
    found = json.loads(line)
    assert (code, err) == (0, "")
    assert {passage["document"] for passage in found["passages"]} == {"Rent", "letter"}
    least = {"document", "page", "page_index", "heading", "text", "score", "sentence", "by_meaning"}
    assert all(passage.keys() == least for passage in found["passages"])
    assert (found["documents_searched"], found["documents_found"], found["said"]) == (2, 2, [])

    code, out, _err = octavo("find", "--data-dir", desk, "cat", "folder:Mail")
    assert (code, out) == (0, "[letter, p. 1]\nDear tenant, the cat may stay and the flat is yours.\n\n")
    code, out, err = octavo("find", "--data-dir", desk, "cat -flat")
    assert (code, "letter" in out, err) == (0, False, "octavo: Left out: what has “flat”\n")
    code, out, _err = octavo("find", "--data-dir", desk, "the flat is")  # one argument: words
    assert code == 0
    assert out.startswith(("[letter, p. 1]", "[Rent, p. 1]"))
    code, out, _err = octavo("find", "--data-dir", desk, "cat", "the flat is yours")  # a phrase in the shell
    assert code == 0
    assert out.count("[") == 1


def test_what_cannot_be_understood_is_said(octavo: Octavo, desk: Path) -> None:
    code, out, err = octavo("find", "--data-dir", desk, "from:Jane")
    assert (code, out) == (2, "")
    assert says(err, Code.SEARCH_FILTER_UNKNOWN, name="from")
    code, out, err = octavo("find", "--data-dir", desk, "--pages", "1-2", "cat")
    assert (code, out) == (2, "")
    assert "--document" in err
    code, out, _err = octavo("find", "--data-dir", desk, "zeppelin", "kind:pdf")
    assert code == 0
    assert out.startswith("Nothing was found, and no document passes the filters.")
