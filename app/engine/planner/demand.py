"""The memory that a model takes, by class and by device, for one choice of what goes where."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from itertools import accumulate

import msgspec

from app.core.model import NO_LAYER, ModelHeader, TensorPart, Weights
from app.core.settings import KvType
from app.engine.architectures import geometry_of
from app.engine.planner import cache, graph
from app.engine.planner.machine import DISK, Machine, MachineDevice

_PROCESS_BYTES = 47_000_000
"""The bytes that the engine's process holds before it loads anything (Python, numpy, llama.cpp); measured."""

_BYTES_PER_TOKEN_OF_VOCABULARY = 430
"""llama.cpp's tables of a vocabulary: texts, two hash tables, merges. 430 measured with as many tokens and merges as
Llama 4 has, 200 with the starter."""

_BYTES_PER_CELL = 148
"""llama-kv-cells.h keeps 52 bytes of each cell (measured), and where it is in use the nodes of two sets."""

_PROJECTOR_COMPUTE_BYTES = 256 << 20
"""Room in which a projector computes one tile; a bound, not measured on a GPU."""

_SNAPSHOTS, _SNAPSHOTS_SHARE = 4, 8
"""Copies of the local layers that are worth keeping: of the books' end, and of three chunks after it. They may take
this part of the main memory that all else leaves, and where that holds none, one does without."""

_F16 = 2
_LOGIT = 4


class MemoryClass(StrEnum):
    """The classes that bytes are counted in: the parts of the weights, then what comes beside them."""

    EXPERTS = "experts"
    SHARED_EXPERTS = "shared_experts"
    ATTENTION = "attention"
    FEED_FORWARD = "feed_forward"
    ROUTER = "router"
    EMBEDDINGS = "embeddings"
    OUTPUT = "output"
    OTHER = "other"
    KV = "kv"
    COMPUTE = "compute"
    PROJECTOR = "projector"
    ADAPTERS = "adapters"
    LOGITS = "logits"
    SNAPSHOTS = "snapshots"  # copies of the local layers, to come back to
    REST = "rest"  # the process, its vocabulary, the book-keeping of the cache


WEIGHTS = frozenset(MemoryClass(part.value) for part in TensorPart)


class Use(msgspec.Struct, frozen=True):
    """Bytes of one class on one device, or on the disk (`machine.DISK`), which takes no memory."""

    device: str
    item: MemoryClass
    bytes: int


@dataclass(frozen=True)
class PlacementChoice:
    """A choice of where layers go. `gpu_layers` is as llama.cpp counts them: the last so many, the output layer is one
    more. `expert_layers` is how many: the experts of the first so many layers stay on the CPU."""

    context_tokens: int
    kv_type: KvType
    slice_tokens: int
    gpu_layers: int
    expert_layers: int


@dataclass(frozen=True)
class PlannedLayout:
    """A layout and what it uses. `split` is the number of layers on each GPU, in order. `missing` are the bytes beyond
    what each device that is too small has, summed. `snapshot_bytes` are for copies of the local layers; None if it is
    not known what they take."""

    uses: tuple[Use, ...]
    split: tuple[int, ...]
    missing: int
    snapshot_bytes: int | None


@dataclass(frozen=True)
class _ContextDemand:
    """The demand of a context on each device that computes, wherever the layers are. `kv_upto` are the bytes of the
    cache of the first so many layers, `most_kv_upto` those of the one of them that has the most; `cells` counts those
    of the cache, in a layer of each kind; `unpacked_bytes` are what a GPU that unpacks needs besides."""

    kv_upto: tuple[int, ...]
    most_kv_upto: tuple[int, ...]
    snapshot_bytes: int | None
    cells: int
    input_bytes: int
    compute_bytes: int
    unpacked_bytes: int


_COPIES_EMBEDDINGS = frozenset({"gemma3n", "gemma4"})
"""Architectures whose tied embeddings llama.cpp has in memory twice: it makes the output's tensor first (`models/`),
and does not look for it when it makes the other."""


