"""The window, the exports and the terminal say the same of a cell: a table with every finding, cell by cell."""

from __future__ import annotations

import csv
import io
import json
from datetime import date
from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import QCoreApplication
from python_calamine import CalamineWorkbook

from app.core.conversations.cell import CellEnded
from app.core.conversations.conversation import Answer, BookRef, Citation, CitationState, Ending, StoredQuestion
from app.core.conversations.values import AnswerForm, ValueKind
from app.core.conversations.verdict import Evidence, SentenceVerdict, Verdict
from app.core.documents.document import Book, CitedBook, Format, Page
from app.documents.citations.checker import check
from app.documents.citations.held_values import weigh_value
from app.features.tables.cells import CellFinding, read_cell
from app.features.tables.command_output import JsonTables
from app.features.tables.data import GridColumn, GridRow, Sheet, SheetCell
from app.features.tables.export import files
from app.features.tables.export.report import compose_grid
from app.features.tables.window.grid_cells import finding_colour
from app.features.tables.window.grid_table import GridTable
from app.features.tables.words import count_findings
from app.ui.look.theme import LAMP, PAPER, Palette

DATE, AMOUNT, YES_NO = map(AnswerForm, (ValueKind.DATE, ValueKind.AMOUNT, ValueKind.YES_NO))
COLUMNS = (
    GridColumn("When does the lease end?", "End", DATE, 1),
    GridColumn("How high is the yearly rent?", "Rent", AMOUNT, 2),
    GridColumn("May the tenant sub-let without consent?", "Sub-letting", YES_NO, 3),
)
LEASES = (
    "Lease of Berth 1\n\n1.1 This lease ends on 31 December 2028.\n\n2.1 The yearly rent is EUR 12,000.\n\n"
    "4.1 The Tenant shall not sub-let the Berth without the written consent of the Landlord.",
    "Lease of Berth 2, 30 June 2027\n\n1.1 The lease ends on 30 September 2029 unless it is renewed.\n\n"
    "2.1 The Tenant pays a yearly rent of EUR 9,500.\n\n4.1 The Tenant may sub-let.",
    "Lease of Berth 3\n\n1.1 The sub-lease ends on 31 March 2026.\n\n"
    "2.1 The yearly rent is EUR 8,000 for the first year.\n\n4.1 The Tenant may sub-let if the Landlord agrees.",
    "Lease of Berth 4\n\n1.1 The lease ends on 31 March 2030.\n\n2.1 The yearly rent is at most EUR 7,000.\n\n"
    "4.1 Nobody may sub-let.",
    "Lease of Berth 5\n\n1.1 The term is ten years.\n\n2.1 The yearly rent is EUR 6,000.\n\n4.1 The crane is green.",
)
"""Five leases, each with its title, the end, the rent and what is said of sub-letting."""
ANSWERS = (
    ("2028-12-31", "This lease ends on 31 December 2028."),
    ("EUR 12,000", "The yearly rent is EUR 12,000."),
    ("Yes", "The Tenant shall not sub-let the Berth without the written consent of the Landlord."),
    ("2027-06-30", "Lease of Berth 2, 30 June 2027"),
    ("EUR 9,500", "The Tenant pays a yearly rent of EUR 9,500."),
    ("Yes", "The Tenant may sub-let."),
    ("2026-03-31", "The sub-lease ends on 31 March 2026."),
    ("EUR 8,000", "The yearly rent is EUR 8,000 for the first year."),
    ("Yes", "The Tenant may sub-let if the Landlord agrees."),
    ("2035-03-31", "The lease ends on 31 March 2030."),
    ("EUR 7,000", "The yearly rent is at most EUR 7,000."),
    ("No", "Nobody may sub-let."),
    ("2031-01-01", "The lease ends with the year 2030"),
    ("Not in this document", ""),
    ("Not in this document", ""),
)
"""Lease by lease a value with the words that a model quotes for it."""


def cell(row: int, column: int, answer: Answer | None, correction: str = "") -> SheetCell:
    asked = COLUMNS[column - 1]
    question = StoredQuestion(f"{row}{column}", "s", None, asked.question, (BookRef(str(row)),), 0.0, form=asked.form)
    return SheetCell(question, answer, row, False, column, correction)


def answered(row: int, column: int, text: str) -> SheetCell:
    """A cell as it is kept: weighed against its lease."""
    book, asked = CitedBook(str(row), f"Berth {row}", (Page(1, "1", LEASES[row - 1]),)), COLUMNS[column - 1]
    cited = check(text, [book])
    verdicts = weigh_value(text, asked.form, asked.question, cited, [book])
    return cell(row, column, Answer("a", f"{row}{column}", text, Ending.COMPLETE, "m", 0.0, cited, verdicts=verdicts))


def sheet_of(cells: list[SheetCell]) -> tuple[Sheet, dict[str, Book]]:
    numbers = sorted({each.row for each in cells})
    rows = tuple(GridRow(number, (BookRef(str(number)),)) for number in numbers)
    books = {
        str(n): Book(str(n), f"Berth {n}", Format.PDF, str(n) * 64, f"/leases/{n}.pdf", 0.0, 9, 0) for n in numbers
    }
    return Sheet("s", "Leases", 0.0, (), tuple(cells), columns=COLUMNS, rows=rows), books


