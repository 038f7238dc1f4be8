"""What was found out about a citation: each state has words; a cut one has a mark, a colour, and the page’s words."""

from __future__ import annotations

import pytest

from app.cli.answers import print_findings
from app.core.conversation import Answer, BookRef, Citation, CitationState, Ending, Question
from app.ui.chat.citations import colour_state, describe_citation, label_citation
from app.ui.theme import PAPER
from app.wording.citations import count_citations

CUT = Citation("b", "Lease", 3, "3", "agree to it", CitationState.CUT, 0, 6, "did not agree to it")


def test_a_cut_quotation_has_a_mark_words_and_the_colour_of_what_is_near() -> None:
    assert label_citation(CUT, {}) == "p. 3 ⋯"
    assert "did not agree to it" in describe_citation(CUT, {})
    assert count_citations([CUT]) == [(CitationState.CUT, "1 cut")]
    assert colour_state(CitationState.CUT, PAPER) == PAPER.near


def test_a_cut_quotation_on_another_page_names_both() -> None:
    moved = Citation("b", "Lease", 3, "3", "agree to it", CitationState.CUT, 0, 6, "did not agree to it", "9")
    assert label_citation(moved, {}) == "p. 9 → 3 ⋯"


@pytest.mark.parametrize("state", CitationState)
def test_every_state_has_words_in_window_and_terminal(state: CitationState, capsys: pytest.CaptureFixture[str]) -> None:
    citation = Citation("b", "Lease", 3, "3", "agree to it", state, 0, 6, "did not agree to it", "9")
    assert describe_citation(citation, {})
    answer = Answer("a", "q", "It says so.", Ending.COMPLETE, "Scout", 0.0, (citation,))
    print_findings(Question("c", "?", (BookRef("b"),)), answer, {})
    printed = capsys.readouterr().out
    assert "Lease" in printed
    assert ("did not agree to it" in printed) is (
        state in (CitationState.CUT, CitationState.NEAR, CitationState.DIFFERS)
    )
