"""The memory that a model's KV cache takes; pure arithmetic."""

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

_PATTERNS = {"llama4": 4, "gemma2": 2, "gemma3": 6, "cohere2": 4, "gpt-oss": 2, "muse-glimmer": 4}
"""The last of so many layers is global, the others are local (`load_swa_pattern` in src/models of llama.cpp). It holds
where a file does not say which are."""


@dataclass(frozen=True)
class Shape:
    """The sizes on which the memory that a model needs for what it has read depends; lengths are numbers per head.

    `kv_heads` has one number for each layer; 0 if a layer keeps no keys of its own. `local` tells which layers are
    local; empty if none is, as far as is known. `local_key_length` and `local_value_length` are given if local layers
    have others. `states` are the bytes of what each layer keeps in place of keys, however much was read; empty for
    nothing.
    """

    kv_heads: tuple[int, ...]
    key_length: int
    value_length: int
    geometry: Geometry
    local: tuple[bool, ...] = ()
    local_key_length: int = 0
    local_value_length: int = 0
    states: tuple[int, ...] = ()

    def is_local(self, layer: int) -> bool:
        return bool(self.local) and self.local[layer]

    def lengths(self, local: bool) -> tuple[int, int]:
        """Return the lengths of a key and of a value, in local layers or in the others."""
        if local:
            return self.local_key_length or self.key_length, self.local_value_length or self.value_length
        return self.key_length, self.value_length


def local_layers(architecture: str, geometry: Geometry, layers: int) -> tuple[bool, ...]:
    """Return `Shape.local` by the family's usual pattern. A family that is not known counts as global throughout: an
    upper bound."""
    pattern = _PATTERNS.get(architecture, 0) if geometry.window else 0
    return tuple(layer % pattern < pattern - 1 for layer in range(layers)) if pattern else ()


def cells(context_tokens: int) -> int:
    """Return the cells of the cache in a layer that sees everything."""
    return _together(context_tokens)


def local_cells(shape: Shape, context_tokens: int, slice_tokens: int) -> int:
    """Return the cells of the cache in a local layer: its window and one slice."""
    return _together(min(cells(context_tokens), shape.geometry.window + slice_tokens))


def layer_bytes(shape: Shape, context_tokens: int, kv_type: KvType, slice_tokens: int) -> list[int]:
    """Return the bytes that each layer keeps: keys and values, or a state."""
    held = {False: cells(context_tokens), True: local_cells(shape, context_tokens, slice_tokens)}
    kinds = [(heads, shape.is_local(layer)) for layer, heads in enumerate(shape.kv_heads)]
    sizes = {
        (heads, local): held[local] * sum(_row(heads * length, kv_type) for length in shape.lengths(local))
        for heads, local in set(kinds)
    }
    if not shape.states:
        return [sizes[kind] for kind in kinds]
    return [sizes[kind] + state for kind, state in zip(kinds, shape.states, strict=True)]


def kv_bytes(shape: Shape, context_tokens: int, kv_type: KvType, slice_tokens: int) -> int:
    """Return the bytes of the KV cache. Local layers hold their window and one slice, global ones the whole context.

    Measured to the byte against llama.cpp (tests/engine/test_planner_memory.py).
    """
    return sum(layer_bytes(shape, context_tokens, kv_type, slice_tokens))


def snapshot_bytes(shape: Shape, context_tokens: int, kv_type: KvType, slice_tokens: int) -> int | None:
    """Return the most bytes of a copy of the local layers, with which one comes back to a place in the sequence
    (`kv.cached_sequence`). 0 if none is ever taken; None if it is not known which layers are local."""
    if shape.geometry.attention is Attention.FULL or context_tokens <= shape.geometry.window:
        return 0
    if not shape.local:
        return None
    layers = layer_bytes(shape, context_tokens, kv_type, slice_tokens)
    return sum(size for layer, size in enumerate(layers) if shape.is_local(layer))


def rotations(shape: Shape, kv_type: KvType) -> tuple[int, int]:
    """Return the sides of the matrices by which keys and values are turned before they are quantized; 0 for none.

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
    """Return the bytes that opening a context takes at least: the KV cache and the attention mask."""
    return kv_bytes(shape, context_tokens, kv_type, slice_tokens) + mask_bytes(context_tokens, slice_tokens)


def mask_bytes(context_tokens: int, slice_tokens: int) -> int:
    """Return the bytes of the attention mask of a slice, two for each cell; it is made in main memory wherever the
    cache is."""
    return 2 * cells(context_tokens) * slice_tokens


def largest_context(shape: Shape, memory_bytes: int, kv_type: KvType, slice_tokens: int, trained: int) -> int:
    """Return the most tokens of context, in whole thousands of 1,024 up to what was trained, that take no more
    memory."""
    sizes = range(STEP, trained + 1, STEP)
    fitting = bisect_right(sizes, memory_bytes, key=lambda n: context_bytes(shape, n, kv_type, slice_tokens))
    return sizes[fitting - 1] if fitting else 0


def _row(numbers: int, kv_type: KvType) -> int:
    block, block_bytes = _BLOCKS[kv_type]
    return -(-numbers // block) * block_bytes


def _together(tokens: int) -> int:
    return -(-tokens // _CELLS_TOGETHER) * _CELLS_TOGETHER
