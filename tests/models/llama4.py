"""Tiny models of the llama4 architecture: random, but with everything that makes Scout and Maverick special.

Chunked and global attention take turns, the experts are chosen top-1, and the header promises ten million tokens.
Names of keys and tensors, and the shapes: `src/models/llama4.cpp` of llama.cpp.

The weights are random where that is useful, and arranged where pure chance would make tests weak:

- Some channels of the residual stream (`_Channels`) belong to the token alone: no layer writes to them. The router
  reads only there. Which expert a token gets therefore never hangs on a rounding error, and logits that should be equal
  differ by rounding alone. (With a random router, one token in eight jumps by several logits between batch sizes.)
- Queries and keys read only there too, so that a rounding error in one layer cannot turn the attention of the next.
  Values read everything. Global attention is sharp, and one local head prefers the last few tokens: where a part of
  the context is missing or wrong, the logits differ by tenths to several units.
- One channel is the same for every token. It serves the output as a bias: control tokens are out of reach, so that an
  answer goes on for as long as a test wants; characters that print are more probable than others.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import gguf
import numpy as np
import numpy.typing as npt

from tests.models import vocabulary
from tests.models.vocabulary import Vocabulary

Matrix: TypeAlias = npt.NDArray[np.floating]

CHUNK = 8192
"""Tokens that a local layer sees together; llama.cpp has it built in for this architecture."""

TRAINED_CONTEXT = 10_485_760
WIDTH = 64
LAYERS = 8

BEGIN = "<|begin_of_text|>"
END_OF_TEXT = "<|end_of_text|>"
END_OF_TURN = "<|eot|>"
END_OF_MESSAGE = "<|eom|>"
PADDING = "<|finetune_right_pad|>"
CONTROL = (
    BEGIN,
    END_OF_TEXT,
    "<|header_start|>",
    "<|header_end|>",
    END_OF_MESSAGE,
    END_OF_TURN,
    "<|step|>",
    "<|python_start|>",
    "<|python_end|>",
    PADDING,
    "<|image_start|>",
    "<|image_end|>",
    "<|tile_x_separator|>",
    "<|tile_y_separator|>",
    "<|image|>",
    "<|patch|>",
)
"""The special tokens of Llama 4 that Octavo meets, in the order of their ids there."""

TEMPLATE = (
    "{{ bos_token }}"
    "{% for message in messages %}"
    "{{ '<|header_start|>' + message.role + '<|header_end|>\\n\\n' + message.content | trim + '<|eot|>' }}"
    "{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|header_start|>assistant<|header_end|>\\n\\n' }}{% endif %}"
)

_LOGIT_SPREAD = 1.0
_ROUTE_GAIN = 0.5
_SCORE_SPREAD = 20.0
"""So wide that a few keys take it all. llama.cpp on a CPU sums an f16 cache's values in f16 when it decodes fewer than
64 tokens at once, and thousands of equal shares then lose digits that the logits show."""

_IDENTITY_WIDTH = 16
_GLOBAL_GAIN = 2.0
_LOCAL_GAIN = 0.6
_FORWARD_GAIN = 0.5
_RECENCY = 1.5
_RECENCY_PAIRS = 11
"""Rotating pairs of a head of 64 that turn fast enough to tell near from far: the slowest of them in 460 tokens."""

_NORM_EPSILON = 1e-5
_ROPE_BASE = 500_000.0
_ENDING_EVERY = 17
"""With `ends_with`, that token follows one ordinary token in so many, if it is letters or digits."""


@dataclass(frozen=True)
class _Shape:
    name: str
    experts: int
    moe_step: int
    expert_width: int
    head_size: int
    heads: int = 2
    dense_width: int = 128
    layers: int = LAYERS
    quantized_experts: bool = False
    says_bos: bool = True
    tokens: int = 0

    @property
    def normalizes_keys(self) -> bool:
        """llama.cpp tells Maverick, which does not normalize queries and keys, by its 128 experts."""
        return self.experts != 128

    def is_moe(self, layer: int) -> bool:
        return (layer + 1) % self.moe_step == 0

    @staticmethod
    def is_global(layer: int) -> bool:
        return layer % 4 == 3


@dataclass(frozen=True)
class _Channels:
    """Who uses which channel of the residual stream, in this order.

    The constant, the ending, the route to an expert and the token's identity are written by the embedding alone.
    """

    route_width: int

    @classmethod
    def of(cls, shape: _Shape) -> _Channels:
        return cls(int(math.log2(shape.experts)))

    @property
    def route(self) -> slice:
        return slice(2, 2 + self.route_width)

    @property
    def identity(self) -> slice:
        return slice(2 + self.route_width, self.first_content)

    @property
    def first_content(self) -> int:
        return 2 + self.route_width + _IDENTITY_WIDTH

    @property
    def content_width(self) -> int:
        return WIDTH - self.first_content


def write_scout(
    path: Path,
    seed: int = 0,
    *,
    head_size: int = 64,
    heads: int = 2,
    layers: int = LAYERS,
    expert_width: int = 64,
    ends_with: str = "",
    quantized_experts: bool = False,
    says_bos: bool = True,
    tokens: int = 0,
) -> Path:
    """Write a model of Scout's kind: 16 experts, each layer a mixture. Returns `path`.

    `head_size`: 32 and more work with every type of KV cache, 16 reads long prompts faster and works with f16 alone.
    `heads`: 1 makes a long context half as slow.
    `layers`: 4 are the fewest that have a global one, and take half of the time.
    `expert_width`: 20,480 and 16 layers make a file of two gigabytes.
    `ends_with`: the end token that one in some tens of tokens brings; empty: none is within reach of any sampler.
    `quantized_experts`: they are q4_0, which llama.cpp may lay out anew for a CPU.
    `says_bos`: the key `add_bos_token`, which converters leave out that do not read the post-processor of
    tokenizer.json.
    `tokens`: of the vocabulary; 202,048 make a file of 52 MB and more. 0: some hundred.
    """
    shape = _Shape(
        "Tiny Scout",
        16,
        1,
        expert_width,
        head_size,
        heads=heads,
        layers=layers,
        quantized_experts=quantized_experts,
        says_bos=says_bos,
        tokens=tokens,
    )
    return _write(path, seed, shape, ends_with)


def write_maverick(path: Path, seed: int = 0, *, head_size: int = 64) -> Path:
    """Write a model of Maverick's kind: 128 experts in every second layer, the others dense. Returns `path`."""
    return _write(path, seed, _Shape("Tiny Maverick", 128, 2, 32, head_size))


