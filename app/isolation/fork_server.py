"""The fork server: a process that has loaded what a reader needs, and makes the reader of each file by a fork.

To start Python, load the libraries and close the sandbox takes a third of a second; a fork takes some milliseconds.

1. The desk starts the server as it starts a reader: its own program, the same step of the ladder, the same limits, an
   environment with nothing of the person. It has one link to the desk (`handover.SocketEnd`), and no file.
2. The server loads, then locks itself in (`sandbox.lock_server`) before the first order: the namespaces of its step,
   Landlock, and a filter that lets it fork, and lets a fork lock itself in. It has one thread.
3. An order is a byte with four descriptors: a reader's pipe in and out, its end of the `FileSender`, and a leash. No
   name, no path, no file. The server forks and closes its copies before it takes the next order.
4. The child keeps that pipe and that socket and closes every other descriptor, then does what any reader does
   (`worker_main.enter`): Landlock and a filter of its own on top of the server's, limits of its own processor time and
   memory, no further process or thread. Only then does it get its file, from the desk: the server never has it.
5. The leash tells the desk how the child ended, as waiting for it would; a byte on it ends that child alone. Whoever
   lets go of a leash ends the child, the server's death ends them all, and the desk's death ends the server.
6. Children share the namespaces of their server. What keeps them apart is that a filter refuses each call that names
   another process, or ends who makes it; that each is in a Landlock domain of its own, which may neither trace one
   beside it nor, from ABI 6 on, signal it; and that none is dumpable. A PID namespace for each would keep the numbers
   from them as well, but it needs a capability in the server, and the first process of such a namespace does not die of
   the signals by which a reader's end is told. So there is no fork server where the filter cannot be put in force.
7. A fork inherits the server's memory: the program, its libraries, the samples that it was made ready with. Nothing of
   an earlier file is there, nor a path, a key or a password: these only ever were in other children. `random` is seeded
   anew. Children of one server have the same layout of memory (ASLR), stack canaries and seed of hashes. Since a file
   could try to guess these, the server is replaced after RENEWED_AFTER files, and at once after any child that ended
   of its own accord, with those that wait for a file: a wrong guess is worth nothing to later files. The files that are
   read at the same moment, four at most, have the same layout.
"""

from __future__ import annotations

import contextlib
import gc
import os
import select
import signal
import struct
import sys

from app.isolation import limits, sandbox
from app.isolation.handover import SocketEnd
from app.isolation.sandbox import Step

RENEWED_AFTER = 100
"""The most files that are read by forks of one server."""

MODE = "forks"
"""The last argument of a reader that is to be a server; see `worker_main.enter`."""

FILES = 3
"""The descriptor at which a fork has the socket through which its files come; before, the server has its link there."""

POSSIBLE = sys.platform == "linux" and hasattr(os, "pidfd_open")
"""True if this system could have a server: it needs descriptors of processes, and the filter of system calls."""

ORDER, READY, END = b"o", b"r", b"e"
"""Bytes: an order, to the server; that it is locked in, from the server; that a child is to end, on its leash."""

NUMBER = struct.Struct("<i")
"""The child's process number, then its exit status as `Popen.returncode` has it: from the server, on its leash."""

_DESCRIPTORS = 4  # of an order: in, out, files, leash


def serve(step: Step, link_fd: int) -> None:
    """Lock this process in, then fork a child for each order. Returns in the children alone, each with its pipe at 0
    and 1, and the socket for its files at FILES.

    Raises SystemExit where the desk lets go of the server, and where it cannot be locked in.
    """
    if len(os.listdir("/proc/self/task")) > 1 or not sandbox.lock_server(step):  # noqa: PTH208
        raise SystemExit
    if link_fd != FILES:
        os.dup2(link_fd, FILES)
        os.close(link_fd)
    gc.collect()
    gc.freeze()  # a collection in a child leaves alone what it shares with the server
    _Server(SocketEnd(FILES)).serve()


class _Forked:
    """A child that runs. `process` is a descriptor of it, readable once it has ended; `leash` is the desk's."""

    def __init__(self, pid: int, leash: int) -> None:
        self.pid = pid
        self.process = os.pidfd_open(pid)
        self.leash = leash


class _Server:
    def __init__(self, link: SocketEnd) -> None:
        self._link = link
        self._forked: dict[int, _Forked] = {}  # by both of its descriptors
        self._poll = select.poll()
        self._poll.register(link.fileno(), select.POLLIN)

    def serve(self) -> None:
        """Return in a child."""
        os.write(self._link.fileno(), READY)
        while True:
            fd, _event = self._poll.poll()[0]  # one at a time: a descriptor that it closes may come again as another
            if fd == self._link.fileno():
                if self._is_born():
                    return
            elif fd == self._forked[fd].leash:
                self._poll.unregister(fd)
                os.kill(
                    self._forked[fd].pid, signal.SIGKILL
                )  # nobody has asked yet how it ended: the number is its own
            else:
                self._bury(self._forked[fd])

    def _is_born(self) -> bool:
        """Carry out the next order; return whether this is the child. A leash that is closed at once says to the desk
        that there was no fork. Raises SystemExit where the desk is gone."""
        order, fds = self._link.receive(len(ORDER), _DESCRIPTORS)
        if order != ORDER or len(fds) != _DESCRIPTORS:
            raise SystemExit
        *its_own, leash = fds
        server = os.getpid()
        try:
            pid = os.fork()
        except OSError:
            pid = -1
        if pid == 0:
            self._link.forget()
            _become_child(server, *its_own)
            return True
        for fd in its_own:
            os.close(fd)
        if pid < 0:
            os.close(leash)
            return False
        child = _Forked(pid, leash)
        for fd in (child.process, child.leash):
            self._forked[fd] = child
            self._poll.register(fd, select.POLLIN)
        self._tell(child, pid)
        return False

    def _bury(self, child: _Forked) -> None:
        _pid, status = os.waitpid(child.pid, 0)
        self._tell(child, os.waitstatus_to_exitcode(status))
        for fd in (child.process, child.leash):
            del self._forked[fd]
            with contextlib.suppress(KeyError):  # a leash that was pulled
                self._poll.unregister(fd)
            os.close(fd)

    def _tell(self, child: _Forked, number: int) -> None:
        with contextlib.suppress(OSError):  # the desk has let go
            os.write(child.leash, NUMBER.pack(number))


def _become_child(server: int, reading: int, writing: int, files: int) -> None:
    """Keep the descriptors of this child alone, and end with the server. What else a reader is limited by is inherited:
    see `limits.confine`."""
    limits.die_with_parent()
    if os.getppid() != server:  # it ended before that was in force
        raise SystemExit
    for fd, at in ((reading, 0), (writing, 1), (files, FILES)):
        os.dup2(fd, at)
    os.closerange(FILES + 1, limits.OPEN_FILES)
