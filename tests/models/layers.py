"""The tensors of published models' layers, by family: names, dimensions as in the file (the length of a row first), and
which of them a quantizer leaves as they are.

Sources: `load_arch_tensors` of each family in src/models of llama.cpp, and the converters in conversion/.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple


class Part(NamedTuple):
    """`plain`: in 32-bit numbers whatever the quantization."""

    name: str
    dimensions: tuple[int, ...]
    plain: bool = False


@dataclass(frozen=True)
class Experts:
    count: int
    used: int
    width: int
    shared_width: int = 0


@dataclass(frozen=True)
class State:
    """The state that a layer keeps in place of keys. Qwen 3.5's gated delta net, where `heads` are of values and
    `groups` of keys, or Granite's Mamba 2."""

    kernel: int
    size: int
    inner: int
    heads: int
    groups: int


@dataclass(frozen=True)
class Published:
    """A model as its makers published it. `kv_heads`: of layers with keys, `local_kv_heads` of local ones (0: as many).
    `tied`: the output has no weights of its own. `attending`: the layers with keys where not all have some.
    `local_pattern`: the last of so many layers is global. `per_layer`: width of embeddings for each layer (Gemma 4).
    `sharing`: the last layers that use keys of earlier ones."""

    name: str
    architecture: str
    context: int
    layers: int
    width: int
    heads: int
    kv_heads: int
    head_size: int
    feed_forward: int
    vocabulary: int
    pre_tokenizer: str
    tokenizer: str = "gpt2"
    tied: bool = True
    window: int = 0
    local_pattern: int = 0
    local_head_size: int = 0
    local_kv_heads: int = 0
    experts: Experts | None = None
    state: State | None = None
    attending: tuple[int, ...] = ()
    per_layer: int = 0
    sharing: int = 0

    def is_local(self, layer: int) -> bool:
        return self.local_pattern > 0 and layer % self.local_pattern < self.local_pattern - 1

    def attends(self, layer: int) -> bool:
        return self.state is None or layer in self.attending

    def head_size_of(self, layer: int) -> int:
        return (self.local_head_size or self.head_size) if self.is_local(layer) else self.head_size

    def kv_heads_of(self, layer: int) -> int:
        """Return the heads that the file says, which counts layers that share, too."""
        return (self.local_kv_heads or self.kv_heads) if self.is_local(layer) else self.kv_heads


_HEAD_NORMS = ("qwen3", "qwen3moe", "qwen35", "qwen35moe", "gemma4", "muse-glimmer")
_SECOND_NORMS = ("gemma4", "muse-glimmer")  # behind attention and behind the feed-forward network
_ONE_LATER_NORM = ("qwen35", "qwen35moe", "gpt-oss")  # behind attention, in place of that before the other


