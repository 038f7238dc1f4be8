"""The words for a citation where there is no verdict: its page, and words known to be there, but no state."""

from __future__ import annotations

import pytest

from app.core.conversations.conversation import Citation, CitationState
from app.ui.chat.text.citations import describe_citation, label_citation


@pytest.mark.parametrize("state", CitationState)
def test_a_label_is_the_page_whatever_was_found_out(state: CitationState) -> None:
    assert label_citation(Citation("b", "Lease", 3, "3", "agree to it", state, 0, 6), {}) == "p. 3"


def test_a_quotation_on_another_page_names_both() -> None:
    moved = Citation("b", "Lease", 3, "3", "agree to it", CitationState.REPAIRED, 0, 6, named="9")
    assert label_citation(moved, {}) == "p. 9 → 3"
    words = "The answer names page 9; page 3 of Lease has these words: “agree to it”."
    assert describe_citation(moved, {}) == words


@pytest.mark.parametrize("state", CitationState)
def test_a_page_is_said_to_have_only_words_that_it_has(state: CitationState) -> None:
    has_page_words = state in (CitationState.NEAR, CitationState.CUT)
    on_page = "did not agree to it" if has_page_words else ""
    said = describe_citation(Citation("b", "Lease", 3, "3", "agree to it", state, 0, 6, on_page), {})
    assert said.startswith("Page 3 of Lease")
    assert ("“agree to it”" in said) is (state in (CitationState.VERIFIED, CitationState.REPAIRED))
    assert ("“did not agree to it”" in said) is has_page_words


def test_a_page_that_does_not_exist_is_said_not_to() -> None:
    missing = Citation("", "Lease", 0, "999", "", CitationState.NOT_FOUND, 0, 6)
    assert describe_citation(missing, {}) == "The answer names page 999, which no document on the desk has."


@pytest.mark.parametrize(
    ("quote", "said"),
    [
        ("Nobody asks.", "“Nobody asks.”"),
        ("Who asks?", "“Who asks?”"),
        ("“Nobody.”", "““Nobody.””"),
        ("Nobody asks", "“Nobody asks”."),
    ],
)
def test_a_sentence_that_is_quoted_ends_once(quote: str, said: str) -> None:
    citation = Citation("b", "Lease", 3, "3", quote, CitationState.VERIFIED, 0, 6)
    assert describe_citation(citation, {}) == f"Page 3 of Lease: {said}"
    moved = Citation("b", "Lease", 3, "3", quote, CitationState.REPAIRED, 0, 6, named="9")
    assert describe_citation(moved, {}).endswith(f" has these words: {said}")
