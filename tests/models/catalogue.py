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
from typing import Any, NamedTuple

import msgspec

from app.core.machine.paths import resources
from app.core.model import NO_LAYER, ModelHeader, Weights
from app.models.hub.catalogue import CompactHeader, CompactWeights
from tests.models import published
from tests.models.headers import MAVERICK, SCOUT, Shape
from tests.models.layers import Published
from tests.models.published import QWEN3_4B, QWEN3_30B, SMOLLM2, header_of

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


_HEADER_KEYS = "keys of the file's header, as other programs assert them; sizes computed from them are the files'"
_SIZES = "in part from memory; the sizes computed from it are the files', and llama.cpp takes such a file"
_STATED = "as other programs and catalogues state it"
_UNSEEN = "not read anywhere: the hub is asked before a download"
_HUB_LISTING = "the hub's listing of August to October 2026, as several programs pinned it, to the byte"
_CARD = "the makers' model card"


class Kind(NamedTuple):
    """A model that is not Llama 4's. `files`: quantization, path, bytes. `strengths`: what it is good at here, by its
    makers' card and by public comparisons. `mixture`: where the files' maker chose another than the quantizer's.
    `projector`: path, bytes, kind."""

    name: str
    repository: str
    shape: Published
    files: tuple[tuple[str, str, int], ...]
    strengths: tuple[str, ...]
    thinks: bool = True
    mixture: str = ""
    projector: tuple[str, int, str] | None = None
    verified_files: str = _HUB_LISTING
    verified_shape: str = _SIZES
    verified_licence: str = _UNSEEN


