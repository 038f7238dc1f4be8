"""The tensors of published models, as llama.cpp's quantizer packs them: what the headers of such files will say.

Shapes are those of the configurations that their makers published. Which tensor gets which type follows the quantizer
(`tests/models/headers.py` has its rules).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from gguf import GGMLQuantizationType as Type

from app.core.model import ModelHeader
from app.models.gguf import header
from app.models.gguf.container import TENSOR_TYPES, Array, GgufContents, Tensor, Value
from tests.models import headers
from tests.models.headers import MIXTURES, Mixture, Shape

_KEYS_BYTES = 6_000_000
"""A vocabulary with its merges, about; what a file has beside its tensors."""


@dataclass(frozen=True)
class Published:
    """A model without Llama 4's peculiarities. `experts_used` 0: it has none. `has_head_norms`, `has_second_norms`:
    Qwen 3's and Gemma 3's."""

    name: str
    architecture: str
    context: int
    layers: int
    width: int
    heads: int
    kv_heads: int
    head_size: int
    feed_forward: int
    vocabulary: int
    pre_tokenizer: str
    tokenizer: str = "gpt2"
    tied: bool = True
    window: int = 0
    experts: int = 0
    experts_used: int = 0
    has_head_norms: bool = False
    has_second_norms: bool = False


QWEN3_4B = Published(
    "Qwen3-4B-Instruct-2507", "qwen3", 262_144, 36, 2_560, 32, 8, 128, 9_728, 151_936, "qwen2", has_head_norms=True
)
QWEN3_30B = Published(
    "Qwen3-30B-A3B-Instruct-2507", "qwen3moe", 262_144, 48, 2_048, 32, 4, 128, 768, 151_936, "qwen2",
    tied=False, experts=128, experts_used=8, has_head_norms=True,
)  # fmt: skip
GEMMA3_4B = Published(
    "Gemma 3 4b It", "gemma3", 131_072, 34, 2_560, 8, 4, 256, 10_240, 262_144, "default", "llama",
    window=1_024, has_head_norms=True, has_second_norms=True,
)  # fmt: skip
SMOLLM2 = Published("SmolLM2 1.7B Instruct", "llama", 8_192, 24, 2_048, 32, 32, 64, 8_192, 49_152, "smollm")


def header_of(shape: Shape | Published, quantization: str) -> ModelHeader:
    """What the header of that model says in that quantization; `file_bytes` is right to a few megabytes."""
    mixture = MIXTURES[quantization]
    if isinstance(shape, Shape):
        keys = _llama4_keys(shape)
        tensors = [_tensor(e.name, e.dimensions, e.type) for e in headers.entries_of(shape, mixture)]
    else:
        keys = _keys(shape)
        tensors = [_tensor(*entry) for entry in _entries(shape, mixture)]
    keys |= {"general.file_type": mixture.file_type, "tokenizer.chat_template": "there is one"}
    file_bytes = sum(tensor.bytes for tensor in tensors) + _KEYS_BYTES
    return header.compose([GgufContents(keys, tuple(tensors), file_bytes, 0)])


def projector_of(name: str, kind: str, entries: list[tuple[str, tuple[int, ...], Type]]) -> ModelHeader:
    """The header of a projector for images, as llama.cpp's converter packs it."""
    tensors = tuple(_tensor(*entry) for entry in entries)
    keys: dict[str, Value] = {
        "general.architecture": "clip",
        "general.name": name,
        "general.file_type": 1,
        "clip.has_vision_encoder": True,
        "clip.projector_type": kind,
    }
    return header.compose([GgufContents(keys, tensors, sum(tensor.bytes for tensor in tensors) + 20_000, 0)])


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
    return projector_of("Llama 4", "llama4", entries)


def gemma3_projector() -> ModelHeader:
    """SigLIP as Gemma 3 uses it. Names: `conversion/gemma.py` of llama.cpp."""
    width, inner, layers = 1_152, 4_304, 27
    entries: list[tuple[str, tuple[int, ...], Type]] = [
        ("v.patch_embd.weight", (14, 14, 3, width), Type.F16),
        ("v.patch_embd.bias", (width,), Type.F32),
        ("v.position_embd.weight", (width, 4_096), Type.F32),
        *_norm("v.post_ln", width),
        ("mm.soft_emb_norm.weight", (width,), Type.F32),
        ("mm.input_projection.weight", (GEMMA3_4B.width, width), Type.F16),
    ]
    for layer in range(layers):
        entries += _encoder_layer(f"v.blk.{layer}.", width, inner)
    return projector_of("Gemma 3 4b It", "gemma3", entries)


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


