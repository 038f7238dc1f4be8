"""Where a model's parts go on a machine, and how much context that leaves; or by how much it does not fit.

What is read for every token (attention, shared experts, the cache) stays on the GPU as long as there is one that holds
it. When not all fits, the experts of the first layers move to main memory, no more of them than have to; only then
whole layers.

Long slices read books faster and take memory: from the context, where nobody asked for one, else from what is left. So
they are weighed: a longer slice is taken if it gains a larger share of the reading speed than it costs of the context,
or of the writing speed where more experts have to move for it. It never makes a context smaller that was asked for,
never moves anything off a GPU that holds all, and never whole layers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import msgspec

from app.core.errors import Parameter
from app.core.model import ModelHeader
from app.core.settings import KvType, Mapping
from app.engine.planner import cache
from app.engine.planner.demand import Demand, MemoryClass, PlacementChoice, PlannedLayout, Use
from app.engine.planner.machine import DISK, Machine
from app.engine.planner.speed import DiskReads, Speed, estimate

BOOKS_CONTEXT = 131_072
"""Tokens of context for which experts are moved off the GPU when nobody asked for a number: a long novel or two. More
than that is proposed only where it costs no speed."""

OUTPUTS = 17
"""Logits of a slice: those of a token and of a draft behind it (`quotes.prompt_lookup.MAX_DRAFT`)."""

SLICES = (512, 1024, 2048, 4096)
"""Tokens of a slice that are weighed on a GPU; a processor alone reads no faster with longer ones than the first."""

_PATIENCE_S = 1.0
"""Seconds that a slice may take, or twice what the shortest does: a stop waits for its end."""

MEASURED = frozenset({"llama", "llama4", "qwen2", "qwen3", "qwen3moe", "gemma3"})
"""Families whose cache and compute buffer were compared with llama.cpp's own numbers; others resemble them."""

_NOTHING = "^$"
"""A pattern of tensors that matches none. llama.cpp keeps four copies of what goes into a graph on several GPUs, for
batches of several slices; it does not where tensors are placed by pattern, and Octavo's batches have one slice."""


class PlanRequest(msgspec.Struct, frozen=True):
    """The wishes for a plan; zeros and None leave it to the planner. `gpu_layers` and `expert_layers` are as in
    `PlacementChoice`. As for `mapping`, MAPPED leaves weights that no GPU holds in their file, whether memory has room
    for them or not; AUTO maps them only if it has. `images` asks for the projector too, if there is one."""

    context_tokens: int = 0
    kv_type: KvType | None = None
    slice_tokens: int = 0
    gpu_layers: int | None = None
    expert_layers: int | None = None
    threads: int = 0
    mapping: Mapping = Mapping.AUTO
    images: bool = True


class Reason(StrEnum):
    """The reasons why a plan is as it is. The comment names the parameters."""

    ALL_ON_GPU = "all_on_gpu"
    ALL_ON_GPUS = "all_on_gpus"  # count
    EXPERTS_ON_CPU = "experts_on_cpu"  # layers, of_layers, moved_bytes
    LAYERS_ON_CPU = "layers_on_cpu"  # layers, of_layers
    NO_GPU = "no_gpu"
    GPU_UNUSED = "gpu_unused"
    CONTEXT_TRAINED = "context_trained"  # context_tokens
    CONTEXT_LARGEST = "context_largest"  # context_tokens, token_bytes
    CONTEXT_BOOKS = "context_books"  # context_tokens
    CONTEXT_REQUESTED = "context_requested"  # context_tokens
    CONTEXT_USUAL = "context_usual"  # context_tokens; nobody asked for a number, and there is no GPU
    KV_CHOSEN = "kv_chosen"  # kv_type
    LONG_SLICES = "long_slices"  # experts are copied for each; slice_tokens, reading_rate, least_tokens, least_rate
    LONGER_SLICES = "longer_slices"  # all is on GPUs; slice_tokens, gain (a share), least_tokens, more_bytes
    SLICES_OVER_CONTEXT = "slices_over_context"  # likewise, and fewer_tokens of context
    SHORT_SLICES = "short_slices"  # no memory for longer ones; slice_tokens
    SHORT_SLICES_SUFFICE = "short_slices_suffice"  # longer ones are not worth their memory; slice_tokens
    PROCESSOR_ALONE = "processor_alone"  # no GPU, and the weights are on the disk
    EXPERTS_OFF_GPU = "experts_off_gpu"  # likewise, the experts of layers, of_layers
    WEIGHTS_ON_DISK = "weights_on_disk"  # disk_bytes
    KEPT_IN_MEMORY = "kept_in_memory"  # after the first use, as long as nothing else wants the memory
    READ_FROM_DISK = "read_from_disk"  # token_bytes, slice_bytes
    DISK_MEASURED = "disk_measured"  # second_bytes
    DISK_ASSUMED = "disk_assumed"  # second_bytes
    UPLOADED = "uploaded"  # copied to GPUs while more is read; the file stays in the system's cache for the next load
    UPLOADED_DIRECTLY = "uploaded_directly"  # likewise, past that cache, which has no room for the file
    UPLOADED_AS_MEASURED = "uploaded_as_measured"  # the faster of both ways: mapping, load_s, other_s
    ESTIMATED = "estimated"  # it was not measured what models of this family take
    # If a model does not fit, each of these would help by itself.
    MORE_MEMORY = "more_memory"  # missing_bytes
    SMALLER_MODEL = "smaller_model"


