"""A tiny model of another family: plain llama, no chunks, no experts, a short context and the ChatML format."""

from __future__ import annotations

import math
from pathlib import Path

import gguf
import numpy as np

from tests.models import vocabulary

TRAINED_CONTEXT = 4096

START = "<|im_start|>"
END = "<|im_end|>"
CONTROL = ("<|endoftext|>", START, END)
TEMPLATE = (
    "{% for message in messages %}"
    "{{ '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>' + '\\n' }}"
    "{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"
)

_WIDTH = 64
_INNER_WIDTH = 128
_LAYERS = 2
_HEADS = 2
_HEAD_SIZE = 64
_LOGIT_SPREAD = 2.0


def write_chatml(path: Path, seed: int = 0) -> Path:
    """Write the model; its control tokens are as probable as any other, so answers may end. Returns `path`."""
    words = vocabulary.build(CONTROL)
    rng = np.random.default_rng([seed, len(CONTROL)])
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_type(gguf.GGUFType.MODEL)
    writer.add_name("Tiny ChatML")
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_F16)
    writer.add_context_length(TRAINED_CONTEXT)
    writer.add_embedding_length(_WIDTH)
    writer.add_block_count(_LAYERS)
    writer.add_feed_forward_length(_INNER_WIDTH)
    writer.add_head_count(_HEADS)
    writer.add_head_count_kv(1)
    writer.add_key_length(_HEAD_SIZE)
    writer.add_value_length(_HEAD_SIZE)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_dimension_count(_HEAD_SIZE)
    writer.add_vocab_size(len(words))
    words.add_to(writer, "gpt-2", bos="<|endoftext|>", eos=END)
    writer.add_chat_template(TEMPLATE)

    def add(name: str, rows: int, columns: int, gain: float = 1.0) -> None:
        matrix = rng.standard_normal((rows, columns)) * gain / math.sqrt(columns)
        writer.add_tensor(f"{name}.weight", matrix.astype(np.float16))

    def add_norm(name: str) -> None:
        writer.add_tensor(f"{name}.weight", np.ones(_WIDTH, np.float32))

    add("token_embd", len(words), _WIDTH, math.sqrt(_WIDTH))
    for layer in range(_LAYERS):
        block = f"blk.{layer}."
        add_norm(block + "attn_norm")
        add(block + "attn_q", _HEADS * _HEAD_SIZE, _WIDTH, 2.0)
        add(block + "attn_k", _HEAD_SIZE, _WIDTH)
        add(block + "attn_v", _HEAD_SIZE, _WIDTH)
        add(block + "attn_output", _WIDTH, _HEADS * _HEAD_SIZE)
        add_norm(block + "ffn_norm")
        add(block + "ffn_gate", _INNER_WIDTH, _WIDTH)
        add(block + "ffn_up", _INNER_WIDTH, _WIDTH)
        add(block + "ffn_down", _WIDTH, _INNER_WIDTH)
    add_norm("output_norm")
    add("output", len(words), _WIDTH, _LOGIT_SPREAD)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path