KINDS = (
    Kind(
        "Qwen3.8 27B", "ggml-org/Qwen3.8-27B-GGUF", published.QWEN38_27B,
        (("Q4_K_M", "Qwen3.8-27B-Q4_K_M.gguf", 18_973_870_432), ("Q8_0", "Qwen3.8-27B-Q8_0.gguf", 28_595_763_552)),
        ("finding", "writing", "japanese"), mixture="Q4_K_M of Qwen",
        projector=("mmproj-Qwen3.8-27B-Q8_0.gguf", 629_247_008, "qwen3vl_merger"),
        verified_shape=_HEADER_KEYS, verified_licence=_STATED,
    ),
    Kind(
        "Gemma 4 31B", "ggml-org/gemma-4-31B-it-GGUF", published.GEMMA4_31B,
        (
            ("Q4_K_M", "gemma-4-31B-it-Q4_K_M.gguf", 18_687_061_792),
            ("Q8_0", "gemma-4-31B-it-Q8_0.gguf", 32_635_674_400),
        ),
        ("writing", "japanese"),
    ),
    Kind(
        "Muse Glimmer 30B", "meta-models/Muse-Glimmer-30B-GGUF", published.MUSE_GLIMMER,
        (("Q4_K_M", "Muse-Glimmer-30B-KQuant-17GB-Q4_K_M.gguf", 16_756_683_904),), ("finding", "writing"),
        verified_shape=_HEADER_KEYS, verified_licence=_STATED,
    ),
    Kind(
        "Qwen3.6 35B-A3B", "ggml-org/Qwen3.6-35B-A3B-GGUF", published.QWEN36_35B,
        (("Q4_K_M", "Qwen3.6-35B-A3B-Q4_K_M.gguf", 20_419_565_568),), ("finding", "japanese"),
        mixture="Q4_K_M of Qwen",
        projector=("mmproj-Qwen3.6-35B-A3B-Q8_0.gguf", 614_194_304, "qwen3vl_merger"),
        verified_shape=_HEADER_KEYS, verified_licence=_STATED,
    ),
    Kind(
        "Gemma 4 26B-A4B", "ggml-org/gemma-4-26B-A4B-it-GGUF", published.GEMMA4_26B,
        (
            ("Q4_K_M", "gemma-4-26B-A4B-it-Q4_K_M.gguf", 16_796_015_136),
            ("Q8_0", "gemma-4-26B-A4B-it-Q8_0.gguf", 26_859_858_464),
        ),
        ("writing", "japanese"), projector=("mmproj-gemma-4-26B-A4B-it-Q8_0.gguf", 806_408_320, "gemma4v"),
        verified_shape=_HEADER_KEYS, verified_licence=_STATED,
    ),
    Kind(
        "gpt-oss 120B", "ggml-org/gpt-oss-120b-GGUF", published.GPT_OSS_120B,
        (("MXFP4", "gpt-oss-120b-MXFP4.gguf", 63_387_346_208),), ("writing",),
        verified_licence=_STATED,
    ),
    Kind(
        "Qwen3 30B-A3B", "unsloth/Qwen3-30B-A3B-Instruct-2507-GGUF", QWEN3_30B,
        (("Q4_K_M", "Qwen3-30B-A3B-Instruct-2507-Q4_K_M.gguf", 0),), ("finding", "japanese"), thinks=False,
        verified_files="the repository's page, to three digits",
        verified_shape=_CARD, verified_licence=_CARD,
    ),
    Kind(
        "Mistral Small 3.2 24B", "unsloth/Mistral-Small-3.2-24B-Instruct-2506-GGUF", published.MISTRAL_SMALL,
        (("Q4_K_M", "Mistral-Small-3.2-24B-Instruct-2506-Q4_K_M.gguf", 14_333_922_848),), ("writing", "japanese"),
        thinks=False,
    ),
    Kind(
        "Gemma 4 12B", "ggml-org/gemma-4-12B-it-GGUF", published.GEMMA4_12B,
        (("Q4_K_M", "gemma-4-12B-it-Q4_K_M.gguf", 7_381_382_048),), ("writing", "japanese"),
    ),
    Kind(
        "gpt-oss 20B", "ggml-org/gpt-oss-20b-GGUF", published.GPT_OSS_20B,
        (("MXFP4", "gpt-oss-20b-MXFP4.gguf", 12_109_566_624),), ("writing",),
        verified_licence=_STATED,
    ),
    Kind(
        "Qwen3.5 9B", "unsloth/Qwen3.5-9B-GGUF", published.QWEN35_9B,
        (("Q4_K_M", "Qwen3.5-9B-Q4_K_M.gguf", 5_680_522_464),), ("finding", "japanese"),
    ),
    Kind(
        "Gemma 4 E4B", "ggml-org/gemma-4-E4B-it-GGUF", published.GEMMA4_E4B,
        (("Q4_K_M", "gemma-4-E4B-it-Q4_K_M.gguf", 5_335_289_824), ("Q8_0", "gemma-4-E4B-it-Q8_0.gguf", 8_031_240_160)),
        ("writing", "japanese"), projector=("mmproj-gemma-4-E4B-it-Q8_0.gguf", 559_874_816, "gemma4v"),
    ),
    Kind(
        "Granite 4.0 H Tiny", "ibm-granite/granite-4.0-h-tiny-GGUF", published.GRANITE4_TINY,
        (("Q4_K_M", "granite-4.0-h-tiny-Q4_K_M.gguf", 4_230_976_352),), ("japanese",), thinks=False,
        verified_shape=_HEADER_KEYS, verified_licence=_STATED,
    ),
    Kind(
        "Qwen3.5 4B", "unsloth/Qwen3.5-4B-GGUF", published.QWEN35_4B,
        (("Q4_K_M", "Qwen3.5-4B-Q4_K_M.gguf", 2_740_937_888),), ("japanese",),
        projector=("mmproj-F16.gguf", 672_423_616, "qwen3vl_merger"),
    ),
    Kind(
        "Qwen3 4B", "unsloth/Qwen3-4B-Instruct-2507-GGUF", QWEN3_4B,
        (("Q4_K_M", "Qwen3-4B-Instruct-2507-Q4_K_M.gguf", 2_497_281_120),
         ("Q8_0", "Qwen3-4B-Instruct-2507-Q8_0.gguf", 0)), ("japanese",), thinks=False,
        verified_files="the repository's page, to three digits",
        verified_shape=_CARD, verified_licence=_CARD,
    ),
    Kind(
        "SmolLM2 1.7B", "HuggingFaceTB/SmolLM2-1.7B-Instruct-GGUF", SMOLLM2,
        (("Q4_K_M", "smollm2-1.7b-instruct-q4_k_m.gguf", 0),), (), thinks=False,
        verified_files="the repository's page, to three digits",
        verified_shape=_CARD, verified_licence=_CARD,
    ),
)  # fmt: skip
"""All of them under the Apache License 2.0. In order: of two that a machine runs well, the first is advised. Scout,
which this program is made for, comes before them, and Maverick, which is too large to be advised. Bytes of 0 are
computed from the shape.

Left out: models whose terms bind a firm by its turnover (LFM2.5), and those whose shape could not be read (Nemotron 3).
"""