def _write(path: Path, seed: int, shape: _Shape, ends_with: str = "") -> Path:
    words = vocabulary.build(CONTROL, shape.tokens)
    writer = gguf.GGUFWriter(path, "llama4")
    _add_header(writer, shape, words)
    rng = np.random.default_rng([seed, shape.experts, shape.head_size])
    channels = _Channels.of(shape)
    _add_ends(writer, rng, channels, words, ends_with)
    for layer in range(shape.layers):
        _add_attention(writer, rng, shape, channels, layer)
        _add_feed_forward(writer, rng, shape, channels, layer)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def _add_header(writer: gguf.GGUFWriter, shape: _Shape, words: Vocabulary) -> None:
    writer.add_type(gguf.GGUFType.MODEL)
    writer.add_name(shape.name)
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_F16)
    writer.add_context_length(TRAINED_CONTEXT)
    writer.add_embedding_length(WIDTH)
    writer.add_block_count(shape.layers)
    writer.add_feed_forward_length(shape.dense_width)
    writer.add_head_count(shape.heads)
    writer.add_head_count_kv(1)
    writer.add_key_length(shape.head_size)
    writer.add_value_length(shape.head_size)
    writer.add_layer_norm_rms_eps(_NORM_EPSILON)
    writer.add_rope_dimension_count(shape.head_size)
    writer.add_rope_freq_base(_ROPE_BASE)
    writer.add_expert_count(shape.experts)
    writer.add_expert_used_count(1)
    writer.add_expert_feed_forward_length(shape.expert_width)
    writer.add_interleave_moe_layer_step(shape.moe_step)
    writer.add_vocab_size(len(words))
    words.add_to(writer, "llama4", bos=BEGIN, eos=END_OF_TURN)
    writer.add_pad_token_id(words.control[PADDING])
    if shape.says_bos:
        writer.add_add_bos_token(True)
    writer.add_chat_template(TEMPLATE)


