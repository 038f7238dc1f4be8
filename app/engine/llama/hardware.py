"""The machine as llama.cpp sees it: what it computes on, and the memory there."""

from __future__ import annotations

import ctypes
import os
from pathlib import Path

import psutil

from app.engine.llama.llama_loader import bindings
from app.engine.protocol import CARD, INTEGRATED, Device

_GROUP = Path("/sys/fs/cgroup")
_KINDS = ("cpu", CARD, INTEGRATED, "accelerator")  # ggml-backend.h: enum ggml_backend_dev_type
_CPU = 0


class _Feature(ctypes.Structure):
    """struct ggml_backend_feature; an array of them ends with one without a name."""

    _fields_ = (("name", ctypes.c_char_p), ("value", ctypes.c_char_p))


class _Abilities(ctypes.Structure):
    """struct ggml_backend_dev_caps."""

    _fields_ = tuple(
        (name, ctypes.c_bool)
        for name in ("asynchronous", "host_buffer", "buffer_from_host_ptr", "events", "mmap_support")
    )


class _Properties(ctypes.Structure):
    """struct ggml_backend_dev_props."""

    _fields_ = (
        ("name", ctypes.c_char_p),
        ("description", ctypes.c_char_p),
        ("memory_free", ctypes.c_size_t),
        ("memory_total", ctypes.c_size_t),
        ("type", ctypes.c_int),
        ("device_id", ctypes.c_char_p),
        ("abilities", _Abilities),
    )


def devices() -> tuple[Device, ...]:
    """List what llama.cpp can compute on, as llama.cpp does; how much memory is free is asked each time."""
    return tuple(device for _handle, device in _listed())


def used_cards() -> dict[int, Device]:
    """Return the graphics cards with memory of their own, by llama.cpp's handles: a model is laid on these."""
    return {handle: device for handle, device in _listed() if device.kind == CARD}


def _listed() -> list[tuple[int, Device]]:
    library = bindings()._lib
    properties, found = _Properties(), []
    for index in range(library.ggml_backend_dev_count()):
        handle = library.ggml_backend_dev_get(index)
        library.ggml_backend_dev_get_props(handle, ctypes.byref(properties))
        kind, able = properties.type, properties.abilities
        device = Device(
            properties.name.decode("utf-8", "replace"),
            properties.description.decode("utf-8", "replace"),
            _KINDS[kind] if kind < len(_KINDS) else "accelerator",
            properties.memory_free,
            properties.memory_total,
            # llama.cpp asks for these before it uploads weights beside reading (`llama_model_loader::load_all_data`).
            bool(able.asynchronous and able.host_buffer and able.events),
        )
        found.append((handle, device))
    return found


def cpu_features() -> tuple[str, ...]:
    """Return the instruction sets and the like that llama.cpp was built for and uses here (AVX2, AVX512, REPACK,
    ...)."""
    address = procedure_of_cpu(b"ggml_backend_get_features")
    if not address:
        return ()
    pointer = ctypes.c_void_p
    features = ctypes.CFUNCTYPE(ctypes.POINTER(_Feature), pointer)(address)(registry_of_cpu())
    found, index = [], 0
    while features and features[index].name:
        if features[index].value != b"0":
            found.append(features[index].name.decode("ascii", "replace"))
        index += 1
    return tuple(found)


def registry_of_cpu() -> int:
    """Return llama.cpp's handle for what computes on the CPU."""
    library = bindings()._lib
    return int(library.ggml_backend_dev_backend_reg(library.ggml_backend_dev_by_type(_CPU)))


def procedure_of_cpu(name: bytes) -> int:
    """Return the address of a function that only the CPU's backend has; 0 if it has none of that name."""
    return int(bindings()._lib.ggml_backend_reg_get_proc_address(registry_of_cpu(), name) or 0)


def physical_cores() -> int:
    """Return how many cores this process may use, without hyper-threads: more threads than these slow llama.cpp
    down."""
    physical = psutil.cpu_count(logical=False) or os.cpu_count() or 1
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else physical
    return max(1, min(physical, allowed))


def free_memory() -> int:
    """Return the bytes of main memory that can be had without swapping, within this process's control group."""
    return min(int(psutil.virtual_memory().available), _group_room())


def _group_room() -> int:
    """Return the bytes that the control groups (v2) of this process still grant; enormous where none has a limit."""
    room = 1 << 62
    own = _GROUP / _own_group()
    for group in (own, *own.parents):
        if not group.is_relative_to(_GROUP):
            break
        try:
            limit = (group / "memory.max").read_text(encoding="ascii").strip()
            used = (group / "memory.current").read_text(encoding="ascii")
            if limit != "max":
                room = min(room, max(0, int(limit) - int(used)))
        except (OSError, ValueError):
            continue
    return room


def _own_group() -> str:
    """Return the path of this process's control group below the mount; empty if it is not known."""
    try:
        lines = Path("/proc/self/cgroup").read_text(encoding="utf-8").splitlines()
    except OSError:
        return ""
    path = next((line.removeprefix("0::") for line in lines if line.startswith("0::")), "")
    return path.strip("/")
