"""The folder of a matter is searched whole: at which place its thirty known items are, and how long a search takes.

What is read of it is kept without its scans, which would take longest to recognise and hold none of the items.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.core.documents.document import Book
from app.core.errors import AppError
from app.core.machine.secret import Key, KeyOrigin, draw_secret
from app.core.work import Cancel, finish
from app.documents.reader import DocumentReader
from app.embedding.client import Embedder
from app.services.finding.indexing import Indexer
from app.services.finding.search import Search
from app.services.library_search import LibraryFound, LibrarySearch
from app.store.books import Books
from app.store.conversations import Conversations
from app.store.db import Database
from app.store.filters import SearchFilters
from app.store.passages import Passages
from app.store.text_sources import TextSources
from app.store.vectors import Vectors
from tests.tools.benchmarks.case_folder import CaseFolder, KnownItem, make, paths_of

_LEAST_FIRST, _LEAST_AMONG_TEN = {"words": 0.9, "phrase": 1.0, "japanese": 0.8, "meaning": 0.0}, 0.9
_LEFT_OUT = ("Scans", "Exhibits")


class Desk:
    """All documents of the folder that can be read, indexed."""

    def __init__(self, folder: Path) -> None:
        self.case: CaseFolder = make(folder / "case")
        self.database = Database.open(folder / "octavo.db", Key(draw_secret(), KeyOrigin.FILE))
        self.books, self.embedder = Books(self.database), Embedder()
        vectors = Vectors(self.database)
        self.by_path: dict[str, Book] = {}
        reader, left_out = DocumentReader(), {*paths_of(self.case), *self.case.copies}
        for path in sorted((folder / "case").rglob("*")):
            name = path.relative_to(folder / "case").as_posix()
            if path.is_file() and name not in left_out and not name.startswith(_LEFT_OUT):
                try:
                    self.by_path[name] = self.books.add(finish(reader.read(path, Cancel())), path)
                except AppError as error:
                    print(f"{name}: {error}")
        reader.close()
        began = time.process_time()
        finish(Indexer(vectors, self.embedder).index([book.id for book in self.by_path.values()], Cancel()))
        print(f"{len(self.by_path)} documents; indexing took the desk {time.process_time() - began:.0f} s")
        search = Search(Passages(self.database), vectors, self.embedder)
        filters, texts = SearchFilters(self.database), TextSources(self.database, ())
        self.search = LibrarySearch(search, filters, Conversations(self.database), texts)

    def close(self) -> None:
        self.embedder.close()
        self.database.close()

    def find(self, text: str) -> LibraryFound:
        return finish(self.search.find(self.search.understand(text), Cancel()))

    def place_of(self, item: KnownItem) -> int:
        """Among the documents that are found, from 1; 0 where it is not found."""
        documents = list(dict.fromkeys(hit.id for hit in self.find(item.query).hits))
        wanted = self.by_path[item.path].id
        return documents.index(wanted) + 1 if wanted in documents else 0


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    made = Desk(tmp_path_factory.mktemp("known"))
    yield made
    made.close()


@pytest.mark.timeout(3_600)
def test_thirty_known_items_are_found(desk: Desk) -> None:
    places: dict[str, list[int]] = {}
    for item in desk.case.known:
        place = desk.place_of(item)
        places.setdefault(item.kind, []).append(place)
        print(f"{place:3} {item.kind:9} {item.query}")
    for kind, found in places.items():
        first = sum(place == 1 for place in found)
        among_ten = sum(1 <= place <= 10 for place in found)
        print(f"{kind:9} first: {first} of {len(found)}, among ten: {among_ten}")
        assert first >= _LEAST_FIRST[kind] * len(found), kind
        assert kind == "meaning" or among_ten >= _LEAST_AMONG_TEN * len(found), kind


@pytest.mark.timeout(3_600)
def test_a_search_takes_no_longer_than_a_look_at_each_text(desk: Desk) -> None:
    began = time.process_time()
    texts = [page.text for book in desk.by_path.values() for page in desk.books.pages(book.id)]
    looked = sum("the tenant shall" in text.casefold() for text in texts)
    looking = time.process_time() - began
    words, took = [], []
    for item in desk.case.known:
        began, first = time.process_time(), 0.0
        for _found in desk.search.find(desk.search.understand(item.query), Cancel()):
            first = first or time.process_time() - began
        words.append(first)
        took.append(time.process_time() - began)
    print(
        f"{len(texts)} pages, {looked} with the words, looked at in {looking * 1_000:.0f} ms; a search by words: median"
        f" {statistics.median(words) * 1_000:.0f} ms, most {max(words) * 1_000:.0f}; with meaning: median"
        f" {statistics.median(took) * 1_000:.0f} ms, most {max(took) * 1_000:.0f}"
    )
    assert statistics.median(words) < looking
