"""The sentences of an answer as another program gets them: each with one verdict, and the page marks beside it."""

from __future__ import annotations

import msgspec

from app.core.conversations.conversation import Answer, BookRef, Citation, CitationState, Ending, Question, Usage
from app.core.conversations.verdict import Evidence, SentenceVerdict, Verdict
from app.features.programs.mcp import tools
from app.features.programs.mcp.text import answer_text, tokens_text

_ASKED = Question("c", "May he?", (BookRef("b"),))
_TEXT = "He pays ten euros [p. 3]. He leaves in May [p. 99]. He sings."
_VERDICTS = (
    SentenceVerdict(0, 25, Verdict.OTHERWISE, (Evidence("b", "Lease", 3, "iii", "He pays nine euros."),)),
    SentenceVerdict(26, 51, Verdict.COMPARE, (Evidence("b", "Lease", 3, "iii", "He left\nin May."),), "99"),
    SentenceVerdict(52, 61, Verdict.NOTHING),
)


def test_other_programs_are_not_told_that_a_silent_server_reused_nothing() -> None:
    usage = Usage(500, 0, 500, 9, tells_reused=False)
    answer = Answer("a", "q", _TEXT, Ending.COMPLETE, "", 0.0, usage=usage)
    described = tools._described(_ASKED, answer, "desk.example")
    assert described.tokens_reused is None
    told = Answer("a", "q", _TEXT, Ending.COMPLETE, "", 0.0, usage=Usage(500, 0, 500, 9))
    assert tokens_text(answer) != tokens_text(told)
    assert tools._described(_ASKED, told, "").tokens_reused == 0


def test_other_programs_get_one_verdict_for_each_sentence() -> None:
    mark = Citation("b", "Lease", 3, "iii", "", CitationState.PAGE, 18, 24)
    answer = Answer("a", "q", _TEXT, Ending.COMPLETE, "", 0.0, citations=(mark,), verdicts=_VERDICTS)
    given = msgspec.to_builtins(tools._described(_ASKED, answer, ""))
    assert given["citations"] == (
        {"start": 18, "end": 24, "document": "Lease", "page": "iii", "number": 3, "quote": ""},
    )
    assert [each["verdict"] for each in given["sentences"]] == [each.verdict for each in _VERDICTS]
    assert given["sentences"][1] == {
        "start": 26,
        "end": 51,
        "text": "He leaves in May [p. 99].",
        "verdict": "compare",
        "reason": "",
        "named": "99",
        "evidence": ({"id": "b", "document": "Lease", "page": "iii", "number": 3, "text": "He left\nin May."},),
    }
    assert answer_text(_ASKED, answer, {}).count("He leaves in May") == 2, "in the answer, and with its verdict"
