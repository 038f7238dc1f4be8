"""Plans: where a model would go on a machine, this one or an imagined one, before anything is loaded."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import psutil

from app.core.cancel import Cancel
from app.core.errors import AppError, Code
from app.core.events import Cancelled, Done, Failed, Opening
from app.core.model import Kind, ModelHeader
from app.engine import planner
from app.engine.client import EngineClient
from app.engine.hardware import free_memory
from app.engine.planner import Device, Machine, Placement, Shortfall, Wish
from app.engine.protocol import LoadSpec
from app.models.offers import Offer
from app.services.models import Models


class Hardware(msgspec.Struct, frozen=True):
    """A machine to imagine, in gigabytes as they are sold. Without a number for main memory, that of this machine;
    without any number, this machine."""

    gpu_gigabytes: tuple[float, ...] = ()
    ram_gigabytes: float = 0.0


class Plan(msgspec.Struct, frozen=True):
    """A model on a machine. `projector`: what it would see images with, counted in; None for none."""

    header: ModelHeader
    projector: ModelHeader | None
    machine: Machine
    result: Placement | Shortfall


class Plans:
    def __init__(self, models: Models, engine: EngineClient) -> None:
        self._models = models
        self._engine = engine

    def plan(
        self, path: Path, wish: Wish, hardware: Hardware, cancel: Cancel
    ) -> Iterator[Opening | Done[Plan] | Cancelled | Failed]:
        """Read the header of a model, and of the projector beside it, and place both; nothing is loaded.

        Failed with MODEL_* where the file is no model that llama.cpp knows, CONTEXT_INVALID where the model was not
        trained for a context so large.
        """
        headers = []
        beside = self._models.projector_beside(path)
        for file in (path, *((Path(beside),) if beside and Path(beside) != path else ())):
            for event in self._models.header(file, cancel):
                if isinstance(event, Done):
                    headers.append(event.result)
                elif isinstance(event, Opening) or file == path:
                    yield event
                if isinstance(event, Cancelled) or (isinstance(event, Failed) and file == path):
                    return
        header, projector = headers[0], headers[1] if len(headers) > 1 else None
        try:
            plan = self._place(header, projector, str(path), wish, hardware)
        except AppError as error:
            yield Failed(error.problem)
            return
        yield Done(plan)

    def plan_offer(self, offer: Offer, wish: Wish, hardware: Hardware) -> Plan:
        """The plan of a model that is not here yet, and whose header is known all the same.

        Raises AppError as `plan` tells, MODEL_HEADER_UNKNOWN where it is not known.
        """
        if offer.header is None:
            raise AppError(Code.MODEL_HEADER_UNKNOWN, path=offer.key)
        return self._place(offer.header, offer.projector_header, offer.key, wish, hardware)

    def _place(
        self, header: ModelHeader, projector: ModelHeader | None, path: str, wish: Wish, hardware: Hardware
    ) -> Plan:
        self._check(header, path, wish)
        machine = self.machine(hardware)
        return Plan(header, projector, machine, planner.plan(header, projector, machine, wish))

    def _check(self, header: ModelHeader, path: str, wish: Wish) -> None:
        if header.kind is not Kind.MODEL or not self._models.knows(header.architecture) or not header.layers:
            raise AppError(Code.MODEL_UNSUPPORTED, path=path, architecture=header.architecture)
        if wish.context_tokens > header.context_trained:
            raise AppError(Code.CONTEXT_INVALID, wanted=wish.context_tokens, trained=header.context_trained)

    def machine(self, hardware: Hardware) -> Machine:
        """What there is to place a model on; starts the engine's process unless it is an imagined one."""
        if hardware.gpu_gigabytes or hardware.ram_gigabytes:
            threads = psutil.cpu_count(logical=False) or 1
            ram_gigabytes = hardware.ram_gigabytes or psutil.virtual_memory().total / planner.GIB
            return planner.imagined(hardware.gpu_gigabytes, ram_gigabytes, threads)
        inspected = self._engine.inspect()
        gpus = tuple(
            Device(device.name, True, device.total_bytes, device.free_bytes)
            for device in inspected.devices
            if device.kind == "gpu"
        )
        host = Device("RAM", False, psutil.virtual_memory().total, free_memory(), self._engine.gauge())
        return Machine(gpus, host, inspected.threads)


def spec_of(placement: Placement, path: str, projector_path: str = "") -> LoadSpec:
    """How to load what was placed."""
    return LoadSpec(
        model_path=path,
        context_tokens=placement.context_tokens,
        kv_type=placement.kv_type,
        threads=placement.threads,
        ubatch_tokens=placement.slice_tokens,
        gpu_layers=placement.gpu_layers,
        projector_path=projector_path,
        cpu_tensors=placement.cpu_tensors,
        tensor_split=tuple(map(float, placement.tensor_split)),
        mapped=placement.mapping is planner.Mapping.MAPPED,
    )
