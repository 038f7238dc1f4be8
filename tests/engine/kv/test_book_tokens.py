"""Tokens of books on disk: found by their very text, in their vocabulary, and gone with their book."""

from __future__ import annotations

from array import array
from pathlib import Path

import pytest

from app.engine.kv import book_tokens
from app.engine.kv.book_tokens import BookTokens
from app.engine.kv.encrypted_file import SECRET_BYTES
from app.engine.protocol import ReadingsSpec

MADE = {"One.": array("i", [1, 2, 202_047]), "": array("i"), "\ud800 漢": array("i", [7])}


@pytest.fixture
def spec(tmp_path: Path) -> ReadingsSpec:
    return ReadingsSpec(str(tmp_path), b"s" * SECRET_BYTES, 0)


@pytest.fixture
def kept(spec: ReadingsSpec) -> BookTokens:
    made = BookTokens(spec, "o200k")
    made.keep("lease", MADE)
    return made


def only_file(folder: Path) -> Path:
    (path,) = folder.rglob("*.tokens")
    return path


def test_what_is_kept_is_found_by_its_text(kept: BookTokens, spec: ReadingsSpec) -> None:
    for one in (kept, BookTokens(spec, "o200k")):
        assert one.find("lease", MADE) == MADE
        assert one.find("lease", ["One.", "One"]) == {"One.": MADE["One."]}


def test_another_book_vocabulary_or_secret_finds_nothing(kept: BookTokens, spec: ReadingsSpec) -> None:
    assert kept.find("letters", MADE) == {}
    assert BookTokens(spec, "other").find("lease", MADE) == {}
    assert BookTokens(ReadingsSpec(spec.folder, b"t" * SECRET_BYTES, 0), "o200k").find("lease", MADE) == {}


def test_more_pages_come_to_those_that_are_kept(kept: BookTokens) -> None:
    kept.keep("lease", {"Two.": array("i", [3])})
    assert kept.find("lease", [*MADE, "Two."]) == MADE | {"Two.": array("i", [3])}


def test_pages_as_they_were_before_do_not_pile_up(kept: BookTokens, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(book_tokens, "_MOST_TOKENS", 5)
    kept.keep("lease", {"Two.": array("i", [3, 3])})
    assert kept.find("lease", [*MADE, "Two."]) == {"Two.": array("i", [3, 3])}


def test_neither_text_nor_name_nor_tokens_can_be_read(kept: BookTokens, tmp_path: Path) -> None:
    path = only_file(tmp_path)
    assert "lease" not in path.name
    assert MADE["One."].tobytes() not in path.read_bytes()
    assert path.stat().st_mode & 0o077 == 0
    assert kept.find("lease", ["One."])


def test_a_file_that_was_changed_is_deleted(kept: BookTokens, tmp_path: Path) -> None:
    path = only_file(tmp_path)
    data = bytearray(path.read_bytes())
    data[-20] ^= 1
    path.write_bytes(data)
    assert kept.find("lease", MADE) == {}
    assert not path.exists()


def test_a_book_takes_its_tokens_along_in_every_vocabulary(kept: BookTokens, spec: ReadingsSpec) -> None:
    other = BookTokens(spec, "other")
    other.keep("lease", MADE)
    other.keep("letters", MADE)
    kept.delete("lease")
    assert kept.find("lease", MADE) == other.find("lease", MADE) == {}
    assert other.find("letters", MADE) == MADE
