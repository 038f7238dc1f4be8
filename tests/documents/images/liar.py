"""An image's process that was taken over: it answers every order as the test chose, or ends, or hangs."""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path

import msgspec

from app.core.errors import Code, Problem
from app.documents.images.protocol import Event, Order
from app.isolation.handover import FileReceiver
from app.isolation.heartbeat import Port, SandboxReady, WireFailed
from app.isolation.sandbox import Step


def descriptors() -> set[str]:
    """Return what the process holds open, but for the list itself."""
    folder = Path("/proc/self/fd")
    return {str(entry.readlink()) for entry in list(folder.iterdir()) if entry.is_symlink()}


def main(socket: str, lie: str) -> None:
    raw_pipe = os.dup(1)
    port: Port[Order] = Port(Order)
    port.send(SandboxReady(Step.RLIMITS))
    FileReceiver(int(socket)).receive()
    while port.receive() is not None:
        port.step()
        kind, _, rest = lie.partition(" ")
        match kind:
            case "garbage":
                os.write(raw_pipe, bytes.fromhex(rest))
            case "signal":
                os.kill(os.getpid(), int(rest))
            case "exit":
                os._exit(int(rest))
            case "descriptors":
                port.send(WireFailed(Problem(Code.BUG, {"where": "\n".join(descriptors())})))
            case "hang":
                threading.Event().wait()
            case _:
                port.send(msgspec.json.decode(lie, type=Event))


if __name__ == "__main__":
    main(*sys.argv[1:])
