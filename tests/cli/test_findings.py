"""What the terminal says under an answer: what was verified, what is only related, what differs, what was not found."""

from __future__ import annotations

import pytest

from app.cli.answers import describe_answer, print_findings
from app.core.conversation import Answer, BookRef, Citation, CitationState, Ending, Question

_ASKED = Question("c", "May he?", (BookRef("b"),))


def _answer(*citations: Citation, text: str = "He may.", ending: Ending = Ending.COMPLETE) -> Answer:
    return Answer("a", "q", text, ending, "", 0.0, citations)


def test_each_finding_says_no_more_than_is_known(capsys: pytest.CaptureFixture[str]) -> None:
    answer = _answer(
        Citation("b", "Lease", 3, "3", "The Tenant pays.", CitationState.VERIFIED, 0, 2),
        Citation("b", "Lease", 4, "4", "The Tenant pays.", CitationState.RELATED),
        Citation("b", "Lease", 5, "5", "He pays ten.", CitationState.DIFFERS, on_page="He pays nine."),
        Citation("", "Lease / Letters", 0, "6", "", CitationState.PAGE, 0, 2),
    )
    print_findings(_ASKED, answer, {})
    assert [line.strip() for line in capsys.readouterr().out.splitlines() if line] == [
        "✓ Lease, p. 3: verified: these words are on this page “The Tenant pays.”",
        "→ Lease, p. 4: most related page, only by shared words; it says “The Tenant pays.”",
        "≠ Lease, p. 5: differs: the page says “He pays nine.”, the answer “He pays ten.”",
        "· Lease / Letters, p. 6: named by the answer, which does not say which of these books it means",
    ]
    assert describe_answer(_ASKED, answer)["nothing_found"] is False


def test_that_nothing_was_found_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    answer = _answer(Citation("b", "Lease", 3, "3", "He may not.", CitationState.NOT_FOUND, 0, 2))
    print_findings(_ASKED, answer, {})
    assert "Nothing about this was found in the books." in capsys.readouterr().out
    assert describe_answer(_ASKED, answer)["nothing_found"] is True


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        (Question("c", "May he?"), _answer()),  # of no book
        (_ASKED, _answer(ending=Ending.CANCELLED)),
        (_ASKED, _answer(text="")),
        (_ASKED, Answer("a", "q", "Nothing is near.", Ending.COMPLETE, "", 0.0, from_search=True)),
    ],
)
def test_it_is_not_said_of_what_was_not_asked_or_is_not_whole(
    capsys: pytest.CaptureFixture[str], asked: Question, answer: Answer
) -> None:
    print_findings(asked, answer, {})
    assert "Nothing about this was found in the books" not in capsys.readouterr().out
    assert describe_answer(asked, answer)["nothing_found"] is False
