"""The token sequence on the desk: what of it can be kept for the next prompt, and how the rest is cut into slices.

Pure arithmetic, no model. A prefix of equal tokens is not enough to continue from: layers with local attention keep
only their last window of keys. `llama_memory_seq_rm` reports success where needed keys are gone, and the answer is
then wrong without an error; so every rollback is decided here.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import TypeAlias

Tokens: TypeAlias = "array[int]"
"""Token ids, C `int`; four bytes each, so that a book of millions of tokens stays small."""


class Attention(StrEnum):
    FULL = "full"  # every layer sees everything
    CHUNKED = "chunked"  # Llama 4: a local layer sees its own chunk only, from (p // window) * window on
    SLIDING = "sliding"  # a local layer sees the last `window` positions
    RECURRENT = "recurrent"  # the past is folded into a state; there is no way back but to the beginning


@dataclass(frozen=True)
class Geometry:
    """How a model attends. `window` in tokens, 0 where there is none."""

    attention: Attention = Attention.FULL
    window: int = 0


@dataclass(frozen=True)
class Plan:
    """Keep positions [0, keep), evaluate [keep, total)."""

    keep: int
    total: int


def plan(held: Tokens, wanted: Tokens, position_min: int, geometry: Geometry) -> Plan:
    """What to keep of the `held` sequence so that `wanted` can be continued soundly.

    `position_min` is the oldest position of which every layer still has its keys, read before anything is removed
    (`Context.position_min`). At least the last token of `wanted` is evaluated, since logits are wanted after it.
    """
    common = min(common_prefix(held, wanted), len(wanted) - 1)
    return Plan(sound_point(common, len(held), position_min, geometry), len(wanted))


def sound_point(position: int, held: int, position_min: int, geometry: Geometry) -> int:
    """The last position, at most `position`, from which decoding gives what a fresh read would give.

    For chunked attention (llama.cpp's `LLAMA_SWA_TYPE_CHUNKED`): a multiple of the window, where the local layers
    begin anew; else a position of whose chunk no key is lost; else the beginning of the chunk.
    """
    if position == held or geometry.attention is Attention.FULL:
        return position
    match geometry.attention:
        case Attention.CHUNKED:
            chunk = position // geometry.window * geometry.window
            return position if position_min <= chunk else chunk
        case Attention.SLIDING:
            return position if position_min <= max(0, position - geometry.window) else 0
        case _:
            return 0


def common_prefix(one: Tokens, other: Tokens) -> int:
    """Length of the longest common prefix; compares blocks at the speed of memcmp."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def slices(start: int, end: int, size: int) -> Iterator[tuple[int, int]]:
    """Cut [start, end) at the multiples of `size`.

    The borders do not depend on `start`: a sequence is evaluated in the same batches whether it was continued or read
    anew. Rounding differs between batch shapes, and routing to experts amplifies that.
    """
    return pairwise([start, *range(start // size * size + size, end, size), end]) if start < end else iter(())
