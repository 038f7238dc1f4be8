"""Sequences that are aligned: every match is one, in order, and nothing plain is missed."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from app.features.comparison import alignment
from app.features.comparison.alignment import align


def aligned(first: list[int], second: list[int]) -> int:
    """How many items match; checks that they do."""
    at = there = total = 0
    for match in align(first, second):
        assert match.size > 0
        assert match.first >= at
        assert match.second >= there
        at, there = match.first + match.size, match.second + match.size
        assert first[match.first : at] == second[match.second : there]
        total += match.size
    return total


@given(st.lists(st.integers(0, 5), max_size=60), st.lists(st.integers(0, 5), max_size=60))
def test_every_match_is_one(first: list[int], second: list[int]) -> None:
    aligned(first, second)


def test_a_book_with_a_few_changes_is_aligned_around_them() -> None:
    chance = random.Random(1)
    first = [chance.randrange(5_000) for _ in range(20_000)]
    second = list(first)
    for at in range(500, 20_000, 1_000):
        second[at] = 9_999
    del second[7_000:7_100]
    assert aligned(first, second) == 20_000 - 20 - 100


def test_without_an_anchor_long_sequences_are_aligned_exactly() -> None:
    first, second = [1, 2] * 1_500, [1, 2, 3] * 1_500
    assert len(first) * len(second) > alignment._EXACT
    assert aligned(first, second) == len(first)