class Demand:
    """One model, with what it sees images with, on one machine. `repacks` tells that some weights get another layout
    there."""

    def __init__(
        self,
        header: ModelHeader,
        projector: ModelHeader | None,
        machine: Machine,
        outputs: int,
        adapter_bytes: int = 0,
        *,
        on_disk: bool = False,
    ) -> None:
        """`outputs` is the most tokens of a slice that logits are wanted after. `adapter_bytes` are those of LoRA
        adapters. `on_disk` tells that weights that no GPU holds stay in their file, which the system keeps in memory as
        far as that goes, and gives up for whatever else wants it."""
        self.header = header
        self.shape = shape_of(header)
        self._graph_layers = _layers_of(header, self.shape)
        self._machine = machine
        self._outputs = outputs
        self._projector = projector.file_bytes if projector else 0
        self._adapters = adapter_bytes
        self._layers: list[dict[MemoryClass, int]] = [{} for _ in range(header.layers)]
        self._outside: dict[MemoryClass, int] = {}
        # With a GPU, what stays in main memory waits there to be copied, as it is (`make_cpu_buft_list`).
        self._on_disk = on_disk
        by_cpu = () if machine.gpus or on_disk else machine.repacked
        growths = {(each.type, each.experts): each.growth for each in by_cpu}
        self.repacks = False
        for weights in header.weights:
            held = self._outside if weights.layer == NO_LAYER else self._layers[weights.layer]
            item = MemoryClass(weights.part.value)
            growth = _growth(weights, growths)
            self.repacks = self.repacks or growth > 0
            held[item] = held.get(item, 0) + int(weights.bytes * (growth or 1.0))
            if weights.part is TensorPart.EMBEDDINGS and header.tied:
                # Rows are looked up in the one, and multiplied with the other, which may be elsewhere.
                copied = growths.get((weights.types[0], False), 0.0)
                self.repacks = self.repacks or copied > 0
                if header.architecture in _COPIES_EMBEDDINGS and not on_disk:
                    copied = copied or 1.0
                self._outside[MemoryClass.OUTPUT] = int(weights.bytes * copied)
        self._upto = {item: _running(held.get(item, 0) for held in self._layers) for item in WEIGHTS}
        experts = (held.get(MemoryClass.EXPERTS, 0) for held in self._layers)
        self._most_experts = tuple(accumulate(experts, max, initial=0))
        self._contexts: dict[tuple[int, KvType, int], _ContextDemand] = {}

    @cached_property
    def mixture_layers(self) -> tuple[int, ...]:
        """Layers with experts."""
        return tuple(number for number, held in enumerate(self._layers) if held.get(MemoryClass.EXPERTS))

    def lay_out(self, choice: PlacementChoice) -> PlannedLayout:
        """Return where all bytes go."""
        gpus = self._machine.gpus if choice.gpu_layers else ()
        host = self._machine.host
        first = self.header.layers + 1 - choice.gpu_layers if gpus else self.header.layers + 1
        context = self._context(choice)
        fixed = [self._fixed(choice, context, index) for index in range(len(gpus))]
        split = self._split(choice, context, first, fixed)
        held: list[tuple[MachineDevice, dict[MemoryClass, int]]] = []
        start = first
        for gpu, each, count in zip(gpus, fixed, split, strict=True):
            held.append((gpu, self._on_gpu(choice, context, start, start + count) | each))
            start += count
        on_host = self._on_host(choice, context, first)
        on_disk = {item: on_host.pop(item) for item in WEIGHTS & on_host.keys()} if self._on_disk else {}
        snapshot_bytes = _kept_snapshots(context, host.room - sum(on_host.values()))
        on_host[MemoryClass.SNAPSHOTS] = snapshot_bytes or 0
        held.append((host, on_host))
        places = [*((device.name, each) for device, each in held), (DISK, on_disk)]
        uses = tuple(Use(name, item, each[item]) for name, each in places for item in MemoryClass if each.get(item))
        missing = sum(max(0, sum(each.values()) - device.room) for device, each in held)
        return PlannedLayout(uses, split, missing, snapshot_bytes)

    def _context(self, choice: PlacementChoice) -> _ContextDemand:
        """Return what a context takes. It is made once for each context: many places of the layers are tried with
        it."""
        wanted = (choice.context_tokens, choice.kv_type, choice.slice_tokens)
        if wanted not in self._contexts:
            shape = self._graph(choice)
            of_layers = tuple(cache.layer_bytes(self.shape, *wanted))
            self._contexts[wanted] = _ContextDemand(
                _running(of_layers),
                tuple(accumulate(of_layers, max, initial=0)),
                cache.snapshot_bytes(self.shape, *wanted),
                shape.cells + (shape.local_cells if any(self.shape.local) else 0),
                graph.input_bytes(shape),
                graph.compute_bytes(shape),
                self._unpacked_bytes(choice),
            )
        return self._contexts[wanted]

    def _unpacked_bytes(self, choice: PlacementChoice) -> int:
        """Return the bytes of a layer's whole cache in f16, into which CUDA turns it for the slices of a prompt
        (ggml-cuda/fattn-common.cuh)."""
        if choice.kv_type is KvType.F16:
            return 0
        shape = self.shape
        numbers = max((n * sum(shape.lengths(shape.is_local(i))) for i, n in enumerate(shape.kv_heads)), default=0)
        return _F16 * numbers * cache.cells(choice.context_tokens)

    def _split(
        self, choice: PlacementChoice, context: _ContextDemand, first: int, fixed: Sequence[Mapping[MemoryClass, int]]
    ) -> tuple[int, ...]:
        """Return how many layers go to each GPU, from the first one on; the layer after the last is the output."""
        blocks = range(first, self.header.layers + 1)
        if len(fixed) <= 1:
            return (len(blocks),) * len(fixed)
        upto = _running(sum(self._on_gpu(choice, context, layer, layer + 1).values()) for layer in blocks)
        rooms = [gpu.room - sum(each.values()) for gpu, each in zip(self._machine.gpus, fixed, strict=True)]
        return _cut(upto, rooms)

    def _on_gpu(
        self, choice: PlacementChoice, context: _ContextDemand, start: int, stop: int
    ) -> dict[MemoryClass, int]:
        """Return the bytes that layers `start` to before `stop` bring to their GPU; the layer after the last is the
        output."""
        last = min(stop, self.header.layers)
        held = self._weights(min(start, last), last)
        experts = self._upto[MemoryClass.EXPERTS]
        held[MemoryClass.EXPERTS] = experts[last] - experts[min(last, max(start, choice.expert_layers))]
        held[MemoryClass.KV] = context.kv_upto[last] - context.kv_upto[min(start, last)]
        if start <= self.header.layers < stop:
            outside = self._outside | {MemoryClass.EMBEDDINGS: 0}
            if self.header.tied:
                # llama.cpp makes a second copy there.
                outside[MemoryClass.OUTPUT] = self._outside.get(MemoryClass.EMBEDDINGS, 0)
            _add(held, outside)
        return held

    def _weights(self, start: int, stop: int) -> dict[MemoryClass, int]:
        """Return the bytes of the weights of the layers from `start` up to `stop`, by class."""
        return {item: upto[stop] - upto[start] for item, upto in self._upto.items()}

    def _fixed(self, choice: PlacementChoice, context: _ContextDemand, index: int) -> dict[MemoryClass, int]:
        """Return the bytes that a GPU holds whatever layers it has, by class."""
        # For a slice of a prompt, what is in main memory is copied to the GPU: of experts one tensor after the other
        # (of a layer's three, the largest is less than half), and of a layer there its cache (ggml-backend.cpp,
        # `op_offload`).
        layers = self.header.layers
        on_host = max(0, layers + 1 - choice.gpu_layers)
        experts = self._most_experts[min(layers, max(on_host, choice.expert_layers))] // 2
        unpacked = context.unpacked_bytes if self._machine.gpus[index].unpacks else 0
        held = {MemoryClass.COMPUTE: unpacked + context.compute_bytes + experts + context.most_kv_upto[on_host]}
        if index == 0 and self._projector:
            held[MemoryClass.PROJECTOR] = self._projector + _PROJECTOR_COMPUTE_BYTES
        if index == 0 and self._adapters:
            held[MemoryClass.ADAPTERS] = self._adapters  # they are where the weights are; a bound for the first
        return held

    def _on_host(self, choice: PlacementChoice, context: _ContextDemand, first_on_gpu: int) -> dict[MemoryClass, int]:
        layers = self.header.layers
        own = min(first_on_gpu, layers)
        held = self._weights(0, own)
        held[MemoryClass.KV] = context.kv_upto[own]
        held[MemoryClass.EXPERTS] = self._upto[MemoryClass.EXPERTS][max(own, min(layers, choice.expert_layers))]
        outside = self._outside
        if first_on_gpu <= layers:
            outside = {MemoryClass.EMBEDDINGS: outside.get(MemoryClass.EMBEDDINGS, 0)}
        all_on_gpu = first_on_gpu == 0 and not choice.expert_layers
        _add(held, outside)
        held[MemoryClass.COMPUTE] = context.input_bytes if all_on_gpu else context.compute_bytes
        held[MemoryClass.LOGITS] = _LOGIT * self.header.vocabulary * self._outputs
        held[MemoryClass.REST] = (
            _PROCESS_BYTES + self.header.vocabulary * _BYTES_PER_TOKEN_OF_VOCABULARY + _BYTES_PER_CELL * context.cells
        )
        if self._adapters and first_on_gpu > layers:
            held[MemoryClass.ADAPTERS] = self._adapters
        if self._projector and first_on_gpu > layers:
            held[MemoryClass.PROJECTOR] = self._projector + _PROJECTOR_COMPUTE_BYTES
        return held

    def _graph(self, choice: PlacementChoice) -> graph.GraphShape:
        context_tokens, slice_tokens = choice.context_tokens, choice.slice_tokens
        tokens = min(slice_tokens, cache.cells(context_tokens))
        return graph.GraphShape(
            tokens,
            min(self._outputs, tokens),
            self.header.width,
            self.header.vocabulary,
            self._graph_layers,
            cache.cells(context_tokens),
            cache.local_cells(self.shape, context_tokens, slice_tokens),
            cache.rotations(self.shape, choice.kv_type),
            self.header.architecture == "llama4",
        )


