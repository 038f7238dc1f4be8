"""A reader that tries to get out once it has its file, as it is told; what became of each attempt is its answer."""

from __future__ import annotations

import contextlib
import ctypes
import errno
import fcntl
import os
import random
import resource
import sys
import time
from functools import partial
from pathlib import Path
from typing import TypeAlias

import msgspec

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from app.core.conversations.events import Opening
from app.isolation import worker_main
from app.isolation.heartbeat import SandboxReady, WireFailed
from tests.isolation import prisoner


class Try(msgspec.Struct, frozen=True, tag=True):
    """Answered by Tried."""

    names: tuple[str, ...]
    home: str = ""
    secret: str = ""
    loot: str = ""


class Tried(msgspec.Struct, frozen=True, tag=True):
    outcomes: dict[str, str]
    pid: int


Event: TypeAlias = SandboxReady | Opening | Tried | WireFailed


def receive_anywhere(receiver: int) -> str:
    """Which errors there are when files are to be received from any descriptor. `receiver`: the one that files came
    through, whose number is the higher, the more files the desk has open."""
    receive = ctypes.CDLL(None, use_errno=True).recvmsg
    buffer = ctypes.create_string_buffer(56)  # struct msghdr, all zero
    found = set()
    for fd in {*range(64), receiver}:
        found.add("received" if receive(fd, buffer, 0) >= 0 else errno.errorcode[ctypes.get_errno()])
    return " ".join(sorted(found))


def open_descriptors() -> str:
    """Which descriptors this process has, as far as it may have any."""
    found = []
    for fd in range(1024):
        with contextlib.suppress(OSError):
            fcntl.fcntl(fd, fcntl.F_GETFD)
            found.append(fd)
    return " ".join(map(str, found))


def chance() -> str:
    """A number from the generator that Python seeds once for a process."""
    return str(random.getrandbits(64))


def limits_in_force() -> str:
    """The limits of memory, processor time, output and processes, and how much processor time is used, in seconds."""
    held = [resource.getrlimit(kind)[0] for kind in (resource.RLIMIT_DATA, resource.RLIMIT_CPU, resource.RLIMIT_FSIZE)]
    return " ".join(map(str, [*held, resource.getrlimit(resource.RLIMIT_NPROC)[0], round(time.process_time())]))


def main(*arguments: str) -> None:
    port, (fd,) = worker_main.enter(Try, arguments)
    _step, receiver, *_limits = arguments

    def carry_out(order: Try) -> Tried:
        every = prisoner.attempts(order.home, order.secret, order.loot, fd, -1)
        every["receive"] = partial(receive_anywhere, int(receiver))
        every |= {"descriptors": open_descriptors, "chance": chance, "limits": limits_in_force}
        return Tried({name: prisoner.outcome(every[name]) for name in order.names}, os.getpid())

    worker_main.serve(port, carry_out)


if __name__ == "__main__":
    if os.getuid() == 0 and sys.argv[1] == "rlimits":
        os.setuid(65534)  # the limit of processes does not hold for root
    main(*sys.argv[1:])