def contents() -> dict[str, Any]:
    return {
        "licences": list(LICENCES),
        "models": [_scout(), _maverick(), *map(_of_kind, KINDS)],
        "starter": {"licence": "apache-2.0"},
    }


def _scout() -> dict[str, Any]:
    projector = published.llama4_projector()
    stem = "Llama-4-Scout-17B-16E-Instruct"
    return {
        "name": "Llama 4 Scout",
        "repository": SCOUT_REPOSITORY,
        "licence": "llama4",
        "strengths": ["finding"],
        "verified": {"shape": _CARD, "licence": _CARD, "files": "names as published; bytes computed, or rounded"},
        "projector": {
            "repository": "ggml-org/Llama-4-Scout-17B-16E-Instruct-GGUF",
            "path": "mmproj-Llama-4-Scout-17B-16E-Instruct-f16.gguf",
            "size_bytes": projector.file_bytes,
        },
        "projector_header": compact(projector),
        "quantizations": [
            _dynamic(stem, "UD-Q2_K_XL", 42_200_000_000, at_root=True),
            *(_quantized(stem, SCOUT, name) for name in ("Q3_K_M", "Q4_K_M")),
            _dynamic(stem, "UD-Q4_K_XL", 49_600_000_000, 12_400_000_000),
            *(_quantized(stem, SCOUT, name) for name in ("Q5_K_M", "Q6_K", "Q8_0")),
        ],
    }


def _maverick() -> dict[str, Any]:
    projector = published.llama4_projector()
    stem = "Llama-4-Maverick-17B-128E-Instruct"
    return {
        "name": "Llama 4 Maverick",
        "repository": MAVERICK_REPOSITORY,
        "licence": "llama4",
        "strengths": ["finding", "writing"],
        "verified": {"shape": _CARD, "licence": _CARD, "files": "names as published; bytes computed, or rounded"},
        "projector": {"path": "mmproj-F16.gguf", "size_bytes": projector.file_bytes},
        "projector_header": compact(projector),
        "quantizations": [
            _dynamic(stem, "UD-Q2_K_XL", *_split(151_000_000_000)),
            *(_quantized(stem, MAVERICK, name) for name in ("Q3_K_M", "Q4_K_M")),
        ],
    }


def _of_kind(kind: Kind) -> dict[str, Any]:
    quantizations = []
    for quantization, path, size in kind.files:
        mixture = kind.mixture if kind.mixture.startswith(quantization) else quantization
        header = header_of(kind.shape, mixture, size)
        file = {"path": path, "size_bytes": size or header.file_bytes}
        quantizations.append({"quantization": quantization, "files": [file], "header": compact(header)})
    entry = {
        "name": kind.name,
        "repository": kind.repository,
        "licence": "apache-2.0",
        "thinks": kind.thinks,
        "strengths": list(kind.strengths),
        "verified": {"shape": kind.verified_shape, "licence": kind.verified_licence, "files": kind.verified_files},
        "quantizations": quantizations,
    }
    if kind.projector is not None:
        path, size, name = kind.projector
        entry["projector"] = {"path": path, "size_bytes": size}
        entry["projector_header"] = compact(published.projector_of(kind.name, name, size))
    return entry


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
    values: dict[str, Any] = {
        name: getattr(header, name)
        for name in CompactHeader.__struct_fields__
        if name not in (*_FOR_EACH_LAYER, "weights")
    }
    alike: dict[tuple[Any, ...], list[int]] = {}
    for weights in header.weights:
        alike.setdefault(_of_one_layer(weights), []).append(weights.layer)
    groups = (
        CompactWeights(part, bytes, parameters, types, _spans(layers))
        for (part, bytes, parameters, types), layers in alike.items()
    )
    runs: dict[str, Any] = {name: _runs(getattr(header, name)) for name in _FOR_EACH_LAYER}
    return CompactHeader(weights=tuple(groups), **runs, **values)


_FOR_EACH_LAYER = ("heads", "kv_heads", "local", "states")


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
    """Return the text of the catalogue's file: a line for each model's terms, files and group of tensors."""
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
