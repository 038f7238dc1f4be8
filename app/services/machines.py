"""The machine that models are placed on: this one as llama.cpp sees it, or one to imagine."""

from __future__ import annotations

import platform

import msgspec
import psutil

from app.core.work import finish
from app.engine import planner
from app.engine.client import EngineClient
from app.engine.hardware import free_memory
from app.engine.planner import Machine, MachineDevice
from app.engine.protocol import Inspect, MeasureBandwidth, taken_bytes
from app.store.settings import SettingsStore

_MAPPED = "_Mapped"
"""How llama.cpp's names end for memory that is mapped from a file: the system takes it back when it needs it."""

_BANDWIDTH = "bandwidth"  # a blob


class Hardware(msgspec.Struct, frozen=True):
    """A machine to imagine, in gigabytes as they are sold. Without a number for main memory, that of this machine;
    without any number, this machine."""

    gpu_gigabytes: tuple[float, ...] = ()
    ram_gigabytes: float = 0.0


THIS = Hardware()


class _Bandwidth(msgspec.Struct, frozen=True):
    """A probe of main memory, good for the machine that it was made on."""

    machine: str
    bytes_a_second: float


class Machines:
    def __init__(self, engine: EngineClient, settings: SettingsStore) -> None:
        self._engine = engine
        self._settings = settings

    def machine(self, hardware: Hardware = THIS) -> Machine:
        """What there is to place a model on. On this machine the memory of the model that is loaded counts as free,
        since another would take its place. Starts the engine's process."""
        if hardware != THIS:
            threads = psutil.cpu_count(logical=False) or 1
            ram_gigabytes = hardware.ram_gigabytes or psutil.virtual_memory().total / planner.GIB
            return planner.imagined(hardware.gpu_gigabytes, ram_gigabytes, threads)
        inspected = finish(self._engine.run(Inspect()))
        loaded = self._engine.model()
        held = loaded.buffers if loaded is not None and self._engine.pid is not None else ()
        gpus = tuple(
            MachineDevice(
                device.name,
                True,
                device.total_bytes,
                min(device.total_bytes, device.free_bytes + taken_bytes(b for b in held if b.name == device.name)),
            )
            for device in inspected.devices
            if device.kind == "gpu"
        )
        elsewhere = {gpu.name for gpu in gpus}
        returned = sum(
            buffer.cache_bytes + buffer.compute_bytes + (0 if buffer.name.endswith(_MAPPED) else buffer.weights_bytes)
            for buffer in held
            if buffer.name not in elsewhere
        )
        total = psutil.virtual_memory().total
        host = MachineDevice(
            "RAM", False, total, min(total, free_memory() + returned), self._bandwidth(inspected.threads)
        )
        return Machine(gpus, host, inspected.threads, inspected.repacked)

    def _bandwidth(self, threads: int) -> float:
        """Of main memory, measured once on each machine."""
        machine = f"{platform.node()} {platform.processor()} {psutil.virtual_memory().total} {threads}"
        kept = self._settings.get_blob(_BANDWIDTH)
        if kept is not None:
            try:
                known = msgspec.json.decode(kept, type=_Bandwidth)
            except msgspec.DecodeError:
                known = _Bandwidth("", 0.0)
            if known.machine == machine:
                return known.bytes_a_second
        measured = finish(self._engine.run(MeasureBandwidth()))
        self._settings.set_blob(_BANDWIDTH, msgspec.json.encode(_Bandwidth(machine, measured)))
        return measured
