"""Hands open files to a process that runs already, over a pair of connected sockets that have no name and no port.

The process inherits one end. A reader closes it once it has its files: nobody but the desk can send to it, and a reader
can make no other socket. To receive an open file opens nothing: what can be reached is what the desk has opened.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence

MOST_FILES = 128
"""The most files that one reader is given: the parts of a model."""

_MARK = b"\0"  # files travel with a byte of data


class SocketEnd:
    """One end of such a pair. Every method raises OSError where the other end is gone."""

    def __init__(self, fd: int) -> None:
        import socket  # the desk loads it for its first reader, and for nothing else

        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM, fileno=fd)

    @classmethod
    def pair(cls) -> tuple[SocketEnd, SocketEnd]:
        """Return both ends. Raises OSError where the system has no such sockets."""
        import socket

        if not hasattr(socket, "send_fds"):
            raise OSError("no sockets that carry files")
        ours, theirs = socket.socketpair(socket.AF_UNIX)
        return cls(ours.detach()), cls(theirs.detach())

    def fileno(self) -> int:
        """Return the descriptor, -1 once it is closed."""
        return self._socket.fileno()

    def send(self, data: bytes, fds: Sequence[int] = ()) -> None:
        """Send a few bytes, with open files that the other end gets descriptors of its own for."""
        import socket

        if fds:
            socket.send_fds(self._socket, [data], fds)
        else:
            self._socket.sendall(data)

    def receive(self, size: int, most_files: int = 0) -> tuple[bytes, tuple[int, ...]]:
        """Wait for `size` bytes, and the files that come with them; fewer bytes where the other end was closed."""
        import socket

        data, fds = b"", list[int]()
        while len(data) < size:
            more, files, _flags, _address = socket.recv_fds(self._socket, size - len(data), most_files)
            fds += files
            if not more:
                break
            data += more
        return data, tuple(fds)

    def forget(self) -> None:
        """Leave the descriptor alone from now on: somebody else closes it."""
        self._socket.detach()

    def close(self) -> None:
        """Close this end; may be called twice."""
        self._socket.close()


class FileSender:
    """The desk's end. Raises OSError where the system has no such sockets."""

    def __init__(self) -> None:
        self._ours, self._theirs = SocketEnd.pair()

    @property
    def inherited(self) -> int:
        """The descriptor of the other end, which the reader has to inherit."""
        return self._theirs.fileno()

    def started(self) -> None:
        """Close the reader's end of the sockets here: the reader has it, or will never have it."""
        self._theirs.close()

    def send(self, fds: Sequence[int]) -> None:
        """Hand over these open files, once. Raises OSError where the reader is gone."""
        with contextlib.closing(self._ours):
            self._ours.send(_MARK, fds)

    def close(self) -> None:
        self._ours.close()


class FileReceiver:
    """The reader's end; made before the sandbox is closed."""

    def __init__(self, fd: int) -> None:
        self._link = SocketEnd(fd)

    def receive(self) -> tuple[int, ...]:
        """Wait for the files; their descriptors. Raises SystemExit where the desk wants this reader no more."""
        with contextlib.closing(self._link):
            mark, fds = self._link.receive(len(_MARK), MOST_FILES)
        if not mark:
            raise SystemExit
        return fds
