"""Hands open files to a reader that runs already, over a pair of connected sockets that have no name and no port.

The reader inherits one end and closes it once it has its files. Nobody but the desk can send to it, and a reader can
make no other socket. To receive an open file opens nothing: what can be reached is what the desk has opened.
"""

from __future__ import annotations

from collections.abc import Sequence

MOST_FILES = 128
"""The most files that one reader is given: the parts of a model."""

_MARK = b"\0"  # files travel with a byte of data


class FileSender:
    """The desk's end. Raises OSError where the system has no such sockets."""

    def __init__(self) -> None:
        import socket  # the desk loads it for its first reader, and for nothing else

        if not hasattr(socket, "send_fds"):
            raise OSError("no sockets that carry files")
        self._ours, self._theirs = socket.socketpair(socket.AF_UNIX)

    @property
    def inherited(self) -> int:
        """The descriptor of the other end, which the reader has to inherit."""
        return self._theirs.fileno()

    def started(self) -> None:
        """Close the reader's end of the sockets here: the reader has it, or will never have it."""
        self._theirs.close()

    def send(self, fds: Sequence[int]) -> None:
        """Hand over these open files, once. Raises OSError where the reader is gone."""
        import socket

        with self._ours:
            if fds:
                socket.send_fds(self._ours, [_MARK], fds)
            else:
                self._ours.sendall(_MARK)

    def close(self) -> None:
        self._ours.close()


class FileReceiver:
    """The reader's end; made before the sandbox is closed."""

    def __init__(self, fd: int) -> None:
        import socket

        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM, fileno=fd)

    def receive(self) -> tuple[int, ...]:
        """Wait for the files; their descriptors. Raises SystemExit where the desk wants this reader no more."""
        import socket

        with self._socket:
            mark, fds, _flags, _address = socket.recv_fds(self._socket, len(_MARK), MOST_FILES)
        if not mark:
            raise SystemExit
        return tuple(fds)
