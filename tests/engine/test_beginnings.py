"""Probabilities of the words that an answer may begin with."""

from __future__ import annotations

import math
from array import array

import numpy as np

from app.engine.beginnings import Beginnings


class Letters:
    """One token for each character."""

    def tokenize(self, text: str, *, special: bool) -> array[int]:
        assert not special
        return array("i", map(ord, text))


def logits(**weights: float) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    row = np.full(128, -np.inf, np.float32)
    for letter, weight in weights.items():
        row[ord(letter)] = math.log(weight)
    return row


def test_all_forms_of_a_word_count() -> None:
    yes, no = Beginnings(Letters(), ("yes", "no")).logs(logits(y=3, Y=1, n=4, x=8))
    assert math.isclose(math.exp(yes), 0.25, rel_tol=1e-5)
    assert math.isclose(math.exp(no), 0.25, rel_tol=1e-5)


def test_a_token_that_both_begin_with_counts_for_none() -> None:
    assert Beginnings(Letters(), ("not", "now")).logs(logits(n=1)) == (-math.inf, -math.inf)
