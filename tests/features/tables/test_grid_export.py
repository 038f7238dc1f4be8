"""Exports of grids: values as what they are, with pages and quotations, and nothing that acts when it is opened."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from docx import Document
from python_calamine import CalamineWorkbook

from app.core.conversations.conversation import Answer, BookRef, Ending, StoredQuestion
from app.core.conversations.values import AnswerForm, ValueKind
from app.core.conversations.verdict import Evidence, SentenceVerdict, Verdict
from app.core.documents.document import Book, Format
from app.core.errors import AppError, Code
from app.features.tables.data import GridColumn, GridRow, Sheet, SheetCell
from app.features.tables.export import files
from app.features.tables.export.report import GridReport, compose_grid

DATE, AMOUNT = AnswerForm(ValueKind.DATE), AnswerForm(ValueKind.AMOUNT)
COLUMNS = (
    GridColumn("When does it end?", "End of term", DATE, 1),
    GridColumn("What is the rent?", "Rent", AMOUNT, 2),
    GridColumn("=1+1?", "", AnswerForm(ValueKind.TEXT), 3),
)
BOOKS = {id: Book(id, f"Berth {id}", Format.PDF, id * 64, f"/leases/{id}.pdf", 0.0, 61, 0) for id in ("1", "2")}


def cell(
    row: int,
    column: int,
    text: str | None,
    verdict: Verdict | None = None,
    said: str = "",
    *,
    fix: str = "",
    comment: str = "",
) -> SheetCell:
    asked = COLUMNS[column - 1]
    ref = BookRef(str(row))
    question = StoredQuestion(f"{row}{column}", "s", None, asked.question, (ref,), 0.0, form=asked.form)
    evidence = (Evidence(ref.book_id, f"Berth {row}", 9, "9", said),) if said else ()
    found = () if verdict is None else (SentenceVerdict(0, 1, verdict, evidence),)
    answer = None if text is None else Answer("a", question.id, text, Ending.COMPLETE, "Scout", 0.0, verdicts=found)
    return SheetCell(question, answer, row, False, column, fix, comment)


@pytest.fixture
def report() -> GridReport:
    cells = (
        cell(1, 1, "2031-03-31", Verdict.VERBATIM, "It ends on 31 March 2031.", comment="See the letter."),
        cell(1, 2, "EUR 48,000", Verdict.OTHERWISE, "The rent is EUR 36,000."),
        cell(1, 3, "=1+1", Verdict.COMPARE, "It is the sum."),
        cell(2, 1, "Not in this document", fix="31 December 2029"),
        cell(2, 2, None),
        cell(2, 3, "Not in this document"),
    )
    rows = tuple(GridRow(number, (BookRef(str(number)),)) for number in (1, 2))
    sheet = Sheet("s", "Leases", 0.0, (), cells, columns=COLUMNS, rows=rows)
    return compose_grid(sheet, BOOKS, now=datetime(2026, 11, 27, tzinfo=UTC))


def test_a_workbook_has_values_quotations_and_sources(report: GridReport, tmp_path: Path) -> None:
    path = tmp_path / "leases.xlsx"
    files.write(report, path)
    book = CalamineWorkbook.from_path(str(path))
    answers, findings, sources, about = (book.get_sheet_by_name(name).to_python() for name in book.sheet_names)
    assert answers[0] == ["Document", "End of term\ndate", "Rent\namount", "=1+1?\ntext"]
    assert answers[1] == ["Berth 1", date(2031, 3, 31), 48000.0, "=1+1"]
    assert answers[2] == ["Berth 2", date(2029, 12, 31), "", "Not in this document"]
    assert findings[0][3:6] == ["Finding", "Page", "The page says"]
    assert [row[1:6] for row in findings[1:]] == [
        ["End of term", "31 Mar 2031", "word for word", "p. 9 ✓", "It ends on 31 March 2031."],
        ["Rent", "EUR 48,000", "the page says otherwise", "p. 9 says otherwise", "The rent is EUR 36,000."],
        ["=1+1?", "=1+1", "compare", "p. 9 · compare", "It is the sum."],
        ["End of term", "31 Dec 2029", "entered by hand", "", ""],
        ["=1+1?", "Not in this document", "not in the document", "", ""],
    ]
    assert [row[2] for row in sources[1:]] == ["1" * 64, "2" * 64]
    assert [
        "Cells",
        "1 word for word · 1 to compare · 1 says otherwise · 1 not in the document · 1 entered by hand",
    ] in about
    with zipfile.ZipFile(path) as opened:
        notes = opened.read("xl/comments1.xml").decode()
        first = opened.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in first, "nothing is computed"
    assert "location=\"'Findings'!A2\"" in first
    assert "“It ends on 31 March 2031.” p. 9 ✓" in notes
    assert "See the letter." in notes
    assert [row[3] for row in sources[1:]] == ["/leases/1.pdf", "/leases/2.pdf"]


def test_months_and_years_are_dates_that_sort_and_what_excel_cannot_count_is_text(tmp_path: Path) -> None:
    typed = {1: "December 2028", 2: "2029", 3: "1 March 1889", 4: "30.12.2028"}
    cells = tuple(cell(row, 1, None, fix=fix) for row, fix in typed.items())
    rows = tuple(GridRow(number, (BookRef("1"),)) for number in typed)
    sheet = Sheet("s", "Leases", 0.0, (), cells, columns=COLUMNS[:1], rows=rows)
    path = tmp_path / "leases.xlsx"
    files.write(compose_grid(sheet, BOOKS, now=datetime(2026, 11, 27, tzinfo=UTC)), path)
    answers = CalamineWorkbook.from_path(str(path)).get_sheet_by_name("Answers").to_python()
    assert [row[1] for row in answers[1:]] == [
        date(2028, 12, 1), date(2029, 1, 1), "1 Mar 1889", date(2028, 12, 30),
    ]  # fmt: skip
    with zipfile.ZipFile(path) as opened:
        looks = opened.read("xl/styles.xml").decode()
    assert all(f'formatCode="{shown}"' in looks for shown in ("yyyy-mm", "yyyy", "yyyy-mm-dd")), "as exact as they are"


def test_csv_is_for_programs(report: GridReport, tmp_path: Path) -> None:
    path = tmp_path / "leases.csv"
    files.write(report, path)
    read = list(csv.reader(io.StringIO(path.read_text("utf-8-sig"), newline="")))
    assert read[0][:6] == [
        "Document",
        "End of term",
        "End of term: finding",
        "End of term: page",
        "End of term: sentence",
        "End of term: note",
    ]
    assert read[1][1:5] == ["2031-03-31", "word for word", "p. 9 ✓", "It ends on 31 March 2031."]
    assert (read[1][6], read[1][11]) == ("EUR 48000", "'=1+1")
    assert read[2][1] == "2029-12-31"


def test_a_word_file_has_the_grid_and_what_is_said_of_its_cells(report: GridReport, tmp_path: Path) -> None:
    path = tmp_path / "leases.docx"
    files.write(report, path)
    document = Document(str(path))
    _facts, grid, documents = document.tables
    assert documents.rows[0].cells[0].text.startswith("Berth 1\nSHA-256 1")
    assert [each.text for each in grid.rows[0].cells] == ["Document", "End of term", "Rent", "=1+1?"]
    assert grid.rows[1].cells[2].text.split("\n")[:2] == ["EUR 48,000", "p. 9 says otherwise"]
    assert "See the letter." in grid.rows[1].cells[1].text
    assert document.paragraphs[-2].text.startswith("1 word for word · 1 to compare")


def test_another_format_is_refused(report: GridReport, tmp_path: Path) -> None:
    with pytest.raises(AppError) as caught:
        files.write(report, tmp_path / "leases.pdf")
    assert caught.value.code is Code.EXPORT_FORMAT
