"""Tiny random models of each way to remember: all of it, a sliding window, a state, or layers of both kinds in turns;
and of those that read images in ways of their own.

Keys, tensors and shapes: `src/models/{qwen3,gemma3,mamba2,granite-hybrid,qwen35,lfm2}.cpp` of llama.cpp, and
`{llama,qwen2vl,qwen3vl,gemma4}.cpp` there. Weights are random with a spread that keeps a layer's output near that of
its input, so that what is missing from the past shows in the logits. As in `tests/models/llama4.py`, one channel makes
control tokens improbable.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TypeAlias

import gguf
import numpy as np
import numpy.typing as npt

from tests.models import llama4, vocabulary

DENSE, SLIDING, RECURRENT = "qwen3", "gemma3", "mamba2"
HYBRIDS = ("granitehybrid", "qwen35", "lfm2")
KINDS = (DENSE, SLIDING, RECURRENT, *HYBRIDS)
DEEPSTACK, GRID, LOCAL_EYES = "qwen3vl", "qwen2vl", "gemma4"
SEEING = ("llama", GRID, DEEPSTACK, LOCAL_EYES)
"""Remember as DENSE or SLIDING do. Embeddings of images have positions in two dimensions (GRID, DEEPSTACK), go into
several layers (DEEPSTACK), or see each other in local layers alone (LOCAL_EYES)."""

WINDOW = 256
"""The window of the sliding kinds, in tokens."""

WIDTH = 64
"""Numbers of a token's embedding."""

DEEPSTACK_LAYERS = 1
"""So many times WIDTH more numbers has an embedding of an image of the DEEPSTACK kind."""

_CONTEXT, _WIDTH, _HEADS, _HEAD_SIZE, _DENSE_WIDTH = 131_072, WIDTH, 2, 32, 128
_SLIDING = (SLIDING, LOCAL_EYES)
_LAYERS = dict.fromkeys(_SLIDING, 6)  # five local ones, then a global one; others have four, the last attends
_SECTIONS = {"qwen35": (8, 4, 4, 0), GRID: (4, 6, 6, 0), DEEPSTACK: (6, 5, 5, 0)}
_INNER, _STATE, _GROUPS, _KERNEL, _SSM_HEADS = 2 * _WIDTH, 16, 1, 4, 4
_DELTA_STATE, _DELTA_KEYS, _DELTA_VALUES = 16, 2, 4
_SHORT_KERNEL = 3
_HYBRID_GAIN = 4.0
"""The gain of the one layer with keys, beside layers whose states alone say much of the last few tokens."""

_Values: TypeAlias = "npt.NDArray[np.floating]"


def write_attending(path: Path, kind: str, seed: int = 0, marks: Sequence[str] = ()) -> Path:
    """Write a model of one of KINDS or SEEING. `marks`: more control tokens. Returns `path`."""
    words = vocabulary.build((*llama4.CONTROL, *marks))
    layers = _LAYERS.get(kind, 4)
    writer = gguf.GGUFWriter(path, kind)
    writer.add_type(gguf.GGUFType.MODEL)
    writer.add_name(f"Tiny {kind}")
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_F16)
    writer.add_context_length(_CONTEXT)
    writer.add_embedding_length(_WIDTH)
    writer.add_block_count(layers)
    writer.add_feed_forward_length(0 if kind == RECURRENT else _DENSE_WIDTH)
    writer.add_layer_norm_rms_eps(1e-5)
    _add_attention_keys(writer, kind, layers)
    writer.add_vocab_size(len(words))
    words.add_to(writer, "llama4", bos=llama4.BEGIN, eos=llama4.END_OF_TURN)
    writer.add_add_bos_token(True)
    writer.add_chat_template(llama4.TEMPLATE)
    rng = np.random.default_rng([seed, (*KINDS, *SEEING).index(kind)])
    for name, values in _tensors(rng, kind, layers, words):
        writer.add_tensor(name, values)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def attends(kind: str, layer: int) -> bool:
    """Whether a layer has keys; the others of its model have a state."""
    return kind in (DENSE, SLIDING, *SEEING) or (kind != RECURRENT and layer % 4 == 3)


