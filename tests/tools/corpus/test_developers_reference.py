"""Debian's Developer's Reference as EPUB, PDF and plain text: the same words in the same order."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

import pytest

from app.documents.reader import DocumentReader
from tests.tools.corpus.words import agreement, corpus, read, text_of, words_of

pytestmark = pytest.mark.corpus

_LEAST = 0.98
_FIRST_WORDS = ["Scope", "of", "This", "Document", "The", "purpose", "of", "this", "document"]
"""Before the first chapter each of them has a table of contents and a title of its own making."""


@pytest.fixture(scope="module")
def folder() -> Path:
    return corpus("developers-reference") / "usr/share/developers-reference"


@pytest.fixture(scope="module")
def reader() -> Iterator[DocumentReader]:
    reader = DocumentReader()
    yield reader
    reader.close()


def _chapters(text: str) -> list[str]:
    words = words_of(text)
    folded = [word.casefold() for word in words]
    first = [word.casefold() for word in _FIRST_WORDS]
    start = next(at for at in range(len(words)) if folded[at : at + len(first)] == first)
    return folded[start:]


def test_three_formats_agree(folder: Path, reader: DocumentReader, tmp_path: Path) -> None:
    plain = tmp_path / "developers-reference.txt"
    plain.write_bytes(gzip.decompress((folder / "developers-reference.txt.gz").read_bytes()))
    paths = {"epub": folder / "developers-reference.epub", "pdf": folder / "developers-reference.pdf", "text": plain}
    words = {name: _chapters(text_of(read(reader, path))) for name, path in paths.items()}
    for name, found in words.items():
        print(f"{name}: {len(found)} words")
    figures = {pair: agreement(words[pair[0]], words[pair[1]]) for pair in combinations(words, 2)}
    for (one, other), figure in figures.items():
        print(f"{one} and {other}: {100 * figure:.2f} %")
    assert min(figures.values()) >= _LEAST


def test_no_running_head_is_left(folder: Path, reader: DocumentReader) -> None:
    pages = read(reader, folder / "developers-reference.pdf").pages
    head = "Debian Developer\u2019s Reference, Release"
    left = [page.label for page in pages if head in page.text and len(page.text) > 120]
    print(f"pages with the running head: {len(left)} of {len(pages)}")
    assert not left
