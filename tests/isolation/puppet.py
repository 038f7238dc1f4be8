"""A child that does what the test tells it."""

from __future__ import annotations

import os
import sys
import threading
from typing import TypeAlias

import msgspec

from app.isolation.heartbeat import Port


class Echo(msgspec.Struct, frozen=True, tag=True):
    """Answered with the same text."""

    text: str


class Exit(msgspec.Struct, frozen=True, tag=True):
    status: int


class Print(msgspec.Struct, frozen=True, tag=True):
    """Write to standard output, in Python's way and in native code's way; answered with an Echo."""

    text: str


class Wait(msgspec.Struct, frozen=True, tag=True):
    """Never answered; `stuck` says whether the wait counts as work."""

    stuck: bool


class Spill(msgspec.Struct, frozen=True, tag=True):
    """Put these bytes on the pipe as they are; then end by `signal`, or go on waiting if it is 0."""

    raw: bytes
    signal: int = 0


Order: TypeAlias = Echo | Exit | Print | Wait | Spill


def main() -> None:
    raw_pipe = os.dup(1)
    port: Port[Order] = Port(Order)
    while (order := port.receive()) is not None:
        match order:
            case Echo():
                port.send(order)
            case Exit(status):
                os._exit(status)
            case Print(text):
                print(text, flush=True)
                os.write(1, text.encode())
                port.send(Echo(text))
            case Wait(stuck):
                if stuck:
                    port.step()
                threading.Event().wait()
            case Spill(raw, signal):
                os.write(raw_pipe, raw)
                if signal:
                    os.kill(os.getpid(), signal)
    print("the desk closed the pipe", file=sys.stderr)


if __name__ == "__main__":
    main()
