"""Works out the facts about a model that the keys and tensors of its GGUF file have."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

import msgspec

from app.core.errors import AppError, Code
from app.core.model import NO_LAYER, FileKind, ModelHeader, TensorPart, Weights
from app.models.gguf.container import (
    MAX_KEPT_BYTES,
    MIXTURES,
    TEMPLATE_KEY,
    Array,
    GgufContents,
    LongText,
    Tensor,
    Value,
    flaw,
)
from app.models.gguf.memory import is_recurrent, memory_of
from app.models.gguf.projectors import lacking
from app.models.gguf.values import checked, for_each_layer, number

MAX_LAYERS = 512
"""LLAMA_MAX_LAYERS in llama-hparams.h: a model of more cannot be loaded."""

MAX_PARAMETERS = (1 << 63) - 1

_GUESSED = 1024
"""LLAMA_FTYPE_GUESSED in llama.h, added to a file type that nobody wrote down."""

_PROJECTOR = "clip"
_NO_PROJECTOR_KIND = "mlp"  # what clip.cpp takes a projector for that does not say
_KINDS = {"adapter": FileKind.ADAPTER, "imatrix": FileKind.OTHER}
_OTHER_ARCHITECTURES = frozenset({"controlvector", "imatrix"})

_LAYER = re.compile(r"(?:dec\.|enc\.)?blk\.(\d{1,4})\.(.+)", re.ASCII)
_ROLE = re.compile(r"\.(?:weight|bias|scale)$")

_IN_LAYER = (
    (re.compile(r"ffn_gate_inp|exp_probs_b|ffn_gate_tid2eid"), TensorPart.ROUTER),
    (re.compile(r"\w*norm"), TensorPart.OTHER),
    (re.compile(r"ffn_\w+_(?:ch)?exps$|ffn_(?:gate|down|up)\.\d+$"), TensorPart.EXPERTS),
    (re.compile(r"ffn_\w+_shexp$"), TensorPart.SHARED_EXPERTS),
    (re.compile(r"attn_|cross_attn_|vis_attn_|indexer|ssm_|time_mix_|shortconv\."), TensorPart.ATTENTION),
    (re.compile(r"ffn_|channel_mix_|vis_"), TensorPart.FEED_FORWARD),
)
"""Beginnings of names without their layer; the first that fits counts. Source: LLM_TENSOR_NAMES in llama-arch.cpp."""

_OUTSIDE = {
    "token_embd": TensorPart.EMBEDDINGS,
    "per_layer_token_embd": TensorPart.EMBEDDINGS,
    "output": TensorPart.OUTPUT,
}


def compose(files: Sequence[GgufContents]) -> ModelHeader:
    """Return the header of a model whose parts are `files`, the first one first; its `files` are empty.

    Raises AppError, with an empty `path`: MODEL_INCOMPLETE, MODEL_PARTS_DIFFER, MODEL_LIMIT, MODEL_DAMAGED.
    """
    _check_parts(files)
    tensors = [tensor for file in files for tensor in file.tensors]
    if len({tensor.name for tensor in tensors}) < len(tensors):
        raise flaw("tensor_twice")
    parameters = sum(tensor.parameters for tensor in tensors)
    if parameters > MAX_PARAMETERS:
        raise flaw("tensor_size")
    return _Composer(files[0].keys, tensors).header(parameters, sum(file.file_bytes for file in files))


def _check_parts(files: Sequence[GgufContents]) -> None:
    """Check the parts of a model as llama.cpp does (llama-model-loader.cpp): every part knows its place, and no tensor
    is missing."""
    first = files[0].keys
    if max(number(first, "split.count"), 1) != len(files):
        raise _parts_differ(max(number(first, "split.count"), len(files)))
    if len(files) == 1:
        return
    places = [number(file.keys, "split.no", -1) for file in files]
    total = sum(len(file.tensors) for file in files)
    if places != list(range(len(files))) or number(first, "split.tensors.count", total) != total:
        raise _parts_differ(len(files))


def _parts_differ(parts: int) -> AppError:
    return AppError(Code.MODEL_PARTS_DIFFER, path="", parts=parts)


def check_whole(file: GgufContents) -> None:
    """Check that a file has the data of all its tensors. Raises AppError MODEL_INCOMPLETE."""
    if file.missing_bytes:
        raise AppError(Code.MODEL_INCOMPLETE, path="", missing_bytes=file.missing_bytes)


class _Composer:
    """Looks up what an architecture calls its own, in the keys of the first file."""

    def __init__(self, keys: dict[str, Value], tensors: Sequence[Tensor]) -> None:
        self._keys = keys
        self._tensors = tensors
        self._architecture = _text(keys, "general.architecture")
        if not self._architecture:
            raise flaw("architecture")
        self._is_projector = self._architecture == _PROJECTOR
        self._group = self._architecture
        if self._is_projector:
            self._group = "clip.vision" if any(key.startswith("clip.vision.") for key in keys) else "clip.audio"

    def header(self, parameters: int, file_bytes: int) -> ModelHeader:
        layers = self._layers()
        heads = self._each("attention.head_count", layers)
        width = self._number("projection_dim" if self._is_projector else "embedding_length")
        key_length = self._number("attention.key_length", width // max(heads, default=0) if any(heads) else 0)
        experts = self._number("expert_count")
        feed_forward = self._most("feed_forward_length")
        header = ModelHeader(
            kind=self._kind(),
            architecture=self._architecture,
            untrusted_name=_text(self._keys, "general.name"),
            quantization=self._quantization(),
            file_bytes=file_bytes,
            files=(),
            parameters=parameters,
            context_trained=self._number("context_length"),
            layers=layers,
            width=width,
            vocabulary=self._vocabulary(),
            heads=heads,
            kv_heads=self._each("attention.head_count_kv", layers, heads),
            key_length=key_length,
            value_length=self._number("attention.value_length", key_length),
            window=self._most("attention.sliding_window"),
            feed_forward=feed_forward,
            experts=experts,
            experts_used=self._most("expert_used_count"),
            expert_feed_forward=(self._most("expert_feed_forward_length") or feed_forward) if experts else 0,
            shared_expert_feed_forward=self._shared_width(),
            moe_step=self._moe_step() if experts else 0,
            recurrent=is_recurrent(self._keys, self._group),
            tokenizer=_text(self._keys, "tokenizer.ggml.model"),
            pre_tokenizer=_text(self._keys, "tokenizer.ggml.pre"),
            has_template=bool(self._keys.get(TEMPLATE_KEY)),
            untrusted_template=self._template(),
            tied=self._is_tied(),
            projector=self._projector(),
            weights=_weigh(self._tensors, 0 if self._is_projector else layers),
        )
        return self._with_layers(header)

    def _with_layers(self, header: ModelHeader) -> ModelHeader:
        """Return the header with what each layer keeps of what was read, and what a projector lacks."""
        memory = memory_of(self._keys, self._group, header.kv_heads)
        return msgspec.structs.replace(
            header,
            kv_heads=memory.kv_heads,
            local=memory.local,
            local_key_length=self._number("attention.key_length_swa"),
            local_value_length=self._number("attention.value_length_swa"),
            states=memory.states,
            lacking=lacking(header.projector, {tensor.name for tensor in self._tensors}),
        )

    def _kind(self) -> FileKind:
        if self._is_projector:
            return FileKind.PROJECTOR
        if self._architecture in _OTHER_ARCHITECTURES:
            return FileKind.OTHER
        return _KINDS.get(_text(self._keys, "general.type"), FileKind.MODEL)

    def _quantization(self) -> str:
        if "general.file_type" in self._keys:
            kind = number(self._keys, "general.file_type") & ~_GUESSED
            if kind in MIXTURES:
                return MIXTURES[kind]
        return next(iter(_types_of(self._tensors)), "").upper()

    def _layers(self) -> int:
        layers = max(self._number("block_count"), self._number("decoder_block_count"))
        if layers > MAX_LAYERS:
            raise AppError(Code.MODEL_LIMIT, path="", limit="layers", value=MAX_LAYERS)
        return layers

    def _vocabulary(self) -> int:
        tokens = self._keys.get("tokenizer.ggml.tokens")
        return tokens.length if isinstance(tokens, Array) and tokens.length else self._number("vocab_size")

    def _moe_step(self) -> int:
        return self._number("interleave_moe_layer_step", self._number("moe_every_n_layers")) or 1

    def _shared_width(self) -> int:
        """Return the width of the shared experts together. Llama 4 has no key for it; the tensor of the way up shows
        it."""
        for tensor in self._tensors:
            if tensor.name.endswith(".ffn_up_shexp.weight") and len(tensor.dimensions) > 1:
                return tensor.dimensions[1]
        return 0

    def _is_tied(self) -> bool:
        names = {tensor.name for tensor in self._tensors}
        return "token_embd.weight" in names and "output.weight" not in names

    def _projector(self) -> str:
        if not self._is_projector:
            return ""
        named = (_text(self._keys, f"{group}.projector_type") for group in ("clip", "clip.vision", "clip.audio"))
        return next(filter(None, named), _NO_PROJECTOR_KIND)

    def _template(self) -> str:
        template = self._keys.get(TEMPLATE_KEY)
        return template if isinstance(template, str) else ""

    def _number(self, name: str, default: int = 0) -> int:
        return number(self._keys, f"{self._group}.{name}", default)

    def _most(self, name: str) -> int:
        """Return the largest of a number that some families have for each layer."""
        value = self._keys.get(f"{self._group}.{name}")
        if isinstance(value, Array):
            return max(map(checked, value.numbers), default=0)
        return self._number(name)

    def _each(self, name: str, layers: int, default: tuple[int, ...] = ()) -> tuple[int, ...]:
        return for_each_layer(self._keys, f"{self._group}.{name}", layers, default)


def _text(keys: dict[str, Value], name: str) -> str:
    value = keys.get(name, "")
    if isinstance(value, LongText):
        raise AppError(Code.MODEL_LIMIT, path="", limit="text_bytes", value=MAX_KEPT_BYTES)
    if not isinstance(value, str):
        raise flaw("value")
    return value


# ---- which part of a model, and which layer, a tensor belongs to: its name says it


def _place(untrusted_name: str, layers: int) -> tuple[int, TensorPart]:
    """Return layer and part of a tensor; NO_LAYER if the model has no such layer."""
    found = _LAYER.match(untrusted_name)
    if found is None:
        return NO_LAYER, _OUTSIDE.get(_ROLE.sub("", untrusted_name), TensorPart.OTHER)
    layer = int(found[1])
    if layer >= layers:
        return NO_LAYER, TensorPart.OTHER
    name = _ROLE.sub("", found[2])
    return layer, next((part for pattern, part in _IN_LAYER if pattern.match(name)), TensorPart.OTHER)


def _weigh(tensors: Iterable[Tensor], layers: int) -> tuple[Weights, ...]:
    """Weigh all tensors by layer and part: what is outside of layers first, parts in the order of `TensorPart`."""
    groups: dict[tuple[int, TensorPart], list[Tensor]] = defaultdict(list)
    for tensor in tensors:
        groups[_place(tensor.name, layers)].append(tensor)
    order = list(TensorPart)
    return tuple(
        Weights(
            layer,
            part,
            sum(tensor.bytes for tensor in group),
            sum(tensor.parameters for tensor in group),
            _types_of(group),
        )
        for (layer, part), group in sorted(groups.items(), key=lambda item: (item[0][0], order.index(item[0][1])))
    )


def _types_of(tensors: Iterable[Tensor]) -> tuple[str, ...]:
    """Return the names of the tensors' types, the one with the most bytes first."""
    sizes: Counter[str] = Counter()
    for tensor in tensors:
        sizes[tensor.type.name] += tensor.bytes
    return tuple(name for name, _bytes in sizes.most_common())
