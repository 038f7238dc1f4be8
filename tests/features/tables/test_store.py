"""Sheets on disk: their rows in order, apart from the conversations, and gone with what they came of."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from app.core.conversations.bin import BinKind
from app.core.conversations.cell import CellState
from app.core.conversations.conversation import BookRef, Ending, PageRange, Question
from app.core.conversations.values import AnswerForm, ValueKind
from app.core.documents.document import Book, Document, Format, Page
from app.features.tables.data import GridColumn, Sheet
from app.features.tables.store import SheetStore
from app.store.bin import BinStore
from app.store.books import Books
from app.store.cells import PartNotesStore
from app.store.conversations import Conversations
from app.store.db import Database
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
    return sheets.create("Lamps", list(map(GridColumn, QUESTIONS)), [refs], excerpts=True)


def answer(conversations: Conversations, question_id: str, ending: Ending) -> None:
    begun = conversations.begin_answer(question_id, "Scout")
    conversations.save_answer(msgspec.structs.replace(begun, text="At night.", ending=ending))


def test_what_was_made_is_read_again(sheets: SheetStore, sheet: Sheet) -> None:
    assert sheets.get(sheet.id) == sheet
    assert (sheet.title, sheet.questions, sheet.excerpts) == ("Lamps", QUESTIONS, True)
    assert [row.state for row in sheet.cells] == [CellState.WAITING] * 3
    assert all(row.question.parent_id is None and row.question.books == sheet.books for row in sheet.cells)


@pytest.mark.parametrize(
    ("ending", "state"),
    [
        (Ending.COMPLETE, CellState.ANSWERED),
        (Ending.LENGTH, CellState.ANSWERED),
        (Ending.OPEN, CellState.ANSWERING),
        (Ending.CANCELLED, CellState.STOPPED),
        (Ending.CLOSED, CellState.STOPPED),
        (Ending.FAILED, CellState.FAILED),
    ],
)
def test_a_row_is_as_far_as_its_answer(
    sheets: SheetStore, conversations: Conversations, sheet: Sheet, ending: Ending, state: CellState
) -> None:
    answer(conversations, sheet.cells[1].question.id, ending)
    found = sheets.get(sheet.id)
    assert found is not None
    assert [row.state for row in found.cells] == [CellState.WAITING, state, CellState.WAITING]
    (entry,) = sheets.all()
    done = int(state is CellState.ANSWERED)
    assert (entry.id, entry.questions, entry.answered, found.answered) == (sheet.id, 3, done, done)


def test_the_last_answer_of_a_row_counts_once(sheets: SheetStore, conversations: Conversations, sheet: Sheet) -> None:
    answer(conversations, sheet.cells[0].question.id, Ending.FAILED)
    answer(conversations, sheet.cells[0].question.id, Ending.COMPLETE)
    assert [(entry.questions, entry.answered) for entry in sheets.all()] == [(3, 1)]


def test_after_a_kill_an_open_row_is_stopped_and_keeps_its_text(
    sheets: SheetStore, conversations: Conversations, sheet: Sheet
) -> None:
    answer(conversations, sheet.cells[0].question.id, Ending.OPEN)
    assert len(conversations.close_open_answers()) == 1
    found = sheets.get(sheet.id)
    assert found is not None
    assert found.cells[0].state is CellState.STOPPED
    assert found.cells[0].answer is not None
    assert found.cells[0].answer.text == "At night."


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
    other = sheets.create("Other", [GridColumn("Why?")], [(BookRef(books[1 - place].id),)], excerpts=False)
    talk = conversations.create("Talk", sheet.books)
    answer(conversations, sheet.cells[0].question.id, Ending.COMPLETE)
    delete_book(Books(database), books[place].id)
    assert [entry.id for entry in sheets.all()] == [other.id]
    assert conversations.get(talk.id) is not None
    with database.read() as connection:
        assert connection.execute("SELECT count(*) FROM answers").fetchone() == (0,)
        assert connection.execute("SELECT count(*) FROM questions").fetchone() == (1,)


def test_a_deleted_sheet_leaves_nothing(
    database: Database, sheets: SheetStore, conversations: Conversations, sheet: Sheet
) -> None:
    answer(conversations, sheet.cells[0].question.id, Ending.COMPLETE)
    sheets.delete(sheet.id)
    assert sheets.all() == ()
    with database.read() as connection:
        for table in ("sheets", "conversations", "conversation_books", "questions", "answers"):
            assert connection.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,), table


def test_notes_that_were_collected_for_a_question_can_be_looked_at_as_a_sheet(
    database: Database, sheets: SheetStore, conversations: Conversations, books: tuple[Book, Book]
) -> None:
    one, two = (BookRef(book.id, PageRange(1, 1)) for book in books)
    talk = conversations.create("Lamps", (one, two))
    question = conversations.add_question(Question(talk.id, "Summarise.", talk.books))
    collected = PartNotesStore(database, conversations)
    notes = collected.create("Lamps", ("One", "Two"), ((one,), (two,)), question.id, shortens=False)
    shorter = collected.create("Lamps", ("Both",), [talk.books], question.id, shortens=True)
    shown = sheets.get(notes.id)
    assert shown is not None
    assert [(cell.question, cell.answer, cell.notes) for cell in shown.cells] == [
        (cell.question, cell.answer, True) for cell in notes.cells
    ]
    assert (shown.question_id, shown.is_grid, shown.books) == (question.id, False, talk.books)
    assert [entry.id for entry in sheets.all()] == [notes.id], "what only makes notes shorter is not listed"
    conversations.delete(talk.id)
    assert (sheets.get(notes.id), sheets.get(shorter.id), sheets.all()) == (None, None, ())


DATE = AnswerForm(ValueKind.DATE)


@pytest.fixture
def grid(sheets: SheetStore, books: tuple[Book, Book]) -> Sheet:
    """Two questions, each of two documents by themselves."""
    columns = [GridColumn("When?", "Day", DATE), GridColumn("Who?")]
    return sheets.create("Days", columns, [(BookRef(book.id),) for book in books], excerpts=False)


def asked(sheet: Sheet) -> list[tuple[int, int, str]]:
    return [(cell.row, cell.column, cell.question.text) for cell in sheet.cells]


def read(sheets: SheetStore, grid: Sheet) -> Sheet:
    found = sheets.get(grid.id)
    assert found is not None
    return found


def test_a_grid_asks_every_question_of_every_document(sheets: SheetStore, grid: Sheet) -> None:
    assert asked(grid) == [(1, 1, "When?"), (1, 2, "Who?"), (2, 1, "When?"), (2, 2, "Who?")]
    assert [cell.question.form for cell in grid.cells[:2]] == [DATE, AnswerForm()]
    assert [cell.question.books for cell in grid.cells[1:3]] == [row.books for row in grid.rows]
    assert [(column.number, column.name) for column in grid.columns] == [(1, "Day"), (2, "")]
    assert [(entry.questions, entry.answered, entry.rows) for entry in sheets.all()] == [(4, 0, 2)]


def test_what_is_added_later_is_asked_of_all(
    sheets: SheetStore, conversations: Conversations, books: tuple[Book, Book], grid: Sheet
) -> None:
    answer(conversations, grid.cells[0].question.id, Ending.COMPLETE)
    pages = (BookRef(books[0].id, PageRange(1, 1)),)
    sheets.add(grid.id, [GridColumn("Where?")], [pages])
    found = read(sheets, grid)
    assert asked(found) == [(row, column + 1, text) for row in (1, 2, 3) for column, text in enumerate(
        ("When?", "Who?", "Where?")
    )]  # fmt: skip
    assert found.cells[0].state is CellState.ANSWERED
    assert found.books == (*grid.books, *pages)


def test_a_column_that_asks_something_else_is_asked_again(
    sheets: SheetStore, conversations: Conversations, grid: Sheet
) -> None:
    for cell in grid.cells:
        answer(conversations, cell.question.id, Ending.COMPLETE)
    sheets.change_column(grid.id, msgspec.structs.replace(grid.columns[0], name="Date"))
    assert read(sheets, grid).finished
    sheets.change_column(grid.id, msgspec.structs.replace(grid.columns[0], question="On which day?"))
    found = read(sheets, grid)
    assert [cell.state is CellState.ANSWERED for cell in found.cells] == [False, True, False, True]
    assert found.cells[0].question.text == "On which day?"


def test_a_column_and_a_row_go_with_their_cells(database: Database, sheets: SheetStore, grid: Sheet) -> None:
    sheets.delete_column(grid.id, 1)
    assert asked(read(sheets, grid)) == [(1, 2, "Who?"), (2, 2, "Who?")]
    sheets.delete_row(grid.id, 1)
    found = read(sheets, grid)
    assert asked(found) == [(2, 2, "Who?")]
    assert found.books == grid.rows[1].books
    assert database.row("SELECT count(*) FROM questions") == (1,)


def test_a_person_corrects_a_cell_and_writes_beside_it(sheets: SheetStore, grid: Sheet) -> None:
    id = grid.cells[3].question.id
    sheets.correct(id, "The tenant")
    sheets.comment(id, "See the side letter.")
    cell = read(sheets, grid).cells[3]
    assert (cell.correction, cell.comment) == ("The tenant", "See the side letter.")
    sheets.correct(id, "")
    assert read(sheets, grid).cells[3].correction == ""


def test_a_removed_document_takes_its_row_along(
    database: Database, sheets: SheetStore, books: tuple[Book, Book], grid: Sheet
) -> None:
    kept, bin = Books(database), BinStore(database)
    entry = bin.put(BinKind.BOOK, books[0].id)
    assert entry is not None
    assert asked(read(sheets, grid)) == [(2, 1, "When?"), (2, 2, "Who?")]
    assert [(each.questions, each.rows) for each in sheets.all()] == [(2, 1)]
    bin.restore(entry.id)
    assert asked(read(sheets, grid)) == asked(grid)
    delete_book(kept, books[0].id)
    assert [row.number for row in read(sheets, grid).rows] == [2]
    delete_book(kept, books[1].id)
    assert sheets.get(grid.id) is None
    for table in ("sheet_columns", "sheet_rows", "sheet_cells", "questions"):
        assert database.row(f"SELECT count(*) FROM {table}") == (0,), table


def test_nothing_is_added_to_a_grid_that_is_gone(sheets: SheetStore, grid: Sheet) -> None:
    sheets.delete(grid.id)
    with pytest.raises(KeyError):
        sheets.add(grid.id, [GridColumn("Where?")])
