"""The tensors of published models, as llama.cpp's quantizer packs them: what the headers of such files will say.

Shapes are those of the configurations that their makers published. Which tensor gets which type follows the quantizer
(`tests/models/headers.py` has its rules).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from gguf import GGMLQuantizationType as Type

from app.core.model import ModelHeader
from app.models.gguf import header
from app.models.gguf.container import TENSOR_TYPES, Array, GgufContents, Tensor, Value
from tests.models import headers
from tests.models.headers import MIXTURES, Mixture, Shape
from tests.models.layers import Experts, Part, Published, State, layer_of, outside

_KEYS_BYTES = {"gemma4": 15_800_000, "qwen35": 11_000_000, "qwen35moe": 11_000_000, "gpt-oss": 13_000_000}
_USUAL_KEYS_BYTES = 6_000_000
"""The bytes that a file has beside its tensors, about: a vocabulary with its merges."""


QWEN3_4B = Published("Qwen3-4B-Instruct-2507", "qwen3", 262_144, 36, 2_560, 32, 8, 128, 9_728, 151_936, "qwen2")
QWEN3_30B = Published(
    "Qwen3-30B-A3B-Instruct-2507", "qwen3moe", 262_144, 48, 2_048, 32, 4, 128, 768, 151_936, "qwen2",
    tied=False, experts=Experts(128, 8, 768),
)  # fmt: skip
SMOLLM2 = Published("SmolLM2 1.7B Instruct", "llama", 8_192, 24, 2_048, 32, 32, 64, 8_192, 49_152, "smollm")


def _qwen35(
    name: str, layers: int, width: int, heads: int, feed_forward: int, value_heads: int, **more: Any
) -> Published:
    """Every fourth layer attends, the others keep the state of a gated delta net."""
    state = State(4, 128, 128 * value_heads, value_heads, 16)
    attending = tuple(range(3, layers, 4))
    values: dict[str, Any] = {"kv_heads": 4, "architecture": "qwen35", "tied": False} | more
    return Published(
        name=name, context=262_144, layers=layers, width=width, heads=heads, head_size=256, feed_forward=feed_forward,
        vocabulary=248_320, pre_tokenizer="qwen35", state=state, attending=attending, **values,
    )  # fmt: skip


QWEN35_4B = _qwen35("Qwen3.5-4B", 32, 2_560, 16, 9_216, 32, tied=True)
QWEN35_9B = _qwen35("Qwen3.5-9B", 32, 4_096, 16, 12_288, 32)
QWEN38_27B = _qwen35("Qwen3.8-27B", 64, 5_120, 24, 17_408, 48)
QWEN36_35B = _qwen35(
    "Qwen3.6-35B-A3B", 40, 2_048, 16, 512, 32, architecture="qwen35moe", kv_heads=2, experts=Experts(256, 8, 512, 512)
)


def _gemma4(name: str, layers: int, width: int, heads: int, feed_forward: int, window: int, **more: Any) -> Published:
    values = {"context": 262_144} | more
    return Published(
        name=name, architecture="gemma4", layers=layers, width=width, heads=heads, head_size=512, local_head_size=256,
        feed_forward=feed_forward, vocabulary=262_144, pre_tokenizer="gemma4", tokenizer="gemma4", window=window,
        local_pattern=6, **values,
    )  # fmt: skip


GEMMA4_E4B = _gemma4(
    "Gemma 4 E4B It", 42, 2_560, 8, 10_240, 512, context=131_072, kv_heads=2, per_layer=256, sharing=18
)
GEMMA4_12B = _gemma4("Gemma 4 12B It", 48, 3_840, 16, 15_360, 1_024, kv_heads=1, local_kv_heads=8)
GEMMA4_26B = _gemma4(
    "Gemma 4 26B A4B It", 30, 2_816, 16, 2_112, 1_024, kv_heads=2, local_kv_heads=8, experts=Experts(128, 8, 704)
)
GEMMA4_31B = _gemma4("Gemma 4 31B It", 60, 5_376, 32, 21_504, 1_024, kv_heads=4, local_kv_heads=16)

GPT_OSS_20B = Published(
    "Gpt Oss 20b", "gpt-oss", 131_072, 24, 2_880, 64, 8, 64, 2_880, 201_088, "gpt-4o",
    tied=False, window=128, local_pattern=2, experts=Experts(32, 4, 2_880),
)  # fmt: skip
GPT_OSS_120B = replace(GPT_OSS_20B, name="Gpt Oss 120b", layers=36, experts=Experts(128, 4, 2_880))
MUSE_GLIMMER = Published(
    "Muse-Glimmer-30B", "muse-glimmer", 131_072, 52, 6_656, 32, 2, 128, 19_968, 202_048, "muse-glimmer",
    tied=False, window=2_048, local_pattern=4,
)  # fmt: skip
MISTRAL_SMALL = Published(
    "Mistral-Small-3.2-24B-Instruct-2506",
    "llama",
    131_072,
    40,
    5_120,
    32,
    8,
    128,
    32_768,
    131_072,
    "tekken",
    tied=False,
)
GRANITE4_TINY = Published(
    "Granite 4.0 H Tiny", "granitehybrid", 1_048_576, 40, 1_536, 12, 4, 128, 512, 100_352, "dbrx",
    experts=Experts(64, 6, 512, 1_024), state=State(4, 128, 3_072, 48, 1), attending=(5, 15, 25, 35),
)  # fmt: skip


def header_of(shape: Shape | Published, quantization: str, file_bytes: int = 0) -> ModelHeader:
    """Return the header of that model in that quantization. `file_bytes`: of the published file, to which weights are
    fitted, since its maker may have chosen other types for some; 0: computed, right to a few megabytes."""
    mixture = MIXTURES[quantization]
    if isinstance(shape, Shape):
        keys = _llama4_keys(shape) | _common_keys(mixture)
        tensors = [_tensor(e.name, e.dimensions, e.type) for e in headers.entries_of(shape, mixture)]
    else:
        keys = keys_of(shape, quantization)
        tensors = [_tensor(*entry) for entry in entries_of(shape, mixture)]
    keys_bytes = _KEYS_BYTES.get(str(keys["general.architecture"]), _USUAL_KEYS_BYTES)
    computed = sum(tensor.bytes for tensor in tensors)
    if file_bytes:
        fit = (file_bytes - keys_bytes) / computed
        tensors = [tensor._replace(bytes=int(tensor.bytes * fit)) for tensor in tensors]
    size = file_bytes or computed + keys_bytes
    return header.compose([GgufContents(keys, tuple(tensors), size, 0)])


def keys_of(shape: Published, quantization: str) -> dict[str, Value]:
    return _keys(shape) | _common_keys(MIXTURES[quantization])


def _common_keys(mixture: Mixture) -> dict[str, Value]:
    return {"general.file_type": mixture.file_type, "tokenizer.chat_template": "there is one"}


def projector_of(name: str, kind: str, size_bytes: int) -> ModelHeader:
    """The header of a projector of which nothing but its size is known; what it takes depends on nothing else."""
    tensor = _tensor("v.unknown", (size_bytes,), Type.I8)
    return header.compose([GgufContents(_projector_keys(name, kind), (tensor,), size_bytes, 0)])


def _projector_keys(name: str, kind: str) -> dict[str, Value]:
    return {
        "general.architecture": "clip",
        "general.name": name,
        "general.file_type": 1,
        "clip.has_vision_encoder": True,
        "clip.projector_type": kind,
    }


def llama4_projector() -> ModelHeader:
    """That of Scout and Maverick, whose encoders have the same shape. Names: `conversion/llama4.py` of llama.cpp."""
    width, inner, layers = 1_408, 5_632, 34
    entries: list[tuple[str, tuple[int, ...], Type]] = [
        ("v.class_embd", (width,), Type.F32),
        ("v.patch_embd.weight", (588, width), Type.F16),
        ("v.position_embd.weight", (width, 577), Type.F32),
        *_norm("v.pre_ln", width),
        *_norm("v.post_ln", width),
        ("mm.model.mlp.1.weight", (4 * width, 4_096), Type.F16),
        ("mm.model.mlp.2.weight", (4_096, 4_096), Type.F16),
        ("mm.model.fc.weight", (4_096, headers.WIDTH), Type.F16),
    ]
    for layer in range(layers):
        entries += _encoder_layer(f"v.blk.{layer}.", width, inner)
    tensors = tuple(_tensor(*entry) for entry in entries)
    size_bytes = sum(tensor.bytes for tensor in tensors) + 20_000
    return header.compose([GgufContents(_projector_keys("Llama 4", "llama4"), tensors, size_bytes, 0)])


def _encoder_layer(block: str, width: int, inner: int) -> Iterator[tuple[str, tuple[int, ...], Type]]:
    for name in ("attn_q", "attn_k", "attn_v", "attn_out"):
        yield f"{block}{name}.weight", (width, width), Type.F16
        yield f"{block}{name}.bias", (width,), Type.F32
    yield f"{block}ffn_up.weight", (width, inner), Type.F16
    yield f"{block}ffn_up.bias", (inner,), Type.F32
    yield f"{block}ffn_down.weight", (inner, width), Type.F16
    yield f"{block}ffn_down.bias", (width,), Type.F32
    yield from _norm(f"{block}ln1", width)
    yield from _norm(f"{block}ln2", width)


def _norm(name: str, width: int) -> list[tuple[str, tuple[int, ...], Type]]:
    return [(f"{name}.weight", (width,), Type.F32), (f"{name}.bias", (width,), Type.F32)]


def entries_of(shape: Published, mixture: Mixture) -> Iterator[tuple[str, tuple[int, ...], Type]]:
    for part in outside(shape):
        tied = shape.tied and part.name in ("token_embd.weight", "per_layer_token_embd.weight")
        yield _packed(part, mixture, "output" if tied else part.name.removesuffix(".weight"), 0, shape.layers)
    parts = [(layer, part) for layer in range(shape.layers) for part in layer_of(shape, layer)]
    values = [part.name for _layer, part in parts if part.name in _VALUES]
    seen = 0
    for layer, part in parts:
        name = part.name.removesuffix(".weight")
        # The quantizer counts values by themselves, since some layers have none.
        place, places = (seen, len(values)) if part.name in _VALUES else (layer, shape.layers)
        seen += part.name in _VALUES
        packed = _packed(part, mixture, name, place, places)
        yield f"blk.{layer}.{part.name}", *packed[1:]


_VALUES = ("attn_v.weight", "attn_qkv.weight")
_INSTEAD = {Type.Q3_K: Type.Q4_0, Type.Q4_K: Type.Q5_0, Type.Q5_K: Type.Q5_1, Type.Q6_K: Type.Q8_0}
"""For rows that are not whole blocks of 256 numbers (`tensor_type_fallback` in llama-quant.cpp)."""


def _packed(part: Part, mixture: Mixture, name: str, place: int, places: int) -> tuple[str, tuple[int, ...], Type]:
    if part.plain:
        return part.name, part.dimensions, Type.F32
    if name == "per_layer_model_proj":
        return part.name, part.dimensions, Type.BF16
    kind = mixture.type_of(name, place, places)
    if part.dimensions[0] % TENSOR_TYPES[kind.value].block:
        kind = _INSTEAD[kind]
    return part.name, part.dimensions, kind


def _tensor(name: str, dimensions: tuple[int, ...], kind: Type) -> Tensor:
    packed = TENSOR_TYPES[kind.value]
    parameters = math.prod(dimensions)
    return Tensor(name, packed, dimensions, parameters, parameters // packed.block * packed.block_bytes)


def _keys(shape: Published) -> dict[str, Value]:
    family, layers = shape.architecture, range(shape.layers)
    kv_heads = [shape.kv_heads_of(layer) if shape.attends(layer) else 0 for layer in layers]
    in_keys = family == "granitehybrid" or shape.local_kv_heads
    keys: dict[str, Value] = {
        "context_length": shape.context,
        "embedding_length": shape.width,
        "block_count": shape.layers,
        "feed_forward_length": shape.feed_forward,
        "attention.head_count": shape.heads,
        "attention.head_count_kv": Array(shape.layers, tuple(kv_heads)) if in_keys else shape.kv_heads,
        "attention.key_length": shape.head_size,
        "attention.value_length": shape.head_size,
    }
    if shape.window:
        keys["attention.sliding_window"] = shape.window
    if shape.local_head_size:
        keys["attention.key_length_swa"] = keys["attention.value_length_swa"] = shape.local_head_size
        keys["attention.sliding_window_pattern"] = Array(shape.layers, tuple(map(shape.is_local, layers)))
        keys["attention.shared_kv_layers"] = shape.sharing
        keys["embedding_length_per_layer_input"] = shape.per_layer
    if shape.experts:
        keys["expert_count"] = shape.experts.count
        keys["expert_used_count"] = shape.experts.used
        keys["expert_feed_forward_length"] = shape.experts.width
        if shape.experts.shared_width:
            keys["expert_shared_feed_forward_length"] = shape.experts.shared_width
    return {
        "general.architecture": family,
        "general.type": "model",
        "general.name": shape.name,
        **{f"{family}.{name}": value for name, value in (keys | _state_keys(shape)).items()},
        "tokenizer.ggml.model": shape.tokenizer,
        "tokenizer.ggml.pre": shape.pre_tokenizer,
        "tokenizer.ggml.tokens": Array(shape.vocabulary),
    }


def _state_keys(shape: Published) -> dict[str, Value]:
    state = shape.state
    if state is None:
        return {}
    return {
        "ssm.conv_kernel": state.kernel,
        "ssm.state_size": state.size,
        "ssm.inner_size": state.inner,
        "ssm.time_step_rank": state.heads,
        "ssm.group_count": state.groups,
    }


def _llama4_keys(shape: Shape) -> dict[str, Value]:
    return {
        "general.architecture": "llama4",
        "general.type": "model",
        "general.name": shape.name,
        "llama4.context_length": shape.context,
        "llama4.embedding_length": headers.WIDTH,
        "llama4.block_count": shape.layers,
        "llama4.feed_forward_length": shape.dense_width,
        "llama4.attention.head_count": headers.HEADS,
        "llama4.attention.head_count_kv": headers.KV_HEADS,
        "llama4.attention.key_length": headers.HEAD_SIZE,
        "llama4.attention.value_length": headers.HEAD_SIZE,
        "llama4.expert_count": shape.experts,
        "llama4.expert_used_count": 1,
        "llama4.expert_feed_forward_length": shape.expert_width,
        "llama4.interleave_moe_layer_step": shape.moe_step,
        "tokenizer.ggml.model": "gpt2",
        "tokenizer.ggml.pre": "llama4",
        "tokenizer.ggml.tokens": Array(headers.VOCABULARY),
    }
