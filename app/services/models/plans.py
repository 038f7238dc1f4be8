"""Plans: where a model would go on a machine, this one or an imagined one, before anything is loaded."""

from __future__ import annotations

import contextlib
import logging
import platform
from pathlib import Path

import msgspec
import psutil

from app.core.conversations.events import Opening
from app.core.errors import AppError, Code
from app.core.model import FileKind, ModelHeader
from app.core.settings import LEAST_SLICE, Adapter, EngineSettings, Mapping
from app.core.work import Cancel, Work, finish
from app.engine.architectures import ARCHITECTURES
from app.engine.client import EngineClient
from app.engine.llama.hardware import free_memory
from app.engine.planner.cache import DEFAULT_CONTEXT
from app.engine.planner.demand import MemoryClass
from app.engine.planner.machine import DISK, GIB, Machine, MachineDevice, imagined
from app.engine.planner.placement import Placement, PlanRequest, Reason, Remark, Shortfall, plan
from app.engine.planner.ways import Way, WayKind
from app.engine.planner.ways import ways as ways_of
from app.engine.protocol import (
    CARD,
    VULKAN,
    Bandwidth,
    Buffer,
    DryRun,
    Inspect,
    LoadSpec,
    MeasureBandwidth,
    ModelInfo,
    NamelessVocabulary,
    taken_bytes,
)
from app.models import local
from app.models.disk import measure_disk
from app.models.gguf.reader import HeaderReader
from app.models.offers import Offer
from app.services.models.chat_templates import ChatTemplates, FormatReport
from app.services.models.speed_history import MeasuredSpeed, Place, SpeedHistory, place_of
from app.store.settings import SettingsStore

_MAPPED = "_Mapped"
"""The ending of llama.cpp's names for memory that is mapped from a file: the system takes it back when it needs it."""

_BANDWIDTH = "bandwidth"  # a blob


class Hardware(msgspec.Struct, frozen=True):
    """A machine to imagine, in gigabytes as they are sold. Without a number for main memory, that of this machine;
    without any number, this machine."""

    gpu_gigabytes: tuple[float, ...] = ()
    ram_gigabytes: float = 0.0


THIS = Hardware()


class _Probe(msgspec.Struct, frozen=True):
    """A measurement of main memory's bandwidth, good for the machine that it was made on."""

    machine: str
    found: Bandwidth


class Machines:
    def __init__(self, engine: EngineClient, settings: SettingsStore, bandwidth: Bandwidth | None = None) -> None:
        """`bandwidth` is that of main memory, where it is known and not to be measured."""
        self._engine = engine
        self._settings = settings
        self._known_bandwidth = bandwidth
        self._has_probed = False

    def machine(self, hardware: Hardware = THIS) -> Machine:
        """Return the machine to place a model on, this one or an imagined one. On this machine the memory of the model
        that is loaded counts as free, since another would take its place. Starts the engine's process."""
        if hardware != THIS:
            threads = psutil.cpu_count(logical=False) or 1
            ram_gigabytes = hardware.ram_gigabytes or psutil.virtual_memory().total / GIB
            return imagined(hardware.gpu_gigabytes, ram_gigabytes, threads)
        inspected = finish(self._engine.run(Inspect()))
        loaded = self._engine.model()
        held = loaded.buffers if loaded is not None and self._engine.pid is not None else ()
        gpus = tuple(
            MachineDevice(
                device.name,
                True,
                device.total_bytes,
                min(device.total_bytes, device.free_bytes + taken_bytes(b for b in held if b.name == device.name)),
                uploads=device.uploads,
                unpacks=not device.name.startswith(VULKAN),
            )
            for device in inspected.devices
            if device.kind == CARD
        )
        elsewhere = {gpu.name for gpu in gpus}
        returned = sum(
            buffer.cache_bytes + buffer.compute_bytes + (0 if buffer.name.endswith(_MAPPED) else buffer.weights_bytes)
            for buffer in held
            if buffer.name not in elsewhere
        )
        total = psutil.virtual_memory().total
        found = self._bandwidth(inspected.threads)
        host = MachineDevice("RAM", False, total, min(total, free_memory() + returned), found.bytes_a_second)
        return Machine(gpus, host, inspected.threads, inspected.repacked, disturbed=not found.undisturbed)

    def _bandwidth(self, threads: int) -> Bandwidth:
        """Return the bandwidth of main memory, measured once on each machine, and again by each start until nothing
        disturbs that: the best counts."""
        if self._known_bandwidth is not None:
            return self._known_bandwidth
        machine = f"{platform.node()} {platform.processor()} {psutil.virtual_memory().total} {threads}"
        known = self._kept_bandwidth(machine)
        if known is not None and (known.undisturbed or self._has_probed):
            return known
        found = finish(self._engine.run(MeasureBandwidth()))
        self._has_probed = True
        if known is not None:
            best = max(known.bytes_a_second, found.bytes_a_second)
            found = msgspec.structs.replace(found, bytes_a_second=best)
        self._settings.set_blob(_BANDWIDTH, msgspec.json.encode(_Probe(machine, found)))
        return found

    def _kept_bandwidth(self, machine: str) -> Bandwidth | None:
        kept = self._settings.get_blob(_BANDWIDTH)
        if kept is None:
            return None
        with contextlib.suppress(msgspec.DecodeError):
            known = msgspec.json.decode(kept, type=_Probe)
            return known.found if known.machine == machine else None
        return None


