"""Prompt lookup: drafts the tokens that come next when an answer copies what it has read.

The draft is what followed the last few tokens where they came before; the model then verifies all of it in one batch
(Saxena, "Prompt Lookup Decoding", 2023). Nothing is assumed: a drafted token counts only if it is the one that the
sampler chooses from the model's own logits, so the distribution is that of plain decoding.

No smaller model drafts beside it, since that does not pay where Octavo computes on a processor. Measured with a model
of 0.5 B beside one of 1.5 B of the same family (Q4_K_M, two busy cores, 1,200 tokens read; medians of ratios within one
run): the small one agrees with 71% of the tokens of an answer in its own words and with 90% of code. But four guesses
verified at once cost as much as 2.4 tokens written alone, and each guess as much as half a token. With prompt lookup
alone as 1.0, answers in own words come at 0.6 with drafts of four, and at 0.8 with those alone of which the small model
is sure (0.7 and more); code comes at 0.9 and 1.1. Besides, the small model would have to read and hold all books too.

The bindings know multi-token prediction (`LLAMA_CONTEXT_TYPE_MTP`, `load_mtp`), but there was no model with such layers
to measure. Most are recurrent, where a rejected guess cannot be taken back without a copy of the state. On a card,
where verifying costs little, this should be measured again.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from app.engine.architectures import Attention, Geometry
from app.engine.kv.reuse import Tokens

MAX_DRAFT = 16
"""Tokens of the longest draft: the logits of so many more tokens are kept room for."""

_MATCH_TOKENS = (4, 3)
"""So many of the last tokens must have occurred there before; the longer match is preferred."""

_FIRST_DRAFT, _SHORTEST_DRAFT = 4, 2
_TRIALS = 3
_PAUSE_TOKENS = 48
"""After drafts that cost more time than they saved, so many tokens are written without."""

_MEMORY = 0.7  # of the running means
_HASH_BITS, _PLACE = np.uint64(32), np.uint64(0xFFFF_FFFF)
_FACTORS = (0x9E3779B1, 0x85EBCA6B, 0xC2B2AE35)
"""Large odd numbers, so that hashes differ in all their bits."""


class Lookup:
    """Drafts for one answer, and keeps count of whether they pay."""

    def __init__(self, prompt: Tokens) -> None:
        self._prompt = prompt
        self._array = np.frombuffer(prompt, np.int32)
        self._runs: _Runs | None = None  # made when they are first needed
        self._length = _FIRST_DRAFT
        self._expected: int | None = None  # where the copied text goes on
        self._pause = 0
        self._trials = 0
        self._single_s = 0.0
        self._gain = 1.0

    def draft(self, written: Sequence[int], most: int) -> Tokens:
        """Return at most `most` tokens that may follow `written`; none if it copies nothing or drafts do not pay."""
        if self._pause:
            self._pause -= 1
            return array("i")
        length = min(self._length, most, MAX_DRAFT)
        if length < 1 or not self._single_s:
            return array("i")
        start = self._expected
        if start is None or start > len(self._prompt) or self._prompt[start - 1] != written[-1]:
            start = self._find(written)
        self._expected = start
        return array("i") if start is None else _text(self._prompt[start : start + length])

    def note_single(self, seconds: float) -> None:
        """Note how long one token took that was evaluated alone."""
        self._single_s = seconds if not self._single_s else _mean(self._single_s, seconds)
        if self._expected is not None:
            self._expected += 1

    def note_draft(self, drafted: int, accepted: int, seconds: float) -> None:
        """Note that a draft was verified, together with the token before it: `accepted` of its tokens were right."""
        if self._expected is not None:
            self._expected = self._expected + accepted + 1 if accepted == drafted else None
        self._length = min(2 * drafted, MAX_DRAFT) if accepted == drafted else max(_SHORTEST_DRAFT, accepted)
        self._trials += 1
        self._gain = _mean(self._gain, (accepted + 1) * self._single_s / seconds)
        if self._trials >= _TRIALS and self._gain < 1:
            self._pause, self._trials, self._gain, self._length = _PAUSE_TOKENS, 0, 1.0, _FIRST_DRAFT

    def _find(self, written: Sequence[int]) -> int | None:
        """Return the position after the last place in the prompt where the last tokens occur."""
        if len(written) < _MATCH_TOKENS[-1] or len(self._prompt) <= _MATCH_TOKENS[-1]:
            return None
        if self._runs is None:
            self._runs = _Runs(self._prompt)
        found = self._runs.ends(array("i", written[-_MATCH_TOKENS[-1] :]))
        longer = found[found >= _MATCH_TOKENS[0] - 1]
        if len(written) >= _MATCH_TOKENS[0]:
            longer = longer[self._array[longer - _MATCH_TOKENS[-1]] == written[-_MATCH_TOKENS[0]]]
            found = longer if len(longer) else found
        return int(found[-1]) + 1 if len(found) else None


class _Runs:
    """Where each run of three tokens ends in a text, but for one at its very end: something must follow."""

    def __init__(self, text: Tokens) -> None:
        self._text = np.frombuffer(text, np.int32)
        hashes = _hashes(self._text[:-1])
        # Each with its place behind it, as one number: sorting these is faster than sorting places by their hashes.
        self._sorted = np.sort(hashes << _HASH_BITS | np.arange(len(hashes), dtype=np.uint64))

    def ends(self, run: Tokens) -> npt.NDArray[np.intp]:
        """Return the positions of the last token of each such run, ascending."""
        wanted = _hashes(np.frombuffer(run, np.int32))[0] << _HASH_BITS
        first, last = np.searchsorted(self._sorted, np.array([wanted, wanted | _PLACE], np.uint64))
        found = (self._sorted[first:last] & _PLACE).astype(np.intp)
        for step, token in enumerate(run):
            found = found[self._text[found + step] == token]
        return found + (len(run) - 1)


def _hashes(text: npt.NDArray[np.int32]) -> npt.NDArray[np.uint64]:
    """Return a number of 32 bits for each three tokens in a row."""
    tokens = text.view(np.uint32)
    first, second, third = (np.uint32(each) for each in _FACTORS)
    hashes: npt.NDArray[np.uint32] = tokens[:-2] * first + tokens[1:-1] * second + tokens[2:] * third
    return hashes.astype(np.uint64)


def _text(draft: Tokens) -> Tokens:
    """Return the tokens of a draft that come before an image, whose embeddings cannot be drafted."""
    return draft[: next((i for i, token in enumerate(draft) if token < 0), len(draft))]


def room_for_draft(position: int, context_tokens: int, geometry: Geometry) -> int:
    """Return how many tokens may be drafted after the token at `position`, and taken back soundly.

    Never across a chunk's border: evaluating beyond it may overwrite local keys that the way back needs. Models whose
    layers slide or fold the past into a state have no way back at all.
    """
    room = context_tokens - position - 1
    match geometry.attention:
        case Attention.FULL:
            return room
        case Attention.CHUNKED:
            return min(room, geometry.window - position % geometry.window - 1)
        case _:
            return 0


def _mean(before: float, now: float) -> float:
    return _MEMORY * before + (1 - _MEMORY) * now
