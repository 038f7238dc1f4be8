"""Recognised pages are found again, kept once, and gone with the last book that has the page."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from app.core.documents.document import Document, Flag, Format, Page, Recognition
from app.store.books import Books, Recognitions
from app.store.db import Database
from tests.store.deleting import delete_book

PICTURE, BLANK = "a" * 64, "b" * 64
LETTER = Recognition("Dear harbour keeper", 0.93)
SCAN = Document(
    title="Scan",
    format=Format.PDF,
    sha256="1" * 64,
    pages=(
        Page(1, "1", LETTER.text, "", (Flag.RECOGNISED,), confidence=LETTER.confidence, picture=PICTURE),
        Page(2, "2", "", "", (Flag.NO_TEXT,), picture=BLANK),
        Page(3, "3", "Typed", ""),
    ),
)
SECOND = msgspec.structs.replace(SCAN, sha256="2" * 64)


@pytest.fixture
def books(database: Database) -> Books:
    return Books(database)


@pytest.fixture
def recognitions(database: Database) -> Recognitions:
    return Recognitions(database)


def kept(database: Database) -> int:
    """Recognitions that belong to no book."""
    with database.read() as connection:
        return len(connection.execute("SELECT 1 FROM recognitions").fetchall())


def test_a_page_comes_back_with_its_confidence(books: Books) -> None:
    assert books.pages(books.add(SCAN, Path("scan.pdf")).id) == SCAN.pages


def test_what_was_recognised_is_found_while_the_document_is_opened(recognitions: Recognitions) -> None:
    assert recognitions.find(PICTURE) is None
    recognitions.keep(PICTURE, LETTER)
    recognitions.keep(PICTURE, LETTER)
    assert recognitions.find(PICTURE) == LETTER
    assert recognitions.find("") is None


def test_then_it_is_found_in_the_book_and_nowhere_else(
    database: Database, books: Books, recognitions: Recognitions
) -> None:
    recognitions.keep(PICTURE, LETTER)
    recognitions.keep(BLANK, Recognition("", 0.0))
    books.add(SCAN, Path("scan.pdf"))
    assert kept(database) == 0
    assert recognitions.find(PICTURE) == LETTER
    assert recognitions.find(BLANK) == Recognition("", 0.0)
    assert recognitions.find("") is None, "pages that are no pictures"


def test_it_goes_with_the_last_book_that_has_the_page(books: Books, recognitions: Recognitions) -> None:
    one, other = books.add(SCAN, Path("one.pdf")), books.add(SECOND, Path("other.pdf"))
    delete_book(books, one.id)
    assert recognitions.find(PICTURE) == LETTER
    delete_book(books, other.id)
    assert recognitions.find(PICTURE) is recognitions.find(BLANK) is None


def test_what_belongs_to_no_book_is_forgotten(books: Books, recognitions: Recognitions) -> None:
    books.add(SCAN, Path("scan.pdf"))
    recognitions.keep("c" * 64, LETTER)
    recognitions.forget_unfinished()
    assert recognitions.find("c" * 64) is None
    assert recognitions.find(PICTURE) == LETTER


def test_looking_a_picture_up_reads_no_other_pages(database: Database) -> None:
    with database.read() as connection:
        plan = connection.execute(
            "EXPLAIN QUERY PLAN SELECT text FROM pages WHERE picture = ? AND picture != ''", (PICTURE,)
        ).fetchall()
    assert "pages_of_picture" in str(plan)