_BESIDE_BUFFERS = frozenset(
    {MemoryClass.PROJECTOR, MemoryClass.ADAPTERS, MemoryClass.LOGITS, MemoryClass.SNAPSHOTS, MemoryClass.REST}
)
"""The kinds of memory that a plan counts and llama.cpp's own list of a model's buffers does not."""

_log = logging.getLogger("octavo.models")


class ModelPlan(msgspec.Struct, frozen=True):
    """A model on a machine. `projector` is what it would see images with, counted in; None means none. `request` is
    what was asked of the plan; `ways` are what could be asked instead; `measured` is what was learned of this very
    place."""

    header: ModelHeader
    projector: ModelHeader | None
    machine: Machine
    result: Placement | Shortfall
    request: PlanRequest = PlanRequest()
    ways: tuple[Way, ...] = ()
    measured: MeasuredSpeed = MeasuredSpeed()

    @property
    def is_at_least(self) -> bool:
        """The speeds come of a memory that was measured while other programs computed."""
        estimated = isinstance(self.result, Placement) and not self.result.speed.assumed
        return estimated and self.machine.disturbed and not (self.measured.writing and self.measured.reading)


class PlacedModel(msgspec.Struct, frozen=True):
    """The way to load a model, and what that was planned to take: bytes of weights, cache and room to compute, on all
    devices together; 0 if nothing was planned. `rehearsed` is what llama.cpp counted of it, without loading. If it is
    `on_disk`, weights that no GPU holds stay in their file, and are not counted. `placement` is the plan itself, and
    `place` is what it is called in what is learned of it; both are None if there is none."""

    spec: LoadSpec
    planned_bytes: int
    rehearsed: tuple[Buffer, ...] = ()
    on_disk: bool = False
    placement: Placement | None = None
    place: Place | None = None


class Fit(msgspec.Struct, frozen=True):
    """The bytes that a load was planned to take and those that it took, as `PlacedModel` counts them."""

    planned_bytes: int
    taken_bytes: int

    @property
    def error(self) -> float:
        """The bytes that were planned too much, as a share of those that were taken; below 0 for too little."""
        return (self.planned_bytes - self.taken_bytes) / self.taken_bytes


class _Files:
    """The files that are loaded together: a model, the projector that it sees images with, the adapters over its
    weights."""

    def __init__(self, model: Path, projector_path: str, adapters: tuple[Adapter, ...]) -> None:
        self.model = model
        self.projector = Path(projector_path) if projector_path and Path(projector_path) != model else None
        self.adapters = adapters

    def all(self) -> tuple[Path, ...]:
        """Return all files, each once."""
        others = (Path(adapter.path) for adapter in self.adapters)
        return tuple(dict.fromkeys((self.model, *((self.projector,) if self.projector else ()), *others)))


