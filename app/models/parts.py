"""Which part of a model, and which layer, a tensor belongs to; its name tells."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable

from app.core.model import NO_LAYER, Part, Weights
from app.models.gguf import Tensor

_LAYER = re.compile(r"(?:dec\.|enc\.)?blk\.(\d{1,4})\.(.+)", re.ASCII)
_ROLE = re.compile(r"\.(?:weight|bias|scale)$")

_IN_LAYER = (
    (re.compile(r"ffn_gate_inp|exp_probs_b|ffn_gate_tid2eid"), Part.ROUTER),
    (re.compile(r"\w*norm"), Part.OTHER),
    (re.compile(r"ffn_\w+_(?:ch)?exps$|ffn_(?:gate|down|up)\.\d+$"), Part.EXPERTS),
    (re.compile(r"ffn_\w+_shexp$"), Part.SHARED_EXPERTS),
    (re.compile(r"attn_|cross_attn_|vis_attn_|indexer|ssm_|time_mix_|shortconv\."), Part.ATTENTION),
    (re.compile(r"ffn_|channel_mix_|vis_"), Part.FEED_FORWARD),
)
"""Beginnings of names without their layer; the first that fits counts. Source: LLM_TENSOR_NAMES in llama-arch.cpp."""

_OUTSIDE = {
    "token_embd": Part.EMBEDDINGS,
    "per_layer_token_embd": Part.EMBEDDINGS,
    "output": Part.OUTPUT,
}


def place(untrusted_name: str, layers: int) -> tuple[int, Part]:
    """Layer and part; NO_LAYER for what no layer of that many has."""
    found = _LAYER.match(untrusted_name)
    if found is None:
        return NO_LAYER, _OUTSIDE.get(_ROLE.sub("", untrusted_name), Part.OTHER)
    layer = int(found[1])
    if layer >= layers:
        return NO_LAYER, Part.OTHER
    name = _ROLE.sub("", found[2])
    return layer, next((part for pattern, part in _IN_LAYER if pattern.match(name)), Part.OTHER)


def weigh(tensors: Iterable[Tensor], layers: int) -> tuple[Weights, ...]:
    """All tensors by layer and part: what is outside of layers first, parts in the order of `Part`."""
    groups: dict[tuple[int, Part], list[Tensor]] = defaultdict(list)
    for tensor in tensors:
        groups[place(tensor.name, layers)].append(tensor)
    order = list(Part)
    return tuple(
        Weights(
            layer,
            part,
            sum(tensor.bytes for tensor in group),
            sum(tensor.parameters for tensor in group),
            types_of(group),
        )
        for (layer, part), group in sorted(groups.items(), key=lambda item: (item[0][0], order.index(item[0][1])))
    )


def types_of(tensors: Iterable[Tensor]) -> tuple[str, ...]:
    """The names of their types, the one with the most bytes first."""
    sizes: Counter[str] = Counter()
    for tensor in tensors:
        sizes[tensor.type.name] += tensor.bytes
    return tuple(name for name, _bytes in sizes.most_common())
