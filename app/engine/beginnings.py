"""Measures how probable it is that an answer begins with one of a few words, by the logits of its first token."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt

from app.engine.kv.reuse import Tokens


class WordTokenizer(Protocol):
    """The method of a model that is needed to find the first tokens of words."""

    def tokenize(self, text: str, *, special: bool) -> Tokens: ...


class Beginnings:
    """The first tokens of words, however they are written at the beginning of an answer: with a blank or without,
    capitalised or not. A token that several words begin with counts for none."""

    def __init__(self, model: WordTokenizer, words: Sequence[str]) -> None:
        found = [{model.tokenize(form, special=False)[0] for form in _forms(word) if form} for word in words]
        self._tokens = [sorted(own - set().union(*(other for other in found if other is not own))) for own in found]

    def logs(self, logits: npt.NDArray[np.float32]) -> tuple[float, ...]:
        """Return the natural logarithm of each word's probability; minus infinity if no token belongs to that word
        alone."""
        values = logits.astype(np.float64)
        total = _log_sum(values)
        return tuple(_log_sum(values[tokens]) - total if tokens else float("-inf") for tokens in self._tokens)


def _forms(word: str) -> set[str]:
    cased = {word, word.lower(), word.upper(), word.capitalize()}
    return cased | {f" {form}" for form in cased}


def _log_sum(values: npt.NDArray[np.float64]) -> float:
    most = float(np.max(values))
    return most + float(np.log(np.sum(np.exp(values - most))))