def outside(model: Published) -> Iterator[Part]:
    yield Part("token_embd.weight", (model.width, model.vocabulary))
    yield norm("output_norm", model.width)
    if not model.tied:
        yield Part("output.weight", (model.width, model.vocabulary))
    if model.architecture == "gemma4":
        yield Part("rope_freqs.weight", (model.head_size // 2,), True)
    if model.per_layer:
        together = model.per_layer * model.layers
        yield Part("per_layer_token_embd.weight", (together, model.vocabulary))
        yield Part("per_layer_model_proj.weight", (model.width, together))
        yield norm("per_layer_proj_norm", model.per_layer)


def layer_of(model: Published, layer: int) -> Iterator[Part]:
    """Names without `blk.N.`."""
    family = model.architecture
    yield norm("attn_norm", model.width)
    if model.attends(layer):
        yield from _attention(model, layer)
    elif family in ("qwen35", "qwen35moe"):
        yield from _delta_net(model)
    else:
        yield from _mamba(model)
    if family in (*_SECOND_NORMS, *_ONE_LATER_NORM):
        yield norm("post_attention_norm", model.width)
    if family not in _ONE_LATER_NORM:
        yield norm("ffn_norm", model.width)
    if family in _SECOND_NORMS:
        yield norm("post_ffw_norm", model.width)
    yield from _feed_forward(model)
    if family == "gemma4":
        yield from _gemma4(model)


def _attention(model: Published, layer: int) -> Iterator[Part]:
    family, width, size = model.architecture, model.width, model.head_size_of(layer)
    query, key = model.heads * size, model.kv_heads_of(layer) * size
    gated = 2 if family in ("qwen35", "qwen35moe") else 1  # queries and their gates are one matrix
    yield Part("attn_q.weight", (width, gated * query))
    alike = family == "gemma4" and not model.is_local(layer) and not model.per_layer  # values are keys
    yield Part("attn_k.weight", (width, key))
    if not alike:
        yield Part("attn_v.weight", (width, key))
    yield Part("attn_output.weight", (query, width))
    if family == "muse-glimmer":
        yield Part("attn_gate.weight", (width, query))
    if family in _HEAD_NORMS:
        yield norm("attn_q_norm", size)
        yield norm("attn_k_norm", size)
    if family == "gpt-oss":
        yield Part("attn_sinks.weight", (model.heads,), True)
        for name, length in (("q", query), ("k", key), ("v", key), ("output", width)):
            yield Part(f"attn_{name}.bias", (length,), True)


def _delta_net(model: Published) -> Iterator[Part]:
    state = model.state
    assert state is not None
    key, value = state.size * state.groups, state.inner
    yield Part("attn_qkv.weight", (model.width, 2 * key + value))
    yield Part("attn_gate.weight", (model.width, value))
    yield Part("ssm_conv1d.weight", (state.kernel, 2 * key + value), True)
    yield Part("ssm_dt.bias", (state.heads,), True)
    yield Part("ssm_a", (state.heads,), True)
    yield Part("ssm_beta.weight", (model.width, state.heads))
    yield Part("ssm_alpha.weight", (model.width, state.heads))
    yield norm("ssm_norm", state.size)
    yield Part("ssm_out.weight", (value, model.width))


def _mamba(model: Published) -> Iterator[Part]:
    state = model.state
    assert state is not None
    mixed = state.inner + 2 * state.groups * state.size
    yield Part("ssm_in.weight", (model.width, state.inner + mixed + state.heads))
    yield Part("ssm_conv1d.weight", (state.kernel, mixed), True)
    yield Part("ssm_conv1d.bias", (mixed,), True)
    yield Part("ssm_dt.bias", (state.heads,), True)
    yield Part("ssm_a", (1, state.heads), True)
    yield Part("ssm_d", (1, state.heads), True)
    yield Part("ssm_norm.weight", (state.inner // state.groups, state.groups), True)
    yield Part("ssm_out.weight", (state.inner, model.width))


def _feed_forward(model: Published) -> Iterator[Part]:
    width, family, experts = model.width, model.architecture, model.experts
    if experts is None or family == "gemma4":
        yield from _gated("", width, model.feed_forward)
    if experts is None:
        return
    yield Part("ffn_gate_inp.weight", (width, experts.count), True)
    if family == "gemma4":
        yield Part("ffn_gate_up_exps.weight", (width, 2 * experts.width, experts.count))
        yield Part("ffn_down_exps.weight", (experts.width, width, experts.count))
    else:
        yield from _gated("_exps", width, experts.width, experts.count)
    if experts.shared_width:
        yield from _gated("_shexp", width, experts.shared_width)
    if family == "qwen35moe":
        yield Part("ffn_gate_inp_shexp.weight", (width,), True)
    if family == "gpt-oss":
        yield Part("ffn_gate_inp.bias", (experts.count,), True)
        for name, length in (("gate", experts.width), ("up", experts.width), ("down", width)):
            yield Part(f"ffn_{name}_exps.bias", (length, experts.count), True)


def _gated(suffix: str, width: int, inner: int, *more: int) -> Iterator[Part]:
    yield Part(f"ffn_gate{suffix}.weight", (width, inner, *more))
    yield Part(f"ffn_up{suffix}.weight", (width, inner, *more))
    yield Part(f"ffn_down{suffix}.weight", (inner, width, *more))


def _gemma4(model: Published) -> Iterator[Part]:
    yield Part("layer_output_scale.weight", (1,), True)
    if model.experts is not None:
        yield Part("ffn_gate_inp.scale", (model.width,), True)
        yield Part("ffn_down_exps.scale", (model.experts.count,), True)
        for name in ("pre_ffw_norm_2", "post_ffw_norm_1", "post_ffw_norm_2"):
            yield norm(name, model.width)
    if model.per_layer:
        yield Part("inp_gate.weight", (model.width, model.per_layer))
        yield Part("proj.weight", (model.per_layer, model.width))
        yield norm("post_norm", model.width)


def norm(name: str, width: int) -> Part:
    return Part(f"{name}.weight", (width,), True)