def _growth(weights: Weights, growths: dict[tuple[str, bool], float]) -> float:
    """Return how many times as large weights are once they are repacked, by the type of most of them; 0 if they are not
    repacked: rows are looked up in embeddings, and all else is too small to matter."""
    if weights.part in (TensorPart.EMBEDDINGS, TensorPart.ROUTER, TensorPart.OTHER) or not weights.types:
        return 0.0
    return growths.get((weights.types[0], weights.part is TensorPart.EXPERTS), 0.0)


def shape_of(header: ModelHeader) -> cache.Shape:
    """Return all that the header of a model's file says of the cache."""
    geometry = geometry_of(header.architecture, header.window, header.recurrent)
    return cache.Shape(
        header.kv_heads,
        header.key_length,
        header.value_length,
        geometry,
        header.local or cache.local_layers(header.architecture, geometry, header.layers),
        header.local_key_length,
        header.local_value_length,
        header.states,
    )


def _layers_of(header: ModelHeader, shape: cache.Shape) -> tuple[graph.LayerShape, ...]:
    mixtures = {weights.layer for weights in header.weights if weights.part is TensorPart.EXPERTS}
    layers = []
    for layer in range(header.layers):
        key_length, value_length = shape.lengths(shape.is_local(layer))
        layers.append(
            graph.LayerShape(
                query=header.heads[layer] * key_length,
                key=header.kv_heads[layer] * key_length,
                value=header.kv_heads[layer] * value_length,
                dense=header.feed_forward,
                experts=header.experts if layer in mixtures else 0,
                used=header.experts_used,
                expert_width=header.expert_feed_forward or header.feed_forward,
                shared=header.shared_expert_feed_forward,
                local=shape.is_local(layer),
            )
        )
    return tuple(layers)