def _add_ends(
    writer: gguf.GGUFWriter, rng: np.random.Generator, channels: _Channels, words: Vocabulary, ends_with: str
) -> None:
    """The embedding and the output of every token."""
    ordinary = len(words) - len(words.control)
    embedding = rng.standard_normal((len(words), WIDTH))
    embedding[:, 0] = 1.0
    embedding[:, 1] = [1.0 if _may_end(words, token) else 0.0 for token in range(ordinary)] + [0.0] * len(words.control)
    embedding[:, channels.route] = rng.choice((-1.0, 1.0), embedding[:, channels.route].shape)
    output = rng.standard_normal((len(words), WIDTH)) * _LOGIT_SPREAD / math.sqrt(channels.content_width)
    output[:, : channels.first_content] = 0.0
    output[:ordinary, 0] = [0.0 if _prints(words, token) else -6.0 for token in range(ordinary)]
    output[ordinary:, 0] = -60.0
    if ends_with:
        output[words.control[ends_with], 1] = 120.0
    writer.add_tensor("token_embd.weight", _matrix(embedding))
    writer.add_tensor("output_norm.weight", np.ones(WIDTH, np.float32))
    writer.add_tensor("output.weight", _matrix(output))


def _prints(words: Vocabulary, token: int) -> bool:
    return all(byte == 0x0A or 0x20 <= byte < 0x7F for byte in words.bytes_of(token))


def _may_end(words: Vocabulary, token: int) -> bool:
    return token % _ENDING_EVERY == 0 and words.bytes_of(token).strip().isalnum()


def _add_attention(
    writer: gguf.GGUFWriter, rng: np.random.Generator, shape: _Shape, channels: _Channels, layer: int
) -> None:
    size = shape.head_size
    # What no layer writes to shrinks in the norm as the residual stream grows, by about one unit of variance a layer.
    growth = math.sqrt(1 + layer)
    query = np.zeros((shape.heads * size, WIDTH))
    query[:, channels.identity] = _random(rng, shape.heads * size, _IDENTITY_WIDTH) * growth
    key = np.zeros((size, WIDTH))
    key[:, channels.identity] = _random(rng, size, _IDENTITY_WIDTH) * growth
    if shape.is_global(layer) or not shape.normalizes_keys:
        # Products of queries and keys, divided by the root of the head size, get this spread.
        query *= math.sqrt(_SCORE_SPREAD)
        key *= math.sqrt(_SCORE_SPREAD)
    if not shape.is_global(layer):
        # The same vector in each query and each key, through the constant channel: it scores by distance alone.
        recent = _recency(rng, size) * _RECENCY * growth
        query[:size, 0] += recent
        key[:, 0] += recent
    gain = _GLOBAL_GAIN if shape.is_global(layer) else _LOCAL_GAIN
    name = f"blk.{layer}."
    writer.add_tensor(name + "attn_norm.weight", np.ones(WIDTH, np.float32))
    writer.add_tensor(name + "attn_q.weight", _matrix(query))
    writer.add_tensor(name + "attn_k.weight", _matrix(key))
    writer.add_tensor(name + "attn_v.weight", _matrix(_random(rng, size, WIDTH)))
    writer.add_tensor(name + "attn_output.weight", _matrix(_writing(rng, channels, shape.heads * size, gain)))