class Plans:
    def __init__(
        self,
        headers: HeaderReader,
        engine: EngineClient,
        machines: Machines,
        learning: SpeedHistory,
        templates: ChatTemplates,
    ) -> None:
        self.headers = headers
        self.templates = templates
        self._engine = engine
        self.machines = machines
        self.learning = learning

    def plan(self, path: Path, request: PlanRequest, hardware: Hardware, cancel: Cancel) -> Work[Opening, ModelPlan]:
        """Read the header of a model, and of the projector beside it, and place both; nothing is loaded.

        Raises AppError MODEL_* where the file is no model that llama.cpp knows, CONTEXT_INVALID where the model was not
        trained for a context so large; Stopped.
        """
        files = _Files(path, local.projector_beside(path), ())
        header, projector, adapter_bytes = yield from self._read(files, request, cancel)
        machine = _with_disk(self.machines.machine(hardware), path, request, hardware)
        plan = _whole(header, projector, machine, request, adapter_bytes)
        return with_measured(plan, path, self.learning) if hardware == THIS else plan

    def plan_offer(self, offer: Offer, request: PlanRequest, hardware: Hardware) -> ModelPlan:
        """Return the plan of a model that is not here yet, and whose header is known all the same.

        Raises AppError MODEL_HEADER_UNKNOWN where it is not known, MODEL_UNSUPPORTED, CONTEXT_INVALID.
        """
        header = offer.header
        if header is None:
            raise AppError(Code.MODEL_HEADER_UNKNOWN, path=offer.key)
        check_supported(header, offer.key)
        check_context(header, request)
        return _whole(header, offer.projector_header, self.machines.machine(hardware), request)

    def chat_format(self, path: Path, cancel: Cancel) -> Work[Opening, FormatReport | None]:
        """Report how conversations with a model are written, as far as that is known; None where its file does not say.
        Raises AppError as `plan` does."""
        header = yield from self.headers.read(path, cancel)
        return self.templates.report(header, str(path), cancel)

    def place(
        self, model_path: str, projector_path: str, wanted: EngineSettings, cancel: Cancel
    ) -> Work[Opening, PlacedModel]:
        """Plan a load on this machine as the settings say, and rehearse it in the engine's process.

        Raises AppError as `plan` does; also MODEL_TOO_LARGE or MODEL_CONTEXT_TOO_LARGE where it does not fit, ADAPTER_*
        where an adapter is none for this model; MODEL_TEMPLATE_REFUSED where its chat format is not known and cannot be
        found out: nothing has been loaded then.
        """
        files = _Files(Path(model_path), projector_path, wanted.adapters)
        request = request_of(wanted)
        header, projector, adapter_bytes = yield from self._read(files, request, cancel)
        machine = _with_disk(self.machines.machine(THIS), files.model, request, THIS)
        plan = with_measured(place(header, projector, machine, request, adapter_bytes), files.model, self.learning)
        placement, rehearsed = self._rehearse(plan, model_path)
        planned = sum(use.bytes for use in placement.uses if use.item not in _BESIDE_BUFFERS and use.device != DISK)
        spec = msgspec.structs.replace(
            spec_of(placement, model_path, projector_path),
            adapters=wanted.adapters,
            template=self.templates.needed(header, model_path, cancel),
        )
        on_disk, kept_as = placement.speed.disk is not None, place_of(files.model, machine, placement)
        return PlacedModel(spec, planned, rehearsed, on_disk=on_disk, placement=placement, place=kept_as)

    def _read(
        self, files: _Files, request: PlanRequest, cancel: Cancel
    ) -> Work[Opening, tuple[ModelHeader, ModelHeader | None, int]]:
        """Read the headers of a model and of its projector, and return them with the bytes of its adapters."""
        headers: dict[Path, ModelHeader] = {}
        for file in files.all():
            try:
                headers[file] = yield from self.headers.read(file, cancel)
            except AppError:
                if file != files.projector:  # what is wrong with that is reported when it is to be used
                    raise
        header = headers[files.model]
        projector = headers.get(files.projector) if files.projector else None
        check_supported(header, str(files.model))
        for adapter in files.adapters:
            _check_adapter(headers[Path(adapter.path)], header, adapter.path)
        adapter_bytes = sum(headers[Path(adapter.path)].file_bytes for adapter in files.adapters)
        check_context(header, request)
        return header, projector, adapter_bytes

    def _rehearse(self, plan: ModelPlan, path: str) -> tuple[Placement, tuple[Buffer, ...]]:
        """Return the plan's placement, and what llama.cpp counts of it. Raises AppError MODEL_TOO_LARGE,
        MODEL_CONTEXT_TOO_LARGE if it has none, or if that is more than there is."""
        result = plan.result
        if isinstance(result, Shortfall):
            raise _too_large(path, plan, result.missing_bytes)
        vocabulary = NamelessVocabulary(plan.header.architecture, plan.header.vocabulary)
        order = DryRun(spec_of(result, path), vocabulary if vocabulary.tokens else None)
        found = finish(self._engine.run(order))
        gpus = {device.name: device.free_bytes for device in plan.machine.gpus}
        missing = sum(
            max(0, taken_bytes(buffer for buffer in found if buffer.name == name) - free) for name, free in gpus.items()
        )
        on_host = taken_bytes(buffer for buffer in found if buffer.name not in gpus)
        if result.speed.disk is not None:
            on_host -= sum(buffer.weights_bytes for buffer in found if buffer.name not in gpus)
        missing += max(0, on_host - plan.machine.host.free_bytes)
        if missing:
            raise _too_large(path, plan, missing)
        return result, found


