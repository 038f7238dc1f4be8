"""A tiny vision projector for the llama4 models: 336 pixels square in, 144 embeddings of their width out.

Names of keys and tensors: `tools/mtmd/clip.cpp` and `clip-impl.h` of llama.cpp, `conversion/llama4.py`.
"""

from __future__ import annotations

import math
from pathlib import Path

import gguf
import numpy as np

from tests.models import llama4

TILE = 336
TOKENS_PER_TILE = 144

_PATCH = 14
_SHUFFLE = 2
_WIDTH = 32
_INNER_WIDTH = 64
_ADAPTER_WIDTH = 64
_LAYERS = 2
_HEADS = 2


def write_projector(path: Path, seed: int = 0) -> Path:
    """Write the projector. Returns `path`."""
    rng = np.random.default_rng([seed, TILE])
    writer = gguf.GGUFWriter(path, "clip")
    _add_header(writer)

    def add(name: str, rows: int, columns: int) -> None:
        writer.add_tensor(name, (rng.standard_normal((rows, columns)) / math.sqrt(columns)).astype(np.float16))

    def add_linear(name: str, rows: int, columns: int) -> None:
        add(name + ".weight", rows, columns)
        writer.add_tensor(name + ".bias", (rng.standard_normal(rows) * 0.1).astype(np.float32))

    def add_norm(name: str) -> None:
        writer.add_tensor(name + ".weight", np.ones(_WIDTH, np.float32))
        writer.add_tensor(name + ".bias", np.zeros(_WIDTH, np.float32))

    patches = (TILE // _PATCH) ** 2
    writer.add_tensor("v.class_embd", rng.standard_normal(_WIDTH).astype(np.float32))
    add("v.patch_embd.weight", _WIDTH, 3 * _PATCH * _PATCH)
    writer.add_tensor("v.position_embd.weight", rng.standard_normal((patches + 1, _WIDTH)).astype(np.float32) * 0.1)
    add_norm("v.pre_ln")
    for layer in range(_LAYERS):
        block = f"v.blk.{layer}."
        add_norm(block + "ln1")
        for part in ("attn_q", "attn_k", "attn_v", "attn_out"):
            add_linear(block + part, _WIDTH, _WIDTH)
        add_norm(block + "ln2")
        add_linear(block + "ffn_up", _INNER_WIDTH, _WIDTH)
        add_linear(block + "ffn_down", _WIDTH, _INNER_WIDTH)
    add_norm("v.post_ln")
    add("mm.model.mlp.1.weight", _ADAPTER_WIDTH, _WIDTH * _SHUFFLE * _SHUFFLE)
    add("mm.model.mlp.2.weight", _ADAPTER_WIDTH, _ADAPTER_WIDTH)
    add("mm.model.fc.weight", llama4.WIDTH, _ADAPTER_WIDTH)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def _add_header(writer: gguf.GGUFWriter) -> None:
    writer.add_type(gguf.GGUFType.MMPROJ)
    writer.add_name("Tiny projector")
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_F16)
    writer.add_clip_has_vision_encoder(True)
    writer.add_clip_projector_type(gguf.VisionProjectorType.LLAMA4)
    writer.add_vision_use_gelu(True)
    writer.add_vision_image_size(TILE)
    writer.add_vision_patch_size(_PATCH)
    writer.add_vision_embedding_length(_WIDTH)
    writer.add_vision_feed_forward_length(_INNER_WIDTH)
    writer.add_vision_block_count(_LAYERS)
    writer.add_vision_projection_dim(llama4.WIDTH)
    writer.add_vision_head_count(_HEADS)
    writer.add_vision_attention_layernorm_eps(1e-5)
    writer.add_vision_image_mean([0.5, 0.5, 0.5])
    writer.add_vision_image_std([0.5, 0.5, 0.5])
    writer.add_vision_projector_scale_factor(_SHUFFLE)
