"""Exports with stand-ins: no name and no number is left in any format, and nothing else is changed."""

from __future__ import annotations

import io
import re
import zipfile

import pytest

from app.core.conversations.conversation import Answer, BookRef, Citation, CitationState, Ending, StoredQuestion, Turn
from app.core.conversations.verdict import Evidence, SentenceVerdict, Verdict
from app.core.documents.document import Book, Format
from app.export import docx, html, markdown
from app.export.references import Tone
from app.export.report import Report, compose
from app.features.pseudonyms.data import NamedKind, Pseudonym
from app.features.pseudonyms.export import texts_of, with_stand_ins
from app.features.pseudonyms.stand_ins import Replacer

_SMITH = Pseudonym(1, NamedKind.PERSON, "John Smith", "[Person 1]")
_BORN = Pseudonym(2, NamedKind.BIRTH_DATE, "4 Mar 1970", "[Date of birth 1]")
_REPLACER = Replacer([_SMITH, _BORN])
_BOOK = Book("b", "Lease of John Smith", Format.PDF, "5" * 64, "/cases/John Smith.pdf", 0.0, 61, 0)
_TEXT = "**John Smith** pays [p. 9], see `John Smith`."


def _without(text: str) -> str:
    return _REPLACER.replaced(text)[0]


@pytest.fixture
def report() -> Report:
    question = StoredQuestion("q", "c", None, "Does John Smith pay?", (BookRef("b"),), 0.0)
    at = _TEXT.index("[p. 9]")
    quoted = Citation("b", _BOOK.title, 9, "9", "John Smith pays", CitationState.VERIFIED, at, at + 6)
    evidence = Evidence("b", _BOOK.title, 9, "9", "John Smith pays, if he can.")
    verdict = SentenceVerdict(0, len(_TEXT), Verdict.COMPARE, (evidence,))
    answer = Answer("a", "q", _TEXT, Ending.COMPLETE, "Scout", 0.0, (quoted,), verdicts=(verdict,))
    return compose("About John Smith", (Turn(question, answer),), {"b": _BOOK})


def test_all_that_it_says_is_replaced(report: Report) -> None:
    assert any("John Smith" in text for text in texts_of(report))
    made = with_stand_ins(report, _without)
    assert not any("Smith" in text for text in texts_of(made))
    assert made.head.documents[0].sha256 == "5" * 64
    assert made.references[0].words.startswith(
        "Close to p. 9 of Lease of [Person 1]: compare. The page: “[Person 1] pays"
    )
    assert made.sentences[0].finding.tone is Tone.NEAR
    with zipfile.ZipFile(io.BytesIO(docx.write(made, lambda *_: b""))) as archive:
        inside = "".join(archive.read(name).decode("utf-8", "replace") for name in archive.namelist())
    for written in (markdown.write(made, lambda _: ""), html.write(made, lambda _: ""), inside):
        assert "Smith" not in written
        assert re.search(r"\\?\[Person 1\\?\]", written) is not None
