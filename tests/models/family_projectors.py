"""Tiny random vision projectors of the kinds that other families have, for the models of `tests/models/attending.py`.

Names of keys and tensors, and the shapes: `tools/mtmd/clip.cpp`, `clip-impl.h` and `models/` there of llama.cpp.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import gguf
import numpy as np
import numpy.typing as npt
from gguf import VisionProjectorType as Kind

from tests.models.attending import DEEPSTACK, DEEPSTACK_LAYERS, GRID, LOCAL_EYES, SLIDING, WIDTH, write_attending

Tensor: TypeAlias = "tuple[str, npt.NDArray[np.floating]]"

ROW_END = "v.token_embd.img_break"
"""The tensor that ends a row of an image of Pixtral's."""

_INSIDE, _DENSE, _LAYERS, _HEADS = 32, 64, 2, 2
_MERGED = 4 * _INSIDE  # of two by two patches
_TABLE = 1_024  # positions along one side that Gemma 4 has embeddings for


@dataclass(frozen=True)
class Family:
    """A kind of projector and the kind of model that it is tried with. Images are cut into patches of `patch` pixels;
    `side`: pixels that the encoder was made for. `marks`: control tokens around images. `positions`: rows of its table
    of them, -1 for one for each place. `blind`: it does not look at the pixels."""

    kind: str
    model: str
    patch: int
    side: int
    marks: tuple[str, ...]
    add_keys: Callable[[gguf.GGUFWriter], object]
    tensors: Callable[[np.random.Generator, Family], Iterator[Tensor]]
    rms: bool = False
    fused: bool = False
    class_token: bool = False
    positions: int = -1
    blind: bool = False

    @property
    def places(self) -> int:
        """Rows of the table of positions."""
        return (self.side // self.patch) ** 2 + self.class_token if self.positions < 0 else self.positions


def write_family(folder: Path, name: str) -> tuple[Path, Path]:
    """Write the model and the projector of one of FAMILIES. Returns their paths."""
    family = FAMILIES[name]
    model = write_attending(folder / f"{name}.gguf", family.model, marks=family.marks)
    return model, write_projector(folder / f"mmproj-{name}.gguf", family)


def write_projector(path: Path, family: Family) -> Path:
    """Write a projector. Returns `path`."""
    writer = gguf.GGUFWriter(path, "clip")
    writer.add_type(gguf.GGUFType.MMPROJ)
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_F16)
    writer.add_clip_has_vision_encoder(True)
    writer.add_clip_projector_type(family.kind)
    writer.add_vision_image_size(family.side)
    writer.add_vision_patch_size(family.patch)
    writer.add_vision_embedding_length(_INSIDE)
    writer.add_vision_feed_forward_length(_DENSE)
    writer.add_vision_block_count(_LAYERS)
    writer.add_vision_projection_dim(WIDTH)
    writer.add_vision_head_count(_HEADS)
    writer.add_vision_attention_layernorm_eps(1e-5)
    writer.add_vision_image_mean([0.5, 0.5, 0.5])
    writer.add_vision_image_std([0.5, 0.5, 0.5])
    family.add_keys(writer)
    rng = np.random.default_rng(family.patch)
    for name, values in (*_encoder(rng, family), *family.tensors(rng, family)):
        writer.add_tensor(name, values)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def _encoder(rng: np.random.Generator, family: Family) -> Iterator[Tensor]:
    pixels = 3 * family.patch * family.patch
    patch = _random(rng, _INSIDE, pixels).reshape(_INSIDE, 3, family.patch, family.patch)
    yield "v.patch_embd.weight", patch * np.float16(not family.blind)
    if family.places:
        yield "v.position_embd.weight", 0.1 * rng.standard_normal((family.places, _INSIDE)).astype(np.float32)
    if family.class_token:
        yield "v.class_embd", rng.standard_normal(_INSIDE).astype(np.float32)
    for layer in range(_LAYERS):
        block = f"v.blk.{layer}."
        yield from _norm(f"{block}ln1", rms=family.rms)
        yield from _norm(f"{block}ln2", rms=family.rms)
        parts = ("attn_qkv", "attn_out") if family.fused else ("attn_q", "attn_k", "attn_v", "attn_out")
        for part in parts:
            yield from _linear(rng, block + part, 3 * _INSIDE if part == "attn_qkv" else _INSIDE, _INSIDE)
        yield from _linear(rng, f"{block}ffn_up", _DENSE, _INSIDE)
        yield from _linear(rng, f"{block}ffn_down", _INSIDE, _DENSE)


