"""Finds which types of weights llama.cpp repacks for the CPU, and how much larger they are then: llama.cpp itself is
asked.

It puts a tensor into the first kind of memory that can do what is done with it (`select_weight_buft` of
llama-model-loader.cpp). The same questions are put here, with tensors that have shapes and no contents.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from app.engine.llama.hardware import procedure_of_cpu
from app.engine.llama.llama_loader import GgmlParams, bindings
from app.engine.planner.machine import RepackedWeights

_CPU = 0  # ggml-backend.h: enum ggml_backend_dev_type
_TYPES = 43  # ggml.h: GGML_TYPE_COUNT
_F32, _I32 = 0, 26
_SIDE, _EXPERTS = 4096, 8  # whole blocks of every type, whole tiles of every kernel
_ROOM_BYTES = 1 << 16


class _Tensor(ctypes.Structure):
    """The beginning of struct ggml_tensor."""

    _fields_ = (("type", ctypes.c_int), ("buffer", ctypes.c_void_p))


def repacked() -> tuple[RepackedWeights, ...]:
    """Find the kinds of weights that llama.cpp repacks where it computes with this machine's CPU alone."""
    library = bindings()._lib
    kinds = tuple(kinds_of_memory().values())
    found = []
    for number in range(_TYPES if kinds else 0):
        if library.ggml_blck_size(number) > 0:
            for experts in (False, True):
                growth = next(filter(None, (_growth(library, kind, number, experts) for kind in kinds)), 0.0)
                if growth:
                    found.append(RepackedWeights(library.ggml_type_name(number).decode("ascii"), experts, growth))
    return tuple(found)


def kinds_of_memory() -> dict[str, int]:
    """Return handles of the kinds of memory that repacked weights are kept in, by their names, the preferred one
    first."""
    library, pointer = bindings()._lib, ctypes.c_void_p
    address = procedure_of_cpu(b"ggml_backend_dev_get_extra_bufts")
    found: dict[str, int] = {}
    if address:
        kinds = ctypes.CFUNCTYPE(ctypes.POINTER(pointer), pointer)(address)(library.ggml_backend_dev_by_type(_CPU))
        while kinds and kinds[len(found)]:
            kind = int(kinds[len(found)])
            found[library.ggml_backend_buft_name(kind).decode("utf-8", "replace")] = kind
    return found


def _growth(library: Any, kind: int, number: int, experts: bool) -> float:
    """Return how many times as large weights of type `number` are in memory of that kind; 0 if they do not go there."""
    with _context(library) as context, _nothing(library, kind) as buffer:
        if experts:
            weights = library.ggml_new_tensor_3d(context, number, _SIDE, _SIDE, _EXPERTS)
            tokens = library.ggml_new_tensor_3d(context, _F32, _SIDE, 1, _EXPERTS)
            chosen = library.ggml_new_tensor_2d(context, _I32, 1, _EXPERTS)
            product = library.ggml_mul_mat_id(context, weights, tokens, chosen)
        else:
            weights = library.ggml_new_tensor_2d(context, number, _SIDE, _SIDE)
            tokens = library.ggml_new_tensor_2d(context, _F32, _SIDE, _EXPERTS)
            product = library.ggml_mul_mat(context, weights, tokens)
        _Tensor.from_address(weights).buffer = buffer
        if not library.ggml_backend_dev_supports_op(library.ggml_backend_dev_by_type(_CPU), product):
            return 0.0
        taken: int = library.ggml_backend_buft_get_alloc_size(kind, weights)
        return taken / int(library.ggml_nbytes(weights))


@contextmanager
def _context(library: Any) -> Iterator[int]:
    context = library.ggml_init(GgmlParams(_ROOM_BYTES, None, True))
    try:
        yield context
    finally:
        library.ggml_free(context)


@contextmanager
def _nothing(library: Any, kind: int) -> Iterator[int]:
    """Make a buffer of no bytes, by which llama.cpp decides where a tensor goes."""
    buffer = library.ggml_backend_buft_alloc_buffer(kind, 0)
    try:
        yield buffer
    finally:
        library.ggml_backend_buffer_free(buffer)
