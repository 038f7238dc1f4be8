"""Exports of question sheets: the same lines in every format, and nothing in a file does anything when it is opened."""

from __future__ import annotations

import io
import stat
import zipfile
from pathlib import Path

import msgspec
import pytest
from docx import Document
from markdown_it import MarkdownIt
from python_calamine import CalamineWorkbook

from app.core.conversations.conversation import Answer, BookRef, Citation, CitationState, Ending, StoredQuestion
from app.core.conversations.verdict import Evidence, SentenceVerdict, Verdict
from app.core.documents.document import Book, Format
from app.core.errors import AppError, Code, Problem
from app.export.plain import plain_text
from app.export.workbook import CELL_CHARACTERS
from app.features.tables.data import Sheet, SheetCell
from app.features.tables.export import files, markdown, web, word
from app.features.tables.export.report import SheetReport, compose_sheet
from app.features.tables.export.workbook import write as write_workbook
from app.wording.support import nothing_found_words

ANSWER = "Twelve months:\n\n- “not less than **twelve** months” [p. 87]\n- by post | e-mail [p. 88]"
FORMULAS = ("=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("http://example.org")', "=cmd|' /C calc'!A0")
BOOKS = (BookRef("lease"),)
HOSTILE = "<script>alert(1)</script> ![x](http://example.org/x.png) \\| end\u202e"


def row(
    asked: str, text: str = "", *, ending: Ending = Ending.COMPLETE, cited: bool = False, problem: Problem | None = None
) -> SheetCell:
    citations = []
    for mark, state in (("[p. 87]", CitationState.VERIFIED), ("[p. 88]", CitationState.PAGE)):
        if cited:
            start = text.index(mark)
            label = mark[4:-1]
            quote = "not less than twelve months" if state is CitationState.VERIFIED else ""
            citations.append(Citation("lease", "Lease", int(label), label, quote, state, start, start + len(mark)))
    answer = Answer("a", "q", text, ending, "Scout", 0.0, tuple(citations), problem=problem)
    if cited:
        answer = msgspec.structs.replace(
            answer, verdicts=(of(Verdict.NOTHING, "Twelve"), of(Verdict.VERBATIM, "“not less"))
        )
    return SheetCell(StoredQuestion("q", "s", None, asked, BOOKS, 0.0), answer)


def of(verdict: Verdict, begins: str) -> SentenceVerdict:
    start = ANSWER.index(begins)
    evidence = (Evidence("lease", "Lease", 87, "87", "It is not less than twelve months."),)
    found = evidence if verdict is Verdict.VERBATIM else ()
    return SentenceVerdict(start, ANSWER.index("\n", start), verdict, found)


SHELF = {id: Book(id, id.title(), Format.PDF, "", "", 0.0, 100, 0) for id in ("lease", "letters")}
WAITING = SheetCell(StoredQuestion("q", "s", None, "And later?", BOOKS, 0.0))


def compose(*rows: SheetCell, title: str = "Notice") -> SheetReport:
    return compose_sheet(Sheet("s", title, 0.0, (), rows), SHELF)


@pytest.fixture
def report() -> SheetReport:
    crash = Problem(Code.ENGINE_CRASHED, {"signal": 11})
    return compose(
        row("When?", ANSWER, cited=True),
        row("How?", ANSWER, cited=True),
        row("Half?", "So", ending=Ending.CANCELLED),
        row("Broken?", "", ending=Ending.FAILED, problem=crash),
        WAITING,
    )


def test_an_answer_for_which_nothing_was_found_says_so() -> None:
    report = compose(row("May he?", "He may not."))
    assert report.lines[0].note == nothing_found_words()
    assert report.lines[0].note in markdown.write_sheet(report)


NOTES = ["", "", "This answer is not complete.", "The model was stopped", "This question has not been asked yet."]


def test_references_are_counted_in_every_line(report: SheetReport) -> None:
    first, second = report.lines[:2]
    assert first.listed == second.listed
    assert first.listed == (
        "“Twelve months:”: No page says this.",
        "[1] On p. 87 of Lease, word for word.",
        "[2] Lease, p. 88.",
    )
    assert "months” [1]\n" in first.plain_answer
    assert [line.note.startswith(note) for line, note in zip(report.lines, NOTES, strict=True)] == [True] * 5


def test_a_markdown_table_has_a_line_for_every_question(report: SheetReport) -> None:
    text = markdown.write_sheet(report)
    assert text.startswith("# Notice\n\n- Date: ")
    assert text.endswith("\n\n## Documents\n\n- Lease · 100 pages\n")
    tokens = MarkdownIt("commonmark", {"html": True}).enable("table").parse(text)
    rows = [token for token in tokens if token.type == "tr_open"]
    cells = [token for token in tokens if token.type in ("td_open", "th_open")]
    assert len(rows) == len(report.lines) + 1
    assert len(cells) == 4 * len(rows)
    assert "| 1 | When? | Twelve months:<br><br>- “not less" in text
    assert "by post &#124; e-mail [2]" in text
    assert f"*{report.lines[-1].note}*" in text


def test_a_workbook_has_the_same_lines(report: SheetReport) -> None:
    workbook = CalamineWorkbook.from_filelike(io.BytesIO(write_workbook(report)))
    head, *rows = workbook.get_sheet_by_index(0).to_python()
    assert head == ["", "Question", "Answer", "Finding", "Note"]
    assert [row[0] for row in rows] == [1.0, 2.0, 3.0, 4.0, 5.0]
    assert [row[1:] for row in rows] == [
        [line.question, plain_text(line.plain_answer), "\n".join(line.listed), line.note] for line in report.lines
    ]
    assert rows[0][2] == "Twelve months:\n\n• “not less than twelve months” [1]\n• by post | e-mail [2]"
    head, *rows = workbook.get_sheet_by_name("Sentence by sentence").to_python()
    assert head == ["Question", "", "Sentence", "Finding", "For comparison"]
    assert rows[:3] == [
        [1.0, "", "Twelve months:", "No page says this", ""],
        [1.0, "[1]", "“not less than twelve months”", "On p. 87 of Lease, word for word", ""],
        [1.0, "[2]", "", "Lease, p. 88", ""],
    ]
    assert len(rows) == 6
    assert workbook.sheet_names == ["Questions", "Sentence by sentence", "About"]


def test_a_workbook_without_quotations_has_no_table_of_them() -> None:
    data = write_workbook(compose(row("May he?", "He may not.")))
    assert CalamineWorkbook.from_filelike(io.BytesIO(data)).sheet_names == ["Questions", "About"]


def test_an_answer_in_a_cell_has_its_words_without_the_signs_of_markdown() -> None:
    answer = (
        "## Notice\n\nIt is **due** in `May`[^1], see [the page](https://example.org).\n\n3. three\n4. four\n"
        "   - in\n\n"
        "   more\n\n> said\n\n| a | b |\n|---|---|\n| 1 | $x_1$ |\n\n```\na\n  b\n```\n\n---\n\nEnd.\n\n[^1]: *At 1*."
    )
    assert plain_text(answer) == (
        "Notice\n\nIt is due in May[a], see the page (https://example.org).\n\n3. three\n4. four\n   • in\n  more\n\n"
        "said\n\na | b\n1 | $x_1$\n\na\n  b\n\n–––\n\nEnd.\n\n[a] At 1."
    )


def test_a_word_document_has_the_same_lines(report: SheetReport) -> None:
    document = Document(io.BytesIO(word.write(report)))
    assert document.paragraphs[0].text == "Notice"
    _facts, table, documents = document.tables
    assert [cell.text for cell in documents.rows[0].cells] == ["Lease", "100 pages"]
    assert [cell.text for cell in table.rows[0].cells] == ["", "Question", "Answer", "Finding"]
    first, *_, failed, waiting = [[cell.text for cell in one.cells] for one in table.rows[1:]]
    assert first[:2] == ["1", "When?"]
    assert first[2] == "Twelve months:\n“not less than twelve months” [1]\nby post | e-mail [2]"
    assert first[3].splitlines() == [
        "“Twelve months:”: No page says this.",
        "[1] On p. 87 of Lease, word for word.",
        "[2] Lease, p. 88.",
    ]
    assert failed[2] == report.lines[3].note
    assert waiting[2:] == ["This question has not been asked yet.", ""]
    styles = {p.text: p.style.name for p in table.rows[1].cells[2].paragraphs if p.style}
    assert styles["by post | e-mail [2]"] == "Cell"
    bullets = table.rows[1].cells[2].paragraphs[1]._p.xpath("w:pPr/w:numPr/w:numId/@w:val")
    assert bullets == ["1"]
    widths = [column.width for column in table.columns]
    assert [cell.width for cell in table.rows[1].cells] == widths
    assert widths[0] == min(width for width in widths if width is not None)
    width, height = document.sections[0].page_width, document.sections[0].page_height
    assert width is not None
    assert height is not None
    assert width > height


@pytest.mark.parametrize("formula", FORMULAS)
def test_no_cell_is_a_formula(formula: str) -> None:
    report = compose(row(formula, formula), title=formula)
    data = write_workbook(report)
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        sheet = packed.read("xl/worksheets/sheet1.xml").decode()
        assert "<f>" not in sheet
        assert "hyperlink" not in sheet
        assert 'quotePrefix="1"' in packed.read("xl/styles.xml").decode()
    _head, line = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()
    assert line[1:3] == [formula, formula]


def test_nothing_an_answer_says_is_done(report: SheetReport) -> None:
    hostile = compose(row(HOSTILE, HOSTILE), title=HOSTILE)
    text = markdown.write_sheet(hostile)
    page = web.write_sheet(hostile)
    rendered = MarkdownIt("commonmark", {"html": True}).enable("table").render(text)
    for written in (rendered, page):
        assert "<script" not in written
        assert "<img" not in written
        assert "\u202e" not in written
    (line,) = [one for one in text.splitlines() if one.startswith("| 1 ")]
    assert line.replace("&#124;", "").count("|") == 5
    Document(io.BytesIO(word.write(hostile)))


def test_an_answer_longer_than_a_cell_goes_on_below() -> None:
    long = "".join(str(n % 10) for n in range(2 * CELL_CHARACTERS + 5))
    data = write_workbook(compose(row("Long?", long), row("Short?", "Yes.")))
    _head, *rows = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()
    assert [one[1] for one in rows] == ["Long?", "", "", "Short?"]
    assert "".join(str(one[2]) for one in rows[:3]) == long


def test_html_has_the_same_lines(report: SheetReport) -> None:
    page = web.write_sheet(report)
    assert page.split('class="lines"')[1].split("</table>")[0].count("<tr>") == len(report.lines) + 1
    assert "<strong>twelve</strong> months” [1]" in page
    assert '<p>[1] <span class="Verified">On p. 87 of Lease, word for word</span>.</p>' in page


@pytest.mark.parametrize("ending", files.SHEET_ENDINGS)
def test_a_file_is_its_owners_alone(tmp_path: Path, report: SheetReport, ending: str) -> None:
    path = tmp_path / f"sheet{ending}"
    files.write(report, path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [one.name for one in tmp_path.iterdir()] == [path.name]


def test_another_ending_is_told(tmp_path: Path, report: SheetReport) -> None:
    with pytest.raises(AppError) as caught:
        files.write(report, tmp_path / "sheet.pdf")
    assert caught.value.params["known"] == ".docx, .xlsx, .md, .html"