def _entries(shape: Published, mixture: Mixture) -> Iterator[tuple[str, tuple[int, ...], Type]]:
    """Dimensions as in the file, the length of a row first."""
    query, key = shape.heads * shape.head_size, shape.kv_heads * shape.head_size

    def matrix(name: str, *dimensions: int, layer: int = 0) -> tuple[str, tuple[int, ...], Type]:
        kind = mixture.type_of(name.rpartition(".")[2], layer, shape.layers)
        return f"{name}.weight", dimensions, kind

    def plain(name: str, *dimensions: int) -> tuple[str, tuple[int, ...], Type]:
        return name, dimensions, Type.F32

    embeddings = ("token_embd.weight", (shape.width, shape.vocabulary), mixture.output if shape.tied else mixture.most)
    yield embeddings
    yield plain("output_norm.weight", shape.width)
    if not shape.tied:
        yield matrix("output", shape.width, shape.vocabulary)
    for layer in range(shape.layers):
        block = f"blk.{layer}."
        yield plain(block + "attn_norm.weight", shape.width)
        yield matrix(block + "attn_q", shape.width, query, layer=layer)
        yield matrix(block + "attn_k", shape.width, key, layer=layer)
        yield matrix(block + "attn_v", shape.width, key, layer=layer)
        yield matrix(block + "attn_output", query, shape.width, layer=layer)
        yield plain(block + "ffn_norm.weight", shape.width)
        if shape.has_head_norms:
            yield plain(block + "attn_q_norm.weight", shape.head_size)
            yield plain(block + "attn_k_norm.weight", shape.head_size)
        if shape.has_second_norms:
            yield plain(block + "post_attention_norm.weight", shape.width)
            yield plain(block + "post_ffw_norm.weight", shape.width)
        if not shape.experts:
            yield matrix(block + "ffn_gate", shape.width, shape.feed_forward, layer=layer)
            yield matrix(block + "ffn_up", shape.width, shape.feed_forward, layer=layer)
            yield matrix(block + "ffn_down", shape.feed_forward, shape.width, layer=layer)
            continue
        yield plain(block + "ffn_gate_inp.weight", shape.width, shape.experts)
        for name, rows, columns in (
            ("gate", shape.width, shape.feed_forward),
            ("up", shape.width, shape.feed_forward),
            ("down", shape.feed_forward, shape.width),
        ):
            yield matrix(f"{block}ffn_{name}_exps", rows, columns, shape.experts, layer=layer)


def _tensor(name: str, dimensions: tuple[int, ...], kind: Type) -> Tensor:
    packed = TENSOR_TYPES[kind.value]
    parameters = 1
    for length in dimensions:
        parameters *= length
    return Tensor(name, packed, dimensions, parameters, parameters // packed.block * packed.block_bytes)


def _keys(shape: Published) -> dict[str, Value]:
    family = shape.architecture
    keys: dict[str, Value] = {
        "general.architecture": family,
        "general.type": "model",
        "general.name": shape.name,
        f"{family}.context_length": shape.context,
        f"{family}.embedding_length": shape.width,
        f"{family}.block_count": shape.layers,
        f"{family}.feed_forward_length": shape.feed_forward,
        f"{family}.attention.head_count": shape.heads,
        f"{family}.attention.head_count_kv": shape.kv_heads,
        f"{family}.attention.key_length": shape.head_size,
        f"{family}.attention.value_length": shape.head_size,
        "tokenizer.ggml.model": shape.tokenizer,
        "tokenizer.ggml.pre": shape.pre_tokenizer,
        "tokenizer.ggml.tokens": Array(shape.vocabulary),
    }
    if shape.window:
        keys[f"{family}.attention.sliding_window"] = shape.window
    if shape.experts:
        keys[f"{family}.expert_count"] = shape.experts
        keys[f"{family}.expert_used_count"] = shape.experts_used
        keys[f"{family}.expert_feed_forward_length"] = shape.feed_forward
    return keys


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
