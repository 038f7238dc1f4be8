"""Suggested questions of a long book: how long they take beside putting it on the shelf."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from app.core.conversations.conversation import BookRef
from app.core.documents.document import Document, Page
from app.core.machine.secret import Key, KeyOrigin, draw_secret
from app.core.settings import Settings
from app.core.work import Cancel, finish
from app.embedding.client import Embedder
from app.features.suggestions.service import Suggestions
from app.features.suggestions.store import SuggestedQuestions
from app.services.finding.search import Search
from app.store.books import Books
from app.store.db import Database
from app.store.passages import Passages
from app.store.vectors import Vectors
from tests.ui.shelf_of_books import agreement

_PAGES = 900
_OF_EACH = 25  # paragraphs


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database.open(tmp_path / "octavo.db", Key(draw_secret(), KeyOrigin.FILE))
    yield opened
    opened.close()


def _suggestions(database: Database) -> Suggestions:
    search = Search(Passages(database), Vectors(database), Embedder(model=""))
    return Suggestions(search, Books(database), SuggestedQuestions(database), Settings)


def _long() -> Document:
    """The agreement again and again, each time with other names."""
    texts = [page.text for page in agreement().pages]
    pages = []
    for number in range(1, _PAGES + 1):
        text = texts[number % len(texts)].replace("Equipment", f"Equipment {number}").replace("year", f"year {number}")
        pages.append(Page(number, str(number), "\n\n".join(f"{number}.{n} {text}" for n in range(1, _OF_EACH // 5))))
    return replace(agreement(), pages=tuple(pages), outline=())


def test_a_long_book(database: Database) -> None:
    suggestions = _suggestions(database)
    began = time.process_time()
    book = suggestions.books.add(_long(), Path("long.docx"))
    added = time.process_time()
    made = finish(suggestions.for_desk((BookRef(book.id),), Cancel()))
    ended = time.process_time()
    finish(suggestions.for_desk((BookRef(book.id),), Cancel()))
    again = time.process_time() - ended
    words = f"put on the shelf {added - began:.2f} s, questions {ended - added:.2f} s, again {again * 1000:.1f} ms"
    print(f"\na book of {_PAGES} pages: {words} (processor)")
    assert made
    assert ended - added < 4 * (added - began)
    assert again < (ended - added) / 10
