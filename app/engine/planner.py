"""How much memory a model's context takes; pure arithmetic."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass

from app.core.settings import KvType
from app.engine.desk import Attention, Geometry

DEFAULT_CONTEXT = 32_768
"""Tokens of context when nobody asked for a number: what a model was trained for, up to this."""

LLAMA4_CHUNK = 8192
"""llama.cpp hard-codes Llama 4's chunk (llama-model.cpp); the value in the file is ignored."""

_BYTES_PER_32 = {KvType.F16: 64, KvType.Q8_0: 34, KvType.Q4_0: 18}  # ggml block sizes: 32 numbers and their scale
_STEP = 1024  # tokens; what a context's size is rounded to when one is proposed
_LLAMA4_PATTERN = 4  # three local layers, then one global


@dataclass(frozen=True)
class Shape:
    """What the KV cache of a model depends on; lengths are numbers per head."""

    layers: int
    kv_heads: int
    key_length: int
    value_length: int
    geometry: Geometry


def geometry_of(architecture: str, window: int, recurrent: bool) -> Geometry:
    """How an architecture attends; `window` is llama.cpp's `n_swa`."""
    if recurrent:
        return Geometry(Attention.RECURRENT)
    if architecture == "llama4":
        return Geometry(Attention.CHUNKED, LLAMA4_CHUNK)
    return Geometry(Attention.SLIDING, window) if window else Geometry()


def kv_bytes(shape: Shape, context_tokens: int, kv_type: KvType, slice_tokens: int) -> int:
    """Bytes of the KV cache. Local layers of Llama 4 hold one chunk and one slice, its global ones the whole context.

    For other models with local layers every layer counts as global: an upper bound.
    """
    numbers = shape.kv_heads * (shape.key_length + shape.value_length)
    per_cell = numbers * _BYTES_PER_32[kv_type] // 32
    if shape.geometry.attention is not Attention.CHUNKED:
        return shape.layers * context_tokens * per_cell
    global_layers = shape.layers // _LLAMA4_PATTERN
    local_cells = min(context_tokens, shape.geometry.window + slice_tokens)
    return per_cell * (global_layers * context_tokens + (shape.layers - global_layers) * local_cells)


def context_bytes(shape: Shape, context_tokens: int, kv_type: KvType, slice_tokens: int) -> int:
    """Bytes that opening a context takes at least: the KV cache and the attention mask (two bytes a cell)."""
    return kv_bytes(shape, context_tokens, kv_type, slice_tokens) + 2 * context_tokens * slice_tokens


def largest_context(shape: Shape, memory_bytes: int, kv_type: KvType, slice_tokens: int, trained: int) -> int:
    """The most tokens of context, in whole thousands of 1,024 up to what was trained, that take no more memory."""
    sizes = range(_STEP, trained + 1, _STEP)
    fitting = bisect_right(sizes, memory_bytes, key=lambda n: context_bytes(shape, n, kv_type, slice_tokens))
    return sizes[fitting - 1] if fitting else 0
