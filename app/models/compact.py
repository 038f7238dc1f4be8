"""Headers of models as the catalogue has them: what many layers have alike is written once."""

from __future__ import annotations

import re

import msgspec

from app.core.model import NO_LAYER, Kind, ModelHeader, Part, Weights
from app.models.header import MAX_LAYERS

_SPAN = re.compile(r"(\d{1,4})(?:-(\d{1,4}))?", re.ASCII)


class CompactWeights(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """`core.model.Weights` of one part that several layers have alike. `layers`: their numbers, such as `0-5,8,11-47`;
    empty for what stands outside the layers. Bytes and parameters are those of one layer."""

    part: Part
    bytes: int
    parameters: int
    types: tuple[str, ...]
    layers: str = ""


class CompactHeader(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """`core.model.ModelHeader` without its files. `heads`, `kv_heads`: runs of (layers, heads of each)."""

    architecture: str
    untrusted_name: str
    quantization: str
    file_bytes: int
    parameters: int
    weights: tuple[CompactWeights, ...]
    kind: Kind = Kind.MODEL
    context_trained: int = 0
    layers: int = 0
    width: int = 0
    vocabulary: int = 0
    heads: tuple[tuple[int, int], ...] = ()
    kv_heads: tuple[tuple[int, int], ...] = ()
    key_length: int = 0
    value_length: int = 0
    window: int = 0
    feed_forward: int = 0
    experts: int = 0
    experts_used: int = 0
    expert_feed_forward: int = 0
    shared_expert_feed_forward: int = 0
    moe_step: int = 0
    recurrent: bool = False
    tokenizer: str = ""
    pre_tokenizer: str = ""
    has_template: bool = False
    tied: bool = False
    projector: str = ""


def expand(compact: CompactHeader) -> ModelHeader:
    """Raises ValueError where layers are named that there cannot be."""
    values = {name: getattr(compact, name) for name in compact.__struct_fields__}
    order = list(Part)
    weights = [weight for group in compact.weights for weight in _expand(group)]
    values |= {
        "files": (),
        "heads": _unroll(compact.heads),
        "kv_heads": _unroll(compact.kv_heads),
        "weights": tuple(sorted(weights, key=lambda weight: (weight.layer, order.index(weight.part)))),
    }
    return ModelHeader(**values)


def _expand(group: CompactWeights) -> list[Weights]:
    layers = _numbers(group.layers) if group.layers else [NO_LAYER]
    return [Weights(layer, group.part, group.bytes, group.parameters, group.types) for layer in layers]


def _numbers(layers: str) -> list[int]:
    numbers: list[int] = []
    for text in layers.split(","):
        span = _SPAN.fullmatch(text)
        first, last = (int(span[1]), int(span[2] or span[1])) if span else (0, MAX_LAYERS)
        if not first <= last < MAX_LAYERS:
            raise ValueError(layers)
        numbers += range(first, last + 1)
    return numbers


def _unroll(runs: tuple[tuple[int, int], ...]) -> tuple[int, ...]:
    if sum(length for length, _value in runs) > MAX_LAYERS:
        raise ValueError(runs)
    return tuple(value for length, value in runs for _each in range(length))
