"""How many statements the store needs for many things at once: not one for each."""

from __future__ import annotations

from pathlib import Path

from app.core.conversations.conversation import BookRef, Question
from app.core.documents.document import Document, Format, Page
from app.store.books import Books
from app.store.conversations import Conversations
from app.store.db import Database
from app.store.text_sources import TextSources
from tests.queries import counting

_MANY = 50


def _books(database: Database) -> list[BookRef]:
    page = Page(1, "1", "The tenant pays.")
    documents = [Document(f"Book {n}", Format.TEXT, f"{n:064x}", (page,)) for n in range(_MANY)]
    return [BookRef(Books(database).add(each, Path(f"/{each.title}")).id) for each in documents]


def test_all_conversations_with_their_books_take_a_few_statements(database: Database) -> None:
    refs, kept = _books(database), Conversations(database)
    made = {kept.create(f"Talk {n}", (ref, refs[0]) if n else (ref,)).id: n for n, ref in enumerate(refs)}
    with counting(database) as asked:
        listed = kept.all()
    assert {talk.id: talk.books for talk in listed} == {
        id: (refs[n], refs[0]) if n else (refs[0],) for id, n in made.items()
    }
    assert len(asked.statements) <= 2


def test_many_books_take_one_statement(database: Database) -> None:
    ids = [ref.book_id for ref in _books(database)]
    with counting(database) as asked:
        found = Books(database).these(ids)
    assert list(found) == ids
    assert len(asked.statements) == 1


def test_many_conversations_are_searched_by_one_statement(database: Database) -> None:
    kept = Conversations(database)
    ids = [kept.create(f"Talk {n}").id for n in range(_MANY)]
    for number, id in enumerate(ids):
        kept.add_question(Question(id, f"Who pays for berth {number}?"))
        kept.add_question(Question(id, "And who pays for the crane?" if number % 2 else "When?"))
    with counting(database) as asked:
        found = TextSources(database, ()).in_conversations(ids, ["who", "pays"])
    assert set(found) == set(ids)
    assert found[ids[1]].text == "And who pays for the crane?"  # the newest
    assert found[ids[0]].text == "Who pays for berth 0?"
    assert len(asked.statements) == 1
