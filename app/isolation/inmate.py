"""What all processes that decode untrusted bytes do alike: lock themselves in, carry out orders, tell what went wrong.

The desk's side of it is `isolation.process`.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from app.core.errors import AppError, Code, Problem
from app.isolation import limits, sandbox
from app.isolation.process import Ready, WireFailed
from app.isolation.pulse import Port

Order = TypeVar("Order")

OUT_OF_MEMORY = WireFailed(Problem(Code.READER_OUT_OF_MEMORY, {"path": ""}))
"""Made in time."""


def enter(
    orders: Any,
    step: str,
    memory_bytes: str,
    cpu_s: str,
    *,
    get_ready: Callable[[], None] = lambda: None,
    mapped_bytes: int = 0,
) -> Port[Any]:
    """Limit this process, lock it in, seal it, and tell the desk which step was reached.

    `orders` is the (union) type of what it is told. `get_ready` loads what could not be loaded afterwards; nothing
    untrusted has been touched then. The texts are the command line's; `mapped_bytes` come on top of the memory.
    """
    limits.confine(limits.Limits(memory_bytes=int(memory_bytes), cpu_s=int(cpu_s), mapped_bytes=mapped_bytes))
    get_ready()
    reached = sandbox.lock(sandbox.Step(step))
    port: Port[Any] = Port(orders)  # starts a thread, so that it comes after the lock
    limits.seal()
    port.send(Ready(reached))
    return port


def serve(
    port: Port[Order],
    carry_out: Callable[[Order], Any],
    out_of_memory: Callable[[Order], WireFailed] = lambda _order: OUT_OF_MEMORY,
) -> None:
    """Carry out one order after the other until the desk closes the pipe."""
    while (order := port.receive()) is not None:
        port.step()
        event = carry_out(order)
        try:
            port.send(event)
        except MemoryError:  # there was room for the result, but not for its copy in the message
            del event
            port.send(out_of_memory(order))
        port.rest()


def attempt(work: Callable[[], Any]) -> Any:
    """What `work` gives; an exception becomes the event that says what went wrong."""
    try:
        return work()
    except AppError as error:
        return WireFailed(error.problem)
    except MemoryError:
        return OUT_OF_MEMORY
    except Exception as error:
        traceback.print_exc()  # to the void, unless OCTAVO_DEBUG connects it
        frame = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{Path(frame.filename).name}:{frame.lineno} {type(error).__name__}"
        return WireFailed(Problem(Code.BUG, {"where": where}))
