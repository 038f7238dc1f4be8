"""Notes on the parts of long books, on disk: kept in their order, and gone with the question that they are for."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from app.core.conversations.cell import CellState
from app.core.conversations.conversation import BookRef, Ending, PageRange, Question
from app.core.documents.document import Document, Format, Page
from app.store.books import Books
from app.store.cells import PartNotesStore
from app.store.conversations import Conversations
from app.store.db import Database


@pytest.fixture
def conversations(database: Database) -> Conversations:
    return Conversations(database)


@pytest.fixture
def refs(database: Database) -> tuple[BookRef, BookRef]:
    shelf = Books(database)
    texts = ("The lamp burned.", "The tenant pays.")
    documents = [Document(f"Book {n}", Format.TEXT, f"{n}{n}" * 32, (Page(1, "1", t),)) for n, t in enumerate(texts)]
    one, two = (shelf.add(document, Path(f"/{document.title}.txt")) for document in documents)
    return BookRef(one.id, PageRange(1, 1)), BookRef(two.id, PageRange(1, 1))


def test_notes_go_with_their_question_and_none_are_begun_for_one_that_is_gone(
    database: Database, conversations: Conversations, refs: tuple[BookRef, BookRef]
) -> None:
    store = PartNotesStore(database, conversations)
    talk = conversations.create("Lamps", refs)
    question = conversations.add_question(Question(talk.id, "Summarise.", talk.books))
    parts = tuple((ref,) for ref in refs)
    notes = store.create("Lamps", ("One", "Two"), parts, question.id, shortens=False)
    shorter = store.create("Lamps", ("Both",), [talk.books], question.id, shortens=True)
    assert store.get(notes.id) == notes
    assert (notes.questions, notes.shortens, shorter.shortens) == (("One", "Two"), False, True)
    assert tuple(cell.question.books for cell in notes.cells) == parts
    assert [(cell.row, cell.state) for cell in notes.cells] == [(1, CellState.WAITING), (2, CellState.WAITING)]
    assert store.of_question(question.id) == (notes, shorter)
    assert store.unanswered("Summarise.", talk.books) == question
    assert [each.id for each in conversations.all()] == [talk.id], "they are no conversations of a person"
    conversations.delete(talk.id)
    assert (store.get(notes.id), store.get(shorter.id)) == (None, None)
    with pytest.raises(KeyError):
        store.create("Lamps", ("One",), [()], question.id, shortens=False)
    assert store.of_question(question.id) == ()


def test_what_is_noted_is_read_again_and_a_part_is_asked_for_as_long_as_it_is_there(
    database: Database, conversations: Conversations, refs: tuple[BookRef, BookRef]
) -> None:
    store = PartNotesStore(database, conversations)
    talk = conversations.create("Lamps", refs)
    question = conversations.add_question(Question(talk.id, "Summarise.", talk.books))
    notes = store.create("Lamps", ("One",), [refs[:1]], question.id, shortens=False)
    asked = notes.cells[0].question.id
    begun = conversations.begin_answer(asked, "Scout")
    conversations.save_answer(msgspec.structs.replace(begun, text="A lamp.", ending=Ending.COMPLETE))
    kept = store.get(notes.id)
    assert kept is not None
    assert (kept.answered, [cell.answer.text for cell in kept.cells if cell.answer]) == (1, ["A lamp."])
    assert store.asks(asked)
    store.delete(notes.id)
    assert (store.get(notes.id), store.asks(asked)) == (None, False)
