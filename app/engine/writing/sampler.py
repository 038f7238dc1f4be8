"""Chooses the next token from a model's logits, as a person's settings say.

The chain is llama.cpp's in its usual order: repeat penalty, top-k, top-p, min-p, temperature, and a draw
(`src/llama-sampler.cpp`). llama.cpp's own makes a candidate of each token of the vocabulary first, and without top-k it
sorts them all: with 202,048 tokens that costs between 0.3 and 18 ms a token. Here whole arrays are looked at without a
candidate for each, and the same token comes out: the same seed draws the same numbers (std::mt19937).
"""

from __future__ import annotations

import math
import secrets
from collections import Counter, deque
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import numpy.typing as npt

from app.core.errors import AppError, Code
from app.core.settings import Sampling

Floats = npt.NDArray[np.float32]
Ids = npt.NDArray[np.intp]

_PENALTY_TOKENS = 64
_MAX_SEED = 0xFFFF_FFFE  # the largest that settings allow
_GROUPS = 8
"""So many groups of tokens for each one that is wanted: few more tokens than wanted reach the bound that they give."""
_MIN_GROUPS = 512
_BLOCK = 512
_FEW, _STRIDE = 1024, 16
LEFT_OUT = 2.0**-24
"""The tokens that are left out of a sum of weights have less than this share of it together: as much as rounding."""
_NOTHING = 104.0
"""In single precision, e to the power of minus that is 0."""
_STEP = 4.0
"""By so much, as a logit, the bound falls until the tokens above it have the share that top-p asks for."""


class Sampler:
    """One answer's choices. It remembers the last tokens for the repeat penalty, and where its random numbers are."""

    def __init__(self, settings: Sampling) -> None:
        self._settings = settings
        self._random = _Uniform(secrets.randbelow(_MAX_SEED) if settings.seed is None else settings.seed)
        self._last: deque[int] = deque(maxlen=_PENALTY_TOKENS)
        self._counts: Counter[int] = Counter()
        self._scratch = np.zeros(0, np.float32)

    def choose(self, logits: Floats) -> int:
        """Choose the next token by logits, one per token of the vocabulary, which are afterwards as they were.

        It is not taken into account for the next ones before `accept`. Raises AppError MODEL_FAILED where a logit is no
        number.
        """
        with self._penalised(logits):
            return self._draw_from_all(logits) if self._is_open else self._draw(*self._candidates(logits))

    def accept(self, token: int) -> None:
        """Take a token into account that was written, wherever it was chosen."""
        if self._settings.repeat_penalty == 1:
            return
        if len(self._last) == _PENALTY_TOKENS:
            oldest = self._last[0]
            self._counts[oldest] -= 1
            if not self._counts[oldest]:
                del self._counts[oldest]
        self._last.append(token)
        self._counts[token] += 1

    # ---- which tokens may be chosen

    @property
    def _is_open(self) -> bool:
        """True if any token may be drawn."""
        chosen = self._settings
        return bool(chosen.temperature) and not chosen.top_k and chosen.top_p >= 1 and not chosen.min_p

    @contextmanager
    def _penalised(self, logits: Floats) -> Iterator[None]:
        """Make the last tokens less probable for a while: those above 0 are divided, the others multiplied.

        This is done in place, since they are few, and a copy of all others would cost as much as the choice.
        """
        if not self._counts:
            yield
            return
        recent = np.fromiter(self._counts, np.intp, len(self._counts))
        values, penalty = logits[recent], np.float32(self._settings.repeat_penalty)
        logits[recent] = np.where(values <= 0, values * penalty, values / penalty)
        try:
            yield
        finally:
            logits[recent] = values

    def _candidates(self, logits: Floats) -> tuple[Ids, Floats]:
        """Return the tokens that may be drawn with their logits, in llama.cpp's order: the most probable first; with
        neither top-k nor top-p, as in the vocabulary."""
        chosen = self._settings
        if not chosen.temperature:
            best = int(np.argmax(logits))
            _check(logits[best])
            return np.array([best], np.intp), logits[best : best + 1]
        total = 0.0
        if chosen.top_k:
            ids = most_probable(logits, chosen.top_k)
        else:
            most = np.max(logits)
            _check(most)
            if chosen.top_p < 1:
                ids, total = self._nucleus(logits, most)
            else:
                ids = np.flatnonzero(logits >= self._least(most))
        values = logits[ids]
        if chosen.top_p < 1:
            weights = np.exp(values - values[0])
            reached = np.cumsum(weights / np.float32(total or weights.sum()), dtype=np.float32)
            values = values[: int(np.searchsorted(reached, np.float32(chosen.top_p))) + 1]
        if chosen.min_p and (chosen.top_k or chosen.top_p < 1):
            values = values[values >= self._least(values[0])]
        return ids[: len(values)], values

    def _least(self, most: np.float32) -> np.float32:
        """Return the smallest logit that min-p leaves."""
        share = self._settings.min_p
        return most + np.float32(math.log(share)) if share else np.float32(-np.inf)

    def _nucleus(self, logits: Floats, most: np.float32) -> tuple[Ids, float]:
        """Return at least the tokens that top-p and min-p leave of all, the most probable first; and the weight of all,
        where that of the most probable is 1."""
        bound, least = most, max(self._least(most), most - np.float32(_NOTHING))
        total = self.total_weight(logits, most)
        while True:
            bound = max(bound - np.float32(_STEP), least)
            ids = np.flatnonzero(logits >= bound)
            enough = np.exp(logits[ids] - most).sum() > self._settings.top_p * total
            if enough or bound <= least or len(ids) == len(logits):
                return _sorted(logits, ids), total

    def total_weight(self, logits: Floats, most: np.float32) -> float:
        """Return the weight of all tokens, where that of the most probable one, whose logit is `most`, is 1."""
        return float(self._weights(logits, most)[1].sum())

    # ---- the draw

    def _draw(self, ids: Ids, values: Floats) -> int:
        """Draw one of the candidates."""
        if not self._settings.temperature:
            return int(ids[0])
        share = self._random.next()
        warm = values / np.float32(self._settings.temperature)
        reached = np.cumsum(np.exp(warm - np.max(warm)), dtype=np.float64)
        return int(ids[min(int(np.searchsorted(reached, share * reached[-1])), len(ids) - 1)])

    def _draw_from_all(self, logits: Floats) -> int:
        """Draw any token whose probability counts: first a block of them by its weight, then one in it."""
        share = self._random.next()
        most = np.max(logits)
        _check(most)
        ids, weights = self._weights(logits, most, self._settings.temperature)
        whole = len(weights) // _BLOCK * _BLOCK
        blocks = np.append(weights[:whole].reshape(-1, _BLOCK).sum(axis=1), weights[whole:].sum())
        reached = np.cumsum(blocks, dtype=np.float64)
        wanted = share * reached[-1]
        block = int(np.searchsorted(reached, wanted))
        inside = np.cumsum(weights[block * _BLOCK : (block + 1) * _BLOCK], dtype=np.float64)
        found = int(np.searchsorted(inside, wanted - (reached[block - 1] if block else 0.0)))
        # A block's weight is a rounded sum: what is beyond the end of it means its last token that can be drawn.
        drawn = block * _BLOCK + min(found, int(np.searchsorted(inside, inside[-1])))
        return drawn if ids is None else int(ids[drawn])

    def _weights(self, logits: Floats, most: np.float32, temperature: float = 1.0) -> tuple[Ids | None, Floats]:
        """Return the tokens whose probabilities count, in the vocabulary's order, None for all; and their weights: 1
        for the most probable token, whose logit is `most`."""
        warmth = np.float32(temperature)
        ids = counting(logits, most, temperature)
        values = logits if ids is None else logits[ids]
        if len(self._scratch) < len(values):
            self._scratch = np.empty_like(logits)
        weights = self._scratch[: len(values)]
        if temperature != 1:
            np.divide(values, warmth, out=weights)
            values, most = weights, most / warmth
        np.subtract(values, most, out=weights)
        return ids, np.exp(weights, out=weights)


