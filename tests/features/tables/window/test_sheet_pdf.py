"""A sheet as a PDF."""

from __future__ import annotations

from functools import partial

import pypdfium2

from app.core.conversations.conversation import Answer, Citation, CitationState, Ending, StoredQuestion, Turn
from app.core.conversations.image import ImageRef
from app.features.tables.data import Sheet, SheetCell
from app.features.tables.export import web
from app.features.tables.export.report import compose_sheet
from app.ui.pdf import pdf

ANSWER = """The lessee gives notice “in writing” before the berth is given up, and pays until then.

## Deadlines

- Three months before the end of the term
- 賃借人は書面で通知する。

| Clause | Months |
|---|---|
| 4 | 12 |

    monospaced words
"""


def asked(images: tuple[ImageRef, ...] = ()) -> Turn:
    question = StoredQuestion("q", "c", None, "When must notice be given? いつ通知するか。", (), 0.0, images)
    start = ANSWER.index(" before")
    citation = Citation("b", "Harbour Lease", 4, "4", "in writing", CitationState.VERIFIED, start=start, end=start)
    return Turn(question, Answer("a", "q", ANSWER, Ending.LENGTH, "Scout", 0.0, citations=(citation,)))


def rows_and_pages(document: pypdfium2.PdfDocument) -> list[str]:
    return [page.get_textpage().get_text_range() for page in document]


def test_a_sheet_is_a_table_across() -> None:
    turn = asked()
    report = compose_sheet(Sheet("s", "Berths", 0.0, (), (SheetCell(turn.question, turn.answer),)), {})
    made = pdf.write_across(report.title, partial(web.write_sheet, report))
    with pypdfium2.PdfDocument(made) as document:
        width, height = document[0].get_size()
        (text,) = rows_and_pages(document)
    assert width > height
    assert all(
        words in text
        for words in ("Berths", "When must notice be given?", "Three months", "[1] Harbour Lease, p. 4", "1 of 1")
    )