class Remark(msgspec.Struct, frozen=True):
    """One sentence of an explanation, before it is put into words."""

    reason: Reason
    params: dict[str, Parameter] = {}


class Bill(msgspec.Struct, frozen=True):
    """The memory that a model takes with its context, however it is placed."""

    context_tokens: int
    kv_type: KvType
    uses: tuple[Use, ...]
    remarks: tuple[Remark, ...]

    def by_class(self) -> dict[str, int]:
        """Return the bytes by class, on all devices together."""
        return _totals((use.item.value, use.bytes) for use in self.uses)

    def by_device(self) -> dict[str, int]:
        """Return the bytes by device, of all classes together."""
        return _totals((use.device, use.bytes) for use in self.uses)


class Placement(Bill, frozen=True):
    """A model's place. `cpu_tensors` are patterns of tensor names that stay on the CPU. `tensor_split` is the number of
    layers on each of several GPUs, in order. `snapshot_bytes` is main memory for copies of the local layers; None if it
    is not known what they take. `shape` is what the cache depends on."""

    slice_tokens: int
    gpu_layers: int
    expert_layers: int
    cpu_tensors: tuple[str, ...]
    tensor_split: tuple[int, ...]
    mapping: Mapping
    threads: int
    snapshot_bytes: int | None
    speed: Speed
    shape: cache.Shape


class Shortfall(Bill, frozen=True):
    """A plan that does not fit: by how many bytes at least, where these would go otherwise, and what would help."""

    missing_bytes: int


def plan(
    header: ModelHeader, projector: ModelHeader | None, machine: Machine, request: PlanRequest, adapter_bytes: int = 0
) -> Placement | Shortfall:
    """Place a model. Its context is rounded up to what llama.cpp makes of it. `adapter_bytes` are those of LoRA
    adapters."""
    return Planner(header, projector, machine, request, adapter_bytes).plan()


@dataclass(frozen=True)
class _Level:
    """The number of a model's parts that are off the GPU; `PlacementChoice` says what the numbers mean."""

    gpu_layers: int
    expert_layers: int


