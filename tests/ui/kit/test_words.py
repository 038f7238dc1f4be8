"""The sentences under answers and beside a question that waits, word for word: other tests ask for them by what they
mean."""

from __future__ import annotations

import msgspec
import pytest

from app.core.conversations.conversation import Answer, Ending
from app.core.errors import Code, Problem
from app.ui.kit.words import ending_words, unopened_words, waiting_words
from app.wording.errors import sentence


def _answer(ending: Ending) -> Answer:
    return Answer("a", "q", "Half", ending, "model", 0.0)


@pytest.mark.parametrize(
    ("ending", "said"),
    [
        (Ending.COMPLETE, ""),
        (Ending.CANCELLED, "You stopped this answer."),
        (Ending.CLOSED, "Octavo was closed during this answer."),
        (Ending.OPEN, "Octavo was closed during this answer."),
        (Ending.LENGTH, "This answer was cut off at the length limit."),
        (Ending.FAILED, "This answer was interrupted. You can ask again."),
    ],
)
def test_an_answer_says_how_it_ended_unless_by_itself(ending: Ending, said: str) -> None:
    assert ending_words(_answer(ending)) == said


def test_a_problem_is_told_instead() -> None:
    problem = Problem(Code.ENGINE_CRASHED, {"signal": 9})
    assert ending_words(msgspec.structs.replace(_answer(Ending.FAILED), problem=problem)) == sentence(problem)


@pytest.mark.parametrize(
    ("titles", "waits", "not_sent"),
    [
        (("lease",), "Waiting for “lease”…", "Not sent: “lease” could not be imported."),
        (
            ("lease", "survey"),
            "Waiting for “lease” and “survey”…",
            "Not sent: “lease” and “survey” could not be imported.",
        ),
        (("a", "b", "c"), "Waiting for 3 documents…", "Not sent: 3 documents could not be imported."),
    ],
)
def test_a_question_says_what_it_waits_for(titles: tuple[str, ...], waits: str, not_sent: str) -> None:
    assert (waiting_words(titles), unopened_words(titles)) == (waits, not_sent)
