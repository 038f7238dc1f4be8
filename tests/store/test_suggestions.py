"""Suggested questions are kept with their book, by the rules that they were made by, and are gone with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.core.document import Book, Document, Format, Page
from app.core.suggestion import SuggestedQuestion
from app.store.books import Books
from app.store.db import Database
from app.store.suggestions import SuggestedQuestions
from tests.store.deleting import delete_book

RULES = 3


@pytest.fixture
def book(database: Database) -> Book:
    return Books(database).add(_document("Call me Ishmael."), Path("/books/moby.txt"))


def _document(text: str) -> Document:
    return Document("Moby-Dick", Format.TEXT, "ab" * 32, (Page(1, "", text),))


def _kept(database: Database, book_id: str) -> tuple[SuggestedQuestion, ...]:
    question = SuggestedQuestion("Who is Ishmael?", book_id, 1, "en")
    SuggestedQuestions(database).keep(book_id, RULES, (question,))
    return (question,)


def test_what_was_made_is_read_again(database: Database, book: Book) -> None:
    suggested = SuggestedQuestions(database)
    assert suggested.of_book(book.id, RULES) is None
    assert _kept(database, book.id) == suggested.of_book(book.id, RULES)
    suggested.keep(book.id, RULES, ())
    assert suggested.of_book(book.id, RULES) == ()


def test_other_rules_make_them_anew(database: Database, book: Book) -> None:
    _kept(database, book.id)
    assert SuggestedQuestions(database).of_book(book.id, RULES + 1) is None


def test_pages_that_are_read_again_make_them_anew(database: Database, book: Book) -> None:
    _kept(database, book.id)
    Books(database).replace_pages(book.id, _document("Call me Queequeg."))
    assert SuggestedQuestions(database).of_book(book.id, RULES) is None


def test_they_go_with_the_book(database: Database, book: Book) -> None:
    _kept(database, book.id)
    delete_book(Books(database), book.id)
    _kept(database, book.id)
    assert database.rows("SELECT * FROM suggested_questions") == []
