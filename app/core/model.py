"""The contents of a model's file, as its header gives them: shapes, weights by part and layer, tokenizer, projector."""

from __future__ import annotations

from enum import StrEnum

import msgspec

NO_LAYER = -1
"""In place of a layer's number, for what is outside the layers."""


class TensorPart(StrEnum):
    """The part of a model that a tensor belongs to, as far as placing it on devices goes."""

    EXPERTS = "experts"  # the routed ones: most of a mixture's bytes, of which a token reads few
    SHARED_EXPERTS = "shared_experts"  # read for every token
    ATTENTION = "attention"  # or what a family has in its place
    FEED_FORWARD = "feed_forward"  # that of layers without experts
    ROUTER = "router"
    EMBEDDINGS = "embeddings"  # of tokens; a token reads one row of them
    OUTPUT = "output"
    OTHER = "other"  # norms, rope factors, all of a projector


class FileKind(StrEnum):
    """The purpose of a GGUF file."""

    MODEL = "model"
    PROJECTOR = "projector"
    ADAPTER = "adapter"  # LoRA
    OTHER = "other"  # control vectors, importance matrices


class Weights(msgspec.Struct, frozen=True):
    """All tensors of one part of one layer. `layer` is from 0, or NO_LAYER. `bytes` are without the gaps of alignment.

    `types` are the names of their ggml types, the one with the most bytes first.
    """

    layer: int
    part: TensorPart
    bytes: int
    parameters: int
    types: tuple[str, ...]


class ModelHeader(msgspec.Struct, frozen=True):
    """The facts in the header of a GGUF file, all parts of a split model together.

    What a kind of model does not have is 0 or empty. `quantization` is as llama.cpp names it ("Q4_K_M"), else the type
    that most bytes have. `files` are their paths, the first part first. `heads` and `kv_heads` have one number for each
    layer. `kv_heads` is 0 if a layer keeps no keys and values of its own: it has a state in their place, or uses those
    of an earlier layer. `key_length` and `value_length` are numbers per head; `local_key_length` and
    `local_value_length` are those of local layers if they differ, else 0. `window` is how many tokens a local layer
    sees, 0 if all layers see all; `local` tells which layers are local, empty if the file does not say. `states` are
    the bytes of the state that each layer keeps, empty if none does or it is not known. `moe_step` is the step from one
    layer that is a mixture to the next. `recurrent` tells that there are layers that keep a state in place of keys.
    `tied` tells that the output layer has no weights of its own, and uses the embeddings. `projector` is its kind
    ("llama4", "mlp"), empty for a language model; `lacking` are tensors without which llama.cpp does not load it.
    `untrusted_template` is how the model's makers write a conversation, as a program; empty if there is none, or one
    that is too long.
    """

    kind: FileKind
    architecture: str
    untrusted_name: str
    quantization: str
    file_bytes: int
    files: tuple[str, ...]
    parameters: int
    context_trained: int
    layers: int
    width: int
    vocabulary: int
    heads: tuple[int, ...]
    kv_heads: tuple[int, ...]
    key_length: int
    value_length: int
    window: int
    feed_forward: int
    experts: int
    experts_used: int
    expert_feed_forward: int
    shared_expert_feed_forward: int
    moe_step: int
    recurrent: bool
    tokenizer: str
    pre_tokenizer: str
    has_template: bool
    tied: bool
    projector: str
    weights: tuple[Weights, ...]
    untrusted_template: str = ""
    local: tuple[bool, ...] = ()
    local_key_length: int = 0
    local_value_length: int = 0
    states: tuple[int, ...] = ()
    lacking: tuple[str, ...] = ()

    @property
    def active_parameters(self) -> int:
        """Parameters that one token reads: of the experts those in use, of the embeddings one row, unless they are
        the output layer too."""
        return sum(self._share(weights, weights.parameters) for weights in self.weights)

    @property
    def active_bytes(self) -> int:
        """Bytes that one token reads, as `active_parameters`."""
        return sum(self._share(weights, weights.bytes) for weights in self.weights)

    def total_bytes(self, part: TensorPart) -> int:
        return sum(weights.bytes for weights in self.weights if weights.part is part)

    def _share(self, weights: Weights, whole: int) -> int:
        if weights.part is TensorPart.EXPERTS and self.experts:
            return whole * min(self.experts_used, self.experts) // self.experts
        if weights.part is TensorPart.EMBEDDINGS and not self.tied and self.vocabulary:
            return whole // self.vocabulary
        return whole
