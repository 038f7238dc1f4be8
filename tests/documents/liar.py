"""A reader that a document has taken over: it answers every order with the message that the test chose."""

from __future__ import annotations

import os
import sys

import msgspec

from app.documents.protocol import Event, Order
from app.isolation.handover import FileReceiver
from app.isolation.heartbeat import Port, SandboxReady
from app.isolation.sandbox import Step


def main(socket: str, lie: str) -> None:
    raw_pipe = os.dup(1)
    port: Port[Order] = Port(Order)
    port.send(SandboxReady(Step.RLIMITS))
    FileReceiver(int(socket)).receive()
    while port.receive() is not None:
        if lie.startswith("garbage "):
            os.write(raw_pipe, bytes.fromhex(lie.removeprefix("garbage ")))
        else:
            port.send(msgspec.json.decode(lie, type=Event))


if __name__ == "__main__":
    main(*sys.argv[1:])
