"""Small models of Qwen 2's kind with a large vocabulary: most of their bytes are what words are looked up in.

They are files with holes where their weights would be, as `tests/models/headers.py` writes them, and load and compute.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import gguf
from gguf import GGMLQuantizationType as Type

from tests.models import llama4
from tests.models.headers import Entry, Mixture, words, write_holes

CONTEXT, LAYERS, WIDTH, DENSE_WIDTH = 32_768, 2, 1_024, 2_816
HEADS, KV_HEADS, HEAD_SIZE = 16, 2, 64


def write_qwen2(path: Path, mixture: Mixture, vocabulary: int, *, tied: bool) -> Path:
    """Write a model of so many tokens. `tied`: its output layer uses the embeddings. Returns `path`."""
    writer = gguf.GGUFWriter(path, "qwen2")
    writer.add_type(gguf.GGUFType.MODEL)
    writer.add_name("Tiny Qwen 2")
    writer.add_file_type(mixture.file_type)
    writer.add_context_length(CONTEXT)
    writer.add_embedding_length(WIDTH)
    writer.add_block_count(LAYERS)
    writer.add_feed_forward_length(DENSE_WIDTH)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(KV_HEADS)
    writer.add_key_length(HEAD_SIZE)
    writer.add_value_length(HEAD_SIZE)
    writer.add_layer_norm_rms_eps(1e-6)
    writer.add_rope_dimension_count(HEAD_SIZE)
    writer.add_vocab_size(vocabulary)
    words(vocabulary).add_to(writer, "qwen2", bos=llama4.BEGIN, eos=llama4.END_OF_TURN)
    writer.add_chat_template(llama4.TEMPLATE)
    write_holes(writer, path, list(_entries(mixture, vocabulary, tied)))
    return path


def _entries(mixture: Mixture, vocabulary: int, tied: bool) -> Iterator[Entry]:
    query, key = HEADS * HEAD_SIZE, KV_HEADS * HEAD_SIZE
    yield Entry("token_embd.weight", (WIDTH, vocabulary), mixture.output if tied else mixture.most)
    if not tied:
        yield Entry("output.weight", (WIDTH, vocabulary), mixture.output)
    yield Entry("output_norm.weight", (WIDTH,), Type.F32)
    for layer in range(LAYERS):
        for name, *shape in (
            ("attn_q", WIDTH, query),
            ("attn_k", WIDTH, key),
            ("attn_v", WIDTH, key),
            ("attn_output", query, WIDTH),
            ("ffn_gate", WIDTH, DENSE_WIDTH),
            ("ffn_up", WIDTH, DENSE_WIDTH),
            ("ffn_down", DENSE_WIDTH, WIDTH),
        ):
            yield Entry(f"blk.{layer}.{name}.weight", tuple(shape), mixture.type_of(name, layer, LAYERS))
        for name, length in (("attn_norm.weight", WIDTH), ("ffn_norm.weight", WIDTH)):
            yield Entry(f"blk.{layer}.{name}", (length,), Type.F32)
        for name, length in (("q", query), ("k", key), ("v", key)):
            yield Entry(f"blk.{layer}.attn_{name}.bias", (length,), Type.F32)
