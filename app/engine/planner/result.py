"""What is asked of a plan, and what it answers."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

import msgspec

from app.core.errors import Parameter
from app.core.settings import KvType, Mapping
from app.engine.planner.demand import Use
from app.engine.planner.speed import Speed


class PlanRequest(msgspec.Struct, frozen=True):
    """What a person wants; zeros and None leave it to the planner. `gpu_layers` and `expert_layers` as in `Choice`."""

    context_tokens: int = 0
    kv_type: KvType | None = None
    slice_tokens: int = 0
    gpu_layers: int | None = None
    expert_layers: int | None = None
    threads: int = 0
    mapping: Mapping = Mapping.AUTO


class Reason(StrEnum):
    """Why a plan is as it is. The comment names the parameters."""

    ALL_ON_GPU = "all_on_gpu"
    ALL_ON_GPUS = "all_on_gpus"  # count
    EXPERTS_ON_CPU = "experts_on_cpu"  # layers, of_layers, moved_bytes
    LAYERS_ON_CPU = "layers_on_cpu"  # layers, of_layers
    NO_GPU = "no_gpu"
    GPU_UNUSED = "gpu_unused"
    CONTEXT_TRAINED = "context_trained"  # context_tokens
    CONTEXT_LARGEST = "context_largest"  # context_tokens, token_bytes
    CONTEXT_BOOKS = "context_books"  # context_tokens
    CONTEXT_REQUESTED = "context_requested"  # context_tokens
    CONTEXT_USUAL = "context_usual"  # context_tokens; nobody asked for a number, and there is no GPU
    KV_CHOSEN = "kv_chosen"  # kv_type
    LONG_SLICES = "long_slices"  # slice_tokens
    ESTIMATED = "estimated"  # it was not measured what models of this family take
    # what would help where it does not fit
    SMALLER_CONTEXT = "smaller_context"  # context_tokens, kv_type
    SMALLER_KV = "smaller_kv"  # kv_type
    MORE_MEMORY = "more_memory"  # missing_bytes
    SMALLER_MODEL = "smaller_model"


class Remark(msgspec.Struct, frozen=True):
    """One sentence of an explanation, before it is put into words."""

    reason: Reason
    params: dict[str, Parameter] = {}


class Bill(msgspec.Struct, frozen=True):
    """What is taken, however it is placed."""

    context_tokens: int
    kv_type: KvType
    uses: tuple[Use, ...]
    remarks: tuple[Remark, ...]

    def by_class(self) -> dict[str, int]:
        """Bytes by class, on all devices together."""
        return _totals((use.item.value, use.bytes) for use in self.uses)

    def by_device(self) -> dict[str, int]:
        """Bytes by device, of all classes together."""
        return _totals((use.device, use.bytes) for use in self.uses)


class Placement(Bill, frozen=True):
    """A model's place. `cpu_tensors`: patterns of tensor names that stay on the CPU. `tensor_split`: layers on each of
    several GPUs, in order."""

    slice_tokens: int
    gpu_layers: int
    expert_layers: int
    cpu_tensors: tuple[str, ...]
    tensor_split: tuple[int, ...]
    mapping: Mapping
    threads: int
    speed: Speed


class Shortfall(Bill, frozen=True):
    """It does not fit: by how many bytes at least, where these would go otherwise, and what would help."""

    missing_bytes: int


def _totals(pairs: Iterable[tuple[str, int]]) -> dict[str, int]:
    total: dict[str, int] = {}
    for name, size in pairs:
        total[name] = total.get(name, 0) + size
    return total
