"""Other requests to make where a plan does not fit or leaves the graphics card: each is a plan of its own."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

import msgspec

from app.core.model import ModelHeader
from app.core.settings import KvType, Mapping
from app.engine.planner.cache import DEFAULT_CONTEXT
from app.engine.planner.machine import Machine
from app.engine.planner.placement import Placement, Planner, PlanRequest, Shortfall

_NEAR = 2
"""A context smaller than this part of the one that is wanted is no way to have it."""


class WayKind(StrEnum):
    """The part of a request that another request changes."""

    SMALLER_KV = "smaller_kv"
    WITHOUT_IMAGES = "without_images"
    SMALLER_CONTEXT = "smaller_context"
    LEFT_ON_DISK = "left_on_disk"


class Way(msgspec.Struct, frozen=True):
    """Another request, and the place that it gets. `on_gpus` tells that everything then stays on the graphics cards,
    which it would not otherwise; else it is a way to fit at all. `fewer_tokens` is by how many tokens the context is
    smaller than wanted."""

    kind: WayKind
    request: PlanRequest
    place: Placement
    on_gpus: bool
    fewer_tokens: int = 0


def ways(
    header: ModelHeader,
    projector: ModelHeader | None,
    machine: Machine,
    request: PlanRequest,
    wanted: Placement | Shortfall,
    adapter_bytes: int = 0,
) -> tuple[Way, ...]:
    """Find requests that would keep the plan that was `wanted` on the GPUs, or make it fit: at most one way of each
    kind, and none where everything is there."""
    return tuple(_Ways(header, projector, machine, request, wanted, adapter_bytes).all())


class _Ways:
    def __init__(
        self,
        header: ModelHeader,
        projector: ModelHeader | None,
        machine: Machine,
        request: PlanRequest,
        wanted: Placement | Shortfall,
        adapter_bytes: int,
    ) -> None:
        self._header = header
        self._projector = projector
        self._machine = machine
        self._request = request
        self._adapter_bytes = adapter_bytes
        self._wanted = wanted
        self._on_gpus = isinstance(wanted, Placement)

    def all(self) -> Iterator[Way]:
        if self._on_gpus and not self._has_left_gpus():
            return
        yield from self._smaller_kv()
        if self._projector is not None and self._request.images:
            yield from self._way(WayKind.WITHOUT_IMAGES, images=False, context_tokens=self._wanted.context_tokens)
        yield from self._smaller_context()
        if not self._on_gpus and self._request.mapping is not Mapping.MAPPED:
            usual = min(self._header.context_trained or DEFAULT_CONTEXT, DEFAULT_CONTEXT)
            tokens = self._request.context_tokens or usual
            yield from self._way(WayKind.LEFT_ON_DISK, mapping=Mapping.MAPPED, context_tokens=tokens)

    def _has_left_gpus(self) -> bool:
        """Return whether the planner, and no person, moved something off the GPUs."""
        by_hand = self._request.gpu_layers is not None or self._request.expert_layers is not None
        return bool(self._machine.gpus) and not by_hand and not self._is_on_gpus(self._wanted)

    def _is_on_gpus(self, result: Placement | Shortfall) -> bool:
        return isinstance(result, Placement) and result.gpu_layers > self._header.layers and not result.expert_layers

    def _smaller_kv(self) -> Iterator[Way]:
        kinds = list(KvType)
        for smaller in kinds[kinds.index(self._wanted.kv_type) + 1 :]:
            ways = list(self._way(WayKind.SMALLER_KV, kv_type=smaller, context_tokens=self._wanted.context_tokens))
            if ways:
                yield ways[0]
                return

    def _smaller_context(self) -> Iterator[Way]:
        most = self._planner_for(self._request).most_tokens(self._wanted.kv_type, on_gpus=self._on_gpus)
        wanted = self._wanted.context_tokens
        if 0 < most < wanted and (not self._on_gpus or most >= wanted // _NEAR):
            yield from self._way(WayKind.SMALLER_CONTEXT, context_tokens=most)

    def _way(self, kind: WayKind, **changes: object) -> Iterator[Way]:
        """Yield the way to a plan with these changes, if there is one."""
        request = msgspec.structs.replace(self._request, **changes)
        result = self._planner_for(request).plan()
        if not isinstance(result, Placement) or (self._on_gpus and not self._is_on_gpus(result)):
            return
        fewer = max(0, self._wanted.context_tokens - result.context_tokens)
        yield Way(kind, request, result, self._on_gpus, fewer)

    def _planner_for(self, request: PlanRequest) -> Planner:
        return Planner(self._header, self._projector, self._machine, request, self._adapter_bytes)
