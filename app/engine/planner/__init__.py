"""How much memory a model takes, and where its parts go; pure arithmetic, no model is touched.

`cache.py` the KV cache; `graph.py` llama.cpp's compute buffer; `demand.py` all bytes by class and device; `machine.py`
what there is; `speed.py` estimates; `placement.py` chooses; `ways.py` names what else could be asked for.
"""

from app.engine.planner.cache import (
    DEFAULT_CONTEXT,
    Shape,
    context_bytes,
    kv_bytes,
    largest_context,
    local_layers,
    mask_bytes,
)
from app.engine.planner.demand import MemoryClass
from app.engine.planner.machine import DISK, GIB, Machine, MachineDevice, imagined
from app.engine.planner.placement import Placement, PlanRequest, Reason, Remark, Shortfall, plan
from app.engine.planner.speed import Speed
from app.engine.planner.ways import Way, WayKind, ways

__all__ = [
    "DEFAULT_CONTEXT",
    "DISK",
    "GIB",
    "Machine",
    "MachineDevice",
    "MemoryClass",
    "Placement",
    "PlanRequest",
    "Reason",
    "Remark",
    "Shape",
    "Shortfall",
    "Speed",
    "Way",
    "WayKind",
    "context_bytes",
    "imagined",
    "kv_bytes",
    "largest_context",
    "local_layers",
    "mask_bytes",
    "plan",
    "ways",
]
