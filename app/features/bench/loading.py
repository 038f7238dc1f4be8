"""Plans a model and loads it, for a benchmark: what that takes in seconds and in bytes."""

from __future__ import annotations

import platform
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec
import psutil

from app import __version__
from app.core.model import ModelHeader
from app.core.settings import EngineSettings
from app.core.work import Work, finish, relay
from app.engine.llama.hardware import free_memory
from app.engine.protocol import Inspect, Inspected, ModelInfo, ReadingsSpec
from app.features.bench.report import (
    BenchMachine,
    BenchMemory,
    BenchModel,
    BenchPlan,
    BenchProgress,
    BenchReport,
    BenchStep,
    LoadTime,
)
from app.features.bench.steps import BenchSteps, BenchWork
from app.models import local
from app.models.disk import cached_share, drop_cached
from app.models.gguf.reader import HeaderReader
from app.models.local import files_of
from app.services.models.plans import PlacedModel, Plans, fit_of


class BenchLoader:
    """Plans a model, and loads it as often as is asked for."""

    def __init__(self, steps: BenchSteps, plans: Plans, headers: HeaderReader, readings: ReadingsSpec) -> None:
        self._steps = steps
        self._plans = plans
        self._headers = headers
        self._readings = readings

    def plan(self, wanted: EngineSettings) -> Work[BenchProgress | BenchReport, PlacedModel]:
        steps = self._steps
        yield BenchProgress(BenchStep.PLAN)
        inspected = finish(steps.engine.run(Inspect()))
        yield from steps.found(machine=_machine(inspected))
        began = time.monotonic()
        model_path, projector_path = files_of(wanted)
        placed = finish(self._plans.place(model_path, projector_path, wanted, steps.cancel))
        passed = time.monotonic() - began
        header = finish(self._headers.read(Path(model_path), steps.cancel))
        assert placed.placement is not None
        spec, placement = placed.spec, placed.placement
        yield from steps.found(
            model=_model(header, len(wanted.adapters)),
            plan=BenchPlan(
                seconds=passed,
                context_tokens=spec.context_tokens,
                kv_type=spec.kv_type,
                slice_tokens=spec.ubatch_tokens,
                threads=spec.threads,
                gpu_layers=spec.gpu_layers,
                expert_layers_on_cpu=placement.expert_layers,
                tensor_split=spec.tensor_split,
                mapping=spec.mapping,
                uses=placement.uses,
                speed=placement.speed,
            ),
        )
        return msgspec.structs.replace(placed, spec=msgspec.structs.replace(spec, readings=self._readings))

    def load(self, placed: PlacedModel, *, cold: bool) -> Work[BenchProgress | BenchReport, ModelInfo]:
        """Load the model; `cold` loads it after the system was asked to forget the files. Raises TimeIsUp."""
        steps, spec = self._steps, placed.spec
        yield BenchProgress(BenchStep.LOAD)
        files = [*local.parts_of(Path(spec.model_path)), *([Path(spec.projector_path)] if spec.projector_path else [])]
        for file in files if cold else ():
            drop_cached(file)
        share, size = _cached(files)
        began = time.monotonic()
        work = steps.limited(lambda cancel: steps.engine.load(spec, cancel), steps.clock.left)
        info = yield from relay(work, lambda event: (BenchProgress(BenchStep.LOAD, event.fraction, 1.0),))
        loaded = LoadTime(time.monotonic() - began, size, share)
        assert steps.report.model is not None
        model = msgspec.structs.replace(steps.report.model, sees=info.vision is not None)
        yield from steps.found(model=model, loads=(*steps.report.loads, loaded))
        return info

    def weigh(self, placed: PlacedModel, info: ModelInfo) -> BenchWork:
        """Report how much memory the loaded model takes now."""
        fit = fit_of(placed, info)
        planned, taken = (fit.planned_bytes, fit.taken_bytes) if fit else (0, 0)
        pid = self._steps.engine.pid
        held = _resident(pid) if pid is not None else 0
        devices = finish(self._steps.engine.run(Inspect())).devices
        yield from self._steps.found(memory=BenchMemory(planned, taken, info.buffers, held, devices))


def _machine(inspected: Inspected) -> BenchMachine:
    return BenchMachine(
        octavo=__version__,
        llama_cpp=inspected.version,
        python=platform.python_version(),
        system=f"{platform.system()} {platform.machine()}",
        threads=inspected.threads,
        cpu_features=inspected.cpu_features,
        cpu_variant=inspected.cpu_variant,
        numa_nodes=inspected.numa_nodes,
        memory_bytes=psutil.virtual_memory().total,
        free_bytes=free_memory(),
        devices=inspected.devices,
        unused_card=inspected.unused_card,
    )


def _model(header: ModelHeader, adapters: int) -> BenchModel:
    """Return the model for the report. One that was converted in somebody's folder may be named after it: then it has
    no name here."""
    name = header.untrusted_name
    return BenchModel(
        name="" if set(name) & set("/\\") else name,
        quantization=header.quantization,
        architecture=header.architecture,
        size_bytes=header.file_bytes,
        parameters=header.parameters,
        layers=header.layers,
        experts=header.experts,
        context_trained=header.context_trained,
        sees=False,  # known once it is loaded
        adapters=adapters,
    )


def _cached(files: Sequence[Path]) -> tuple[float | None, int]:
    """Return the share of these files that memory has, None if that is not known, and their bytes."""
    sizes = [file.stat().st_size for file in files]
    shares = [cached_share(file) for file in files]
    if any(share is None for share in shares):
        return None, sum(sizes)
    return sum(share * size for share, size in zip(shares, sizes, strict=True) if share) / max(1, sum(sizes)), sum(
        sizes
    )


def _resident(pid: int) -> int:
    """Return the bytes of memory that a process holds, 0 for one that has ended: who asks it next says why."""
    try:
        return int(psutil.Process(pid).memory_info().rss)
    except psutil.NoSuchProcess:
        return 0
