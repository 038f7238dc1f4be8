"""A load that only counts: llama.cpp goes through all of it, and tells what it would take, without taking it."""

from __future__ import annotations

from pathlib import Path

from app.engine.buffers import buffers
from app.engine.hardware import physical_cores
from app.engine.llama import Context, Model
from app.engine.lookup import MAX_DRAFT
from app.engine.placing import Placing
from app.engine.protocol import Buffer, LoadSpec


def rehearse(spec: LoadSpec) -> tuple[Buffer, ...]:
    """What loading `spec` would take, as llama.cpp counts it, without its projector; empty where it does not tell.

    A context of 0 tokens is what the model was trained for. Reads the file's header, none of its weights.
    Raises AppError MODEL_*.
    """
    where = placing(spec, rehearsed=True)
    model = Model(Path(spec.model_path), spec.gpu_layers, lambda _fraction: True, placing=where)
    try:
        context = Context(
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


def placing(spec: LoadSpec, *, rehearsed: bool = False) -> Placing:
    """Where a load puts its tensors."""
    return Placing(
        kept=spec.cpu_tensors,
        split=spec.tensor_split,
        mapping=spec.mapping,
        rehearsed=rehearsed,
    )
