"""How much memory a model takes, and where its parts go; pure arithmetic, no model is touched.

`cache.py` the KV cache; `graph.py` llama.cpp's compute buffer; `demand.py` all bytes by class and device; `machine.py`
what there is; `speed.py` estimates; `placement.py` chooses.
"""

from app.engine.planner.cache import (
    DEFAULT_CONTEXT,
    LLAMA4_CHUNK,
    Shape,
    context_bytes,
    geometry_of,
    kv_bytes,
    largest_context,
    pattern_of,
)
from app.engine.planner.demand import MemoryClass, Use
from app.engine.planner.machine import GIB, Machine, MachineDevice, imagined
from app.engine.planner.placement import Placement, PlanRequest, Reason, Remark, Shortfall, plan
from app.engine.planner.speed import Speed

__all__ = [
    "DEFAULT_CONTEXT",
    "GIB",
    "LLAMA4_CHUNK",
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
    "Use",
    "context_bytes",
    "geometry_of",
    "imagined",
    "kv_bytes",
    "largest_context",
    "pattern_of",
    "plan",
]
