"""A document costs as much on a large desk as on a small one, counted in rows that SQLite looks through; and a desk
takes no more of the disk than its budget."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import apsw
import msgspec
import pytest

from app.core.documents.document import Document, Format, Page
from app.core.machine.secret import Key, KeyOrigin, draw_secret
from app.core.work import Cancel, finish
from app.embedding.protocol import WIDTHS, TextVectors, VectorKind
from app.services.finding.indexing import Indexer
from app.store.books import Books
from app.store.db import Database
from app.store.vectors import Vectors
from tests.budget import TIMES_THE_TEXT
from tests.tools.benchmarks.large_desk import Texts

_FEW, _MANY = 10, 300


class _Embedder:
    """Makes vectors of the sizes that the models of English make."""

    model = "made up"

    def embed(
        self, texts: Sequence[str], _kinds: Sequence[VectorKind], *_arguments: object, **_options: object
    ) -> tuple[TextVectors, ...]:
        kinds = VectorKind.MINILM, VectorKind.USE
        return tuple({kind: bytes(at % 255 for at in range(WIDTHS[kind])) for kind in kinds} for _ in texts)

    def rest(self) -> None:
        pass


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database.open(tmp_path / "octavo.db", Key(draw_secret(), KeyOrigin.FILE))
    yield opened
    opened.close()


def _fill(database: Database, documents: int, texts: Texts) -> list[str]:
    """Add documents of three pages; return their ids."""
    books, made = Books(database), list[str]()
    with database.write():
        for number in range(documents):
            pages = tuple(Page(page, str(page), texts.text(220)) for page in (1, 2, 3))
            document = Document(f"Letter {number}", Format.TEXT, f"{number:064x}", pages, (), "en")
            made.append(books.add(document, Path(f"/home/me/{number}.txt")).id)
    return made


def _looked_through(database: Database, indexer: Indexer, book_id: str) -> int:
    """Index a book, and count the rows that were looked through without an index."""
    looked = 0

    def note(event: dict[str, Any]) -> None:
        nonlocal looked
        looked += event["stmt_status"]["SQLITE_STMTSTATUS_FULLSCAN_STEP"]

    with database.read() as connection:
        pass
    connection.trace_v2(apsw.SQLITE_TRACE_PROFILE, note)
    try:
        finish(indexer.index([book_id], Cancel()))
    finally:
        connection.trace_v2(0)
    assert not indexer.vectors.is_unfinished(book_id, indexer.embedder.model)
    return looked


def test_to_index_a_document_looks_at_no_other(tmp_path: Path) -> None:
    looked = []
    for documents in (_FEW, _MANY):
        opened = Database.open(tmp_path / f"{documents}.db", Key(draw_secret(), KeyOrigin.FILE))
        try:
            indexer = Indexer(Vectors(opened), _Embedder())  # type: ignore[arg-type]
            looked.append(_looked_through(opened, indexer, _fill(opened, documents, Texts(1))[0]))
        finally:
            opened.close()
    assert looked[0] == looked[1]


def test_a_desk_takes_so_many_times_its_text(database: Database) -> None:
    indexer = Indexer(Vectors(database), _Embedder())  # type: ignore[arg-type]
    made = _fill(database, _MANY, Texts(1))
    finish(indexer.index(made, Cancel()))
    database.scrub()
    ((passages, vectors, text),) = database.rows(
        """SELECT (SELECT count(*) FROM passages), (SELECT count(*) FROM passage_vectors),
            sum(length(CAST(text AS BLOB))) FROM pages"""
    )
    assert vectors == passages > _MANY
    assert Database.bytes_of(database.path) <= TIMES_THE_TEXT * text


def test_what_is_unfinished_is_said_of_one_as_of_all(database: Database) -> None:
    vectors = Vectors(database)
    first, second = _fill(database, 2, Texts(1))
    for model in ("made up", "another"):
        finish(Indexer(vectors, _Embedder()).index([first], Cancel()))  # type: ignore[arg-type]
        unfinished = vectors.unfinished(model)
        assert [vectors.is_unfinished(id, model) for id in (first, second)] == [
            id in unfinished for id in (first, second)
        ]
    assert not vectors.is_unfinished("gone", "made up")
    assert msgspec.msgpack.decode(vectors.of_book(first).vectors[0]).keys() == {VectorKind.MINILM, VectorKind.USE}
