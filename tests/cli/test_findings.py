"""The lines under an answer in the terminal: one for each sentence that states something, and what the pages
have."""

from __future__ import annotations

import msgspec
import pytest

from app.cli import ask
from app.cli.answers import describe_answer, print_findings, print_verdicts
from app.core.conversations.conversation import Answer, BookRef, Citation, CitationState, Ending, Question
from app.core.conversations.verdict import Evidence, SentenceVerdict, Unweighed, Verdict
from app.wording.support import nothing_found_words

_ASKED = Question("c", "May he?", (BookRef("b"),))
_NOTHING = nothing_found_words()
_TEXT = "He pays ten euros [p. 3]. He leaves in May [p. 99]. He sings. He may. He can."


def _answer(*verdicts: SentenceVerdict, text: str = "He may.", ending: Ending = Ending.COMPLETE) -> Answer:
    return Answer("a", "q", text, ending, "", 0.0, verdicts=verdicts)


def _of(sentence: str, verdict: Verdict, on_page: str = "", named: str = "") -> SentenceVerdict:
    start = _TEXT.index(sentence)
    evidence = (Evidence("b", "Lease", 3, "iii", on_page),) if on_page else ()
    return SentenceVerdict(start, start + len(sentence), verdict, evidence, named)


_ALL = (
    _of("He pays ten euros [p. 3].", Verdict.OTHERWISE, "He pays nine euros."),
    _of("He leaves in May [p. 99].", Verdict.COMPARE, "He left\nin May.", "99"),
    _of("He sings.", Verdict.VERBATIM, "He sings."),
    _of("He may.", Verdict.SEEMS, "He is allowed to."),
    _of("He can.", Verdict.NOTHING),
)


def _printed(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return [line.strip() for line in capsys.readouterr().out.splitlines() if line]


def test_each_sentence_has_one_line_and_the_last_one_counts(capsys: pytest.CaptureFixture[str]) -> None:
    print_verdicts(_answer(*_ALL, text=_TEXT), {})
    assert _printed(capsys) == [
        "≠ p. iii of Lease says otherwise. “He pays ten euros [p. 3].” The page: “He pays nine euros.”",
        "≈ Close to p. iii of Lease: compare; the answer names p. 99. “He leaves in May [p. 99].”"
        " The page: “He left in May.”",
        "✓ On p. iii of Lease, word for word. “He sings.”",
        "~ p. iii of Lease seems to say this. “He may.”",
        "✗ No page says this. “He can.”",
        "1 word for word · 1 seems so · 1 to compare · 1 says otherwise · 1 not found",
    ]
    print_verdicts(_answer(), {})
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("verdict", list(Verdict))
def test_only_word_for_word_has_a_tick(capsys: pytest.CaptureFixture[str], verdict: Verdict) -> None:
    print_verdicts(_answer(_of("He sings.", verdict, "He sings."), text=_TEXT), {})
    assert ("✓" in capsys.readouterr().out) == (verdict is Verdict.VERBATIM)


def test_the_states_of_page_marks_and_quotations_are_not_told(capsys: pytest.CaptureFixture[str]) -> None:
    marks = tuple(
        Citation("b", "Lease", 3, "3", "He sings.", state, start, start + 6)
        for state, start in zip(CitationState, range(0, 99, 10), strict=False)
    )
    unmarked = Citation("b", "Lease", 3, "3", "He sings.", CitationState.VERIFIED)
    for from_search in (False, True):
        answer = msgspec.structs.replace(_answer(), citations=(*marks, unmarked), from_search=from_search)
        print_findings(_ASKED, answer, {})
        print_verdicts(answer, {})
        told = capsys.readouterr().out
        assert "✓" not in told
        assert "verified" not in told
        described = describe_answer(_ASKED, answer)
        assert described["verdicts"] == []
        assert len(described["citations"]) == len(marks)
        assert described["citations"][1] == {
            "start": 10,
            "end": 16,
            "document": "Lease",
            "page": 3,
            "label": "3",
            "quote": "He sings.",
        }


def test_json_has_one_verdict_for_each_sentence() -> None:
    waiting = SentenceVerdict(0, 25, Verdict.UNWEIGHED, _ALL[0].evidence, reason=Unweighed.WAITING)
    described = describe_answer(_ASKED, _answer(waiting, *_ALL[1:], text=_TEXT))
    assert "sentences" not in described
    first, second, *_others, last = described["verdicts"]
    assert first == {
        "start": 0,
        "end": 25,
        "sentence": "He pays ten euros [p. 3].",
        "verdict": "unweighed",
        "reason": "waiting",
        "named": "",
        "evidence": [{"book_id": "b", "document": "Lease", "page": 3, "label": "iii", "text": "He pays nine euros."}],
    }
    assert (second["verdict"], second["reason"], second["named"]) == ("compare", None, "99")
    assert (last["sentence"], last["verdict"], last["evidence"]) == ("He can.", "nothing", [])


def test_no_sentence_waits_for_a_model_that_is_not_asked() -> None:
    waiting = SentenceVerdict(0, 7, Verdict.UNWEIGHED, _ALL[0].evidence, reason=Unweighed.WAITING)
    shown = ask._unjudged(_answer(waiting, *_ALL)).verdicts
    assert [each.reason for each in shown] == [Unweighed.NO_JUDGE, *[None] * len(_ALL)]
    assert shown[1:] == _ALL


def test_that_nothing_was_found_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    answer = _answer(SentenceVerdict(0, 7, Verdict.NOTHING))
    print_findings(_ASKED, answer, {})
    assert _NOTHING in capsys.readouterr().out
    assert describe_answer(_ASKED, answer)["nothing_found"] is True


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        (Question("c", "May he?"), _answer()),  # of no book
        (_ASKED, _answer(ending=Ending.CANCELLED)),
        (_ASKED, _answer(text="")),
        (_ASKED, _answer(SentenceVerdict(0, 7, Verdict.COMPARE))),
        (_ASKED, _answer(SentenceVerdict(0, 7, Verdict.UNWEIGHED, reason=Unweighed.OTHER_SCRIPT))),
        (_ASKED, Answer("a", "q", "Nothing is near.", Ending.COMPLETE, "", 0.0, from_search=True)),
    ],
)
def test_it_is_not_said_of_what_was_not_asked_or_is_not_whole(
    capsys: pytest.CaptureFixture[str], asked: Question, answer: Answer
) -> None:
    print_findings(asked, answer, {})
    assert _NOTHING not in capsys.readouterr().out
    assert describe_answer(asked, answer)["nothing_found"] is False
