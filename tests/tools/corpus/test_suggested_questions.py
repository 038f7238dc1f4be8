"""Questions that are suggested for real books: enough of them, of different kinds, each found by the finder."""

from __future__ import annotations

import contextlib
import gzip
from pathlib import Path

import pytest

from app.core.conversations.conversation import BookRef
from app.core.machine.secret import Key, KeyOrigin, draw_secret
from app.core.settings import Settings
from app.core.work import Cancel, finish
from app.documents.reader import DocumentReader
from app.embedding.client import Embedder
from app.features.suggestions.service import MOST, Suggestions
from app.features.suggestions.store import SuggestedQuestions
from app.services.finding.search import Search
from app.store.books import Books
from app.store.db import Database
from app.store.passages import Passages
from app.store.vectors import Vectors
from tests.tools.corpus.words import corpus, read

pytestmark = pytest.mark.corpus

BOOKS = {
    "developers-reference": ("usr/share/developers-reference/developers-reference.pdf", "en"),
    "debian-policy": ("usr/share/doc/debian-policy/policy.pdf.gz", "en"),
    "debian-reference-ja": ("usr/share/doc/debian-reference-common/docs/debian-reference.ja.pdf", "ja"),
}


@pytest.mark.parametrize("name", BOOKS)
def test_real_books(name: str, tmp_path: Path) -> None:
    inside, language = BOOKS[name]
    path = corpus(name) / inside
    if path.suffix == ".gz":
        plain = tmp_path / path.stem
        plain.write_bytes(gzip.decompress(path.read_bytes()))
        path = plain
    database = Database.open(tmp_path / "octavo.db", Key(draw_secret(), KeyOrigin.FILE))
    with contextlib.closing(database), contextlib.closing(DocumentReader()) as reader:
        search = Search(Passages(database), Vectors(database), Embedder(model=""))
        book = Books(database).add(read(reader, path), path)
        suggestions = Suggestions(search, Books(database), SuggestedQuestions(database), Settings)
        made = finish(suggestions.for_desk((BookRef(book.id),), Cancel()))
    print("\n" + "\n".join(f"p. {one.page}: {one.text}" for one in made))
    assert len({one.text for one in made}) == MOST
    assert {one.language for one in made} == {language}
    assert len({one.text.split()[0] for one in made}) > 1
    assert len({one.page for one in made}) == MOST
