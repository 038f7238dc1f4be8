"""Writes the catalogue, `resources/models.json`: `python -m tests.models.catalogue`, from the folder of the project.

A test checks that the file is what this writes. Repositories, names of files and sizes are as published; what was not
published in a place that can be quoted is computed from the model's shape. Models are split at 50 GB, as their
repositories do. Hashes are left empty: a file of a catalogue's hash that was uploaded anew could never be fetched.
"""

from __future__ import annotations

import itertools
import operator
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec

from app.core.model import NO_LAYER, ModelHeader, Weights
from app.core.paths import resources
from app.models.hub.catalogue import CompactHeader, CompactWeights
from tests.models import published
from tests.models.headers import MAVERICK, SCOUT, Shape
from tests.models.published import GEMMA3_4B, QWEN3_4B, QWEN3_30B, SMOLLM2, Published, header_of

PART_BYTES = 50_000_000_000

SCOUT_REPOSITORY = "unsloth/Llama-4-Scout-17B-16E-Instruct-GGUF"
MAVERICK_REPOSITORY = "unsloth/Llama-4-Maverick-17B-128E-Instruct-GGUF"

LICENCES = (
    {
        "id": "llama4",
        "name": "Llama 4 Community License Agreement",
        "address": "https://www.llama.com/llama4/license/",
        "file": "llama4.txt",
        "must_accept": True,
        "credit": "Built with Llama",
        "notice": "Llama 4 is licensed under the Llama 4 Community License, Copyright © Meta Platforms, Inc. "
        "All Rights Reserved.",
        "architectures": ["llama4"],
    },
    {"id": "apache-2.0", "name": "Apache License 2.0", "address": "https://www.apache.org/licenses/LICENSE-2.0"},
    {"id": "mit", "name": "MIT License", "address": "https://opensource.org/license/mit"},
    {"id": "gemma", "name": "Gemma Terms of Use", "address": "https://ai.google.dev/gemma/terms"},
)  # fmt: skip


def contents() -> dict[str, Any]:
    llama4_projector = published.llama4_projector()
    gemma3_projector = published.gemma3_projector()
    return {
        "licences": list(LICENCES),
        "models": [
            {
                "name": "Llama 4 Scout",
                "repository": SCOUT_REPOSITORY,
                "licence": "llama4",
                "projector": {
                    "repository": "ggml-org/Llama-4-Scout-17B-16E-Instruct-GGUF",
                    "path": "mmproj-Llama-4-Scout-17B-16E-Instruct-f16.gguf",
                    "size_bytes": llama4_projector.file_bytes,
                },
                "projector_header": compact(llama4_projector),
                "quantizations": [
                    _dynamic("Llama-4-Scout-17B-16E-Instruct", "UD-Q2_K_XL", 42_200_000_000, at_root=True),
                    _quantized("Llama-4-Scout-17B-16E-Instruct", SCOUT, "Q3_K_M"),
                    _quantized("Llama-4-Scout-17B-16E-Instruct", SCOUT, "Q4_K_M"),
                    _dynamic("Llama-4-Scout-17B-16E-Instruct", "UD-Q4_K_XL", 49_600_000_000, 12_400_000_000),
                    _quantized("Llama-4-Scout-17B-16E-Instruct", SCOUT, "Q5_K_M"),
                    _quantized("Llama-4-Scout-17B-16E-Instruct", SCOUT, "Q6_K"),
                    _quantized("Llama-4-Scout-17B-16E-Instruct", SCOUT, "Q8_0"),
                ],
            },
            {
                "name": "Llama 4 Maverick",
                "repository": MAVERICK_REPOSITORY,
                "licence": "llama4",
                "projector": {"path": "mmproj-F16.gguf", "size_bytes": llama4_projector.file_bytes},
                "projector_header": compact(llama4_projector),
                "quantizations": [
                    _dynamic("Llama-4-Maverick-17B-128E-Instruct", "UD-Q2_K_XL", *_split(151_000_000_000)),
                    _quantized("Llama-4-Maverick-17B-128E-Instruct", MAVERICK, "Q3_K_M"),
                    _quantized("Llama-4-Maverick-17B-128E-Instruct", MAVERICK, "Q4_K_M"),
                ],
            },
            _small("Qwen3 30B-A3B", "unsloth/Qwen3-30B-A3B-Instruct-2507-GGUF", "apache-2.0", QWEN3_30B, {
                "Q4_K_M": "Qwen3-30B-A3B-Instruct-2507-Q4_K_M.gguf",
            }),
            _small("Qwen3 4B", "unsloth/Qwen3-4B-Instruct-2507-GGUF", "apache-2.0", QWEN3_4B, {
                "Q4_K_M": "Qwen3-4B-Instruct-2507-Q4_K_M.gguf",
                "Q8_0": "Qwen3-4B-Instruct-2507-Q8_0.gguf",
            }),
            _small("Gemma 3 4B", "ggml-org/gemma-3-4b-it-GGUF", "gemma", GEMMA3_4B, {
                "Q4_K_M": "gemma-3-4b-it-Q4_K_M.gguf",
            }) | {
                "projector": {"path": "mmproj-model-f16.gguf", "size_bytes": gemma3_projector.file_bytes},
                "projector_header": compact(gemma3_projector),
            },
            _small("SmolLM2 1.7B", "HuggingFaceTB/SmolLM2-1.7B-Instruct-GGUF", "apache-2.0", SMOLLM2, {
                "Q4_K_M": "smollm2-1.7b-instruct-q4_k_m.gguf",
            }),
        ],
        "starter": {"licence": "apache-2.0"},
    }  # fmt: skip


