"""Where llama.cpp puts a model's tensors, beyond the number of layers on GPUs: the parameters of a load that say so."""

from __future__ import annotations

import ctypes
from dataclasses import dataclass
from typing import Any

from app.core.errors import AppError, Code
from app.core.settings import Mapping
from app.engine.llama_loader import bindings
from app.engine.repacking import kinds_of_memory

CPU = "CPU"


@dataclass(frozen=True)
class Placing:
    """Beside how many layers go to GPUs: `kept`: patterns (C++'s ECMAScript) of tensor names that go to the memory
    called `kept_in` instead; one that cannot hold a tensor ends the process. `split`: share of the layers on each GPU.

    `mapping`: how weights come into memory. `repacked`: the CPU may lay out weights anew.
    `dry_run`: nothing is read and nothing is allocated, only counted.
    """

    kept: tuple[str, ...] = ()
    kept_in: str = CPU
    split: tuple[float, ...] = ()
    mapping: Mapping = Mapping.MAPPED
    repacked: bool = True
    dry_run: bool = False


class _Override(ctypes.Structure):
    """struct llama_model_tensor_buft_override; an array of them ends with one of nothing."""

    _fields_ = (("pattern", ctypes.c_char_p), ("kind", ctypes.c_void_p))


def apply(placing: Placing, params: Any) -> list[Any]:
    """Write `placing` into llama_model_params. What is returned must live until the model is loaded.

    Raises AppError MODEL_FAILED where there is no memory called `kept_in`.
    """
    api = bindings()
    params.use_extra_bufts = placing.repacked
    params.no_alloc = placing.dry_run
    params.load_mode = api.LLAMA_LOAD_MODE_NONE if placing.dry_run else _load_mode(placing.mapping)
    alive: list[Any] = []
    if placing.kept:
        kind = _memory(placing.kept_in)
        overrides = (_Override * (len(placing.kept) + 1))(
            *(_Override(pattern.encode(), kind) for pattern in placing.kept), _Override(None, None)
        )
        params.tensor_buft_overrides = ctypes.cast(overrides, ctypes.c_void_p)
        alive.append(overrides)
    if placing.split:
        most = int(api.llama_max_devices())
        shares = (ctypes.c_float * most)(*placing.split[:most])
        params.tensor_split = shares
        alive.append(shares)
    return alive


def _load_mode(mapping: Mapping) -> int:
    api = bindings()
    modes: dict[Mapping, int] = {
        Mapping.AUTO: api.LLAMA_LOAD_MODE_AUTO,
        Mapping.MAPPED: api.LLAMA_LOAD_MODE_MMAP,
        Mapping.LOCKED: api.LLAMA_LOAD_MODE_MMAP_MLOCK,
        Mapping.READ: api.LLAMA_LOAD_MODE_NONE,
        Mapping.DIRECT: api.LLAMA_LOAD_MODE_DIRECT_IO,
    }
    return modes[mapping]


def _memory(name: str) -> int:
    """A kind of memory of the CPU's by its name: plain, or one of those that repacked weights are kept in."""
    library = bindings()._lib
    library.ggml_backend_cpu_buffer_type.restype = ctypes.c_void_p
    if name == CPU:
        return int(library.ggml_backend_cpu_buffer_type())
    kinds = kinds_of_memory()
    if name in kinds:
        return kinds[name]
    raise AppError(Code.MODEL_FAILED, path="", detail=f"no memory {name}")
