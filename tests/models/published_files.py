"""Files of the true shape of published models, with nothing but holes where their weights would be.

llama.cpp loads them with `no_alloc` and without their vocabulary: it finds every tensor that the family needs, each of
the size that the keys ask for.
"""

from __future__ import annotations

from pathlib import Path

import gguf

from app.models.gguf.container import Array, Value
from tests.models import published
from tests.models.headers import MIXTURES, Entry, write_holes
from tests.models.layers import Published

_SECTIONS = (11, 11, 10, 0)  # of Qwen 3.5's rotations


def write_published(path: Path, shape: Published, quantization: str) -> Path:
    """Returns `path`, which takes a few kilobytes of disk."""
    writer = gguf.GGUFWriter(path, shape.architecture)
    family = shape.architecture
    for name, value in published.keys_of(shape, quantization).items():
        if name not in ("general.architecture", "tokenizer.ggml.tokens"):
            _add(writer, name, value)
    _add(writer, f"{family}.vocab_size", shape.vocabulary)
    writer.add_layer_norm_rms_eps(1e-6)
    writer.add_rope_freq_base(1e6)
    writer.add_logit_scale(1.0)
    turns_a_part = family in ("qwen35", "qwen35moe")
    if turns_a_part:
        writer.add_rope_dimension_sections(_SECTIONS)
    writer.add_rope_dimension_count(shape.head_size // 4 if turns_a_part else shape.head_size)
    write_holes(writer, path, [Entry(*entry) for entry in published.entries_of(shape, MIXTURES[quantization])])
    return path


def _add(writer: gguf.GGUFWriter, name: str, value: Value) -> None:
    match value:
        case Array():
            writer.add_array(name, value.numbers)
        case str():
            writer.add_string(name, value)
        case int():
            writer.add_uint32(name, value)
