"""A grid as a table: typed sorting, filters, groups, and what is read out of a cell."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtTest import QAbstractItemModelTester

from app.core.conversations.conversation import Answer, BookRef, Ending, StoredQuestion
from app.core.conversations.values import AnswerForm, ValueKind
from app.core.conversations.verdict import Evidence, SentenceVerdict, Verdict
from app.core.documents.document import Book, Format
from app.features.tables.data import GridColumn, GridRow, Sheet, SheetCell
from app.features.tables.window.cell_table import CellRole
from app.features.tables.window.grid_cells import _fitted
from app.features.tables.window.grid_table import Arrangement, GridFilter, GridTable, ShownDocument, ShownGroup

DATE, AMOUNT = AnswerForm(ValueKind.DATE), AnswerForm(ValueKind.AMOUNT)
COLUMNS = (GridColumn("When?", "End", DATE, 1), GridColumn("How much?", "Rent", AMOUNT, 2))
BOOKS = {str(n): Book(str(n), f"Berth {n}", Format.PDF, str(n) * 64, "", 0.0, 61, 0) for n in range(1, 5)}
VALUES = (
    ("2031-03-31", "EUR 9,000", Verdict.VERBATIM),
    ("Not in this document", "EUR 12,000", None),
    ("2029-09-30", "EUR 500", Verdict.OTHERWISE),
    (None, None, None),
)


def cell(row: int, column: int, text: str | None, verdict: Verdict | None = None, comment: str = "") -> SheetCell:
    asked, ref = COLUMNS[column - 1], BookRef(str(row))
    question = StoredQuestion(f"{row}-{column}", "s", None, asked.question, (ref,), 0.0, form=asked.form)
    evidence = (Evidence(ref.book_id, f"Berth {row}", 9, "9", "It ends on 1 May 2030."),)
    found = () if verdict is None else (SentenceVerdict(0, len(text or ""), verdict, evidence),)
    answer = None if text is None else Answer("a", question.id, text, Ending.COMPLETE, "Scout", 0.0, verdicts=found)
    return SheetCell(question, answer, row, False, column, "", comment)


@pytest.fixture
def table(qapp: QCoreApplication) -> GridTable:
    del qapp
    cells = [
        made
        for row, (ends, rent, verdict) in enumerate(VALUES, 1)
        for made in (cell(row, 1, ends, verdict), cell(row, 2, rent, comment="See page 4." if row == 3 else ""))
    ]
    rows = tuple(GridRow(number, (BookRef(str(number)),)) for number in range(1, 5))
    made = GridTable()
    QAbstractItemModelTester(made, QAbstractItemModelTester.FailureReportingMode.Fatal)
    made.show_sheet(Sheet("s", "Leases", 0.0, (), tuple(cells), columns=COLUMNS, rows=rows), BOOKS)
    return made


def heads(table: GridTable) -> list[str]:
    found = [table.headerData(at, Qt.Orientation.Vertical, CellRole) for at in range(table.rowCount())]
    return [f"{head.title} ({head.rows})" if isinstance(head, ShownGroup) else head.title[-1] for head in found]


def test_dates_are_sorted_as_dates_and_amounts_as_numbers(table: GridTable) -> None:
    assert heads(table) == ["1", "2", "3", "4"]
    table.arrange(Arrangement(column=1))
    assert heads(table) == ["3", "1", "2", "4"], "what has no date comes last"
    table.arrange(Arrangement(column=2, descending=True))
    assert heads(table) == ["2", "1", "3", "4"]


def test_rows_of_one_value_stand_below_it(table: GridTable) -> None:
    table.arrange(Arrangement(column=1, grouped=True))
    assert heads(table) == [
        *("30 Sep 2029 (1)", "3", "31 Mar 2031 (1)", "1"),
        *("Not in this document (1)", "2", "No answer yet (1)", "4"),
    ]
    assert table.documents == 4
    assert table.data(table.index(0, 0)) is None


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (GridFilter.OTHERWISE, ["3"]),
        (GridFilter.ABSENT, ["2"]),
        (GridFilter.COMPARE, ["1", "2", "3"]),
        (GridFilter.OPEN, ["4"]),
        (GridFilter.CHANGED, ["3"]),
    ],
)
def test_a_filter_shows_documents_that_have_such_a_cell(table: GridTable, wanted: GridFilter, found: list[str]) -> None:
    table.arrange(Arrangement(filter=wanted))
    assert heads(table) == found


def test_words_are_found_in_titles_and_values(table: GridTable) -> None:
    table.arrange(Arrangement(words="12,000"))
    assert heads(table) == ["2"]
    table.arrange(Arrangement(words="berth 500"))
    assert heads(table) == ["3"]


def test_a_screen_reader_gets_all_of_a_cell(table: GridTable) -> None:
    role = Qt.ItemDataRole.AccessibleTextRole
    said = table.data(table.index(2, 0), role)
    assert said == "End. 30 Sep 2029. p. 9 says otherwise. the page says otherwise"
    assert table.data(table.index(2, 1), role) == "Rent. EUR 500. compare. See page 4."
    assert table.headerData(0, Qt.Orientation.Horizontal) == "End, date"
    assert table.headerData(0, Qt.Orientation.Vertical) == "Berth 1, 61 pages"


def test_where_words_have_no_room_a_sign_stands_for_the_finding(table: GridTable) -> None:
    found = [table.cell_at(table.index(row, 0)) for row in range(4)]
    assert [(each.place, each.short) for each in found if each is not None] == [
        *(("p. 9 ✓", "p. 9 ✓"), ("", ""), ("p. 9 says otherwise", "p. 9 ≠"), ("", ""))
    ]


def test_a_cell_that_is_asked_says_what_is_done_and_stays_where_it_is(table: GridTable) -> None:
    table.arrange(Arrangement(column=1))
    table.show_cell(cell(4, 1, None), "reading 40%")
    value = table.cell_at(table.index(3, 0))
    assert value is not None
    assert (value.words, value.is_running) == ("reading 40%", True)
    head = table.headerData(3, Qt.Orientation.Vertical, CellRole)
    assert isinstance(head, ShownDocument)
    assert head.words == "1 of 2"
    table.show_cell(cell(4, 1, "2020-01-01"))
    assert heads(table) == ["3", "1", "2", "4"]


@pytest.mark.usefixtures("qapp")
def test_a_heading_in_a_column_without_room_is_cut_and_ends() -> None:
    assert len(_fitted("だれが保険をかけますか。", 1)) <= 4
