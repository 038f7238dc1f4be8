"""A short slice that is filled up leaves the context as if it had been evaluated alone."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np

from app.core.settings import KvType
from app.engine.kv.reuse import TILE_TOKENS
from app.engine.llama.llama import LlamaContext, LlamaModel

_SLICE, _SHORT, _CHUNK = 512, 23, 8192
_TOLERANCE = 0.02


def test_filling_leaves_nothing_behind(tiny_scout_quantized: Path) -> None:
    """Beyond a chunk, so that local keys are short: what the filling overwrote would be missed in what follows."""
    rng = random.Random(1)
    tokens = [rng.randrange(300) for _ in range(_CHUNK + 4 * _SLICE)]
    model = LlamaModel(tiny_scout_quantized, -1, lambda _fraction: True)
    contexts = [LlamaContext(model, 16_384, KvType.Q8_0, 2, _SLICE, 9) for _ in range(2)]
    ends = [*range(_SLICE, _CHUNK + 2 * _SLICE + 1, _SLICE)]
    for end in ends:
        contexts[0].decode(tokens[end - _SLICE : end], end - _SLICE, outputs=0)
    with contexts[0].state() as state:
        for context in contexts:  # both hold just what a restore gives
            context.remove_from(0)
            context.set_state(state)
    after_short, after_more, oldest = [], [], []
    for context, filling in zip(contexts, (TILE_TOKENS - _SHORT, 0), strict=True):
        short = ends[-1] + _SHORT
        context.decode(tokens[ends[-1] : short], ends[-1], outputs=3, filling=filling)
        after_short.append(np.stack([context.logits(_SHORT - n).copy() for n in (3, 2, 1)]))
        context.decode(tokens[short : short + 200], short, outputs=1)
        after_more.append(context.logits().copy())
        oldest.append(context.position_min())
        context.close()
    model.close()
    assert np.ptp(after_more[0]) > 100 * _TOLERANCE
    assert np.abs(after_short[0] - after_short[1]).max() < _TOLERANCE
    assert np.abs(after_more[0] - after_more[1]).max() < _TOLERANCE
    assert oldest[0] == oldest[1]
