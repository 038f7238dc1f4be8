"""Files with the true headers of Llama 4 Scout and Maverick, and nothing but holes where their weights would be.

The shapes are those of the configurations that Meta published; which tensor gets which type follows llama.cpp's
quantizer (`llama_tensor_get_type_impl` in llama-quant.cpp), for models of more than eight experts that share keys and
values among four query heads or more. llama.cpp loads these files, with `no_alloc` or without touching the weights.
"""

from __future__ import annotations

import functools
import itertools
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

import gguf
import numpy as np
from gguf import GGMLQuantizationType as Type

from tests.models import llama4, vocabulary
from tests.models.vocabulary import Vocabulary

VOCABULARY = 202_048
MERGES = 439_802
"""All ways to put a token together from two others, as the converter writes them for Llama 4."""

WIDTH = 5_120
LAYERS = 48
HEADS, KV_HEADS, HEAD_SIZE = 40, 8, 128

_ALIGNMENT = 32


@dataclass(frozen=True)
class Shape:
    name: str
    context: int
    experts: int
    moe_step: int
    expert_width: int = 8_192
    dense_width: int = 16_384
    layers: int = LAYERS
    has_rope_factors: bool = False


SCOUT = Shape("Llama 4 Scout 17B 16E Instruct", 10_485_760, 16, 1, has_rope_factors=True)
MAVERICK = Shape("Llama 4 Maverick 17B 128E Instruct", 1_048_576, 128, 2)


@dataclass(frozen=True)
class Mixture:
    """How a quantization mixes types: `file_type` is its number, `most` the type of whatever is not named."""

    file_type: int
    most: Type
    output: Type = Type.Q6_K
    attention_output: Type | None = None
    values: Type | None = None
    down: Type | None = None
    first_values: Type | None = None  # of two layers
    first_down: Type | None = None  # of one layer in sixteen
    more_bits: Type | None = None  # of values and the way down, in the first and last eighth and each third between
    chosen: tuple[tuple[str, Type], ...] = ()  # by who made the file, for tensors of these names

    def type_of(self, name: str, layer: int, layers: int) -> Type:
        for chosen, kind in self.chosen:
            if name == chosen:
                return kind
        match name:
            case "output":
                return self.output
            case "attn_output":
                return self.attention_output or self.most
            case "attn_v" | "attn_qkv" if self.first_values and layer < 2:
                return self.first_values
            case "ffn_down" | "ffn_down_exps" | "ffn_down_shexp" if self.first_down and layer < layers // 16:
                return self.first_down
            case "attn_v" | "attn_qkv" | "ffn_down" | "ffn_down_exps" | "ffn_down_shexp":
                if self.more_bits and _gets_more_bits(layer, layers):
                    return self.more_bits
                return (self.values if name in ("attn_v", "attn_qkv") else self.down) or self.most
        return self.most


def _gets_more_bits(layer: int, layers: int) -> bool:
    return layer < layers // 8 or layer >= 7 * layers // 8 or (layer - layers // 8) % 3 == 2


_EXPERTS = ("ffn_gate_exps", "ffn_up_exps", "ffn_down_exps")
_BESIDE_FEED_FORWARD = (
    *("attn_q", "attn_k", "attn_v", "attn_qkv", "attn_gate", "attn_output"),
    *("ssm_alpha", "ssm_beta", "ssm_out", "ffn_gate_shexp", "ffn_up_shexp", "ffn_down_shexp"),
)

MIXTURES = {
    "Q2_K": Mixture(10, Type.Q2_K, attention_output=Type.Q3_K, values=Type.Q4_K, down=Type.Q3_K),
    "Q3_K_M": Mixture(
        12, Type.Q3_K, attention_output=Type.Q4_K, values=Type.Q4_K, down=Type.Q4_K,
        first_values=Type.Q5_K, first_down=Type.Q5_K,
    ),
    "Q4_K_M": Mixture(15, Type.Q4_K, more_bits=Type.Q6_K),
    "Q5_K_M": Mixture(17, Type.Q5_K, more_bits=Type.Q6_K),
    "Q6_K": Mixture(18, Type.Q6_K),
    "Q8_0": Mixture(7, Type.Q8_0, output=Type.Q8_0),
    "BF16": Mixture(32, Type.BF16, output=Type.BF16),
    "MXFP4": Mixture(38, Type.Q8_0, output=Type.Q8_0, chosen=tuple((name, Type.MXFP4) for name in _EXPERTS)),
    # As ggml-org packs Qwen 3.6 and 3.8: all that every token reads beside the feed-forward network has more bits.
    "Q4_K_M of Qwen": Mixture(15, Type.Q4_K, chosen=tuple((name, Type.Q8_0) for name in _BESIDE_FEED_FORWARD)),
}  # fmt: skip


