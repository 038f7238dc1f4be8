"""The memory in which each layer of a model keeps what was read, worked out by the keys of its file.

Sources: `load_arch_hparams` of each family in src/models of llama.cpp, and `n_embd_r` and `n_embd_s` in
llama-hparams.cpp, which hold a state's numbers.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from app.models.gguf.container import Array, Value
from app.models.gguf.values import for_each_layer, number

_STATES = ("ssm", "wkv", "shortconv", "kda")
"""Groups of keys that only architectures with a state in place of keys have. Source: llama-arch.cpp."""

_INTERVALS = {"qwen35": 4, "qwen35moe": 4, "qwen3next": 4, "minimax-01": 8}
"""The last of so many layers has keys, the others a state, where a file says neither how many nor which."""

_WITHOUT_EITHER = frozenset({"nemotron_h", "nemotron_h_moe"})
"""Families some of whose layers are a feed-forward network and nothing else."""

_BOTH = frozenset({"falcon-h1"})
"""Families whose layers all have keys and a state."""

_FLOAT = 4


class LayerMemory(NamedTuple):
    """The facts about what each layer keeps; the fields are those of `core.model.ModelHeader`."""

    kv_heads: tuple[int, ...]
    local: tuple[bool, ...]
    states: tuple[int, ...]


def is_recurrent(keys: Mapping[str, Value], group: str) -> bool:
    return any(key.startswith(f"{group}.{state}.") for key in keys for state in _STATES)


def memory_of(keys: Mapping[str, Value], group: str, kv_heads: tuple[int, ...]) -> LayerMemory:
    """Return what each layer keeps. `group` is what the family's keys begin with, `kv_heads` as the file has them."""
    layers = len(kv_heads)
    own = _own_heads(keys, group, kv_heads)
    if not is_recurrent(keys, group):
        return LayerMemory(own, _local(keys, group, layers), ())
    state = _state_bytes(keys, group)
    has_state = [group in _BOTH or not heads for heads in own]
    if group in _WITHOUT_EITHER:
        widths = for_each_layer(keys, f"{group}.feed_forward_length", layers)
        has_state = [has and not width for has, width in zip(has_state, widths, strict=True)]
    states = tuple(state if has else 0 for has in has_state) if state else ()
    return LayerMemory(own, _local(keys, group, layers), states)


def _own_heads(keys: Mapping[str, Value], group: str, kv_heads: tuple[int, ...]) -> tuple[int, ...]:
    layers = len(kv_heads)
    drafting = number(keys, f"{group}.nextn_predict_layers")  # they are not loaded
    sharing = number(keys, f"{group}.attention.shared_kv_layers")
    with_keys = layers - max(drafting, sharing)
    recurrent = keys.get(f"{group}.attention.recurrent_layers")
    if isinstance(recurrent, Array) and len(recurrent.numbers) == layers:
        has_keys = [not each for each in recurrent.numbers]
    elif group in _INTERVALS:
        interval = max(1, number(keys, f"{group}.full_attention_interval", _INTERVALS[group]))
        has_keys = [(layer + 1) % interval == 0 for layer in range(layers)]
    else:
        has_keys = [True] * layers
    return tuple(
        heads if has and layer < with_keys else 0
        for layer, (heads, has) in enumerate(zip(kv_heads, has_keys, strict=True))
    )


def _local(keys: Mapping[str, Value], group: str, layers: int) -> tuple[bool, ...]:
    value = keys.get(f"{group}.attention.sliding_window_pattern")
    if isinstance(value, Array):
        return tuple(map(bool, value.numbers)) if len(value.numbers) == layers else ()
    pattern = number(keys, f"{group}.attention.sliding_window_pattern")
    return tuple(layer % pattern < pattern - 1 for layer in range(layers)) if pattern else ()


def _state_bytes(keys: Mapping[str, Value], group: str) -> int:
    """Return how many bytes the state of one layer takes; 0 for families whose states are not known here."""

    def of(name: str) -> int:
        return number(keys, f"{group}.{name}")

    if short := of("shortconv.l_cache"):
        return _FLOAT * of("embedding_length") * (short - 1)
    if kda := of("kda.head_dim"):
        heads = max(for_each_layer(keys, f"{group}.attention.head_count", 1))
        return _FLOAT * kda * heads * (3 * ((of("ssm.conv_kernel") or 4) - 1) + kda)
    inner, state = of("ssm.inner_size"), of("ssm.state_size")
    remembered = max(0, of("ssm.conv_kernel") - 1) * (inner + 2 * of("ssm.group_count") * state)
    return _FLOAT * (remembered + state * inner)
