"""Suggested questions are kept with their book, by the rules that they were made by, and are gone with it."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from app.core.conversations.conversation import BookRef
from app.core.documents.document import Book, Document, Format, Page
from app.core.machine.secret import Key, KeyOrigin, draw_secret
from app.features.suggestions.data import SuggestedQuestion
from app.features.suggestions.feature import SUGGESTIONS
from app.features.suggestions.store import SuggestedQuestions
from app.store.books import Books
from app.store.conversations import Conversations
from app.store.db import Database
from app.store.moving import move
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


def test_what_is_kept_can_be_read_by_later_versions() -> None:
    """Whoever changes this raises `RULES`, so that what was kept before is made anew."""
    properties = {"text": "string", "book_id": "string", "page": "integer", "language": "string"}
    _schemas, components = msgspec.json.schema_components([SuggestedQuestion])
    kept = components["SuggestedQuestion"]
    assert {name: each["type"] for name, each in kept["properties"].items()} == properties
    assert kept["required"] == list(properties)


def test_a_copy_of_the_book_on_another_desk_has_them(tmp_path: Path, database: Database, book: Book) -> None:
    conversations = Conversations(database)
    conversations.create("Stays", (BookRef(book.id),))
    goes = conversations.create("Goes", (BookRef(book.id),))
    made = _kept(database, book.id)
    other = Database.open(tmp_path / "other.db", Key(draw_secret(), KeyOrigin.FILE))
    moved = move(database, other, conversations=[goes.id], keeps=SUGGESTIONS.keeps)
    assert moved.books == {}
    (copied,) = Books(other).all()
    assert (
        SuggestedQuestions(other).of_book(copied.id, RULES)
        == made
        == SuggestedQuestions(database).of_book(book.id, RULES)
    )
    other.close()
