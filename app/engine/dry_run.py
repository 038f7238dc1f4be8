"""A dry run of a load: llama.cpp goes through all of it and counts what it would take, without taking it."""

from __future__ import annotations

import ctypes
import sys
from pathlib import Path
from typing import Any

from app.engine.llama.hardware import physical_cores
from app.engine.llama.llama import LlamaContext, LlamaModel, Placing
from app.engine.llama.llama_loader import bindings
from app.engine.protocol import Buffer, LoadSpec, NamelessVocabulary
from app.engine.quotes.prompt_lookup import MAX_DRAFT

_NAME = "_Z26llama_get_memory_breakdownPK13llama_context"
_MOST = 64
"""More kinds of memory than any machine has: a map of more was not read rightly."""


class _Map(ctypes.Structure):
    """The fields of a `std::map`: its comparison, the node before all others, and how many it holds."""

    _fields_ = (
        ("compare", ctypes.c_uint64),
        ("color", ctypes.c_uint64),
        ("root", ctypes.c_void_p),
        ("leftmost", ctypes.c_void_p),
        ("rightmost", ctypes.c_void_p),
        ("count", ctypes.c_size_t),
    )


class _Node(ctypes.Structure):
    _fields_ = (
        ("color", ctypes.c_uint64),
        ("parent", ctypes.c_void_p),
        ("left", ctypes.c_void_p),
        ("right", ctypes.c_void_p),
        ("kind", ctypes.c_void_p),
        ("weights", ctypes.c_size_t),
        ("cache", ctypes.c_size_t),
        ("compute", ctypes.c_size_t),
    )


def buffers(context: Any) -> tuple[Buffer, ...]:
    """Return the memory that `context` (llama.cpp's handle) and its model take, by kind; empty where it is not
    known."""
    library = bindings()._lib
    if not sys.platform.startswith("linux") or ctypes.sizeof(ctypes.c_void_p) != 8 or not hasattr(library, _NAME):
        return ()
    breakdown = getattr(library, _NAME)
    breakdown.argtypes, breakdown.restype = [ctypes.c_void_p], _Map
    found = breakdown(context)  # its few nodes are not given back: that would take C++'s own delete
    nodes: list[_Node] = []
    if 0 < found.count <= _MOST:
        _gather(found.root, nodes)
    if len(nodes) != found.count:
        return ()
    return tuple(
        Buffer(
            library.ggml_backend_buft_name(node.kind).decode("utf-8", "replace"), node.weights, node.cache, node.compute
        )
        for node in nodes
    )


def _gather(address: int | None, nodes: list[_Node]) -> None:
    if not address or len(nodes) > _MOST:
        return
    node = _Node.from_address(address)
    _gather(node.left, nodes)
    nodes.append(node)
    _gather(node.right, nodes)


def dry_run(spec: LoadSpec, vocabulary: NamelessVocabulary | None = None) -> tuple[Buffer, ...]:
    """Return the memory to load `spec`, by llama.cpp's count, without its projector; empty where it does not say.

    A context of 0 tokens is what the model was trained for. Reads the file's header, none of its weights, and where
    `vocabulary` says how large that is, none of its tokens. Raises AppError MODEL_*.
    """
    path, where = Path(spec.model_path), Placing.of(spec, dry_run=True)
    model = LlamaModel(path, spec.gpu_layers, lambda _fraction: True, placing=where, nameless=vocabulary)
    try:
        context = LlamaContext(
            model,
            spec.context_tokens or model.trained_context,
            spec.kv_type,
            spec.threads or physical_cores(),
            spec.ubatch_tokens,
            1 + MAX_DRAFT,
        )
        try:
            return buffers(context.handle)
        finally:
            context.close()
    finally:
        model.close()
