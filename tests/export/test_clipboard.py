"""Copying an answer and a table: references in words, cells that stay cells, no formulas."""

from __future__ import annotations

import io
import zipfile

import msgspec
import pytest

from app.core.conversations.conversation import CitationState
from app.core.conversations.verdict import Evidence, SentenceVerdict, Verdict
from app.export.clipboard import ClipboardText, copy_answer, copy_table
from app.export.table import disarm_cell, write_table
from app.export.workbook import CellNumber, read_number
from tests.ui.chat.talk import answer, book, cite

TEXT = "It is **twelve** months [p. 87] & more [p. 99].\n\n- one <b>x</b> [p. 3]\n- two [p. 4]"
SHELF = {"lease": book("lease", "Harbour Lease")}


def checked(*verdicts: SentenceVerdict) -> ClipboardText:
    marks = [cite(TEXT, f"[p. {page}]", CitationState.VERIFIED, page) for page in (99, 3, 87, 4)]
    return copy_answer(msgspec.structs.replace(answer(1, TEXT, marks), verdicts=verdicts), SHELF)


def of(verdict: Verdict, sentence: str, page: int = 0, named: str = "") -> SentenceVerdict:
    evidence = (Evidence("lease", "lease.pdf", page, str(page), "x"),) if page else ()
    start = TEXT.index(sentence)
    return SentenceVerdict(start, start + len(sentence), verdict, evidence, named)


def test_an_answer_is_copied_with_its_page_marks_in_words() -> None:
    copied = checked(
        of(Verdict.OTHERWISE, "It is **twelve** months [p. 87] & more [p. 99].", 87),
        of(Verdict.VERBATIM, "one <b>x</b> [p. 3]", 3),
    )
    assert copied.plain == (
        "It is **twelve** months (lease.pdf, p. 87 says otherwise) & more (lease.pdf, p. 99).\n\n"
        "- one <b>x</b> (lease.pdf, p. 3 ✓)\n- two (lease.pdf, p. 4)"
    )
    assert "<strong>twelve</strong> months (lease.pdf, p. 87 says otherwise) &amp; more" in copied.html
    assert "<li>one &lt;b&gt;x&lt;/b&gt; (lease.pdf, p. 3 ✓)</li>" in copied.html


def test_only_word_for_word_has_a_tick_and_a_page_that_is_not_there_stays_named() -> None:
    sentence = "It is **twelve** months [p. 87] & more [p. 99]."
    for verdict in Verdict:
        assert ("✓" in checked(of(verdict, sentence, 87)).plain) == (verdict is Verdict.VERBATIM)
    assert "✓" not in checked().plain
    assert "more (p. 99 · no page says this)." in checked(of(Verdict.NOTHING, sentence, named="99")).plain
    elsewhere = of(Verdict.COMPARE, sentence, 80, "87, 99")
    assert "months (lease.pdf, p. 87) & more (lease.pdf, p. 87, 99 → 80 · compare)." in checked(elsewhere).plain


def test_a_table_is_copied_cell_by_cell_and_nothing_in_it_is_computed() -> None:
    copied = copy_table([["Berth", "Rent"], ["4", "1,200"], ["a\tb", '=HYPERLINK("http://x")'], ["<i>", "-3.5"]])
    assert copied.plain.splitlines() == ["Berth\tRent", "4\t1,200", 'a b\t\'=HYPERLINK("http://x")', "<i>\t-3.5"]
    assert "<tr><th>Berth</th><th>Rent</th></tr><tr><td>4</td><td>1,200</td></tr>" in copied.html
    assert "&lt;i&gt;" in copied.html


@pytest.mark.parametrize(
    ("text", "value"),
    [
        *(("1,200", 1200), ("-3.5", -3.5), ("0", 0), ("12.3456", 12.3456), ("1.200", None), ("007", None)),
        *(("1e5", None), ("1,20", None), ("", None), ("12 m", None), ("9" * 16, None)),
    ],
)
def test_only_what_is_a_number_everywhere_is_one(text: str, value: float | None) -> None:
    found = read_number(text)
    assert (None if found is None else found.value) == value


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1,200", CellNumber(1200, "#,##0")),
        ("1,850.25", CellNumber(1850.25, "#,##0.00")),
        ("30.50", CellNumber(30.5, "0.00")),
        ("-3", CellNumber(-3, "0")),
        ("12.5 %", CellNumber(0.125, "0.0 %")),
        ("7%", CellNumber(0.07, "0%")),
    ],
)
def test_a_number_is_shown_as_it_was_written(text: str, number: CellNumber) -> None:
    assert read_number(text) == number


def test_a_workbook_has_numbers_and_texts() -> None:
    data = write_table([["Berth", "Rent"], ["4", "1,200"], ["=1+1", "x" * 40_000], ["short"]])
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        sheet = file.read("xl/worksheets/sheet1.xml").decode()
        strings = file.read("xl/sharedStrings.xml").decode()
    assert "<v>1200</v>" in sheet
    assert "<f>" not in sheet
    assert "=1+1" in strings
    assert '<pageSetUpPr fitToPage="1"/>' in sheet
    assert disarm_cell("-3.5") == "-3.5"
    assert disarm_cell("@cmd") == "'@cmd"