@dataclass(frozen=True)
class Entry:
    """A tensor: dimensions as in the file, the length of a row first."""

    name: str
    dimensions: tuple[int, ...]
    type: Type
    bytes: int = field(init=False)

    def __post_init__(self) -> None:
        block, block_bytes = gguf.GGML_QUANT_SIZES[self.type]
        count = int(np.prod(self.dimensions, dtype=np.int64))
        object.__setattr__(self, "bytes", count // block * block_bytes)


class _Writer(gguf.GGUFWriter):
    """Puts the words of a vocabulary into bytes once for all files: gguf-py takes 0.7 s for them."""

    def _pack_val(self, val: Any, vtype: Any, add_vtype: bool, sub_type: Any = None) -> bytes:
        if vtype is not gguf.GGUFValueType.ARRAY or not isinstance(val, tuple):
            return bytes(super()._pack_val(val, vtype, add_vtype, sub_type))
        return (self._pack("I", vtype) if add_vtype else b"") + _packed(val)


@functools.lru_cache(8)
def _packed(items: tuple[Any, ...]) -> bytes:
    """An array of texts or of whole numbers, as GGUF has it."""
    if not isinstance(items[0], str):
        return struct.pack(f"<IQ{len(items)}i", gguf.GGUFValueType.INT32, len(items), *items)
    texts = [text.encode("utf-8") for text in items]
    sized = b"".join(part for text in texts for part in (struct.pack("<Q", len(text)), text))
    return struct.pack("<IQ", gguf.GGUFValueType.STRING, len(texts)) + sized


Content: TypeAlias = Callable[[Entry], bytes]
"""A function that gives the beginning of a tensor's data; the rest of them is a hole."""


def all_hole(_entry: Entry) -> bytes:
    """Nothing that is not 0."""
    return b""


def write_header(
    path: Path, shape: Shape = SCOUT, quantization: str = "Q4_K_M", parts: int = 1, content: Content = all_hole
) -> Path:
    """Write a model of that shape without its weights; the file is as large as the model, and takes some MB of disk.

    `parts`: more than one are named as llama.cpp names them, after the stem of `path`. Returns the path of the first.
    """
    entries = list(entries_of(shape, MIXTURES[quantization]))
    share = -(-len(entries) // parts)
    paths = [path]
    if parts > 1:
        paths = [path.with_name(f"{path.stem}-{part:05}-of-{parts:05}.gguf") for part in range(1, parts + 1)]
    for part, file in enumerate(paths):
        writer = _Writer(file, "llama4")
        if part == 0:
            _add_keys(writer, shape, MIXTURES[quantization].file_type)
        if parts > 1:
            writer.add_uint16("split.no", part)
            writer.add_uint16("split.count", parts)
            writer.add_int32("split.tensors.count", len(entries))
        write_holes(writer, file, entries[part * share : (part + 1) * share], content)
    return paths[0]


def write_holes(writer: gguf.GGUFWriter, file: Path, entries: list[Entry], content: Content = all_hole) -> None:
    """Write what `writer` has of `file`, its tensors as holes behind their `content`, and close it."""
    for entry in entries:
        shape = tuple(reversed(entry.dimensions))
        writer.add_tensor_info(entry.name, shape, np.dtype(np.float32), entry.bytes, entry.type)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_ti_data_to_file()
    writer.close()
    offset = _padded(file.stat().st_size)
    with file.open("r+b") as holes:
        for entry in entries:
            holes.seek(offset)
            holes.write(content(entry))
            offset += _padded(entry.bytes)
        holes.truncate(offset)


def _padded(size: int) -> int:
    return -(-size // _ALIGNMENT) * _ALIGNMENT


def entries_of(shape: Shape, mixture: Mixture) -> Iterator[Entry]:
    def matrix(name: str, *dimensions: int, layer: int = 0) -> Entry:
        kind = mixture.type_of(name.rpartition(".")[2], layer, shape.layers)
        return Entry(f"{name}.weight", dimensions, kind)

    def plain(name: str, *dimensions: int) -> Entry:
        return Entry(f"{name}.weight", dimensions, Type.F32)

    yield matrix("output", WIDTH, VOCABULARY)
    yield plain("output_norm", WIDTH)
    if shape.has_rope_factors:
        yield plain("rope_freqs", HEAD_SIZE // 2)
    yield matrix("token_embd", WIDTH, VOCABULARY)
    for layer in range(shape.layers):
        block = f"blk.{layer}."
        yield matrix(block + "attn_k", WIDTH, KV_HEADS * HEAD_SIZE, layer=layer)
        yield plain(block + "attn_norm", WIDTH)
        yield matrix(block + "attn_output", HEADS * HEAD_SIZE, WIDTH, layer=layer)
        yield matrix(block + "attn_q", WIDTH, HEADS * HEAD_SIZE, layer=layer)
        yield matrix(block + "attn_v", WIDTH, KV_HEADS * HEAD_SIZE, layer=layer)
        yield plain(block + "ffn_norm", WIDTH)
        if (layer + 1) % shape.moe_step:
            yield matrix(block + "ffn_down", shape.dense_width, WIDTH, layer=layer)
            yield matrix(block + "ffn_gate", WIDTH, shape.dense_width, layer=layer)
            yield matrix(block + "ffn_up", WIDTH, shape.dense_width, layer=layer)
            continue
        yield plain(block + "ffn_gate_inp", WIDTH, shape.experts)
        for suffix, more in (("exps", (shape.experts,)), ("shexp", ())):
            yield matrix(f"{block}ffn_down_{suffix}", shape.expert_width, WIDTH, *more, layer=layer)
            yield matrix(f"{block}ffn_gate_{suffix}", WIDTH, shape.expert_width, *more, layer=layer)
            yield matrix(f"{block}ffn_up_{suffix}", WIDTH, shape.expert_width, *more, layer=layer)


@functools.cache
def words(count: int = VOCABULARY) -> Vocabulary:
    """A vocabulary of so many tokens. Llama 4's number has as many merges as Llama 4's too: those that no token needs
    join two words, which the pattern before them never lets come together."""
    built = vocabulary.build(llama4.CONTROL, count)
    if count != VOCABULARY:
        return built
    ordinary = built.tokens[-len(built.control) - MERGES // 4 : -len(built.control)]
    pairs = (
        f"{left} {right}" for step in itertools.count(1) for left, right in zip(ordinary, ordinary[step:], strict=False)
    )
    return Vocabulary(
        built.tokens, (*built.merges, *itertools.islice(pairs, MERGES - len(built.merges))), built.control
    )


def _add_keys(writer: gguf.GGUFWriter, shape: Shape, file_type: int) -> None:
    writer.add_type(gguf.GGUFType.MODEL)
    writer.add_name(shape.name)
    writer.add_file_type(file_type)
    writer.add_quantization_version(gguf.GGML_QUANT_VERSION)
    writer.add_context_length(shape.context)
    writer.add_embedding_length(WIDTH)
    writer.add_block_count(shape.layers)
    writer.add_feed_forward_length(shape.dense_width)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(KV_HEADS)
    writer.add_key_length(HEAD_SIZE)
    writer.add_value_length(HEAD_SIZE)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_dimension_count(HEAD_SIZE)
    writer.add_rope_freq_base(500_000.0)
    writer.add_expert_count(shape.experts)
    writer.add_expert_used_count(1)
    writer.add_expert_feed_forward_length(shape.expert_width)
    writer.add_interleave_moe_layer_step(shape.moe_step)
    writer.add_vocab_size(VOCABULARY)
    words().add_to(writer, "llama4", bos=llama4.BEGIN, eos=llama4.END_OF_TURN)
    writer.add_chat_template(llama4.TEMPLATE)