def _recency(rng: np.random.Generator, size: int) -> Matrix:
    """A vector [size] of the length of a random one, all of it in the pairs that rotate fast."""
    pairs = _RECENCY_PAIRS * size // 64
    angles = rng.uniform(0, 2 * math.pi, pairs)
    vector = np.zeros(size)
    vector[: 2 * pairs] = np.stack((np.cos(angles), np.sin(angles)), axis=1).ravel()
    return vector * math.sqrt(size / pairs)


def _add_feed_forward(
    writer: gguf.GGUFWriter, rng: np.random.Generator, shape: _Shape, channels: _Channels, layer: int
) -> None:
    name = f"blk.{layer}."
    writer.add_tensor(name + "ffn_norm.weight", np.ones(WIDTH, np.float32))
    if not shape.is_moe(layer):
        writer.add_tensor(name + "ffn_gate.weight", _matrix(_random(rng, shape.dense_width, WIDTH)))
        writer.add_tensor(name + "ffn_up.weight", _matrix(_random(rng, shape.dense_width, WIDTH)))
        writer.add_tensor(name + "ffn_down.weight", _matrix(_writing(rng, channels, shape.dense_width, _FORWARD_GAIN)))
        return
    width = shape.expert_width
    writer.add_tensor(name + "ffn_gate_inp.weight", _router(rng, shape, channels))
    for kind in ("gate", "up"):
        experts = [_matrix(_random(rng, width, WIDTH)) for _ in range(shape.experts)]
        _add_experts(writer, shape, name + f"ffn_{kind}_exps.weight", np.stack(experts))
        writer.add_tensor(name + f"ffn_{kind}_shexp.weight", _matrix(_random(rng, width, WIDTH)))
    experts = [_matrix(_writing(rng, channels, width, _FORWARD_GAIN)) for _ in range(shape.experts)]
    _add_experts(writer, shape, name + "ffn_down_exps.weight", np.stack(experts))
    writer.add_tensor(name + "ffn_down_shexp.weight", _matrix(_writing(rng, channels, width, _FORWARD_GAIN)))


def _add_experts(writer: gguf.GGUFWriter, shape: _Shape, name: str, experts: npt.NDArray[np.float16]) -> None:
    if not shape.quantized_experts:
        writer.add_tensor(name, experts)
        return
    kind = gguf.GGMLQuantizationType.Q4_0
    writer.add_tensor(name, gguf.quants.quantize(experts.astype(np.float32), kind), raw_dtype=kind)


def _router(rng: np.random.Generator, shape: _Shape, channels: _Channels) -> npt.NDArray[np.float32]:
    """Each expert asks for one pattern of signs in the route channels; the experts' order differs by layer.

    Every token has exactly one of the patterns, so one expert wins, and always by the same wide margin.
    """
    patterns = np.arange(shape.experts)[:, None] >> np.arange(channels.route_width) & 1
    router = np.zeros((shape.experts, WIDTH), np.float32)
    router[:, channels.route] = rng.permutation(patterns * 2 - 1) * _ROUTE_GAIN
    return router


def _random(rng: np.random.Generator, rows: int, columns: int) -> Matrix:
    """A matrix that keeps the spread of what it multiplies."""
    return rng.standard_normal((rows, columns)) / math.sqrt(columns)


def _writing(rng: np.random.Generator, channels: _Channels, columns: int, gain: float) -> Matrix:
    """A matrix [WIDTH, columns] whose result goes to the content channels alone."""
    matrix = _random(rng, WIDTH, columns) * gain
    matrix[: channels.first_content] = 0.0
    return matrix


def _matrix(values: Matrix) -> npt.NDArray[np.float16]:
    return values.astype(np.float16)
