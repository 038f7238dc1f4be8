"""How much memory a model's KV cache takes; pure arithmetic."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass

from app.core.settings import KvType
from app.engine.architectures import Attention, Geometry

DEFAULT_CONTEXT = 32_768
"""Tokens of context when nobody asked for a number: what a model was trained for, up to this."""

STEP = 1024
"""Tokens; what a context's size is rounded to when one is proposed."""

_CELLS_TOGETHER = 256
"""llama.cpp rounds up both the context and the cache of local layers (llama-context.cpp, llama-kv-cache-iswa.cpp)."""

_BLOCKS = {KvType.F16: (1, 2), KvType.Q8_0: (32, 34), KvType.Q4_0: (32, 18)}
"""Numbers of a block, and its bytes; ggml puts a scale beside 32 quantized ones."""

_SMALLEST_ROTATION = 64

_PATTERNS = {"llama4": 4, "gemma2": 2, "gemma3": 6, "cohere2": 4, "gpt-oss": 2}
"""The last of so many layers is global, the others are local (`load_swa_pattern` in src/models of llama.cpp)."""


@dataclass(frozen=True)
class Shape:
    """What the KV cache of a model depends on; lengths are numbers per head.

    `kv_heads`: one for each layer. `pattern`: the last of so many layers is global; 0: all are, as far as is known.
    """

    kv_heads: tuple[int, ...]
    key_length: int
    value_length: int
    geometry: Geometry
    pattern: int = 0

    def is_local(self, layer: int) -> bool:
        return self.pattern > 0 and layer % self.pattern < self.pattern - 1


def pattern_of(architecture: str, geometry: Geometry) -> int:
    """`Shape.pattern`. A family that is not known counts as global throughout: an upper bound."""
    return _PATTERNS.get(architecture, 0) if geometry.window else 0


def cells(context_tokens: int) -> int:
    """Cells of the cache in a layer that sees everything."""
    return _together(context_tokens)


def local_cells(shape: Shape, context_tokens: int, slice_tokens: int) -> int:
    """Cells of the cache in a local layer: its window and one slice."""
    return _together(min(cells(context_tokens), shape.geometry.window + slice_tokens))


def layer_bytes(shape: Shape, context_tokens: int, kv_type: KvType, slice_tokens: int) -> list[int]:
    """Bytes of the cache of each layer."""
    rows = {
        heads: _row(heads * shape.key_length, kv_type) + _row(heads * shape.value_length, kv_type)
        for heads in set(shape.kv_heads)
    }
    held = {False: cells(context_tokens), True: local_cells(shape, context_tokens, slice_tokens)}
    return [held[shape.is_local(layer)] * rows[heads] for layer, heads in enumerate(shape.kv_heads)]


def kv_bytes(shape: Shape, context_tokens: int, kv_type: KvType, slice_tokens: int) -> int:
    """Bytes of the KV cache. Local layers hold their window and one slice, global ones the whole context.

    Measured to the byte against llama.cpp (tests/engine/test_planner_memory.py).
    """
    return sum(layer_bytes(shape, context_tokens, kv_type, slice_tokens))


def snapshot_bytes(shape: Shape, context_tokens: int, kv_type: KvType, slice_tokens: int) -> int | None:
    """The most bytes of a copy of the local layers, with which one comes back to a place in the sequence
    (`kv.cached_sequence`). 0 where none is ever taken; None where it is not known which layers are local."""
    if shape.geometry.attention is Attention.FULL or context_tokens <= shape.geometry.window:
        return 0
    if not shape.pattern:
        return None
    layers = layer_bytes(shape, context_tokens, kv_type, slice_tokens)
    return sum(size for layer, size in enumerate(layers) if shape.is_local(layer))


def rotations(shape: Shape, kv_type: KvType) -> tuple[int, int]:
    """Sides of the matrices by which keys and values are turned before they are quantized; 0 for none.

    llama-kv-cache.cpp: the largest power of two times 64 that divides a key's length, and 64 for values.
    """

    def side(length: int, *, largest: bool) -> int:
        if kv_type is KvType.F16 or length == 0 or length % _SMALLEST_ROTATION:
            return 0
        found = _SMALLEST_ROTATION
        while largest and length % (2 * found) == 0:
            found *= 2
        return found

    return side(shape.key_length, largest=True), side(shape.value_length, largest=False)


def context_bytes(shape: Shape, context_tokens: int, kv_type: KvType, slice_tokens: int) -> int:
    """Bytes that opening a context takes at least: the KV cache and the attention mask (two bytes a cell)."""
    return kv_bytes(shape, context_tokens, kv_type, slice_tokens) + 2 * cells(context_tokens) * slice_tokens


def largest_context(shape: Shape, memory_bytes: int, kv_type: KvType, slice_tokens: int, trained: int) -> int:
    """The most tokens of context, in whole thousands of 1,024 up to what was trained, that take no more memory."""
    sizes = range(STEP, trained + 1, STEP)
    fitting = bisect_right(sizes, memory_bytes, key=lambda n: context_bytes(shape, n, kv_type, slice_tokens))
    return sizes[fitting - 1] if fitting else 0


def _row(numbers: int, kv_type: KvType) -> int:
    block, block_bytes = _BLOCKS[kv_type]
    return -(-numbers // block) * block_bytes


def _together(tokens: int) -> int:
    return -(-tokens // _CELLS_TOGETHER) * _CELLS_TOGETHER
