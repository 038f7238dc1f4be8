"""Estimates how fast a placement will read and write, from bandwidth by rules of thumb.

Writing: each token reads the weights that are active and the keys and values so far, each from the device where they
lie, one device after the other. Reading: each slice costs its multiplications on the GPU, one pass over the weights
there (some hundred tokens meet every expert), and for what stays in main memory one copy to the GPU; without a GPU,
multiplications on the CPU. Weights that stay in their file are read again as far as main memory has no room to keep
them.

So a slice of s tokens takes s * a + b seconds, and a token a + b / s: a longer slice spares a part of b, the passes
(the roofline of Williams, Waterman and Patterson, 2009, with its two roofs added, since kernels that have few tokens
for each expert reach neither). The attention mask costs each token the same whatever the slice, so it is left out.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from app.core.model import ModelHeader
from app.engine.planner.demand import WEIGHTS, MemoryClass, Use, shape_of
from app.engine.planner.machine import DISK, GIB, USUAL_DISK, Machine, MachineDevice

_REACHED = 0.65
"""Share of a bandwidth that decoding reaches in practice; llama.cpp's own benchmarks are between a half and 0.8."""

_FLOPS_PER_BYTE_GPU, _FLOPS_PER_BYTE_CPU = 120, 8
"""Multiplications and additions that a device reaches for each byte it can read. An H100 has 295 on paper; the starter
model on two cores reaches about 8."""

_TO_GPU = 25e9
"""Bytes a second from main memory to a GPU: PCIe 4 with 16 lanes."""

_RAM_BANDWIDTH = 60e9
"""Two channels of DDR5, where nothing was measured."""

_GPU_BANDWIDTHS = ((130, 4.8e12), (75, 3.35e12), (40, 0.86e12), (30, 1.79e12), (22, 1.0e12), (15, 0.6e12), (0, 0.36e12))
"""By size in GiB, what a common card of that size has: H200, H100, L40S, RTX 5090, RTX 4090, RTX 4080, RTX 4060."""


class DiskReads(msgspec.Struct, frozen=True):
    """The bytes that are read from the disk: for each token of an answer, for each slice of a book. How much of the
    file main memory keeps between them is a guess from sizes. `bandwidth` is in bytes a second; `assumed` tells that it
    was not measured."""

    token_bytes: int
    slice_bytes: int
    bandwidth: float
    assumed: bool


class Speed(msgspec.Struct, frozen=True):
    """Speeds in tokens a second. `writing` and `writing_full` are for answers, with an empty context and with a full
    one; `reading` is over a whole context.

    `slice_s` are the seconds of the last slice of a full context, which a stop may have to wait for. `assumed` tells
    that a bandwidth was not measured, but taken as usual for the size. `disk` is None if no weights are there.
    """

    writing: float
    writing_full: float
    reading: float
    slice_s: float
    assumed: bool
    disk: DiskReads | None = None


def estimate(
    header: ModelHeader, machine: Machine, uses: Sequence[Use], context_tokens: int, slice_tokens: int
) -> Speed:
    """Return the speed of a model that is placed so."""
    devices = {device.name: device for device in (*machine.gpus, machine.host)}
    devices[DISK] = machine.host  # what is computed with is in memory then
    disk = _disk_reads(header, machine, uses)
    token_s, from_disk_s = (n / disk.bandwidth for n in (disk.token_bytes, disk.slice_bytes)) if disk else (0.0, 0.0)
    middle_s, last_s = (
        from_disk_s + _slice_s(header, machine, uses, _seen(header, context_tokens, share), slice_tokens)
        for share in (0.5, 1.0)
    )
    weights_s = (
        sum(use.bytes * _share(header, use.item, uses) / (_bandwidth(devices[use.device]) * _REACHED) for use in uses)
        + token_s
    )
    cache_s = sum(
        use.bytes / (_bandwidth(devices[use.device]) * _REACHED) for use in uses if use.item is MemoryClass.KV
    )
    used = {use.device for use in uses}
    return Speed(
        writing=1 / max(weights_s, 1e-9),
        writing_full=1 / max(weights_s + cache_s, 1e-9),
        reading=slice_tokens / max(middle_s, 1e-9),
        slice_s=last_s,
        assumed=any(not device.bandwidth for name, device in devices.items() if name in used),
        disk=disk,
    )


