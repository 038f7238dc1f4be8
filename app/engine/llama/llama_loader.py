"""llama.cpp's shared library: loaded once, its errors kept, and what the bindings leave out of it.

Only the low-level bindings are used. The high-level `llama_cpp.Llama` trusts `llama_memory_seq_rm`, which is silently
wrong for chunked attention, reads templates and whole prompts with special tokens, and needs `diskcache`.
"""

from __future__ import annotations

import ctypes
import importlib
import importlib.util
import os
import re
import sys
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import psutil

from app.engine.llama.uncaught import on_uncaught
from app.engine.protocol import CARD_FULL_STATUS, CARD_LOST_STATUS

_LOG_LEVEL_ERROR = 4  # ggml.h: enum ggml_log_level

_NUMA_DISTRIBUTE = 1
"""ggml-cpu.h: enum ggml_numa_strategy. Threads spread over the nodes, so that each reads the weights that are near."""

_NO_DEBUGGER = {"GGML_NO_BACKTRACE": "1"}
"""Where llama.cpp gives up, ggml would start a debugger, if there is one, to print where that was."""

_NODES = Path("/sys/devices/system/node")

_OPENMP = {"OMP_WAIT_POLICY": "passive", "GOMP_SPINCOUNT": "1000"}
"""llama.cpp's CPU threads meet hundreds of times a token, and OpenMP has them spin while they wait. When another
program takes one of the cores, long spinning keeps the late thread from its turn: on two cores, one busy program beside
it slowed decoding from tens of tokens a second to less than one. Sleeping at once costs more than half of the speed on
a quiet machine. So they spin for a moment, then sleep (a count of GNU's OpenMP; others only know the policy)."""

_CPU_VARIANT = re.compile(r"ggml-cpu-(\w+)\.(?:so|dll)$")
"""The names that ggml gives to these libraries (ggml/src/CMakeLists.txt, ggml_add_cpu_backend_variant)."""

_CARD_FULL = (
    "error: out of memory", "cudaMalloc failed: out of memory", "CUBLAS_STATUS_ALLOC_FAILED", "ErrorOutOfDeviceMemory",
)  # fmt: skip
"""CUDA's part of llama.cpp logs one of these where a card has no memory left; the last one is in what an exception of
Vulkan's part says (vulkan.hpp, `to_string` of `vk::Result`)."""

_CARD_LOST = ("device lost", "ErrorDeviceLost", "unspecified launch failure", "GPU is lost")
"""Vulkan's part of llama.cpp says one of the first two where the driver has lost its card, CUDA one of the others
(`cudaGetErrorString`)."""

_errors: list[str] = []


@cache
def bindings() -> ModuleType:
    """Return the module `llama_cpp.llama_cpp`, without running its package's `__init__`, which imports the high-level
    API."""
    for name, value in (_OPENMP | _NO_DEBUGGER).items():
        os.environ.setdefault(name, value)
    if "llama_cpp" not in sys.modules:
        spec = importlib.util.find_spec("llama_cpp")
        if spec is None or spec.submodule_search_locations is None:
            raise ModuleNotFoundError("llama_cpp")
        package = ModuleType("llama_cpp")
        package.__path__ = list(spec.submodule_search_locations)
        sys.modules["llama_cpp"] = package
    api = importlib.import_module("llama_cpp.llama_cpp")
    api.llama_log_set(log_callback(), None)
    _declare(api._lib)
    api._lib.ggml_set_abort_callback(_say_why_it_ends())
    on_uncaught(api._lib, _end_with)
    _load_backends(api._lib)
    api.llama_backend_init()
    if numa_nodes() > 1:
        api.llama_numa_init(_NUMA_DISTRIBUTE)
    return api


def folder() -> Path:
    """Return the folder of llama.cpp's libraries."""
    return Path(importlib.import_module("llama_cpp.llama_cpp")._base_path)


def _load_backends(library: Any) -> None:
    """Load what llama.cpp computes with. Add-ons bring libraries for graphics cards; one that finds no driver is passed
    over. A build for any machine (GGML_BACKEND_DL) has a library for each kind of processor, of which the best that
    runs here is taken; a build for this very machine is linked to all else that it has."""
    from app.engine.llama import cards  # the window's process imports this module, too, and never asks for cards

    for add_on in cards.choose(folder()):
        library.ggml_backend_load(os.fsencode(add_on))
    if cpu_variants():
        library.ggml_backend_load_all_from_path(os.fsencode(folder()))


def cpu_variants() -> tuple[str, ...]:
    """Return the kinds of processor that this build has a library for, such as `haswell`; none in a build for one
    machine."""
    return tuple(sorted(match[1] for path in folder().iterdir() if (match := _CPU_VARIANT.search(path.name))))


def cpu_variant() -> str:
    """Return which kind of processor is in use; empty if there is none to choose from, or the system does not say."""
    if not cpu_variants():
        return ""
    try:
        loaded = [mapped.path for mapped in psutil.Process().memory_maps()]
    except (psutil.Error, AttributeError):  # macOS has no such list
        return ""
    return next((match[1] for path in loaded if (match := _CPU_VARIANT.search(Path(path).name))), "")


def numa_nodes() -> int:
    """Return the number of parts of main memory that are nearer to some cores than to others; 1 if all is near, or it
    is not known."""
    found = len(list(_NODES.glob("node[0-9]*"))) if _NODES.is_dir() else 0
    return max(1, found)


