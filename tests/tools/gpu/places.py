"""Where a test computes: on the processor alone, or on the graphics card (or what stands in for it)."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app.core.settings import KvType
from app.core.work import Cancel, finish
from app.engine.client import EngineClient
from app.engine.kv.restore_check import Deviation, deviation
from app.engine.protocol import VULKAN, LoadSpec, ModelInfo


def mode() -> str:
    """`cpu`: the processor stands in for the card. `on`: there must be one. Empty: without one, tests are skipped."""
    return os.environ.get("OCTAVO_GPU_TESTS", "")


@dataclass
class Places:
    """Loads models in engines of their own, which end with the test. `has_card`: else the processor computes in both
    places, in the other place with llama.cpp's plain kernels instead of its repacked ones."""

    has_card: bool
    opened: list[EngineClient] = field(default_factory=list)

    def cpu(self, path: Path, **how: Any) -> EngineClient:
        """An engine that computes on no card."""
        return self._load(path, {"gpu_layers": 0, **how})

    def card(self, path: Path, **how: Any) -> EngineClient:
        """An engine with all layers on the card."""
        stand_in = {"gpu_layers": 0, "cpu_tensors": (".*",)}
        return self._load(path, {**({} if self.has_card else stand_in), **how})

    def bare(self) -> EngineClient:
        """An engine without a model."""
        engine = EngineClient()
        self.opened.append(engine)
        return engine

    def _load(self, path: Path, how: dict[str, Any]) -> EngineClient:
        engine = self.bare()
        finish(engine.load(LoadSpec(str(path), **{"context_tokens": 16_384, **how}), Cancel()))
        return engine

    def close(self) -> None:
        for engine in self.opened:
            engine.close()


def on_card(model: ModelInfo | None) -> int:
    """Bytes of the model's weights in a card's memory, as llama.cpp counts them."""
    assert model is not None
    return sum(buffer.weights_bytes for buffer in model.buffers if _is_of_card(buffer.name))


def in_memory(model: ModelInfo | None) -> int:
    """Bytes of the model's weights in main memory."""
    assert model is not None
    return sum(buffer.weights_bytes for buffer in model.buffers if not _is_of_card(buffer.name))


def _is_of_card(name: str) -> bool:
    """Whether llama.cpp calls a card's own memory so, and not main memory that the card reads (`Vulkan_Host`)."""
    return name.startswith(("CUDA", VULKAN)) and not name.endswith("_Host")


def apart(before: bytes, now: bytes) -> Deviation:
    """How far two engines' logits (float32) lie apart."""
    import numpy as np

    return deviation(np.frombuffer(before, "<f4"), np.frombuffer(now, "<f4"))


def both_kinds(*more: KvType) -> tuple[KvType, ...]:
    return (KvType.F16, KvType.Q8_0, *more)


def experts_of(layers: range) -> tuple[str, ...]:
    """Patterns of names of the experts of these layers, for `LoadSpec.cpu_tensors`."""
    return (rf"^blk\.({'|'.join(map(str, layers))})\.ffn_(up|down|gate|gate_up)_(ch|)exps\.",)