def _disk_reads(header: ModelHeader, machine: Machine, uses: Sequence[Use]) -> DiskReads | None:
    """Return what is read from the disk. The system keeps what was read last: what each token needs stays in memory if
    it fits there beside all else that is held; experts, of which any may be next, as far as there is room; and nothing
    stays of a round through more than fits."""
    on_disk = [use for use in uses if use.device == DISK]
    if not on_disk:
        return None
    room = max(0, machine.host.room - sum(use.bytes for use in uses if use.device == machine.host.name))
    shares = {use.item: _share(header, use.item, uses) for use in on_disk}
    constant = sum(use.bytes for use in on_disk if shares[use.item] == 1)
    some = sum(use.bytes for use in on_disk if 0 < shares[use.item] < 1)
    missed = 1.0 if constant >= room else max(0.0, 1 - (room - constant) / max(1, some))
    token = sum(use.bytes * shares[use.item] for use in on_disk if shares[use.item] < 1) * missed
    if constant >= room:
        token += constant
    everything = constant + some
    return DiskReads(
        token_bytes=int(token),
        slice_bytes=everything if everything > room else 0,
        bandwidth=machine.disk_bandwidth or USUAL_DISK,
        assumed=not machine.disk_bandwidth,
    )


def _seen(header: ModelHeader, context_tokens: int, share: float) -> float:
    """Return how much a token meets in attention at that share of a context: keys times numbers of a query."""
    shape = shape_of(header)
    seen = 0.0
    for layer, heads in enumerate(header.heads):
        local = shape.is_local(layer)
        reach = min(context_tokens, shape.geometry.window) / 2 if local else context_tokens * share
        if header.kv_heads[layer]:
            seen += heads * shape.lengths(local)[0] * reach
    return seen


def _slice_s(header: ModelHeader, machine: Machine, uses: Sequence[Use], seen: float, slice_tokens: int) -> float:
    """Return the seconds of a slice whose tokens each meet `seen`."""
    flops = slice_tokens * (2.0 * header.active_parameters + 4.0 * seen)
    gpus = [gpu for gpu in machine.gpus if any(use.device == gpu.name for use in uses)]
    if not gpus:
        return flops / (_bandwidth(machine.host) * _FLOPS_PER_BYTE_CPU)
    slowest = min(_bandwidth(gpu) for gpu in gpus)  # one works after the other
    weights = [use for use in uses if _is_weights(use.item)]
    off_gpu = (machine.host.name, DISK)
    copied_s = sum(use.bytes for use in weights if use.device in off_gpu) / _TO_GPU
    of_gpu = {gpu.name: _bandwidth(gpu) * _REACHED for gpu in gpus}
    passed_s = sum(use.bytes / of_gpu[use.device] for use in weights if use.device in of_gpu)
    return flops / (slowest * _FLOPS_PER_BYTE_GPU) + passed_s + copied_s


def _bandwidth(device: MachineDevice) -> float:
    if device.bandwidth:
        return device.bandwidth
    if not device.gpu:
        return _RAM_BANDWIDTH
    return next(speed for size, speed in _GPU_BANDWIDTHS if device.total_bytes >= size * GIB)


def _is_weights(item: MemoryClass) -> bool:
    """Return whether a class counts as weights: all but tables that single rows are looked up in, and what is too small
    to count."""
    return item in WEIGHTS - {MemoryClass.EMBEDDINGS, MemoryClass.OTHER}


def _share(header: ModelHeader, item: MemoryClass, uses: Sequence[Use]) -> float:
    """Return the share of a class's bytes that a token reads. Tied embeddings are read if there is no copy of them."""
    if item is MemoryClass.EXPERTS:
        return header.experts_used / max(1, header.experts)
    if item is MemoryClass.EMBEDDINGS:
        return 1.0 if header.tied and not any(use.item is MemoryClass.OUTPUT for use in uses) else 0.0
    return 1.0 if _is_weights(item) else 0.0
