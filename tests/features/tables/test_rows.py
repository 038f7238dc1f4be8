"""Questions of a new table as rows: understood, faulty, moved, removed and put back."""

from __future__ import annotations

import msgspec
import pytest

from app.core.conversations.conversation import BookRef
from app.core.conversations.values import AnswerForm, ValueKind
from app.features.tables.columns import columns_of
from app.features.tables.data import GridColumn
from app.features.tables.rows import QuestionRow, QuestionRows, RowFault, TableDraft, column_of, fault_of, rows_of

_DATE = QuestionRow("When does the lease end?", "End of term", ValueKind.DATE)
_LINES = (
    "[date] End of term: When does the lease end?",
    "[選択：借主、貸主] 保険：だれが保険をかけますか。",
    "What may the tenant not do?",
)


def test_a_line_fills_a_row_as_the_terminal_reads_it() -> None:
    rows = rows_of(_LINES)
    assert rows[0] == _DATE
    assert rows[1] == QuestionRow("だれが保険をかけますか。", "保険", ValueKind.CHOICE, "借主, 貸主")
    assert tuple(map(column_of, rows)) == columns_of(_LINES)
    assert QuestionRows(rows).columns == columns_of(_LINES)


def test_further_instructions_are_asked_and_are_not_in_the_heading() -> None:
    more = "If there are several, name the latest."
    column = column_of(QuestionRow("When does it end?", kind=ValueKind.DATE, more=more))
    assert column == GridColumn(f"When does it end? {more}", "When does it end?", AnswerForm(ValueKind.DATE))


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        (_DATE, None),
        (QuestionRow(kind=ValueKind.CHOICE), None),
        (QuestionRow(name="End"), RowFault.NO_QUESTION),
        (QuestionRow("y" * 2001), RowFault.TOO_LONG),
        (QuestionRow("y" * 1990, more="z" * 20), RowFault.TOO_LONG),
        (QuestionRow("[dat] When?"), RowFault.KIND),
        (QuestionRow("Who?", kind=ValueKind.CHOICE, choices="one"), RowFault.CHOICES),
        (QuestionRow("だれ。", kind=ValueKind.CHOICE, choices="借主、貸主"), None),
        (QuestionRow("When?", choices="one"), None),
    ],
)
def test_a_row_says_what_is_wrong_with_it(row: QuestionRow, fault: RowFault | None) -> None:
    assert fault_of(row) is fault


def test_an_empty_row_is_no_question() -> None:
    rows = QuestionRows([QuestionRow(), _DATE, QuestionRow(kind=ValueKind.DATE)])
    assert [column.question for column in rows.columns] == [_DATE.question]
    assert rows.written == (_DATE,)


def test_a_text_of_several_lines_makes_a_row_of_each() -> None:
    rows = QuestionRows()
    assert rows.write(0, "# mine\n" + "\n\n".join(_LINES)) == 2
    assert tuple(rows) == rows_of(_LINES)
    assert rows.write(0, "When does it end?\r\n[dat] How?\nWhy?") == 2
    assert rows[0] == QuestionRow("When does it end?", "End of term", ValueKind.DATE), "what was chosen stays"
    assert [row.question for row in rows][1:4] == ["[dat] How?", "Why?", "だれが保険をかけますか。"]
    assert rows.faults == (None, RowFault.KIND, None, None, None)
    assert rows.write(2, "\n \n") == 2
    assert rows[2].is_empty


def test_the_next_row_is_an_empty_one() -> None:
    rows = QuestionRows([_DATE, QuestionRow("Why?")])
    assert [rows.add_after(1), rows.add_after(2), rows.add_after(1), rows.add_after(0)] == [2, 2, 2, 1]
    assert [row.question for row in rows] == [_DATE.question, "", "Why?", ""]


def test_a_removed_row_comes_back_to_its_place() -> None:
    rows = QuestionRows(rows_of(("a", "b", "c")))
    assert [rows.remove(1), rows.remove(1), rows.remove(0)] == [1, 0, 0]
    assert tuple(rows) == (QuestionRow(),)
    assert [rows.undo(), rows.undo(), rows.undo()] == [0, 1, 1]
    assert [row.question for row in rows] == ["a", "b", "c"]
    assert not rows.can_undo
    rows.add_after(2)
    rows.remove(3)
    assert not rows.can_undo, "an empty row is not missed"


def test_rows_are_moved_as_far_as_there_are_rows() -> None:
    rows = QuestionRows(rows_of(("a", "b", "c")))
    assert [rows.move(0, 1), rows.move(2, 1), rows.move(2, -5)] == [1, 2, 0]
    assert [row.question for row in rows] == ["c", "b", "a"]


def test_a_draft_is_kept_as_it_is_written() -> None:
    rows = (*rows_of(_LINES), QuestionRow("[dat] half", more="writ"), QuestionRow())
    draft = TableDraft("賃貸借", rows, (BookRef("a"),), each=False, template="leases")
    assert msgspec.json.decode(msgspec.json.encode(draft), type=TableDraft) == draft
