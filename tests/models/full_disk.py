"""The hub's process on a disk that is too small, or taken over: the real one, but for what the system answers to
writing, or for what it reports.

`python -P -m tests.models.full_disk ROOM FOLDER`.
"""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

_ROOT = Path(__file__).parents[2]


def command(room: int) -> Callable[..., list[str]]:
    """A command line for `app.models.hub.client`: after `room` bytes the disk is full."""
    return lambda _module, folder: [sys.executable, __file__, "full", str(room), folder]


def limited_command(room: int) -> Callable[..., list[str]]:
    """The same for a file system that takes no file of more than `room` bytes."""
    return lambda _module, folder: [sys.executable, __file__, "limited", str(room), folder]


def overstating_command(_module: str, folder: str) -> list[str]:
    """A process that something has taken over: it reports more bytes than there are."""
    return [sys.executable, __file__, "overstating", "0", folder]


def main(kind: str, room: int, folder: str) -> None:
    from app.core.conversations.events import Fetching
    from app.models.hub import worker

    if kind == "limited":
        import resource

        resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))
    elif kind == "overstating":
        fetcher: Any = worker.Fetcher
        fetcher.progress = lambda _self: Fetching(2, 1, 0, 0.0, "hub", "file")
    else:
        write, left = os.write, [room]

        def write_while_there_is_room(fd: int, content: bytes) -> int:
            if not left[0]:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            written = write(fd, content[: left[0]])
            left[0] -= written
            return written

        os.write = write_while_there_is_room  # type: ignore[assignment]
    worker.main(folder)


if __name__ == "__main__":
    sys.path[0] = str(_ROOT)
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3])