def fit_of(placed: PlacedModel, loaded: ModelInfo) -> Fit | None:
    """Return how near a plan came to what llama.cpp took; None if it does not say. The error is logged."""
    if not loaded.buffers or not placed.planned_bytes:
        return None
    if placed.on_disk:
        mapped = sum(buffer.weights_bytes for buffer in loaded.buffers if buffer.name.endswith(_MAPPED))
        return _logged(Fit(placed.planned_bytes, taken_bytes(loaded.buffers) - mapped))
    # A mapped file counts as a whole, with the weights in it that are elsewhere; a rehearsal counts each once.
    weights = [sum(buffer.weights_bytes for buffer in found) for found in (loaded.buffers, placed.rehearsed)]
    gaps = max(0, weights[0] - weights[1]) if placed.rehearsed else 0
    return _logged(Fit(placed.planned_bytes, taken_bytes(loaded.buffers) - gaps))


def _logged(fit: Fit) -> Fit:
    _log.info("planned %d bytes, taken %d, error %.2f%%", fit.planned_bytes, fit.taken_bytes, 100 * fit.error)
    return fit


def check_supported(header: ModelHeader, path: str) -> None:
    """Check that a file is a model, of a family that llama.cpp knows. Raises AppError MODEL_UNSUPPORTED."""
    if header.kind is not FileKind.MODEL or header.architecture not in ARCHITECTURES or not header.layers:
        raise AppError(Code.MODEL_UNSUPPORTED, path=path, architecture=header.architecture)


def check_context(header: ModelHeader, request: PlanRequest) -> None:
    """Check that the model was trained for the context that is wanted. Raises AppError CONTEXT_INVALID."""
    if request.context_tokens > header.context_trained:
        raise AppError(Code.CONTEXT_INVALID, wanted=request.context_tokens, trained=header.context_trained)


def _check_adapter(adapter: ModelHeader, model: ModelHeader, path: str) -> None:
    """Check that an adapter is one, and fits the model's family. llama.cpp itself checks the shapes of its tensors when
    it is loaded."""
    if adapter.kind is not FileKind.ADAPTER:
        raise AppError(Code.ADAPTER_WANTED, path=path)
    if adapter.architecture != model.architecture:
        raise AppError(Code.ADAPTER_MISMATCH, path=path, expected=model.architecture, found=adapter.architecture)


def spec_of(placement: Placement, path: str, projector_path: str = "") -> LoadSpec:
    """Return how to load what was placed."""
    return LoadSpec(
        model_path=path,
        context_tokens=placement.context_tokens,
        kv_type=placement.kv_type,
        threads=placement.threads,
        ubatch_tokens=placement.slice_tokens,
        snapshot_bytes=placement.snapshot_bytes,
        gpu_layers=placement.gpu_layers,
        projector_path=projector_path,
        cpu_tensors=placement.cpu_tensors,
        tensor_split=tuple(map(float, placement.tensor_split)),
        mapping=placement.mapping,
        shape=placement.shape,
        name=local.name_of(Path(path)),
    )


def place(
    header: ModelHeader,
    projector: ModelHeader | None,
    machine: Machine,
    request: PlanRequest,
    adapter_bytes: int = 0,
    *,
    ways: bool = True,
) -> ModelPlan:
    """Return the plan that a load with this request follows, and the `ways` to another, if they are wanted. Left open,
    a context takes what a GPU holds. Without a GPU it has the usual length, since reading more would take hours there,
    or less if that does not fit."""
    requests = [request]
    if not request.context_tokens and (not machine.gpus or request.gpu_layers == 0):
        usual = min(header.context_trained or DEFAULT_CONTEXT, DEFAULT_CONTEXT)
        requests.insert(0, msgspec.structs.replace(request, context_tokens=usual))
    plans = []
    for each in requests:
        plans.append(_plan(header, projector, machine, each, adapter_bytes, ways=ways))
        if isinstance(plans[-1].result, Placement):
            return plans[-1] if each is request else _unasked(plans[-1], request)
    return plans[0]


