"""The machine that a model is placed on: graphics cards, main memory, and how fast they are."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

GIB = 1 << 30

_KEPT_BYTES, _KEPT_SHARE = GIB // 2, 1 / 50
"""Memory of a device that a plan leaves free, the larger of both: the driver's own buffers (about 0.5 GB for a process
on CUDA), other programs, and what grows a little while a model runs."""

_GPU_FREE, _RAM_FREE = 0.975, 0.95
"""The shares of an imagined machine's memory that are free: an H100 of 80 GB shows 78 GiB, a desktop with nothing open
takes a few GB."""

DISK = "disk"
"""The name of the device for weights that are read from the model's file whenever they are needed."""

USUAL_DISK = 2e9
"""Bytes a second of a disk that was not measured: what a common SSD (NVMe, PCIe 3) reaches in reads of some hundred
kilobytes, one after the other."""


class MachineDevice(msgspec.Struct, frozen=True):
    """A device of the machine. `bandwidth` is in bytes a second that can be read; 0 if it is not known. `uploads` tells
    that weights are copied to it, from pinned memory, while more of them are read, if their file is not mapped.
    `unpacks` tells that it needs room for a layer's whole quantized cache in f16, as CUDA does and Vulkan does not."""

    name: str
    gpu: bool
    total_bytes: int
    free_bytes: int
    bandwidth: float = 0.0
    uploads: bool = False
    unpacks: bool = True

    @property
    def room(self) -> int:
        """Bytes that a plan may use."""
        return max(0, self.free_bytes - int(max(_KEPT_BYTES, self.total_bytes * _KEPT_SHARE)))


class RepackedWeights(msgspec.Struct, frozen=True):
    """A type of weights that llama.cpp repacks for the CPU: `growth` times as large as in the file, and a copy, so that
    the file's own are of no use any more. `experts` tells that it is said of those of a mixture, else of all other
    matrices."""

    type: str
    experts: bool
    growth: float


class Machine(msgspec.Struct, frozen=True):
    """The machine. `gpus` are in llama.cpp's order. `threads` are those that compute on the CPU. `repacked` are the
    types of weights that the CPU repacks, if there is no GPU. `disk_bandwidth` is in bytes a second that can be read of
    the model's file; 0 if that was not measured. `disturbed` tells that other programs computed while main memory was
    measured, so it may be faster."""

    gpus: tuple[MachineDevice, ...]
    host: MachineDevice
    threads: int
    repacked: tuple[RepackedWeights, ...] = ()
    disk_bandwidth: float = 0.0
    disturbed: bool = False


def imagined(gpu_gigabytes: Sequence[float], ram_gigabytes: float, threads: int) -> Machine:
    """Return a machine with the sizes that are printed on boxes, which count 2**30 bytes as a gigabyte."""
    names = ["GPU"] if len(gpu_gigabytes) == 1 else [f"GPU {number}" for number in range(len(gpu_gigabytes))]
    gpus = tuple(
        MachineDevice(name, True, int(size * GIB), int(size * GIB * _GPU_FREE), uploads=True)
        for name, size in zip(names, gpu_gigabytes, strict=True)
    )
    host = MachineDevice("RAM", False, int(ram_gigabytes * GIB), int(ram_gigabytes * GIB * _RAM_FREE))
    return Machine(gpus, host, threads)
