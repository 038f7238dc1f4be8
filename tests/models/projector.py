"""Tiny vision projectors for the llama4 models: Llama 4's kind, 336 pixels square in, 144 embeddings of their width
out, and LLaVA's, for any other model.

Names of keys and tensors: `tools/mtmd/clip.cpp` and `clip-impl.h` of llama.cpp, `conversion/llama4.py`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection
from pathlib import Path

import gguf
import numpy as np

from tests.models import llama4

TILE = 336
TOKENS_PER_TILE = 144
LLAVA_SIDE = 56

_PATCH = 14
_SHUFFLE = 2
_WIDTH = 32
_INNER_WIDTH = 64
_ADAPTER_WIDTH = 64
_LAYERS = 2
_HEADS = 2


def write_projector(
    path: Path, seed: int = 0, *, width: int = llama4.WIDTH, blind: bool = False, without: Collection[str] = ()
) -> Path:
    """Write a projector of Llama 4's kind. `width`: of its embeddings. `blind`: it does not look at the pixels.
    `without`: tensors of the adapter that are left out.

    Returns `path`.
    """
    rng = np.random.default_rng([seed, TILE])
    writer = gguf.GGUFWriter(path, "clip")
    _add_header(writer, gguf.VisionProjectorType.LLAMA4, TILE, width)
    writer.add_vision_projector_scale_factor(_SHUFFLE)
    add = _adder(writer, rng)
    _add_encoder(writer, rng, TILE, patch_gain=0.0 if blind else 1.0)
    writer.add_tensor("v.class_embd", rng.standard_normal(_WIDTH).astype(np.float32))
    _add_norm(writer, "v.pre_ln")
    _add_norm(writer, "v.post_ln")
    adapter = {
        "mm.model.mlp.1.weight": (_ADAPTER_WIDTH, _WIDTH * _SHUFFLE * _SHUFFLE),
        "mm.model.mlp.2.weight": (_ADAPTER_WIDTH, _ADAPTER_WIDTH),
        "mm.model.fc.weight": (width, _ADAPTER_WIDTH),
    }
    for name, shape in adapter.items():
        if name not in without:
            add(name, *shape)
    return _write(writer, path)


def write_llava_projector(path: Path, seed: int = 0) -> Path:
    """A projector of LLaVA's kind: one picture of 56 pixels square, 16 embeddings, no tokens around. Returns `path`."""
    rng = np.random.default_rng([seed, LLAVA_SIDE])
    writer = gguf.GGUFWriter(path, "clip")
    _add_header(writer, "mlp", LLAVA_SIDE, llama4.WIDTH)
    add_linear = _linear_adder(writer, rng)
    _add_encoder(writer, rng, LLAVA_SIDE, convolution=True)
    writer.add_tensor("v.class_embd", rng.standard_normal(_WIDTH).astype(np.float32))
    _add_norm(writer, "v.pre_ln")
    add_linear("mm.0", _ADAPTER_WIDTH, _WIDTH)
    add_linear("mm.2", llama4.WIDTH, _ADAPTER_WIDTH)
    return _write(writer, path)


def _add_encoder(
    writer: gguf.GGUFWriter, rng: np.random.Generator, side: int, *, patch_gain: float = 1.0, convolution: bool = False
) -> None:
    add_linear = _linear_adder(writer, rng)
    patches = (side // _PATCH) ** 2
    patch = rng.standard_normal((_WIDTH, 3 * _PATCH * _PATCH)) * patch_gain / math.sqrt(3 * _PATCH * _PATCH)
    shape = (_WIDTH, 3, _PATCH, _PATCH) if convolution else patch.shape
    writer.add_tensor("v.patch_embd.weight", patch.reshape(shape).astype(np.float16))
    positions = rng.standard_normal((patches + 1, _WIDTH)).astype(np.float32)
    writer.add_tensor("v.position_embd.weight", positions * 0.1)
    for layer in range(_LAYERS):
        block = f"v.blk.{layer}."
        _add_norm(writer, block + "ln1")
        for part in ("attn_q", "attn_k", "attn_v", "attn_out"):
            add_linear(block + part, _WIDTH, _WIDTH)
        _add_norm(writer, block + "ln2")
        add_linear(block + "ffn_up", _INNER_WIDTH, _WIDTH)
        add_linear(block + "ffn_down", _WIDTH, _INNER_WIDTH)


def _adder(writer: gguf.GGUFWriter, rng: np.random.Generator) -> Callable[..., None]:
    def add(name: str, rows: int, columns: int, gain: float = 1.0) -> None:
        matrix = rng.standard_normal((rows, columns)) * gain / math.sqrt(columns)
        writer.add_tensor(name, matrix.astype(np.float16))

    return add


def _linear_adder(writer: gguf.GGUFWriter, rng: np.random.Generator) -> Callable[[str, int, int], None]:
    add = _adder(writer, rng)

    def add_linear(name: str, rows: int, columns: int) -> None:
        add(name + ".weight", rows, columns)
        writer.add_tensor(name + ".bias", (rng.standard_normal(rows) * 0.1).astype(np.float32))

    return add_linear


def _add_norm(writer: gguf.GGUFWriter, name: str) -> None:
    writer.add_tensor(name + ".weight", np.ones(_WIDTH, np.float32))
    writer.add_tensor(name + ".bias", np.zeros(_WIDTH, np.float32))


def _write(writer: gguf.GGUFWriter, path: Path) -> Path:
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def _add_header(writer: gguf.GGUFWriter, kind: str, side: int, width: int) -> None:
    writer.add_type(gguf.GGUFType.MMPROJ)
    writer.add_name("Tiny projector")
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_F16)
    writer.add_clip_has_vision_encoder(True)
    writer.add_clip_projector_type(kind)
    writer.add_vision_use_gelu(True)
    writer.add_vision_image_size(side)
    writer.add_vision_patch_size(_PATCH)
    writer.add_vision_embedding_length(_WIDTH)
    writer.add_vision_feed_forward_length(_INNER_WIDTH)
    writer.add_vision_block_count(_LAYERS)
    writer.add_vision_projection_dim(width)
    writer.add_vision_head_count(_HEADS)
    writer.add_vision_attention_layernorm_eps(1e-5)
    writer.add_vision_image_mean([0.5, 0.5, 0.5])
    writer.add_vision_image_std([0.5, 0.5, 0.5])