def _two_layers(first: str, second: str, inner: int, width: int) -> Iterator[Tensor]:
    rng = np.random.default_rng(inner)
    yield from _linear(rng, first, inner, inner)
    yield from _linear(rng, second, width, inner)


def _qwen25(rng: np.random.Generator, family: Family) -> Iterator[Tensor]:
    yield "v.patch_embd.weight.1", _random(rng, _INSIDE, 3 * family.patch**2).reshape(_INSIDE, 3, family.patch, -1)
    yield from _norm("v.post_ln", rms=True)
    yield from _two_layers("mm.0", "mm.2", _MERGED, WIDTH)


def _qwen3(rng: np.random.Generator, family: Family) -> Iterator[Tensor]:
    yield "v.patch_embd.weight.1", _random(rng, _INSIDE, 3 * family.patch**2).reshape(_INSIDE, 3, family.patch, -1)
    yield "v.patch_embd.bias", np.zeros(_INSIDE, np.float32)
    yield from _norm("v.post_ln")
    yield from _two_layers("mm.0", "mm.2", _MERGED, WIDTH)
    for layer in range(DEEPSTACK_LAYERS if family.model == DEEPSTACK else 0):
        deepstack = f"v.deepstack.{layer}."
        yield from _norm(f"{deepstack}norm", _MERGED)
        yield from _two_layers(f"{deepstack}fc1", f"{deepstack}fc2", _MERGED, WIDTH)


def _gemma3(rng: np.random.Generator, _family: Family) -> Iterator[Tensor]:
    yield "v.patch_embd.bias", np.zeros(_INSIDE, np.float32)
    yield from _norm("v.post_ln")
    yield "mm.soft_emb_norm.weight", np.ones(_INSIDE, np.float32)
    yield "mm.input_projection.weight", _random(rng, _INSIDE, WIDTH)  # transposed when it is used


def _gemma4(rng: np.random.Generator, _family: Family) -> Iterator[Tensor]:
    yield "mm.input_projection.weight", _random(rng, WIDTH, _INSIDE)
    yield "v.position_embd.weight", 0.1 * rng.standard_normal((2, _TABLE, _INSIDE)).astype(np.float32)


def _pixtral(rng: np.random.Generator, _family: Family) -> Iterator[Tensor]:
    yield ROW_END, rng.standard_normal(WIDTH).astype(np.float32)
    yield "mm.input_norm.weight", np.ones(_INSIDE, np.float32)
    yield "mm.patch_merger.weight", _random(rng, _INSIDE, _MERGED)
    yield from _two_layers("mm.1", "mm.2", _INSIDE, WIDTH)


def _internvl(_rng: np.random.Generator, _family: Family) -> Iterator[Tensor]:
    yield from _norm("mm.model.mlp.0", _MERGED)
    yield from _two_layers("mm.model.mlp.1", "mm.model.mlp.3", _MERGED, WIDTH)


def _idefics3(rng: np.random.Generator, _family: Family) -> Iterator[Tensor]:
    yield "v.patch_embd.bias", np.zeros(_INSIDE, np.float32)
    yield from _norm("v.post_ln")
    yield "mm.model.fc.weight", _random(rng, WIDTH, _MERGED)


def _lfm2(_rng: np.random.Generator, _family: Family) -> Iterator[Tensor]:
    yield "v.patch_embd.bias", np.zeros(_INSIDE, np.float32)
    yield from _norm("v.post_ln")
    yield from _two_layers("mm.1", "mm.2", _MERGED, WIDTH)