class Planner:
    """Finds the place of one model on one machine, as a request wants it."""

    def __init__(
        self,
        header: ModelHeader,
        projector: ModelHeader | None,
        machine: Machine,
        request: PlanRequest,
        adapter_bytes: int = 0,
    ) -> None:
        self._header = header
        self._machine = machine
        self._request = request
        on_disk = request.mapping is Mapping.MAPPED
        seen = projector if request.images else None
        self._demand = Demand(header, seen, machine, OUTPUTS, adapter_bytes, on_disk=on_disk)
        self._levels = list(self._all_levels())

    def plan(self) -> Placement | Shortfall:
        request = self._request
        found: PlacementChoice | None
        if request.context_tokens:
            kinds = (request.kv_type,) if request.kv_type else tuple(KvType)
            found = self._fastest(request.context_tokens, kinds)
            if found is None:
                return self._shortfall(request.context_tokens, kinds[-1])
            return self._placement(found, Remark(Reason.CONTEXT_REQUESTED, {"context_tokens": found.context_tokens}))
        kinds = (request.kv_type,) if request.kv_type else (KvType.F16, KvType.Q8_0)
        choices = [choice for kind in kinds if (choice := self._roomiest(kind)) is not None]
        if not choices:
            return self._shortfall(min(self._trained, cache.STEP), kinds[-1])
        # The most context; of equal ones the one with the least off the GPU, and then the most exact.
        best = max(choices, key=lambda choice: (choice.context_tokens, choice.gpu_layers, -choice.expert_layers))
        return self._placement(best, self._why_context(best))

    def most_tokens(self, kind: KvType, *, on_gpus: bool = False) -> int:
        """Return the largest context that there is a place for, 0 for none; `on_gpus` asks for one with nothing off
        them."""
        levels = self._levels[:1] if on_gpus else self._levels
        found = [self._largest(level, kind, self._slices(level)[0]) for level in levels]
        return max((choice.context_tokens for choice in found if choice is not None), default=0)

    @property
    def _trained(self) -> int:
        return self._header.context_trained or cache.DEFAULT_CONTEXT

    def _all_levels(self) -> Iterator[_Level]:
        """Yield the levels, from all on the GPU to nothing there; each takes less of the GPU than the one before."""
        layers, request = self._header.layers, self._request
        mixtures = self._demand.mixture_layers
        if not self._machine.gpus:
            yield _Level(0, 0)
            return
        moved = [0, *(layer + 1 for layer in mixtures)] if request.expert_layers is None else [request.expert_layers]
        if request.gpu_layers is None:
            ways = [(layers + 1, count) for count in moved]
            ways += [(count, moved[-1]) for count in range(layers, -1, -1)]
        else:
            wanted = request.gpu_layers if request.gpu_layers >= 0 else layers + 1
            ways = [(min(wanted, layers + 1), count) for count in moved]
        for gpu_layers, expert_layers in ways:
            yield _Level(gpu_layers, min(expert_layers, layers) if gpu_layers else 0)

    def _slices(self, level: _Level) -> tuple[int, ...]:
        """Return the lengths of a slice that may be weighed, in tokens, the shortest first."""
        if self._request.slice_tokens:
            return (self._request.slice_tokens,)
        return SLICES if level.gpu_layers else SLICES[:1]

    def _fits(self, level: _Level, slice_tokens: int, context_tokens: int, kind: KvType) -> PlacementChoice | None:
        choice = PlacementChoice(context_tokens, kind, slice_tokens, level.gpu_layers, level.expert_layers)
        return choice if self._demand.lay_out(choice).missing == 0 else None

    def _speed(self, choice: PlacementChoice, depth_tokens: int = 0) -> Speed:
        """Estimate the speed of a placement; `depth_tokens` is given for another context than its own."""
        uses = self._demand.lay_out(choice).uses
        depth = depth_tokens or choice.context_tokens
        return estimate(self._header, self._machine, uses, depth, choice.slice_tokens)

    def _first(self, context_tokens: int, kind: KvType) -> tuple[int, PlacementChoice] | None:
        """Return the level with the least off the GPU that holds a context, with the slice that is worth most there."""
        for number, level in enumerate(self._levels):
            choice = self._fits(level, self._slices(level)[0], context_tokens, kind)
            if choice is not None:
                return self._with_longer(number, choice)
        return None

    def _with_longer(self, number: int, shortest: PlacementChoice) -> tuple[int, PlacementChoice]:
        """Return the same context at a later level, if longer slices are worth it. If experts have to move, a few more
        of them may."""
        found = [(number, shortest)]
        levels = self._levels[number:] if number else self._levels[:1]
        whole = [level for level in levels if level.gpu_layers == shortest.gpu_layers]
        for slice_tokens in self._slices(self._levels[number])[1:]:
            fitting = (self._fits(level, slice_tokens, shortest.context_tokens, shortest.kv_type) for level in whole)
            choices = ((at, choice) for at, choice in enumerate(fitting, number) if choice is not None)
            if slice_tokens <= shortest.context_tokens and (hit := next(choices, None)) is not None:
                found.append(hit)
        speeds = [self._speed(choice) for _, choice in found]
        return found[_best([speed.reading * speed.writing_full for speed in speeds], speeds)]

    def _fastest(self, context_tokens: int, kinds: tuple[KvType, ...]) -> PlacementChoice | None:
        """Return the choice with the least off the GPU; of types that need no more off it, the most exact. q4_0 only if
        nothing else fits."""
        found = [hit for kind in kinds if (hit := self._first(context_tokens, kind)) is not None]
        exact = [hit for hit in found if hit[1].kv_type is not KvType.Q4_0] or found
        return min(exact, key=lambda hit: hit[0])[1] if exact else None

    def _roomiest(self, kind: KvType) -> PlacementChoice | None:
        """Choose the most context: all that is left where everything stays on the GPU, else enough for books."""
        books = min(BOOKS_CONTEXT, self._trained)
        best = self._balanced(self._levels[0], kind, books)
        if best is not None and best.context_tokens >= books:
            return best
        first = self._first(books, kind)
        if first is not None:
            return first[1]
        # Not even that: whichever level holds the most.
        every = [self._largest(level, kind, self._slices(level)[0]) for level in self._levels]
        return max(filter(None, every), key=lambda choice: choice.context_tokens, default=None)

    def _balanced(self, level: _Level, kind: KvType, least_tokens: int) -> PlacementChoice | None:
        """Return the slice for which the context times the speed of reading is largest, at the same depth for all, and
        the context that it leaves; only the shortest may leave less than `least_tokens`."""
        shortest, *longer = (self._largest(level, kind, slice_tokens) for slice_tokens in self._slices(level))
        if shortest is None:
            return None
        found = [shortest, *(choice for choice in longer if choice and choice.context_tokens >= least_tokens)]
        speeds = [self._speed(choice, shortest.context_tokens) for choice in found]
        worth = [speed.reading * choice.context_tokens for speed, choice in zip(speeds, found, strict=True)]
        return found[_best(worth, speeds)]

    def _largest(self, level: _Level, kind: KvType, slice_tokens: int) -> PlacementChoice | None:
        """Return the choice with the most context that a level holds."""
        if self._fits(level, slice_tokens, min(cache.STEP, self._trained), kind) is None:
            return None
        sizes = (*range(cache.STEP, self._trained, cache.STEP), self._trained)
        low, high = 0, len(sizes)  # so many fit; more than so many do not
        while low < high:
            middle = (low + high + 1) // 2
            fitting = self._fits(level, slice_tokens, sizes[middle - 1], kind) is not None
            low, high = (middle, high) if fitting else (low, middle - 1)
        return self._fits(level, slice_tokens, sizes[low - 1], kind) if low else None

    # ---- the answer

    def _placement(self, choice: PlacementChoice, why: Remark) -> Placement:
        layout = self._demand.lay_out(choice)
        several = len(layout.split) > 1
        patterns = _patterns(self._demand.mixture_layers, choice)
        speed = estimate(self._header, self._machine, layout.uses, choice.context_tokens, choice.slice_tokens)
        mapping = self._mapping(choice, layout)
        remarks = (
            *self._why_devices(choice, layout),
            why,
            *_why_disk(layout, speed.disk),
            *self._why_slice(choice, speed),
            *self._why_mapping(choice, mapping),
            *self._why_rest(choice),
        )
        return Placement(
            context_tokens=choice.context_tokens,
            kv_type=choice.kv_type,
            slice_tokens=choice.slice_tokens,
            gpu_layers=choice.gpu_layers,
            expert_layers=choice.expert_layers,
            cpu_tensors=patterns or ((_NOTHING,) if several else ()),
            tensor_split=layout.split if several else (),
            mapping=mapping,
            threads=self._request.threads or self._machine.threads,
            snapshot_bytes=layout.snapshot_bytes,
            uses=layout.uses,
            speed=speed,
            shape=self._demand.shape,
            remarks=remarks,
        )

    def _mapping(self, choice: PlacementChoice, layout: PlannedLayout) -> Mapping:
        """Return how weights come into memory. To map a file keeps llama.cpp from copying it to a GPU, through pinned
        memory, while more of it is read (llama-model-loader.cpp, `load_all_data`)."""
        if self._request.mapping is not Mapping.AUTO:
            return self._request.mapping
        if self._uploads(choice):
            host = self._machine.host
            taken = sum(use.bytes for use in layout.uses if use.device == host.name)
            return Mapping.READ if taken + self._header.file_bytes <= host.room else Mapping.DIRECT
        # A mapped file stays in memory beside what was made of it.
        moved = choice.gpu_layers and choice.expert_layers
        return Mapping.READ if moved or self._demand.repacks else Mapping.MAPPED

    def _uploads(self, choice: PlacementChoice) -> bool:
        """Return whether all layers go to devices that take them while they are read."""
        return self._is_whole(choice) and all(gpu.uploads for gpu in self._machine.gpus)

    def _is_whole(self, choice: PlacementChoice) -> bool:
        """Return whether nothing is off the GPUs."""
        return choice.gpu_layers > self._header.layers and not choice.expert_layers

    def _why_mapping(self, choice: PlacementChoice, mapping: Mapping) -> Iterator[Remark]:
        if self._request.mapping is Mapping.AUTO and self._uploads(choice):
            yield Remark(Reason.UPLOADED if mapping is Mapping.READ else Reason.UPLOADED_DIRECTLY)

    def _why_devices(self, choice: PlacementChoice, layout: PlannedLayout) -> Iterator[Remark]:
        layers = self._header.layers
        mixtures = self._demand.mixture_layers
        moved = sum(1 for layer in mixtures if layer < choice.expert_layers)
        if self._request.mapping is Mapping.MAPPED and (moved or not choice.gpu_layers):
            counts: dict[str, Parameter] = {"layers": moved, "of_layers": len(mixtures)}
            yield Remark(Reason.EXPERTS_OFF_GPU, counts) if choice.gpu_layers else Remark(Reason.PROCESSOR_ALONE)
        elif not self._machine.gpus:
            yield Remark(Reason.NO_GPU)
        elif not choice.gpu_layers:
            yield Remark(Reason.GPU_UNUSED)
        elif not moved and choice.gpu_layers > layers:
            count = len(layout.split)
            yield Remark(Reason.ALL_ON_GPUS, {"count": count}) if count > 1 else Remark(Reason.ALL_ON_GPU)
        if choice.gpu_layers and moved and self._request.mapping is not Mapping.MAPPED:
            host = self._machine.host.name
            moved_bytes = sum(
                use.bytes for use in layout.uses if use.device == host and use.item is MemoryClass.EXPERTS
            )
            yield Remark(
                Reason.EXPERTS_ON_CPU, {"layers": moved, "of_layers": len(mixtures), "moved_bytes": moved_bytes}
            )
        if choice.gpu_layers and choice.gpu_layers <= layers:
            kept = layers + 1 - choice.gpu_layers
            yield Remark(Reason.LAYERS_ON_CPU, {"layers": min(kept, layers), "of_layers": layers})

    def _why_context(self, choice: PlacementChoice) -> Remark:
        tokens: dict[str, Parameter] = {"context_tokens": choice.context_tokens}
        if choice.context_tokens >= self._trained:
            return Remark(Reason.CONTEXT_TRAINED, tokens)
        if choice.context_tokens == BOOKS_CONTEXT:
            return Remark(Reason.CONTEXT_BOOKS, tokens)
        more = replace(choice, context_tokens=choice.context_tokens + cache.STEP)
        token_bytes = (_all(self._demand.lay_out(more)) - _all(self._demand.lay_out(choice))) // cache.STEP
        return Remark(Reason.CONTEXT_LARGEST, {**tokens, "token_bytes": token_bytes})

    def _why_rest(self, choice: PlacementChoice) -> Iterator[Remark]:
        if self._request.kv_type is None:
            yield Remark(Reason.KV_CHOSEN, {"kv_type": choice.kv_type.value})
        if self._header.architecture not in MEASURED:
            yield Remark(Reason.ESTIMATED)

    def _why_slice(self, choice: PlacementChoice, speed: Speed) -> Iterator[Remark]:
        """Yield the reasons for the length of the slice, compared with the shortest one in the same place."""
        least, slice_tokens = SLICES[0], choice.slice_tokens
        if self._request.slice_tokens or not choice.gpu_layers:
            return
        counts: dict[str, Parameter] = {"slice_tokens": slice_tokens, "least_tokens": least}
        if slice_tokens == least:
            longer = replace(choice, slice_tokens=SLICES[1])
            if SLICES[1] <= choice.context_tokens:
                all_left = not self._request.context_tokens and self._is_whole(choice)
                tight = not all_left and self._demand.lay_out(longer).missing > 0
                yield Remark(Reason.SHORT_SLICES if tight else Reason.SHORT_SLICES_SUFFICE, counts)
            return
        shorter = replace(choice, slice_tokens=least)
        least_rate = self._speed(shorter).reading
        if not self._is_whole(choice):
            rates: dict[str, Parameter] = {"reading_rate": speed.reading, "least_rate": least_rate}
            yield Remark(Reason.LONG_SLICES, counts | rates)
            return
        host = self._machine.host.name
        held, held_shorter = (
            sum(use.bytes for use in self._demand.lay_out(each).uses if use.device != host)
            for each in (choice, shorter)
        )
        gain: dict[str, Parameter] = {"gain": speed.reading / least_rate - 1, "more_bytes": held - held_shorter}
        fewer = 0
        if not self._request.context_tokens and choice.context_tokens < self._trained:
            fewer = self.most_tokens(choice.kv_type, on_gpus=True) - choice.context_tokens
        if fewer:
            yield Remark(Reason.SLICES_OVER_CONTEXT, counts | gain | {"fewer_tokens": fewer})
        else:
            yield Remark(Reason.LONGER_SLICES, counts | gain)

    def _shortfall(self, context_tokens: int, kind: KvType) -> Shortfall:
        """Return how much memory is missing at the level that misses least."""
        layouts = [
            self._demand.lay_out(
                PlacementChoice(context_tokens, kind, self._slices(level)[0], level.gpu_layers, level.expert_layers)
            )
            for level in self._levels
        ]
        least = min(layouts, key=lambda layout: layout.missing)
        more = Remark(Reason.MORE_MEMORY, {"missing_bytes": least.missing})
        smaller = () if self.most_tokens(kind) else (Remark(Reason.SMALLER_MODEL),)
        return Shortfall(context_tokens, kind, least.uses, (more, *smaller), least.missing)


