"""Work with models that is killed in the middle: `python -P -m tests.services.killed DATA EVENTS VERB PATH...`.

After so many events the process kills itself, as a power cut would.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
from pathlib import Path

PIECE_BYTES = 1 << 14


def main(data: str, events: int, verb: str, *paths: str) -> None:
    from app.core.machine.paths import Paths
    from app.core.work import Cancel
    from app.models import copying, packing
    from tests.whole import open_desk

    for module in (copying, packing):
        vars(module)["PIECE_BYTES"] = PIECE_BYTES
    desk = open_desk(Paths(Path(data)))
    if verb == "remove":
        shutil.rmtree = die  # type: ignore[assignment]
        desk.model_files.carrying.remove(Path(paths[0]))
    work = getattr(desk.model_files.carrying, verb)(*map(Path, paths), Cancel())
    for number, _event in enumerate(work, 1):
        if number == events:
            die()


def die(*_ignored: object, **_more: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    sys.path[0] = str(Path(__file__).parents[2])
    main(sys.argv[1], int(sys.argv[2]), *sys.argv[3:])