def _plan(
    header: ModelHeader,
    projector: ModelHeader | None,
    machine: Machine,
    request: PlanRequest,
    adapter_bytes: int,
    *,
    ways: bool = True,
) -> ModelPlan:
    seeing = projector if request.images else None
    result = plan(header, seeing, machine, request, adapter_bytes)
    found = ways_of(header, seeing, machine, request, result, adapter_bytes) if ways else ()
    return ModelPlan(header, seeing, machine, result, request, found)


def with_measured(plan: ModelPlan, path: Path, learning: SpeedHistory) -> ModelPlan:
    """Return a plan for this machine with what was learned of it. Raises AppError as the store does."""
    if not isinstance(plan.result, Placement):
        return plan
    result, measured = learning.of(path, plan.machine, plan.result)
    return msgspec.structs.replace(plan, result=result, measured=measured)


def _whole(
    header: ModelHeader, projector: ModelHeader | None, machine: Machine, request: PlanRequest, adapter_bytes: int = 0
) -> ModelPlan:
    """Plan as much context as the machine holds, where none is asked for. Weights that stay on the disk need the memory
    that is left, so then it is the one that a load takes."""
    if request.mapping is Mapping.MAPPED:
        return place(header, projector, machine, request, adapter_bytes)
    return _plan(header, projector, machine, request, adapter_bytes)


def _with_disk(machine: Machine, model: Path, request: PlanRequest, hardware: Hardware) -> Machine:
    """Return the machine with the speed of its disk, measured if weights are to be read from this machine's."""
    if request.mapping is not Mapping.MAPPED or hardware != THIS:
        return machine
    return msgspec.structs.replace(machine, disk_bandwidth=measure_disk(model))


def _unasked(plan: ModelPlan, request: PlanRequest) -> ModelPlan:
    """Return the plan with its context called the usual one, since nobody asked for it."""
    remarks = tuple(
        Remark(Reason.CONTEXT_USUAL, remark.params) if remark.reason is Reason.CONTEXT_REQUESTED else remark
        for remark in plan.result.remarks
    )
    return msgspec.structs.replace(plan, result=msgspec.structs.replace(plan.result, remarks=remarks), request=request)


def _too_large(path: str, plan: ModelPlan, missing: int) -> AppError:
    result, ways = plan.result, {way.kind: way.place for way in plan.ways if not way.on_gpus}
    if (smaller := ways.get(WayKind.SMALLER_CONTEXT)) is not None:
        return AppError(
            Code.MODEL_CONTEXT_TOO_LARGE,
            path=path,
            context_tokens=result.context_tokens,
            kv_type=result.kv_type.value,
            missing_bytes=missing,
            largest_tokens=smaller.context_tokens,
        )
    if (mapped := ways.get(WayKind.LEFT_ON_DISK)) is not None:
        return AppError(
            Code.MODEL_LARGER_THAN_MEMORY,
            path=path,
            missing_bytes=missing,
            tokens_a_second=mapped.speed.writing,
            token_bytes=mapped.speed.disk.token_bytes if mapped.speed.disk else 0,
        )
    return AppError(Code.MODEL_TOO_LARGE, path=path, missing_bytes=missing)


def request_of(engine: EngineSettings) -> PlanRequest:
    """Return the request that settings make; where they say nothing, it is the plan's choice."""
    return PlanRequest(
        context_tokens=engine.context_tokens,
        kv_type=engine.kv_type,
        slice_tokens=max(LEAST_SLICE, engine.ubatch_tokens) if engine.ubatch_tokens else 0,
        gpu_layers=None if engine.gpu_layers < 0 else engine.gpu_layers,
        expert_layers=None if engine.expert_layers < 0 else engine.expert_layers,
        threads=engine.threads,
        mapping=engine.mapping,
        images=engine.images,
    )


def settings_of(engine: EngineSettings, path: str, request: PlanRequest) -> EngineSettings:
    """Return these settings for the model at `path`, with what was chosen by hand, the rest automatic."""
    return msgspec.structs.replace(
        engine,
        model_path=path,
        context_tokens=request.context_tokens,
        kv_type=request.kv_type,
        ubatch_tokens=request.slice_tokens,
        gpu_layers=-1 if request.gpu_layers is None else request.gpu_layers,
        expert_layers=-1 if request.expert_layers is None else request.expert_layers,
        threads=request.threads,
        mapping=request.mapping,
        images=request.images,
    )