def _best(worth: Sequence[float], speeds: Sequence[Speed]) -> int:
    """Choose the slice that is worth most, if nobody waits too long for its end; return its index, the shortest being
    0."""
    patience_s = max(_PATIENCE_S, 2 * speeds[0].slice_s)
    allowed = [number for number, speed in enumerate(speeds) if number == 0 or speed.slice_s <= patience_s]
    return max(allowed, key=lambda number: worth[number])


def _why_disk(layout: PlannedLayout, reads: DiskReads | None) -> Iterator[Remark]:
    if reads is None:
        return
    disk_bytes = sum(use.bytes for use in layout.uses if use.device == DISK)
    yield Remark(Reason.WEIGHTS_ON_DISK, {"disk_bytes": disk_bytes})
    if not reads.slice_bytes:
        yield Remark(Reason.KEPT_IN_MEMORY)
        return
    yield Remark(Reason.READ_FROM_DISK, {"token_bytes": reads.token_bytes, "slice_bytes": reads.slice_bytes})
    rate = Reason.DISK_ASSUMED if reads.assumed else Reason.DISK_MEASURED
    yield Remark(rate, {"second_bytes": int(reads.bandwidth)})


def _patterns(mixtures: tuple[int, ...], choice: PlacementChoice) -> tuple[str, ...]:
    """Return patterns of the names of experts that stay on the CPU, as llama.cpp searches for them; none if a whole
    model stays there."""
    layers = [str(layer) for layer in mixtures if layer < choice.expert_layers]
    if not layers or not choice.gpu_layers:
        return ()
    return (rf"^blk\.({'|'.join(layers)})\.ffn_(up|down|gate|gate_up)_(ch|)exps\.",)


def _all(layout: PlannedLayout) -> int:
    return sum(use.bytes for use in layout.uses)


def _totals(pairs: Iterable[tuple[str, int]]) -> dict[str, int]:
    total: dict[str, int] = {}
    for name, size in pairs:
        total[name] = total.get(name, 0) + size
    return total
