"""The Word document of a comparison: what is left of it when all changes are accepted, or rejected."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from functools import cache

import docx
from docx.document import Document as WordDocument
from docx.oxml.ns import qn

from app.core.documents.document import Book, Document, Format
from app.core.work import Cancel, finish
from app.documents.formats.contract import Content
from app.documents.word import docx as reader
from app.features.comparison import redline
from app.features.comparison.compare import compare
from app.features.comparison.data import ComparedBooks
from tests.features.comparison.contract import as_docx

NOW = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)


def book(document: Document) -> Book:
    pages = len(document.pages)
    return Book("id", document.title, document.format, document.sha256, "/lease", 0.0, pages, document.characters)


@cache
def lease(new: bool) -> Document:
    return reader.parse(Content("lease", as_docx(new), "00"), lambda done, total: None)


def written(first: Document, second: Document) -> WordDocument:
    found = finish(compare(first, second, Cancel()))
    return docx.Document(io.BytesIO(redline.write(ComparedBooks(book(first), book(second), found), NOW)))


def lines(document: Document) -> list[str]:
    return [line for page in document.pages for line in page.text.split("\n") if line]


def decided(document: WordDocument, *, accepted: bool) -> list[str]:
    """The paragraphs that are left: a paragraph whose end goes is one with the next."""
    goes = {qn("w:del"), qn("w:moveFrom")} if accepted else {qn("w:ins"), qn("w:moveTo")}
    kept, open_text = [], ""
    for paragraph in document.element.body.iter(qn("w:p")):
        runs = [run for run in paragraph.iter(qn("w:r")) if run.getparent().tag not in goes]
        open_text += "".join(text.text or "" for run in runs for text in run.iter(qn("w:t"), qn("w:delText")))
        properties = paragraph.find(f"{qn('w:pPr')}/{qn('w:rPr')}")
        if properties is None or not any(mark.tag in goes for mark in properties):
            kept.append(open_text)
            open_text = ""
    return [*kept, open_text] if open_text else kept


def without_numbers(texts: list[str]) -> list[str]:
    return sorted(text.lstrip("0123456789. ") for text in texts)


def test_accepted_it_is_the_second_book_and_rejected_the_first() -> None:
    for old, new in ((False, True), (True, False)):
        document = written(lease(old), lease(new))
        assert sorted(decided(document, accepted=True)) == sorted(lines(lease(new)))
        assert without_numbers(decided(document, accepted=False)) == without_numbers(lines(lease(old)))


def test_changes_have_an_author_a_time_and_numbers_of_their_own() -> None:
    body = written(lease(False), lease(True)).element.body
    tracked = [*body.iter(qn("w:ins"), qn("w:del"), qn("w:moveFrom"), qn("w:moveTo"))]
    assert {(each.get(qn("w:author")), each.get(qn("w:date"))) for each in tracked} == {
        ("Octavo", "2026-11-27T12:00:00Z")
    }
    numbers = [each.get(qn("w:id")) for each in tracked]
    assert len(set(numbers)) == len(numbers)
    (start,), (end,) = (list(body.iter(qn(f"w:moveFromRange{edge}"))) for edge in ("Start", "End"))
    assert start.get(qn("w:name")) == "move1"
    assert start.get(qn("w:id")) == end.get(qn("w:id"))


def test_each_change_says_its_pages() -> None:
    comments = [comment.text for comment in written(lease(False), lease(True)).comments]
    assert comments[0] == "changed, p. 1 → p. 1"
    assert "moved, p. 1 → p. 4" in comments
    assert comments[-1].startswith("12 changes: ")
    assert len(comments) == 13


def test_what_xml_cannot_hold_is_left_out() -> None:
    text = Document("A\x00B", Format.TEXT, "00", lease(False).pages)
    assert written(text, lease(True)).core_properties.title == "AB → Lease of a berth"
