"""Sheets on disk: their rows in order, apart from the conversations, and gone with what they came of."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from app.core.conversation import BookRef, Ending, PageRange, Question
from app.core.document import Book, Document, Format, Page
from app.core.sheet import RowState, Sheet
from app.store.books import Books
from app.store.conversations import Conversations
from app.store.db import Database
from app.store.sheets import SheetStore
from tests.store.deleting import delete_book

QUESTIONS = ("Who?", "When?", "Where?")


@pytest.fixture
def conversations(database: Database) -> Conversations:
    return Conversations(database)


@pytest.fixture
def sheets(database: Database, conversations: Conversations) -> SheetStore:
    return SheetStore(database, conversations)


@pytest.fixture
def books(database: Database) -> tuple[Book, Book]:
    shelf = Books(database)
    texts = ("The lamp burned.", "The tenant pays.")
    documents = [Document(f"Book {n}", Format.TEXT, f"{n}{n}" * 32, (Page(1, "1", t),)) for n, t in enumerate(texts)]
    one, two = (shelf.add(document, Path(f"/{document.title}.txt")) for document in documents)
    return one, two


@pytest.fixture
def sheet(sheets: SheetStore, books: tuple[Book, Book]) -> Sheet:
    refs = (BookRef(books[0].id, PageRange(1, 1)), BookRef(books[1].id))
    return sheets.create("Lamps", refs, QUESTIONS, excerpts=True)


def answer(conversations: Conversations, question_id: str, ending: Ending) -> None:
    begun = conversations.begin_answer(question_id, "Scout")
    conversations.save_answer(msgspec.structs.replace(begun, text="At night.", ending=ending))


def test_what_was_made_is_read_again(sheets: SheetStore, sheet: Sheet) -> None:
    assert sheets.get(sheet.id) == sheet
    assert (sheet.title, sheet.questions, sheet.excerpts) == ("Lamps", QUESTIONS, True)
    assert [row.state for row in sheet.rows] == [RowState.WAITING] * 3
    assert all(row.question.parent_id is None and row.question.books == sheet.books for row in sheet.rows)


@pytest.mark.parametrize(
    ("ending", "state"),
    [
        (Ending.COMPLETE, RowState.ANSWERED),
        (Ending.LENGTH, RowState.ANSWERED),
        (Ending.OPEN, RowState.ANSWERING),
        (Ending.CANCELLED, RowState.STOPPED),
        (Ending.CLOSED, RowState.STOPPED),
        (Ending.FAILED, RowState.FAILED),
    ],
)
def test_a_row_is_as_far_as_its_answer(
    sheets: SheetStore, conversations: Conversations, sheet: Sheet, ending: Ending, state: RowState
) -> None:
    answer(conversations, sheet.rows[1].question.id, ending)
    found = sheets.get(sheet.id)
    assert found is not None
    assert [row.state for row in found.rows] == [RowState.WAITING, state, RowState.WAITING]
    (entry,) = sheets.all()
    done = int(state is RowState.ANSWERED)
    assert (entry.id, entry.questions, entry.answered, found.answered) == (sheet.id, 3, done, done)


def test_the_last_answer_of_a_row_counts_once(sheets: SheetStore, conversations: Conversations, sheet: Sheet) -> None:
    answer(conversations, sheet.rows[0].question.id, Ending.FAILED)
    answer(conversations, sheet.rows[0].question.id, Ending.COMPLETE)
    assert [(entry.questions, entry.answered) for entry in sheets.all()] == [(3, 1)]


def test_after_a_kill_an_open_row_is_stopped_and_keeps_its_text(
    sheets: SheetStore, conversations: Conversations, sheet: Sheet
) -> None:
    answer(conversations, sheet.rows[0].question.id, Ending.OPEN)
    assert conversations.close_open_answers() == 1
    found = sheets.get(sheet.id)
    assert found is not None
    assert found.rows[0].state is RowState.STOPPED
    assert found.rows[0].answer is not None
    assert found.rows[0].answer.text == "At night."


def test_sheets_are_no_conversations(sheets: SheetStore, conversations: Conversations, sheet: Sheet) -> None:
    talk = conversations.create("Lamps")
    assert [one.id for one in conversations.all()] == [talk.id]
    assert sheets.get(talk.id) is None


@pytest.mark.parametrize("place", [0, 1])
def test_a_removed_book_takes_its_sheets_along(
    database: Database,
    sheets: SheetStore,
    conversations: Conversations,
    books: tuple[Book, Book],
    sheet: Sheet,
    place: int,
) -> None:
    other = sheets.create("Other", (BookRef(books[1 - place].id),), ("Why?",), excerpts=False)
    talk = conversations.create("Talk", sheet.books)
    answer(conversations, sheet.rows[0].question.id, Ending.COMPLETE)
    delete_book(Books(database), books[place].id)
    assert [entry.id for entry in sheets.all()] == [other.id]
    assert conversations.get(talk.id) is not None
    with database.read() as connection:
        assert connection.execute("SELECT count(*) FROM answers").fetchone() == (0,)
        assert connection.execute("SELECT count(*) FROM questions").fetchone() == (1,)


def test_a_deleted_sheet_leaves_nothing(
    database: Database, sheets: SheetStore, conversations: Conversations, sheet: Sheet
) -> None:
    answer(conversations, sheet.rows[0].question.id, Ending.COMPLETE)
    sheets.delete(sheet.id)
    assert sheets.all() == ()
    with database.read() as connection:
        for table in ("sheets", "conversations", "conversation_books", "questions", "answers"):
            assert connection.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,), table


def test_notes_go_with_their_question_and_none_are_begun_for_one_that_is_gone(
    sheets: SheetStore, conversations: Conversations, books: tuple[Book, Book]
) -> None:
    one, two = (BookRef(book.id, PageRange(1, 1)) for book in books)
    talk = conversations.create("Lamps", (one, two))
    question = conversations.add_question(Question(talk.id, "Summarise.", talk.books))
    parts = ((one,), (two,))
    notes = sheets.create("Lamps", talk.books, ("One", "Two"), excerpts=False, parts=parts, question_id=question.id)
    shorter = sheets.create("Lamps", talk.books, ("Both",), excerpts=True, question_id=question.id)
    assert sheets.get(notes.id) == notes
    assert tuple(row.question.books for row in notes.rows) == parts
    assert sheets.of_question(question.id) == (notes, shorter)
    assert [entry.id for entry in sheets.all()] == [notes.id], "what only makes notes shorter is not listed"
    assert sheets.unanswered("Summarise.", talk.books) == question
    conversations.delete(talk.id)
    assert (sheets.get(notes.id), sheets.get(shorter.id), sheets.all()) == (None, None, ())
    with pytest.raises(KeyError):
        sheets.create("Lamps", (), ("One",), excerpts=False, question_id=question.id)
    assert sheets.all() == ()