def _kimi(_rng: np.random.Generator, _family: Family) -> Iterator[Tensor]:
    yield "v.patch_embd.bias", np.zeros(_INSIDE, np.float32)
    yield from _norm("v.post_ln")
    yield from _norm("mm.input_norm")
    yield from _two_layers("mm.1", "mm.2", _MERGED, WIDTH)


def _norm(name: str, width: int = _INSIDE, *, rms: bool = False) -> Iterator[Tensor]:
    yield f"{name}.weight", np.ones(width, np.float32)
    if not rms:
        yield f"{name}.bias", np.zeros(width, np.float32)


def _linear(rng: np.random.Generator, name: str, rows: int, columns: int) -> Iterator[Tensor]:
    yield f"{name}.weight", _random(rng, rows, columns)
    yield f"{name}.bias", 0.1 * rng.standard_normal(rows).astype(np.float32)


def _random(rng: np.random.Generator, rows: int, columns: int) -> npt.NDArray[np.float16]:
    return (rng.standard_normal((rows, columns)) / math.sqrt(columns)).astype(np.float16)


def _keys(
    *, silu: bool = False, scale: int = 0, merge: int = 0, windows: int = 0, longest: int = 0, tiles: int = 0
) -> Callable[[gguf.GGUFWriter], object]:
    def add(writer: gguf.GGUFWriter) -> None:
        (writer.add_vision_use_silu if silu else writer.add_vision_use_gelu)(True)
        for value, add_it in (
            (scale, writer.add_vision_projector_scale_factor),
            (merge, writer.add_vision_spatial_merge_size),
            (windows, writer.add_vision_n_wa_pattern),
            (longest, writer.add_vision_preproc_image_size),
            (tiles, writer.add_vision_preproc_max_tiles),
        ):
            if value:
                add_it(value)

    return add


_QWEN = ("<|vision_start|>", "<|vision_end|>")
_ROWS = tuple(f"<row_{row}_col_{column}>" for row in range(1, 4) for column in range(1, 4))
_LFM = tuple(f"<|img_row_{row}_col_{column}|>" for row in range(1, 4) for column in range(1, 4))

FAMILIES = {
    "qwen2.5vl": Family(
        Kind.QWEN25VL, GRID, 14, 560, _QWEN, _keys(silu=True, windows=2), _qwen25, rms=True, positions=0
    ),
    "qwen3vl": Family(Kind.QWEN3VL, DEEPSTACK, 16, 256, _QWEN, _keys(merge=2), _qwen3, fused=True),
    "qwen35": Family(Kind.QWEN3VL, "qwen35", 16, 256, _QWEN, _keys(merge=2), _qwen3, fused=True),
    "gemma3": Family(Kind.GEMMA3, SLIDING, 14, 112, ("<start_of_image>", "<end_of_image>"), _keys(), _gemma3),
    "gemma4": Family(Kind.GEMMA4V, LOCAL_EYES, 8, 224, ("<|image>", "<image|>"), _keys(), _gemma4, True, positions=0),
    "pixtral": Family(
        Kind.PIXTRAL, "llama", 14, 560, ("[IMG_END]",), _keys(silu=True, merge=2), _pixtral, rms=True, positions=0
    ),
    "internvl": Family(
        Kind.INTERNVL, "qwen3", 14, 112, ("<img>", "</img>"), _keys(scale=2, tiles=6), _internvl, class_token=True
    ),
    "idefics3": Family(
        Kind.IDEFICS3,
        "llama",
        14,
        112,
        ("<fake_token_around_image>", "<global-img>", *_ROWS),
        _keys(scale=2, longest=224),
        _idefics3,
    ),
    "lfm2": Family(Kind.LFM2, "lfm2", 16, 256, ("<|img_thumbnail|>", *_LFM), _keys(scale=2), _lfm2),
    "kimivl": Family(Kind.KIMIVL, "qwen3", 14, 112, ("<|media_start|>", "<|media_end|>"), _keys(scale=2), _kimi),
}
"""By the names that people know them by. `<|image_start|>` and `<|image_end|>` of LFM2 are among Llama 4's tokens."""
