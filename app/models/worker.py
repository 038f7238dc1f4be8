"""The process in which the header of one untrusted model is read, and nothing else.

`python -P -m app.models.worker STEP FDS MEMORY_BYTES CPU_S`: FDS are the model's files, opened by the desk, with
commas between them.
"""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path

from app.core.errors import AppError, Code, Problem
from app.isolation import limits, sandbox
from app.isolation.process import Ready, WireFailed
from app.isolation.pulse import Port
from app.models import gguf, header
from app.models.cursor import Source
from app.models.protocol import Compose, Event, HeaderRead, Order, PartRead, ReadPart


class OpenSource:
    """An open file as a source of bytes."""

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._size = os.fstat(fd).st_size

    @property
    def size(self) -> int:
        return self._size

    def read(self, offset: int, size: int) -> bytes:
        os.lseek(self._fd, offset, os.SEEK_SET)
        read = bytearray()
        while len(read) < size and (more := os.read(self._fd, size - len(read))):
            read += more
        return bytes(read)


class Bench:
    """The files on which the orders are carried out."""

    def __init__(self, sources: Sequence[Source]) -> None:
        self._sources = sources
        self._read: list[gguf.Contents] = []

    def carry_out(self, order: Order) -> Event:
        """Whatever happens becomes an event."""
        try:
            match order:
                case ReadPart(part):
                    contents = gguf.parse(self._sources[part])
                    header.check_whole(contents)
                    self._read.append(contents)
                    return PartRead()
                case Compose():
                    return HeaderRead(header.compose(self._read))
        except AppError as error:
            return WireFailed(error.problem)
        except MemoryError:
            return WireFailed(Problem(Code.READER_OUT_OF_MEMORY, {"path": ""}))
        except Exception as error:
            traceback.print_exc()  # to the void, unless OCTAVO_DEBUG connects it
            frame = traceback.extract_tb(error.__traceback__)[-1]
            where = f"{Path(frame.filename).name}:{frame.lineno} {type(error).__name__}"
            return WireFailed(Problem(Code.BUG, {"where": where}))


def main(step: str, fds: str, memory_bytes: str, cpu_s: str) -> None:
    limits.confine(limits.Limits(memory_bytes=int(memory_bytes), cpu_s=int(cpu_s)))
    reached = sandbox.lock(sandbox.Step(step))
    port: Port[Order] = Port(Order)  # starts a thread, so that it comes after the lock
    limits.seal()
    port.send(Ready(reached))
    bench = Bench([OpenSource(int(fd)) for fd in fds.split(",")])
    while (order := port.receive()) is not None:
        port.step()
        port.send(bench.carry_out(order))
        port.rest()


if __name__ == "__main__":
    main(*sys.argv[1:])