def _add_attention_keys(writer: gguf.GGUFWriter, kind: str, layers: int) -> None:
    if kind != RECURRENT:
        writer.add_head_count(_HEADS)
        per_layer = [1 if attends(kind, layer) else 0 for layer in range(layers)]
        writer.add_head_count_kv(per_layer if kind in ("granitehybrid", "lfm2") else 1)
        writer.add_key_length(_HEAD_SIZE)
        writer.add_value_length(_HEAD_SIZE)
        writer.add_rope_dimension_count(_HEAD_SIZE)
    if kind in _SLIDING:
        writer.add_sliding_window(WINDOW)
    if kind == LOCAL_EYES:
        writer.add_sliding_window_pattern([layer != layers - 1 for layer in range(layers)])
        writer.add_key_length_swa(_HEAD_SIZE)
        writer.add_value_length_swa(_HEAD_SIZE)
        writer.add_embedding_length_per_layer_input(0)
    if kind in _SECTIONS:
        writer.add_rope_dimension_sections(_SECTIONS[kind])
    if kind == DEEPSTACK:
        writer.add_num_deepstack_layers(DEEPSTACK_LAYERS)
    if kind in (RECURRENT, "granitehybrid"):
        _add_state_keys(writer, _INNER, _STATE, _SSM_HEADS, _GROUPS)
    if kind == "qwen35":
        _add_state_keys(writer, _DELTA_STATE * _DELTA_VALUES, _DELTA_STATE, _DELTA_VALUES, _DELTA_KEYS)
    if kind == "lfm2":
        writer.add_shortconv_l_cache(_SHORT_KERNEL)


def _add_state_keys(writer: gguf.GGUFWriter, inner: int, state: int, heads: int, groups: int) -> None:
    writer.add_ssm_conv_kernel(_KERNEL)
    writer.add_ssm_inner_size(inner)
    writer.add_ssm_state_size(state)
    writer.add_ssm_time_step_rank(heads)
    writer.add_ssm_group_count(groups)


