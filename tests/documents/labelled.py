"""A book whose pages are called 1, 2, i to vi and 1 to 95, as most printed books are: 1 and 2 are there twice."""

from __future__ import annotations

from functools import cache

from app.core.documents.document import Document
from app.documents import worker
from app.documents.formats.contract import Content
from tests.documents.pdf_writer import lines, write_pdf

TITLE = "Harbour Policy Manual"
LABELS = ("1", "2", "i", "ii", "iii", "iv", "v", "vi", *(str(number) for number in range(1, 96)))
OUTLINE = (("Preface", 4, 1), ("About this manual", 8, 1), ("Scope of this document", 10, 1), ("Berths", 12, 1))
QUOTE = "the harbour office keeps the number 11 lamp"
"""Stands on the eleventh page of 103, which the book calls 3, and nowhere else."""


def sentence(number: int) -> str:
    return f"Rule {number}: the harbour office keeps the number {number} lamp burning until the morning."


@cache
def pdf() -> bytes:
    pages = [lines(sentence(number), "No vessel leaves the basin before that.") for number in range(1, len(LABELS) + 1)]
    return write_pdf(
        pages, title=TITLE, labels="0 << /S /D >> 2 << /S /r >> 8 << /S /D >>", outline=OUTLINE, language="en"
    )


@cache
def document() -> Document:
    """Return the document as the reader makes it."""
    return worker.parse(Content("manual.pdf", pdf(), ""), lambda _done, _total: None)
