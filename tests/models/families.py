"""Files with the headers of other families' models, small ones, and nothing but holes where their weights would be.

Keys and tensors: `src/models/{llama,qwen2,qwen3,qwen3moe,gemma3}.cpp` of llama.cpp, which loads these files with
`no_alloc`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TypeAlias

import gguf
import numpy as np

from tests.models import llama4, vocabulary

FAMILIES = ("llama", "qwen2", "qwen3", "qwen3moe", "gemma3")

WIDTH, LAYERS, HEADS, KV_HEADS, HEAD_SIZE, DENSE_WIDTH = 1024, 12, 16, 4, 64, 4096
EXPERTS, EXPERTS_USED, EXPERT_WIDTH = 64, 8, 768
CONTEXT, WINDOW = 131_072, 1024

_Entry: TypeAlias = "tuple[str, tuple[int, ...], type[np.floating]]"
_ALIGNMENT = 32


def write_family(path: Path, family: str, template: str = "") -> Path:
    """Write a model of one of FAMILIES, with a chat template if one is named. Returns `path`."""
    words = vocabulary.build(llama4.CONTROL)
    writer = gguf.GGUFWriter(path, family)
    writer.add_context_length(CONTEXT)
    writer.add_embedding_length(WIDTH)
    writer.add_block_count(LAYERS)
    writer.add_feed_forward_length(DENSE_WIDTH)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(KV_HEADS)
    writer.add_key_length(HEAD_SIZE)
    writer.add_value_length(HEAD_SIZE)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_dimension_count(HEAD_SIZE)
    if family == "qwen3moe":
        writer.add_expert_count(EXPERTS)
        writer.add_expert_used_count(EXPERTS_USED)
        writer.add_expert_feed_forward_length(EXPERT_WIDTH)
    if family == "gemma3":
        writer.add_sliding_window(WINDOW)
    writer.add_vocab_size(len(words))
    words.add_to(writer, "llama4", bos=llama4.BEGIN, eos=llama4.END_OF_TURN)
    if template:
        writer.add_chat_template(template)
    holes = 0
    for name, shape, number in _entries(family, len(words)):
        size = int(np.prod(shape)) * np.dtype(number).itemsize
        writer.add_tensor_info(name, shape, np.dtype(number), size)
        holes += size + _ALIGNMENT
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_ti_data_to_file()
    writer.close()
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size + holes)
    return path


def _entries(family: str, tokens: int) -> Iterator[_Entry]:
    """Shapes as numpy has them, the length of a row last."""

    def matrix(name: str, *shape: int) -> _Entry:
        return f"{name}.weight", shape, np.float16

    def vector(name: str, length: int) -> _Entry:
        return name, (length,), np.float32

    query, key = HEADS * HEAD_SIZE, KV_HEADS * HEAD_SIZE
    yield matrix("token_embd", tokens, WIDTH)
    yield matrix("output", tokens, WIDTH)
    yield vector("output_norm.weight", WIDTH)
    for layer in range(LAYERS):
        block = f"blk.{layer}."
        yield vector(block + "attn_norm.weight", WIDTH)
        yield vector(block + "ffn_norm.weight", WIDTH)
        for part, length in (("q", query), ("k", key), ("v", key)):
            yield matrix(f"{block}attn_{part}", length, WIDTH)
            if family == "qwen2":
                yield vector(f"{block}attn_{part}.bias", length)
            if part != "v" and family in ("qwen3", "qwen3moe", "gemma3"):
                yield vector(f"{block}attn_{part}_norm.weight", HEAD_SIZE)
        yield matrix(block + "attn_output", WIDTH, query)
        if family == "gemma3":
            yield vector(block + "post_attention_norm.weight", WIDTH)
            yield vector(block + "post_ffw_norm.weight", WIDTH)
        if family == "qwen3moe":
            yield f"{block}ffn_gate_inp.weight", (EXPERTS, WIDTH), np.float32
            yield matrix(block + "ffn_gate_exps", EXPERTS, EXPERT_WIDTH, WIDTH)
            yield matrix(block + "ffn_up_exps", EXPERTS, EXPERT_WIDTH, WIDTH)
            yield matrix(block + "ffn_down_exps", EXPERTS, WIDTH, EXPERT_WIDTH)
        else:
            yield matrix(block + "ffn_gate", DENSE_WIDTH, WIDTH)
            yield matrix(block + "ffn_up", DENSE_WIDTH, WIDTH)
            yield matrix(block + "ffn_down", WIDTH, DENSE_WIDTH)
