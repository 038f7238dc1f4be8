"""The work common to all processes that decode untrusted bytes: lock themselves in, carry out orders, report errors.

The desk's side of it is `isolation.client`.
"""

from __future__ import annotations

import os
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from app.core.errors import AppError, Code, Problem
from app.isolation import fork_server, limits, sandbox
from app.isolation.handover import FileReceiver
from app.isolation.heartbeat import Port, SandboxReady, WireFailed

Order = TypeVar("Order")

OUT_OF_MEMORY = WireFailed(Problem(Code.READER_OUT_OF_MEMORY, {"path": ""}))
"""Made in time."""


def enter(
    orders: Any,
    arguments: Sequence[str],
    *,
    get_ready: Callable[[], object] = lambda: None,
    start: Callable[[], object] = lambda: None,
    mapped_bytes: int = 0,
    opens_fonts: bool = False,
) -> tuple[Port[Any], tuple[int, ...]]:
    """Limit this process, lock it in, seal it, report to the desk which step was reached, and wait for the files.

    `orders` is the (union) type of its orders; `arguments` are the command line's: STEP SOCKET MEMORY_BYTES CPU_S, and
    `fork_server.MODE` where this is to be a fork server: then this returns in each of its forks, and nowhere else.
    `get_ready` loads what could not be loaded afterwards, `start` starts threads, which the lock then holds; nothing
    untrusted has been touched by then. `mapped_bytes` is the most that mapped files add to the memory. `opens_fonts` is
    as in `sandbox.lock`. Return the pipe to the desk and the descriptors of the files.
    """
    step, socket, memory_bytes, cpu_s, *mode = arguments
    held = limits.Limits(memory_bytes=int(memory_bytes), cpu_s=int(cpu_s), mapped_bytes=mapped_bytes)
    receiver = int(socket)
    limits.confine(held)
    get_ready()
    if fork_server.MODE in mode:
        fork_server.serve(sandbox.Step(step), receiver)
        receiver = fork_server.FILES
    files = FileReceiver(receiver)
    close = sandbox.lock(sandbox.Step(step), receiver=receiver, opens_fonts=opens_fonts)
    port: Port[Any] = Port(orders)  # starts a thread, so that it comes after the lock
    start()
    limits.seal()
    port.send(SandboxReady(close()))
    fds = files.receive()
    if mapped_bytes:
        limits.hold(msgspec.structs.replace(held, mapped_bytes=sum(os.fstat(fd).st_size for fd in fds)))
    return port, fds


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


def attempt(work: Callable[[], Any], out_of_memory: WireFailed = OUT_OF_MEMORY) -> Any:
    """Return the result of `work`; an exception becomes the event that says what went wrong."""
    try:
        return work()
    except AppError as error:
        return WireFailed(error.problem)
    except MemoryError:
        return out_of_memory
    except Exception as error:
        traceback.print_exc()  # to the void, unless OCTAVO_DEBUG connects it
        frame = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{Path(frame.filename).name}:{frame.lineno} {type(error).__name__}"
        return WireFailed(Problem(Code.BUG, {"where": where}))
