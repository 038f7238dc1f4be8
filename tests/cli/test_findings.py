"""What the terminal says under an answer: what was verified, what is only related, what differs, what was not found."""

from __future__ import annotations

import msgspec
import pytest

from app.cli.answers import describe_answer, print_findings, print_weighed
from app.core.conversation import Answer, BookRef, Citation, CitationState, Ending, Question, Support, WeighedSentence

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


def test_weighed_sentences_say_what_the_page_has(capsys: pytest.CaptureFixture[str]) -> None:
    text = "He pays ten euros. He leaves in May. He sings."
    place = ("b", "Lease", 3, "iii")
    weighed = (
        WeighedSentence(0, 18, Support.OTHERWISE, *place, "He pays nine euros.", 0.1),
        WeighedSentence(19, 36, Support.SUPPORTED, *place, "He goes in May.", 0.9),
        WeighedSentence(37, 46, Support.NOTHING),
    )
    answer = msgspec.structs.replace(_answer(text=text), weighed=weighed)
    print_weighed(answer, {})
    assert [line.strip() for line in capsys.readouterr().out.splitlines() if line] == [
        "≠ Lease, p. iii says otherwise: “He pays ten euros.” The page: “He pays nine euros.”",
        "✓ supported by Lease, p. iii: “He leaves in May.”",
        "? nothing found: “He sings.”",
    ]
    sentences = describe_answer(_ASKED, answer)["sentences"]
    assert [each["support"] for each in sentences] == ["otherwise", "supported", "nothing"]
    assert [each["probability"] for each in sentences] == [0.1, 0.9, None]
    print_weighed(_answer(), {})
    assert capsys.readouterr().out == ""
