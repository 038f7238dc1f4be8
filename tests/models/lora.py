"""LoRA adapters for the tiny models: random, and what a model becomes when one is worked into its weights.

Keys and names of tensors: `convert_lora_to_gguf.py` of llama.cpp. A tensor W [out, in] with A [rank, in] and B [out,
rank] becomes W + scale * alpha / rank * B A.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

import gguf
import numpy as np
import numpy.typing as npt

RANK, ALPHA = 4, 8.0
TARGETS = ("attn_v", "attn_output")

Pair = tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]


def write_lora(path: Path, base: Path, seed: int = 0, *, architecture: str = "llama4", strength: float = 0.5) -> Path:
    """An adapter for the values and the output of each attention of `base`. Returns `path`."""
    writer = gguf.GGUFWriter(path, architecture)
    writer.add_type(gguf.GGUFType.ADAPTER)
    writer.add_string("adapter.type", "lora")
    writer.add_float32("adapter.lora.alpha", ALPHA)
    for name, (a, b) in pairs(base, seed, strength).items():
        writer.add_tensor(f"{name}.lora_a", a)
        writer.add_tensor(f"{name}.lora_b", b)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def pairs(base: Path, seed: int, strength: float) -> Mapping[str, Pair]:
    """A [rank, in] and B [out, rank] for each tensor that is changed, by its name. B never writes to the channels that
    no layer of the tiny models writes to: it takes rows of W that are zero as such."""
    rng = np.random.default_rng(seed)
    found: dict[str, Pair] = {}
    for tensor in gguf.GGUFReader(base).tensors:
        if not any(f".{target}.weight" in tensor.name for target in TARGETS):
            continue
        out, columns = tensor.data.shape
        a = rng.standard_normal((RANK, columns)).astype(np.float32) / np.sqrt(columns)
        b = rng.standard_normal((out, RANK)).astype(np.float32) * strength / np.sqrt(RANK)
        b[~np.any(tensor.data, axis=1)] = 0.0
        found[tensor.name] = (a.astype(np.float32), b.astype(np.float32))
    return found


def write_merged(path: Path, base: Path, *adapters: tuple[int, float], strength: float = 0.5) -> Path:
    """`base` with adapters worked in, each by its seed and its scale. Returns `path`."""
    shutil.copyfile(base, path)
    reader = gguf.GGUFReader(path, "r+")
    for seed, scale in adapters:
        for name, (a, b) in pairs(base, seed, strength).items():
            tensor = next(tensor for tensor in reader.tensors if tensor.name == name)
            tensor.data[:] = (tensor.data.astype(np.float32) + scale * ALPHA / RANK * b @ a).astype(np.float16)
    del reader
    return path
