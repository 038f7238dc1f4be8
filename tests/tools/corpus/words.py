"""The words of a text, and how far two texts agree on them."""

from __future__ import annotations

import gzip
import os
import re
import unicodedata
from collections.abc import Sequence
from pathlib import Path

import pytest
from rapidfuzz.distance import Indel

from app.core.documents.document import Document
from app.core.work import Cancel
from app.documents.reader import DocumentReader
from app.ui.kit.jobs import Done
from tests.endings import as_events

DEBIAN_BOOKS = {
    "developers-reference": "usr/share/developers-reference/developers-reference.pdf",
    "debian-policy": "usr/share/doc/debian-policy/policy.pdf.gz",
    "debian-reference-ja": "usr/share/doc/debian-reference-common/docs/debian-reference.ja.pdf",
    "maint-guide-ja": "usr/share/doc/maint-guide-ja/maint-guide.ja.pdf",
    "developers-reference-ja": "usr/share/developers-reference/ja/developers-reference.pdf",
}
"""Five books that benchmarks ask, by their packages: where they are in them."""

_WORD = re.compile("[\u3040-\u30ff\u3400-\u9fff]|[^\\W_\u3040-\u30ff\u3400-\u9fff]+")


def words_of(text: str) -> list[str]:
    """Letters and digits between all else, ligatures taken apart; Chinese and Japanese character by character."""
    return _WORD.findall(unicodedata.normalize("NFKC", text))


def agreement(some: Sequence[str], others: Sequence[str]) -> float:
    """The share of both texts' words, 0 to 1, that stand in both in the same order: twice the longest common
    subsequence over the sum of the lengths.
    """
    return Indel.normalized_similarity(some, others)


def read(reader: DocumentReader, path: Path) -> Document:
    """The document as a person gets it, through a reader process."""
    last = list(as_events(reader.read(path, Cancel())))[-1]
    assert isinstance(last, Done), last
    return last.result


def text_of(document: Document, first_page: int = 1) -> str:
    return "\n".join(page.text for page in document.pages[first_page - 1 :])


def corpus(name: str) -> Path:
    """Return the folder that `packaging/dev corpus` fetched of a package; skip the test where it is not there."""
    folder = Path(os.environ.get("OCTAVO_CORPUS", "build/corpus")).absolute() / "unpacked" / name
    if not folder.is_dir():
        pytest.skip(f"{name} is fetched by packaging/dev corpus")
    return folder


def debian_book(name: str, folder: Path) -> Path:
    """One of DEBIAN_BOOKS as it is read; what is packed is unpacked into `folder`."""
    path = corpus(name) / DEBIAN_BOOKS[name]
    if path.suffix != ".gz":
        return path
    plain = folder / path.stem
    plain.write_bytes(gzip.decompress(path.read_bytes()))
    return plain
