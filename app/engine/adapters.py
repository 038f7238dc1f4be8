"""LoRA adapters: small files of weights that change what a model says, as strongly as a person wants."""

from __future__ import annotations

import ctypes
import hashlib
from collections.abc import Sequence
from pathlib import Path

from app.core.errors import AppError, Code
from app.core.settings import Adapter
from app.engine.kv.saved_states import fingerprint
from app.engine.llama import LlamaContext, LlamaModel
from app.engine.llama_loader import bindings, last_errors, summary


def attach(model: LlamaModel, context: LlamaContext, adapters: Sequence[Adapter]) -> None:
    """Put `adapters` over the weights of `model` in all that `context` evaluates from now on; several add up. They are
    freed with the model. Raises AppError ADAPTER_FAILED."""
    if not adapters:
        return
    api = bindings()
    handles = []
    for adapter in adapters:
        last_errors()
        handle = api.llama_adapter_lora_init(model.handle, adapter.path.encode())
        if not handle:
            raise AppError(Code.ADAPTER_FAILED, path=adapter.path, detail=summary(last_errors()))
        handles.append(ctypes.cast(handle, ctypes.c_void_p).value)
    pointers = (ctypes.c_void_p * len(handles))(*handles)
    scales = (ctypes.c_float * len(handles))(*(adapter.scale for adapter in adapters))
    function = api._lib.llama_set_adapters_lora
    function.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t, ctypes.c_void_p]
    function.restype = ctypes.c_int32
    if function(context.handle, pointers, len(handles), scales) != 0:
        raise AppError(Code.ADAPTER_FAILED, path=adapters[0].path, detail=summary(last_errors()))


def fingerprint_with(model_path: Path, adapters: Sequence[Adapter]) -> str:
    """Tells models with what lies over them apart, as `readings.fingerprint` tells files. Raises OSError."""
    model = fingerprint(model_path)
    if not adapters:
        return model
    digest = hashlib.blake2b(model.encode(), digest_size=16)
    for each in sorted(f"{fingerprint(Path(adapter.path))} {adapter.scale!r}" for adapter in adapters):
        digest.update(each.encode())
    return digest.hexdigest()