def _tensors(
    rng: np.random.Generator, kind: str, layers: int, words: vocabulary.Vocabulary
) -> Iterator[tuple[str, _Values]]:
    """Shapes as numpy has them, the length of a row last."""
    embedding = rng.standard_normal((len(words), _WIDTH))
    embedding[:, 0] = 2.0
    output = rng.standard_normal((len(words), _WIDTH)) / math.sqrt(_WIDTH)
    output[:, 0] = 0.0
    output[len(words) - len(words.control) :, 0] = -20.0
    yield "token_embd.weight", embedding.astype(np.float16)
    yield "output.weight", output.astype(np.float16)
    yield ("token_embd_norm.weight" if kind == "lfm2" else "output_norm.weight"), _ones(_WIDTH)
    if kind == LOCAL_EYES:
        yield "rope_freqs.weight", _ones(_HEAD_SIZE // 2)
    for layer in range(layers):
        parts = _attention(rng, kind) if attends(kind, layer) else _STATES[kind](rng)
        for name, values in (("attn_norm.weight", _ones(_WIDTH)), *parts, *_feed_forward(rng, kind)):
            yield f"blk.{layer}.{name}", values


def _attention(rng: np.random.Generator, kind: str) -> Iterator[tuple[str, _Values]]:
    query = _HEADS * _HEAD_SIZE
    gate = 2 if kind == "qwen35" else 1  # queries and their gates are one matrix
    yield "attn_q.weight", _random(rng, gate * query, _WIDTH)
    yield "attn_k.weight", _random(rng, _HEAD_SIZE, _WIDTH)
    yield "attn_v.weight", _random(rng, _HEAD_SIZE, _WIDTH)
    yield "attn_output.weight", _random(rng, _WIDTH, query, 1.0 if attends(kind, 0) else _HYBRID_GAIN)
    if kind not in ("granitehybrid", "llama", GRID):
        yield "attn_q_norm.weight", _ones(_HEAD_SIZE)
        yield "attn_k_norm.weight", _ones(_HEAD_SIZE)


def _feed_forward(rng: np.random.Generator, kind: str) -> Iterator[tuple[str, _Values]]:
    if kind == RECURRENT:
        return
    if kind in (*_SLIDING, "qwen35"):
        yield "post_attention_norm.weight", _ones(_WIDTH)
    if kind in _SLIDING:
        yield "post_ffw_norm.weight", _ones(_WIDTH)
    if kind != "qwen35":
        yield "ffn_norm.weight", _ones(_WIDTH)
    yield "ffn_gate.weight", _random(rng, _DENSE_WIDTH, _WIDTH)
    yield "ffn_up.weight", _random(rng, _DENSE_WIDTH, _WIDTH)
    yield "ffn_down.weight", _random(rng, _WIDTH, _DENSE_WIDTH)


def _mamba(rng: np.random.Generator) -> Iterator[tuple[str, _Values]]:
    mixed = _INNER + 2 * _GROUPS * _STATE
    yield "ssm_in.weight", _random(rng, _INNER + mixed + _SSM_HEADS, _WIDTH)
    yield "ssm_conv1d.weight", _random(rng, mixed, _KERNEL).astype(np.float32)
    yield "ssm_conv1d.bias", np.zeros(mixed, np.float32)
    yield "ssm_dt.bias", np.full(_SSM_HEADS, -1.0, np.float32)
    yield "ssm_a", _forgetting(rng, _SSM_HEADS)[:, None]
    yield "ssm_d", np.ones((_SSM_HEADS, 1), np.float32)
    yield "ssm_norm.weight", np.ones((_GROUPS, _INNER // _GROUPS), np.float32)
    yield "ssm_out.weight", _random(rng, _WIDTH, _INNER)


def _delta_net(rng: np.random.Generator) -> Iterator[tuple[str, _Values]]:
    key, value = _DELTA_STATE * _DELTA_KEYS, _DELTA_STATE * _DELTA_VALUES
    yield "attn_qkv.weight", _random(rng, 2 * key + value, _WIDTH)
    yield "attn_gate.weight", _random(rng, value, _WIDTH)
    yield "ssm_conv1d.weight", _random(rng, 2 * key + value, _KERNEL).astype(np.float32)
    yield "ssm_dt.bias", np.full(_DELTA_VALUES, -1.0, np.float32)
    yield "ssm_a", _forgetting(rng, _DELTA_VALUES)
    yield "ssm_beta.weight", _random(rng, _DELTA_VALUES, _WIDTH)
    yield "ssm_alpha.weight", _random(rng, _DELTA_VALUES, _WIDTH)
    yield "ssm_norm.weight", _ones(_DELTA_STATE)
    yield "ssm_out.weight", _random(rng, _WIDTH, value)


def _short_convolution(rng: np.random.Generator) -> Iterator[tuple[str, _Values]]:
    yield "shortconv.conv.weight", _random(rng, _WIDTH, _SHORT_KERNEL).astype(np.float32)
    yield "shortconv.in_proj.weight", _random(rng, 3 * _WIDTH, _WIDTH)
    yield "shortconv.out_proj.weight", _random(rng, _WIDTH, _WIDTH, 0.3)


_STATES = {RECURRENT: _mamba, "granitehybrid": _mamba, "qwen35": _delta_net, "lfm2": _short_convolution}


def _forgetting(rng: np.random.Generator, heads: int) -> npt.NDArray[np.float32]:
    """So slow that a state remembers hundreds of tokens."""
    return -rng.uniform(0.005, 0.02, heads).astype(np.float32)


def _ones(count: int) -> npt.NDArray[np.float32]:
    return np.ones(count, np.float32)


def _random(rng: np.random.Generator, rows: int, columns: int, gain: float = 1.0) -> npt.NDArray[np.float16]:
    """A matrix that keeps the spread of what it multiplies, but for the gain."""
    return (rng.standard_normal((rows, columns)) * gain / math.sqrt(columns)).astype(np.float16)