def _kept_snapshots(context: _ContextDemand, left_bytes: int) -> int | None:
    """Return the bytes for copies of the local layers, out of those that all else leaves in main memory."""
    size = context.snapshot_bytes
    if size is None:
        return None
    budget = min(_SNAPSHOTS * size, left_bytes // _SNAPSHOTS_SHARE)
    return budget if budget >= size else 0


def _running(sizes: Iterable[int]) -> tuple[int, ...]:
    """Return the sums of the first 0, 1, 2 … of these sizes."""
    return tuple(accumulate(sizes, initial=0))


def _add(held: dict[MemoryClass, int], more: Mapping[MemoryClass, int]) -> None:
    for item, size in more.items():
        held[item] = held.get(item, 0) + size


def _cut(upto: Sequence[int], rooms: Sequence[int]) -> tuple[int, ...]:
    """Return how many of consecutive blocks each GPU takes, so that all are filled to about the same share of their
    room. `upto` are the bytes of the first 0, 1, 2 … blocks."""
    whole = len(upto) - 1

    def filled(share: float) -> list[int]:
        counts, at = [], 0
        for room in rooms:
            start, at = at, max(at, bisect_right(upto, upto[at] + room * share) - 1)
            counts.append(at - start)
        return counts

    low, high = 0.0, 1.0
    if sum(filled(high)) < whole:
        counts = filled(high)
        counts[-1] += whole - sum(counts)
        return tuple(counts)
    for _ in range(20):
        middle = (low + high) / 2
        low, high = (low, middle) if sum(filled(middle)) == whole else (middle, high)
    return tuple(filled(high))
