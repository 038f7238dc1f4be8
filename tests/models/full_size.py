"""Scout and Maverick at full size: true headers, and in the place of their weights holes that compute.

What a token brings, what chooses its experts, and one head of each layer's attention are random: so every slice goes
through all experts, keys and values differ from token to token, and logits tell one reading from another. The experts
themselves are holes, whose products are zeros that cost as much as any others. On a disk that is 100 MB.
"""

from __future__ import annotations

import functools
import hashlib
from pathlib import Path

import numpy as np
import numpy.typing as npt
from gguf import GGMLQuantizationType as Type

from tests.models import headers
from tests.models.headers import HEAD_SIZE, SCOUT, WIDTH, Entry, Shape

NAMED_TOKENS = 3_000
"""Tokens, the first ones, whose embeddings and logits are not zero: all bytes and the shorter words."""

_ROW_SPREAD = WIDTH**-0.5

_BLOCK = 256
_Q4_K_DEVIATIONS, _Q4_K_MEAN = 175.0, 7.5
_Q6_K_DEVIATIONS = 1_370.0
"""The deviations and the mean of the numbers in a block of random bits, for a scale of 1; the mean of a q4_K block is
balanced by its second scale."""


def write_full_size(path: Path, shape: Shape = SCOUT, quantization: str = "Q4_K_M", parts: int = 1) -> Path:
    """Write such a model, as large as the true one; `parts` as `headers.write_header` says. Returns `path` or the
    path of the first part."""
    return headers.write_header(path, shape, quantization, parts, _content)


def _content(entry: Entry) -> bytes:
    name = entry.name.removesuffix(".weight").rpartition(".")[2]
    rng = np.random.default_rng(list(hashlib.blake2b(entry.name.encode(), digest_size=8).digest()))
    columns = entry.dimensions[0]
    match name:
        case "output_norm" | "attn_norm" | "ffn_norm" | "rope_freqs":
            return np.ones(columns, np.float32).tobytes()
        case "ffn_gate_inp":
            rows = entry.dimensions[1]
            return np.asarray(rng.standard_normal((rows, columns)) * _ROW_SPREAD * 2, np.float32).tobytes()
        case "token_embd":
            return _random(rng, entry.type, NAMED_TOKENS * columns, 1.0)
        case "output":
            return _random(rng, entry.type, NAMED_TOKENS * columns, 4 * _ROW_SPREAD)
        case "attn_q" | "attn_k" | "attn_v":
            return _random(rng, entry.type, HEAD_SIZE * columns, 3 * _ROW_SPREAD)
        case "attn_output":
            return _random(rng, entry.type, HEAD_SIZE * columns, 3 * _ROW_SPREAD)
    return b""


def _random(rng: np.random.Generator, kind: Type, count: int, spread: float) -> bytes:
    """So many numbers around 0 as blocks of random bits. Layout of a block: `block_q4_K`, `block_q6_K` of
    ggml-common.h. Raises ValueError for other types."""
    blocks = count // _BLOCK
    match kind:
        case Type.Q4_K:
            scale = spread / _Q4_K_DEVIATIONS
            return _joined(rng, blocks, np.array([scale, scale * _Q4_K_MEAN], np.float16), 140, first=True)
        case Type.Q6_K:
            return _joined(rng, blocks, np.array([spread / _Q6_K_DEVIATIONS], np.float16), 208, first=False)
    raise ValueError(kind)


def _joined(rng: np.random.Generator, blocks: int, scales: npt.NDArray[np.float16], rest: int, *, first: bool) -> bytes:
    bits = rng.integers(0, 256, (blocks, rest), np.uint8)
    same = np.tile(scales.view(np.uint8), (blocks, 1))
    return np.hstack((same, bits) if first else (bits, same)).tobytes()


@functools.cache
def plain_words() -> tuple[str, ...]:
    """Words that are one of the named tokens each, with the space before them."""
    tokens = headers.words().tokens[:NAMED_TOKENS]
    return tuple(token[1:] for token in tokens if token[0] == "Ġ" and len(token) > 3)
