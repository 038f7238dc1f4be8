"""Compares the logits after a restore with the saved ones. A module of its own, because only the engine loads numpy."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

_BEST = 10

_SAME = (0.001, 0.05)
_OTHER = (0.02, 0.3)
"""The most that `divergence` and `best` may be where the same kernels computed both, and where other ones did.

Measured at one token after 600 to 1,500: the same kernels give the very same logits. llama.cpp's plain kernels against
those for weights that the CPU laid out in another way (repacked, AMX) give at most 0.0025 nats and 0.09 deviations with
real models of 135 million and 1.5 billion parameters (Q4_1, Q4_K_M), though one of their logits may be 0.17 deviations
off. One thread after two, a real model of 1.5 billion parameters and 12,801 tokens: 1.3e-7 nats, 0.095 deviations. A
state that lacks its first quarter gives at least 0.019 and 0.76, that of another text more than 1 of each."""


@dataclass(frozen=True)
class Deviation:
    """The distance of logits from those of before. `divergence` is that of the distributions, in nats
    (Kullback-Leibler, from the earlier to the later one). `best` is the largest deviation of the ten most probable
    tokens of before, in standard deviations of all logits."""

    divergence: float
    best: float

    def is_rounding(self, *, same_kernels: bool) -> bool:
        """Return whether rounding explains the deviation."""
        divergence, best = _SAME if same_kernels else _OTHER
        return self.divergence <= divergence and self.best <= best


def deviation(before: npt.NDArray[np.float32], now: npt.NDArray[np.float32]) -> Deviation:
    """Compare logits, one per token of the vocabulary (n,). Sets of two sizes are infinitely far apart, and so is what
    is no number."""
    if len(before) != len(now) or not (np.isfinite(before).all() and np.isfinite(now).all()):
        return Deviation(np.inf, np.inf)
    first, second = _log_probabilities(before), _log_probabilities(now)
    divergence = float(np.sum(np.exp(first) * (first - second)))
    probable = np.argsort(before)[-_BEST:]
    spread = float(now.std()) or 1.0
    return Deviation(max(0.0, divergence), float(np.max(np.abs(before[probable] - now[probable]))) / spread)


def _log_probabilities(logits: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    shifted = logits.astype(np.float64) - np.max(logits)
    return np.asarray(shifted - np.log(np.exp(shifted).sum()))