@cache
def log_callback() -> Any:
    """Take what llama.cpp and its multimodal library log, and keep the errors (`last_errors`)."""

    def keep_errors(level: int, text: bytes, _data: Any) -> None:
        if level == _LOG_LEVEL_ERROR:
            _errors.append(text.decode("utf-8", "replace").strip())

    api = importlib.import_module("llama_cpp.llama_cpp")
    return api.llama_log_callback(keep_errors)  # cached: llama.cpp holds a bare pointer to it


@cache
def _say_why_it_ends() -> Any:
    """Return a callback for llama.cpp that says why it ends the process, as it does for any error of a card that
    computes."""

    def end(message: bytes) -> None:
        _end_with(message.decode("utf-8", "replace"))

    return ctypes.CFUNCTYPE(None, ctypes.c_char_p)(end)  # ggml.h: ggml_abort_callback_t


def _end_with(reason: str) -> None:
    """Say why llama.cpp gives up; where a card is to blame, end the process with a status that says so."""
    lines = [*_errors, reason]
    print(*lines, sep="\n", file=sys.stderr, flush=True)
    if is_card_full(lines):
        os._exit(CARD_FULL_STATUS)
    if is_card_lost(lines):
        os._exit(CARD_LOST_STATUS)


def is_card_full(lines: list[str]) -> bool:
    """Return whether llama.cpp's error lines say that a graphics card has no memory left."""
    return any(sign in line for line in lines for sign in _CARD_FULL)


def is_card_lost(lines: list[str]) -> bool:
    """Say whether llama.cpp's error lines tell that a graphics card's driver has lost it."""
    return any(sign in line for line in lines for sign in _CARD_LOST)


def last_errors() -> list[str]:
    """Return llama.cpp's error lines since the last call. They can name files: for classifying, not for the log."""
    lines, _errors[:] = list(_errors), []
    return lines


def version() -> str:
    """Return what identifies the build of llama.cpp; saved states are only valid within one."""
    import importlib.metadata

    return f"llama-cpp-python {importlib.metadata.version('llama-cpp-python')}"


def summary(lines: list[str]) -> str:
    """Return the first error line, without the name of the C++ function that wrote it."""
    first = next((line for line in lines if line), "")
    return first.split(": ", 1)[-1][:300]


# ---- what llama.cpp exports and the bindings leave out

GGUF_UINT32, GGUF_STRING = 4, 8  # enum gguf_type


class GgufParams(ctypes.Structure):
    """struct gguf_init_params"""

    _fields_ = (("no_alloc", ctypes.c_bool), ("ctx", ctypes.c_void_p))


class GgmlParams(ctypes.Structure):
    """struct ggml_init_params"""

    _fields_ = (("size", ctypes.c_size_t), ("buffer", ctypes.c_void_p), ("no_alloc", ctypes.c_bool))


def _declare(library: Any) -> None:
    """Give these functions the types of their arguments and results."""
    pointer, text, number, whole = ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int, ctypes.c_int64
    size = ctypes.c_size_t
    for name, arguments, result in (
        ("ggml_backend_load", [text], pointer),
        ("ggml_backend_load_all_from_path", [text], None),
        ("ggml_backend_dev_count", [], size),
        ("ggml_backend_dev_get", [size], pointer),
        ("ggml_backend_dev_by_type", [number], pointer),
        ("ggml_backend_dev_get_props", [pointer, pointer], None),
        ("ggml_backend_dev_supports_op", [pointer, pointer], ctypes.c_bool),
        ("ggml_backend_dev_backend_reg", [pointer], pointer),
        ("ggml_backend_reg_get_proc_address", [pointer, text], pointer),
        ("ggml_backend_cpu_buffer_type", [], pointer),
        ("ggml_backend_buft_name", [pointer], text),
        ("ggml_backend_buft_alloc_buffer", [pointer, size], pointer),
        ("ggml_backend_buft_get_alloc_size", [pointer, pointer], size),
        ("ggml_backend_buffer_free", [pointer], None),
        ("ggml_blck_size", [number], whole),
        ("ggml_type_name", [number], text),
        ("ggml_nbytes", [pointer], size),
        ("ggml_init", [GgmlParams], pointer),
        ("ggml_free", [pointer], None),
        ("ggml_new_tensor_2d", [pointer, number, whole, whole], pointer),
        ("ggml_new_tensor_3d", [pointer, number, whole, whole, whole], pointer),
        ("ggml_mul_mat", [pointer, pointer, pointer], pointer),
        ("ggml_mul_mat_id", [pointer, pointer, pointer, pointer], pointer),
        ("gguf_init_from_file", [text, GgufParams], pointer),
        ("gguf_free", [pointer], None),
        ("gguf_find_key", [pointer, text], whole),
        ("gguf_find_tensor", [pointer, text], whole),
        ("gguf_get_tensor_type", [pointer, whole], number),
        ("gguf_get_tensor_offset", [pointer, whole], size),
        ("gguf_get_data_offset", [pointer], size),
        ("gguf_get_kv_type", [pointer, whole], number),
        ("gguf_get_val_u32", [pointer, whole], ctypes.c_uint32),
        ("gguf_get_val_str", [pointer, whole], text),
        ("llama_ftype_name", [number], text),
        ("llama_set_adapters_lora", [pointer, pointer, size, pointer], ctypes.c_int32),
    ):
        function = getattr(library, name)
        function.argtypes, function.restype = arguments, result
