"""What the settings wish of a plan, and how a wish is kept in the settings."""

from __future__ import annotations

import msgspec

from app.core.settings import EngineSettings
from app.engine.planner import PlanRequest

LEAST_SLICE = 32
"""Tokens; shorter slices read slowly everywhere."""


def wish_of(engine: EngineSettings) -> PlanRequest:
    """Where the settings say nothing, it is the plan's choice."""
    return PlanRequest(
        context_tokens=engine.context_tokens,
        kv_type=engine.kv_type,
        slice_tokens=max(LEAST_SLICE, engine.ubatch_tokens) if engine.ubatch_tokens else 0,
        gpu_layers=None if engine.gpu_layers < 0 else engine.gpu_layers,
        expert_layers=None if engine.expert_layers < 0 else engine.expert_layers,
        threads=engine.threads,
        mapping=engine.mapping,
    )


def settings_of(engine: EngineSettings, path: str, wish: PlanRequest) -> EngineSettings:
    """These settings for the model at `path`, with what was wished by hand, the rest automatic."""
    return msgspec.structs.replace(
        engine,
        model_path=path,
        context_tokens=wish.context_tokens,
        kv_type=wish.kv_type,
        ubatch_tokens=wish.slice_tokens,
        gpu_layers=-1 if wish.gpu_layers is None else wish.gpu_layers,
        expert_layers=-1 if wish.expert_layers is None else wish.expert_layers,
        threads=wish.threads,
        mapping=wish.mapping,
    )