class _Uniform:
    """std::mt19937 and std::uniform_real_distribution<double>(0, 1), which llama.cpp draws with."""

    def __init__(self, seed: int) -> None:
        self._bits = np.random.RandomState(seed)

    def next(self) -> float:
        """Return the next number in [0, 1), of 64 random bits (std::generate_canonical)."""
        share = int.from_bytes(self._bits.bytes(8), "little") / 2**64
        return share if share < 1 else math.nextafter(1, 0)


def counting(logits: Floats, most: np.float32, temperature: float) -> Ids | None:
    """Return the tokens whose probabilities count, ascending; None for all, if about half of them do or more.

    All others together have less than 2^-24 of the probability. `most` is the largest logit.
    """
    least = most - np.float32(temperature * math.log(len(logits) / LEFT_OUT))
    some = logits[::_STRIDE]
    return np.flatnonzero(logits >= least) if 2 * np.count_nonzero(some >= least) < len(some) else None


def most_probable(logits: Floats, count: int) -> Ids:
    """Return the `count` tokens of the largest logits, the largest first; of equal ones those of the lower numbers.

    Raises AppError MODEL_FAILED where one is no number.
    """
    size = len(logits) // max(_MIN_GROUPS, _GROUPS * count)
    if size < 2:
        _check(np.max(logits))
        return _sorted(logits, np.arange(len(logits)))[:count]
    # The largest of each group: `count` of these are tokens, so none that is wanted is below the smallest of them.
    largest = np.maximum.reduceat(logits, np.arange(0, len(logits), size))
    _check(np.max(largest))
    bound = np.partition(largest, -count)[-count]
    ids = (np.flatnonzero(largest >= bound)[:, None] * size + np.arange(size)).ravel()
    ids = ids[: np.searchsorted(ids, len(logits))]
    return _sorted(logits, ids[logits[ids] >= bound])[:count]


def _sorted(logits: Floats, ids: Ids) -> Ids:
    """Sort tokens: the most probable first, of equal ones the lower number. Each logit, as a number whose order is the
    reverse, and the token's behind it are sorted as one."""
    if len(ids) <= _FEW:
        return ids[np.argsort(-logits[ids], kind="stable")]
    bits = (np.float32(0) - logits[ids]).view(np.uint32)
    keys = np.where(bits >> 31, ~bits, bits | np.uint32(1 << 31)).astype(np.uint64)
    return (np.sort(keys << np.uint64(32) | ids.astype(np.uint64)) & np.uint64(0xFFFF_FFFF)).astype(np.intp)


def _check(largest: np.floating) -> None:
    """Refuse logits that are no numbers, by the largest of them: it is NaN if one of them is. Raises AppError
    MODEL_FAILED."""
    if not np.isfinite(largest):
        raise AppError(Code.MODEL_FAILED, path="", detail=f"logits: {largest}")
