"""The process in which the header of one untrusted model is read, and nothing else.

Its command line is that of `isolation.worker_main.enter`; its files are those of the model, opened by the desk.
Where there are none, the desk is asked for the bytes of files that are elsewhere.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from app.core.errors import Code, Problem
from app.isolation import worker_main
from app.isolation.heartbeat import Port, WireFailed
from app.models.gguf import container, header
from app.models.gguf.container import BLOCK_BYTES, ByteSource
from app.models.gguf.protocol import Bytes, Compose, Event, HeaderRead, Order, PartRead, ReadPart, ReadRemote, WantBytes

_KEPT_BLOCKS = 2
"""The most blocks that are kept of a remote file: the next read never begins before the last one."""


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


class RemoteSource:
    """A file that is elsewhere as a source of bytes: the desk is asked for them, in blocks of BLOCK_BYTES."""

    def __init__(self, port: Port[Order], size: int) -> None:
        self._port = port
        self._size = size
        self._blocks: dict[int, bytes] = {}

    @property
    def size(self) -> int:
        return self._size

    def read(self, offset: int, size: int) -> bytes:
        end = min(offset + size, self._size)
        first = offset - offset % BLOCK_BYTES
        content = b"".join(self._block(start) for start in range(first, end, BLOCK_BYTES))
        return content[offset - first : end - first]

    def _block(self, start: int) -> bytes:
        if start not in self._blocks:
            while len(self._blocks) >= _KEPT_BLOCKS:
                del self._blocks[min(self._blocks)]
            self._blocks[start] = self._ask(WantBytes(start, min(BLOCK_BYTES, self._size - start)))
        return self._blocks[start]

    def _ask(self, wanted: WantBytes) -> bytes:
        self._port.rest()  # the network may take its time
        self._port.send(wanted)
        answer = self._port.receive()
        self._port.step()
        if not isinstance(answer, Bytes) or len(answer.content) != wanted.size:
            raise SystemExit  # the desk is gone, or does not want to know
        return answer.content


class HeaderHandler:
    """The files on which the orders are carried out."""

    def __init__(self, sources: Sequence[ByteSource], port: Port[Order] | None = None) -> None:
        """Take the files. `port` is asked for bytes of files that are elsewhere."""
        self._sources = sources
        self._port = port
        self._read: list[container.GgufContents] = []

    def carry_out(self, order: Order) -> Event:
        """Carry out an order; whatever happens becomes an event."""
        event: Event = worker_main.attempt(lambda: self._carry_out(order))
        return event

    def _carry_out(self, order: Order) -> Event:
        match order:
            case ReadPart(part):
                return self._read_part(self._sources[part])
            case ReadRemote(_, size):
                assert self._port is not None
                return self._read_part(RemoteSource(self._port, size))
            case Compose():
                return HeaderRead(header.compose(self._read))
            case Bytes():
                return WireFailed(Problem(Code.BUG, {"where": "bytes that nobody asked for"}))

    def _read_part(self, source: ByteSource) -> Event:
        contents = container.parse(source)
        header.check_whole(contents)
        self._read.append(contents)
        return PartRead()


def main(*arguments: str) -> None:
    port, fds = worker_main.enter(Order, arguments)
    handler = HeaderHandler([OpenSource(fd) for fd in fds], port)
    worker_main.serve(port, handler.carry_out)


if __name__ == "__main__":
    main(*sys.argv[1:])