def every_finding() -> tuple[Sheet, dict[str, Book]]:
    said = (Evidence("1", "Berth 1", 4, "4", "The lease ends on 31 March 2030."),)

    def made(
        row: int, column: int, text: str, verdict: Verdict | None = None, fix: str = "", **other: object
    ) -> SheetCell:
        found = () if verdict is None else (SentenceVerdict(0, 1, verdict, () if verdict is Verdict.NOTHING else said),)
        answer = Answer("a", f"{row}{column}", text, Ending.COMPLETE, "m", 0.0, verdicts=found)
        return cell(row, column, msgspec.structs.replace(answer, **other), fix)

    quoted = (Citation("3", "Berth 3", 4, "4", "Nobody may sub-let.", CitationState.VERIFIED, 3, 9),)
    return sheet_of(
        [
            made(1, 1, "2030-03-31", Verdict.VERBATIM),
            made(1, 2, "EUR 12,000", Verdict.COMPARE),
            made(1, 3, "Yes", Verdict.OTHERWISE),
            made(2, 1, "2031-03-31", Verdict.NOTHING),
            made(2, 2, "Not in this document"),
            made(2, 3, "Not in this document", Verdict.COMPARE),
            made(3, 1, "2030-03-31", Verdict.VERBATIM, fix="30 December 2028"),
            made(3, 2, "EUR 12,000", Verdict.VERBATIM, fix="about 9,000"),
            made(3, 3, "Undecided", from_search=True, citations=quoted),
            made(4, 1, "in spring"),
            made(4, 2, "EUR 1", ending=Ending.CANCELLED),
            cell(4, 3, None),
        ]
    )


def test_five_leases_get_a_tick_only_where_a_sentence_says_just_that() -> None:
    cells = [
        answered(1 + number // 3, 1 + number % 3, f"{value}\n“{quote}” [p. 1]" if quote else value)
        for number, (value, quote) in enumerate(ANSWERS)
    ]
    reads = [read_cell(each) for each in cells]
    green, compare = CellFinding.WORD_FOR_WORD, CellFinding.COMPARE
    assert [read.finding for read in reads] == [
        *(green, green, compare),  # “shall not … without the consent” is no Yes
        *(compare, green, compare),  # the title has a date; the question has a condition more than the clause
        *(compare, compare, compare),
        *(CellFinding.OTHERWISE, compare, compare),
        *(CellFinding.NOTHING, CellFinding.ABSENT, CellFinding.ABSENT),
    ]
    titles = [read.evidence.text for read in reads if read.evidence is not None and read.finding is green]
    assert not any(title.startswith("Lease of") for title in titles)
    assert reads[13].evidence is not None, "the rent is there, in all words of the question"
    assert reads[14].evidence is None
    words = [words for _finding, words in count_findings(reads)]
    assert words == ["3 word for word", "8 to compare", "1 says otherwise", "1 not found", "2 not in the document"]


def test_window_workbook_csv_and_terminal_say_the_same_of_each_cell(
    qapp: QCoreApplication, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    del qapp
    sheet, books = every_finding()
    found = {read_cell(each).finding for each in sheet.cells}
    assert found >= set(CellFinding) - {CellFinding.ANSWERING, CellFinding.FAILED}
    table = GridTable()
    table.show_sheet(sheet, books)
    terminal = JsonTables(sheet, books, together=False)
    for number, each in enumerate(sheet.cells, 1):
        terminal.cell(CellEnded(number, len(sheet.cells), each))
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    report = compose_grid(sheet, books)
    files.write(report, tmp_path / "grid.xlsx")
    files.write(report, tmp_path / "grid.csv")
    workbook = CalamineWorkbook.from_path(str(tmp_path / "grid.xlsx"))
    values, listed = (workbook.get_sheet_by_name(name).to_python() for name in ("Answers", "Findings"))
    lines = list(csv.reader(io.StringIO((tmp_path / "grid.csv").read_text("utf-8-sig"), newline="")))[1:]
    below = {(row[0], row[1]): row for row in listed[1:]}
    for number, each in enumerate(sheet.cells):
        shown = table.cell_at(table.index(each.row - 1, each.column - 1))
        assert shown is not None
        column, read = COLUMNS[each.column - 1].title, shown.read
        spoken = str(table.data(table.index(each.row - 1, each.column - 1)))
        in_csv = lines[each.row - 1][1 + 5 * (each.column - 1) :][:5]
        assert (told[number]["finding"], told[number].get("value", "")) == (
            read.finding.value,
            read.value.text if read.has_value else "",
        )
        if read.finding is CellFinding.WAITING:
            assert (f"Berth {each.row}", column) not in below
            assert in_csv == [""] * 5
            continue
        words = told[number]["finding_words"]
        assert words in spoken
        _document, _question, _answer, finding, place, sentence, _comment = below[f"Berth {each.row}", column]
        assert (finding, place) == (words, shown.place)
        assert in_csv[1:4] == [words, shown.place, sentence]
        assert (told[number]["evidence"]["text"] if "evidence" in told[number] else "") == sentence
    assert [words for _finding, words in count_findings(each.read for each in table.cells())] == report.summary.split(
        " · "
    )
    assert values[3][1:3] == [date(2028, 12, 30), "about 9,000"], "a date that was typed is a date"
    assert below["Berth 3", "Rent"][3] == "entered by hand, not an amount"
    assert [row for row in listed if "✓" in str(row[4])] == [below["Berth 1", "End"]], "one alone is word for word"


@pytest.mark.parametrize("palette", [PAPER, LAMP])
def test_green_is_for_word_for_word_alone(palette: Palette) -> None:
    green = [finding for finding in CellFinding if finding_colour(finding, palette) == palette.verified]
    assert green == [CellFinding.WORD_FOR_WORD]