def _small(name: str, repository: str, licence: str, shape: Published, files: dict[str, str]) -> dict[str, Any]:
    quantizations = []
    for quantization, path in files.items():
        header = header_of(shape, quantization)
        file = {"path": path, "size_bytes": header.file_bytes}
        quantizations.append({"quantization": quantization, "files": [file], "header": compact(header)})
    return {
        "name": name,
        "repository": repository,
        "licence": licence,
        "note": "smaller",
        "quantizations": quantizations,
    }


def _quantized(stem: str, shape: Shape, quantization: str) -> dict[str, Any]:
    header = header_of(shape, quantization)
    files = _files(stem, quantization, _split(header.file_bytes))
    return {"quantization": quantization, "files": files, "header": compact(header)}


def _dynamic(stem: str, quantization: str, *sizes: int, at_root: bool = False) -> dict[str, Any]:
    """One whose mixture of types its maker chose layer by layer: nobody knows its header before it is read."""
    return {"quantization": quantization, "files": _files(stem, quantization, sizes, at_root)}


def _files(stem: str, quantization: str, sizes: Iterable[int], at_root: bool = False) -> list[dict[str, Any]]:
    sizes = list(sizes)
    folder = "" if at_root else f"{quantization}/"
    if len(sizes) == 1:
        return [{"path": f"{folder}{stem}-{quantization}.gguf", "size_bytes": sizes[0]}]
    return [
        {"path": f"{folder}{stem}-{quantization}-{number:05}-of-{len(sizes):05}.gguf", "size_bytes": size}
        for number, size in enumerate(sizes, 1)
    ]


def _split(size: int) -> list[int]:
    whole, rest = divmod(size, PART_BYTES)
    return [PART_BYTES] * whole + [rest]


def compact(header: ModelHeader) -> CompactHeader:
    values = {
        name: getattr(header, name)
        for name in CompactHeader.__struct_fields__
        if name not in ("heads", "kv_heads", "weights")
    }
    alike: dict[tuple[Any, ...], list[int]] = {}
    for weights in header.weights:
        alike.setdefault(_of_one_layer(weights), []).append(weights.layer)
    groups = (
        CompactWeights(part, bytes, parameters, types, _spans(layers))
        for (part, bytes, parameters, types), layers in alike.items()
    )
    return CompactHeader(heads=_runs(header.heads), kv_heads=_runs(header.kv_heads), weights=tuple(groups), **values)


def _of_one_layer(weights: Weights) -> tuple[Any, ...]:
    return weights.part, weights.bytes, weights.parameters, weights.types


def _runs(numbers: Iterable[int]) -> tuple[tuple[int, int], ...]:
    return tuple((len(list(same)), value) for value, same in itertools.groupby(numbers))


def _spans(layers: list[int]) -> str:
    if layers == [NO_LAYER]:
        return ""
    runs = itertools.groupby(enumerate(layers), key=lambda item: operator.sub(*item))
    spans = [[layer for _place, layer in run] for _difference, run in runs]
    return ",".join(str(span[0]) if len(span) == 1 else f"{span[0]}-{span[-1]}" for span in spans)


def text() -> bytes:
    """What the catalogue's file holds: a line for each model's terms, files and group of tensors."""
    return _laid_out(msgspec.to_builtins(contents())).encode() + b"\n"


def _laid_out(value: Any, indent: str = "") -> str:
    """JSON with short things on one line."""
    flat = msgspec.json.encode(value).decode()
    if len(flat) + len(indent) <= 110 or not isinstance(value, (dict, list)) or not value:
        return flat
    deeper = indent + " "
    if isinstance(value, dict):
        items = [f"{msgspec.json.encode(key).decode()}: {_laid_out(each, deeper)}" for key, each in value.items()]
        return "{\n" + ",\n".join(deeper + item for item in items) + f"\n{indent}}}"
    return "[\n" + ",\n".join(deeper + _laid_out(each, deeper) for each in value) + f"\n{indent}]"


if __name__ == "__main__":
    (resources() / "models.json").write_bytes(text())
    print(Path(resources() / "models.json"))
